/*
 * The user names under attack: those with the most failures, of whatever
 * number of names (Space-Saving, Metwally et al. 2005).
 *
 * With all counters in use a new name takes over that of the fewest failures,
 * and begins with that number, which is then also its possible error.  So any
 * name that had more than 1/1024 of a day's failures is in the table, and its
 * true number is between failures - error and failures.  Once a day (of the
 * log) the errors are taken off, and names that nobody tried for a week go:
 * failures are then a lower bound, and count from "first" on.
 */
#ifndef SMTPBAN_ACCOUNTS_H
#define SMTPBAN_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"
#include "prefix.h"

#define ACCOUNTS_MAX  1024        /* counters, of 720 bytes each */
#define ACCOUNTS_IDLE (7 * 86400) /* seconds without a failure */

struct accounts;

struct accounts *accounts_new(void); /* NULL without memory */
void accounts_free(struct accounts *);

/*
 * n failures with that name from a client, as it is counted, at time (seconds,
 * not after now).  Names are told apart by all their bytes, but for the case
 * of ASCII letters.
 */
void accounts_fail(struct accounts *, const char *user, size_t len,
    const struct prefix *client, int64_t time, uint32_t n);

/* A good login.  Matters only for a name that has failures. */
void accounts_login(struct accounts *, const char *user, size_t len,
    int64_t time);

/*
 * The counters in use, those with the most failures first.  A number holds
 * another name if that takes its place later, so an order may be worked off
 * slowly.  Returns how many.
 */
size_t accounts_order(const struct accounts *, uint16_t order[ACCOUNTS_MAX]);

/* A counter.  False if the number is not in use (any more). */
bool accounts_get(const struct accounts *, unsigned number,
    struct ctl_account_record *);

/* The clock was set by so many seconds: all times move with it. */
void accounts_shift(struct accounts *, int64_t by);

#endif
