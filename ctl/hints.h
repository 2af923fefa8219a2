/* What on this host works against smtpban. */
#ifndef SMTPBAN_HINTS_H
#define SMTPBAN_HINTS_H

#define HINTS_MAX 2

/*
 * Look below root ("" is this host) and fill hints with constant texts.
 * Returns how many.  What cannot be read gives no hint.
 */
unsigned hints_collect(const char *root, const char *hints[HINTS_MAX]);

#endif
