/* What the placeholders of Exim's messages take: see template.h. */
#ifndef SMTPBAN_TAKE_EXIM_H
#define SMTPBAN_TAKE_EXIM_H

#include "cursor.h"
#include "template_match.h"

/*
 * Nothing that Exim writes is cut before this: syslog lines are split at 870
 * bytes, with time and message id, and no syslog daemon cuts that early.
 */
#define EXIM_WHOLE_MAX 800

/*
 * <eximhost> and <sent>: the row of the rest of the message, with the address
 * in the match, or NULL.
 */
const void *exim_walk_host(struct walk *, const struct node *, const char *p);
const void *exim_walk_sent(struct walk *, const struct node *, const char *p);

/* The others: past what they take at p, or NULL. */
const char *exim_take(struct walk *, const struct node *, const char *p);

#endif
