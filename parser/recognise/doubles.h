/*
 * One offence in several lines is one event: the same message in two logs of a
 * host (its file and the journal), and one failed attempt to log in that
 * several voices tell of: the mail server, Dovecot's auth process, PAM, and a
 * login process at the end of the connection.
 *
 * What was said is kept with its time in the log and with who said it, so that
 * it does not matter which log is read first, or how far ahead.  Somebody who
 * says it again says something new: three equal lines of one log are three
 * events, and the same three in another one are none.  A login process tells
 * of a connection once, whatever the number of attempts; where the others tell
 * of each, theirs are counted.
 *
 * The table has a fixed size, and what was said first is forgotten first.
 * Everything in it is under its client, so that nobody can make another's
 * failures vanish.
 */
#ifndef SMTPBAN_DOUBLES_H
#define SMTPBAN_DOUBLES_H

#include <stdint.h>

#include "header.h"
#include "rules.h"
#include "template_match.h"

struct doubles;

struct doubles *doubles_new(void); /* NULL without memory */
void doubles_free(struct doubles *);

/*
 * A number for a stream of lines, by which it is known from now on.  Where no
 * stream has joined there is only one, which says nothing twice to another.
 */
unsigned doubles_join(struct doubles *);

/* A failure that a line tells of. */
struct doubles_failure {
	unsigned stream;
	const struct header *h;
	const struct rule *rule;
	const struct template_match *m;
	enum category category;
};

/* How often it is news: 0 to h->repeated. */
uint32_t doubles_count_news(struct doubles *, const struct doubles_failure *);

#endif
