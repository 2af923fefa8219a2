/* The bans that a log would have led to, in the time of the log. */
#ifndef SMTPBAN_SCAN_BANS_H
#define SMTPBAN_SCAN_BANS_H

#include <stdbool.h>
#include <stdint.h>

#include "ban.h"
#include "conf.h"

struct scan_bans;

/* conf must outlive it.  NULL without memory. */
struct scan_bans *scan_bans_new(const struct conf *);
void scan_bans_free(struct scan_bans *);

/*
 * True if the prefix is banned at that time, or was released after it: what
 * came before a release does not count.
 */
bool scan_bans_settle(struct scan_bans *, const struct prefix *, int64_t time);

/*
 * Ban it from then on, by the daemon's own rules of length and strikes.
 * Returns the ban, which holds until scan_bans_free.
 */
const struct ban *scan_bans_add(struct scan_bans *, const struct prefix *,
    uint32_t category, uint32_t count, int64_t time);

#endif
