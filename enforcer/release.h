/* Bans that end: by hand, in time, all, or because the guard says so. */
#ifndef SMTPBAN_RELEASE_H
#define SMTPBAN_RELEASE_H

#include <stdint.h>

struct enforcer;
struct prefix;

/*
 * Release by hand, in this turn, all bans that cover a prefix, its own and
 * those of networks around it: any of them keeps it out.  allow: for so many
 * seconds the prefix itself is not banned again.  Returns how many were
 * released or allowed.
 */
uint32_t release_covering(struct enforcer *, const struct prefix *,
    uint32_t allow);

/* Release what is due, forget what is old.  Returns how many were released. */
uint32_t release_due(struct enforcer *);

/* Release all bans; returns how many there were. */
uint32_t release_all(struct enforcer *);

/* Release the bans that the guard refuses since something changed. */
void release_refused(struct enforcer *);

#endif
