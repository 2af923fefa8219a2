/* The bans that a log would have led to, in the time of the log. */
#ifndef SMTPBAN_SCAN_BANS_H
#define SMTPBAN_SCAN_BANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ban.h"
#include "conf.h"

struct scan_ban {
	struct ban ban;
	uint64_t stopped; /* failures that would not have come */
	uint64_t logins;  /* good logins that would not have come either */
	uint64_t mails;   /* nor these, which were accepted */
	bool network;     /* of many hosts, for what they did together */
	uint64_t inside;  /* failures that led to the bans folded into it */
	bool folded;      /* a network's ban came while it was in force */
	struct prefix network_prefix; /* then that network */
};

struct scan_bans;

/* conf must outlive it.  These end the program without memory. */
struct scan_bans *scan_bans_new(const struct conf *);
void scan_bans_free(struct scan_bans *);

/*
 * The ban in force at that time that covers the prefix, of several the widest;
 * or NULL.  A time before its beginning is in force as well: what came before
 * does not count again.  Holds until the next scan_bans_add.
 */
struct scan_ban *scan_bans_covering(struct scan_bans *, const struct prefix *,
    int64_t time);

/*
 * Ban it from then on, by the daemon's own rules of length and strikes.
 * network: many hosts for what they did together; their bans fold in.  Returns
 * the ban, which holds until the next one, or NULL if the limit is reached.
 */
struct scan_ban *scan_bans_add(struct scan_bans *, const struct prefix *,
    uint32_t category, uint32_t count, bool network, int64_t time);

/*
 * A ban that is over at that time, each once and in the order in which they
 * end; NULL: there is none.
 */
const struct scan_ban *scan_bans_expire(struct scan_bans *, int64_t time);

/* All bans there ever were, in the order in which they were made. */
size_t scan_bans_count(const struct scan_bans *);
const struct scan_ban *scan_bans_get(const struct scan_bans *, size_t);

#endif
