/* Going through a message of Dovecot's: for the files take_dovecot*.c alone. */
#ifndef SMTPBAN_TAKE_DOVECOT_H
#define SMTPBAN_TAKE_DOVECOT_H

#include <stdbool.h>

#include "chars.h"
#include "template_match.h"

/* Past <auth> or <autherror>, <pam> and <next>, or NULL. */
const char *dovecot_take_auth(struct walk *, const char *p, bool error);
const char *dovecot_take_pam(struct walk *, const char *p);
const char *dovecot_take_next(const char *p, const char *end);

/* "(" and words or digits and ")", else p. */
static inline const char *
dovecot_skip_brackets(const char *p, const char *end)
{
	const char *q = p;

	if (q == end || *q != '(')
		return p;
	q = chars_skip_word(q + 1, end);
	return q < end && *q == ')' ? q + 1 : p;
}

#endif
