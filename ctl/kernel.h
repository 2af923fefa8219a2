/*
 * The kernel's own view of an address, which anybody may ask: which routes
 * drop it, and whose they are.
 */
#ifndef SMTPBAN_KERNEL_H
#define SMTPBAN_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

struct kernel_routes {
	bool ours;         /* one with our protocol number covers it */
	bool foreign;      /* one of another program covers it */
	uint32_t protocol; /* of the narrowest foreign one: rtm_protocol */
};

/*
 * Go through the routes that drop (blackhole, unreachable, prohibit), in all
 * tables.  The kernel's own reject routes do not count, nor do ours where one
 * of ours exempts the address (throw), nor those of others where a narrower one
 * of the same table leads somewhere.  Returns 0, or -1 with errno.
 */
int kernel_look(const struct prefix *, uint32_t our_protocol,
    struct kernel_routes *);

#endif
