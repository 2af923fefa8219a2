/*
 * What the hosts of one network do together: how many of them are banned, and
 * how often they failed, changing hosts included.  Hosts are prefixes as they
 * are counted: an IPv4 address, an IPv6 network.
 */
#ifndef SMTPBAN_NEIGHBOURS_H
#define SMTPBAN_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "ban.h"
#include "offenders.h"

/*
 * Networks whose failures are counted; beyond, the longest idle one goes.
 * Each takes 224 bytes, and 8 for each failure in its window up to the
 * threshold: 35 MB with one of 40.  A ban takes 112 bytes, while "network" is
 * in force.
 */
#define NEIGHBOURS_MAX 65536

struct neighbours;

struct neighbours *neighbours_new(void); /* NULL without memory */
void neighbours_free(struct neighbours *);

/* The network of that many bits that a host is in. */
void neighbours_network(const struct prefix *host, unsigned len,
    struct prefix *network);

/*
 * Take the state of a ban, again and again if need be.  Of a network that
 * was banned the end is kept until it is forgotten.
 */
void neighbours_take_ban(struct neighbours *, const struct ban *);
void neighbours_forget_bans(struct neighbours *);

/*
 * How many prefixes in the network have a ban in force, counting up to most.
 * Those from before the last ban of the network itself ended do not count:
 * they have led to that one.  failures: how many led to those bans.
 */
uint32_t neighbours_banned(const struct neighbours *,
    const struct prefix *network, uint32_t most, uint32_t *failures);

/* A ban in force covers all of the network. */
bool neighbours_covered(const struct neighbours *,
    const struct prefix *network);

/*
 * Count n failures of a host against its network, as offenders_count does.
 * True if the threshold is reached, and not by one host alone: that one
 * would be banned without its neighbours.
 */
bool neighbours_fail(struct neighbours *, const struct prefix *host,
    const struct prefix *network, enum category, int64_t time, uint32_t n,
    const struct msg_threshold *, struct offender *now_has);

/* Forget the failures of what lies in there, as offenders_forget. */
void neighbours_forget(struct neighbours *, const struct prefix *);

/* And those of all, when nobody counts them any more. */
void neighbours_forget_failures(struct neighbours *);

/* The clock was set by so many seconds.  Bans move when they are told anew. */
void neighbours_shift(struct neighbours *, int64_t by);

#endif
