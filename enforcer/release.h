/* Bans that end: by hand, in time, all of them, or because the guard says so. */
#ifndef SMTPBAN_RELEASE_H
#define SMTPBAN_RELEASE_H

#include <stdint.h>

struct enforcer;
struct prefix;

/*
 * Release one in this turn, and allow it for so many seconds; one that is not
 * banned is allowed only.  why: for the log, NULL for no line.
 */
void release_one(struct enforcer *, const struct prefix *, uint32_t allow,
    const char *why);

/*
 * Release by hand all bans that cover a prefix, its own and those of networks
 * around it: any of them keeps it out.  allow is for the prefix alone.  Returns
 * how many were released or allowed.
 */
uint32_t release_covering(struct enforcer *, const struct prefix *,
    uint32_t allow);

/* Release what is due and forget what is old; returns how many were released. */
uint32_t release_due(struct enforcer *);

/* Release all bans; returns how many there were. */
uint32_t release_all(struct enforcer *);

/* Release the bans that the guard refuses since something changed. */
void release_refused(struct enforcer *);

#endif
