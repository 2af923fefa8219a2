/* Going through a message of Dovecot's: for the files take_dovecot*.c alone. */
#ifndef SMTPBAN_TAKE_DOVECOT_H
#define SMTPBAN_TAKE_DOVECOT_H

#include <stdbool.h>
#include <string.h>

#include "template_match.h"

/* Past <auth>, <pam> and <next>, or NULL. */
const char *dovecot_take_auth(struct walk *, const char *p);
const char *dovecot_take_pam(struct walk *, const char *p);
const char *dovecot_take_next(const char *p, const char *end);

static inline bool
dovecot_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
dovecot_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || dovecot_is_digit(c) ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* Past text, or NULL. */
static inline const char *
dovecot_skip_text(const char *p, const char *end, const char *text)
{
	const size_t n = strlen(text);

	if ((size_t)(end - p) < n || memcmp(p, text, n) != 0)
		return NULL;
	return p + n;
}

/* Past text where it stands, else p. */
static inline const char *
dovecot_skip_maybe(const char *p, const char *end, const char *text)
{
	const char *q = dovecot_skip_text(p, end, text);

	return q != NULL ? q : p;
}

static inline const char *
dovecot_skip_word(const char *p, const char *end)
{
	while (p < end && dovecot_is_word(*p))
		p++;
	return p;
}

/* "(" and words or digits and ")", else p. */
static inline const char *
dovecot_skip_brackets(const char *p, const char *end)
{
	const char *q = p;

	if (q == end || *q != '(')
		return p;
	q = dovecot_skip_word(q + 1, end);
	return q < end && *q == ')' ? q + 1 : p;
}

#endif
