/* Which networks trouble comes from: IPv4 by /24, IPv6 by /48. */
#ifndef SMTPBAN_NETWORKS_H
#define SMTPBAN_NETWORKS_H

#include <stddef.h>
#include <stdint.h>

#include "client.h"

struct network {
	struct prefix prefix;
	uint32_t bans;      /* active ones, and those that ended */
	uint32_t offenders; /* being counted */
	uint64_t failures;  /* that both are known for */
};

/*
 * Sum an answer's bans and offenders up by network, the worst first (bans,
 * then failures).  Returns an array of *n that the caller frees, or NULL if
 * there is nothing (*n is 0) or no memory.
 */
struct network *networks_sum(const struct answer *, size_t *n);

#endif
