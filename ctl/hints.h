/* What on this host works against smtpban. */
#ifndef SMTPBAN_HINTS_H
#define SMTPBAN_HINTS_H

#include <stdbool.h>

#define HINTS_MAX 3

/*
 * Look below root ("" is this host) and fill hints with constant texts; rules
 * tells that bans need rules of ours.  Returns how many.  What cannot be read
 * gives no hint.
 */
unsigned hints_collect(const char *root, bool rules,
    const char *hints[HINTS_MAX]);

#endif
