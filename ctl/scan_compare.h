/* What two configurations do differently. */
#ifndef SMTPBAN_SCAN_COMPARE_H
#define SMTPBAN_SCAN_COMPARE_H

#include "prefix_set.h"
#include "scan.h"

/* All bans of one prefix. */
struct scan_client {
	const struct scan_ban *first;
	uint32_t bans;
	uint64_t stopped;
	uint64_t logins; /* collateral */
	uint64_t mails;
	bool only; /* the other configuration does not ban it */
};

struct scan_clients {
	struct scan_client *v; /* in the order of prefix_cmp */
	size_t n;
	struct prefix_set *banned;
};

/* Ends the program without memory.  Frees nothing of the plays. */
void scan_compare(const struct scan_play plays[2],
    struct scan_clients clients[2]);
void scan_compare_free(struct scan_clients clients[2]);

/* Whether the other of two has no ban that covers a prefix. */
bool scan_compare_only(const struct scan_clients *other, const struct prefix *);

/* The clients that only one of two bans, and what both stop wrongly. */
void scan_compare_print(const struct scan *);

#endif
