/*
 * This host's own addresses and connected networks, the gateways of its
 * routes and its resolvers: what must never be banned.  And the monitor that
 * tells when the kernel changes these, or routes and rules that may be ours.
 */
#ifndef SMTPBAN_HOSTADDR_H
#define SMTPBAN_HOSTADDR_H

#include <stdbool.h>

#include "prefix.h"

struct hostaddr;

/* Opens its sockets and reads all once.  Logs and returns NULL on failure. */
struct hostaddr *hostaddr_open(const char *resolv_conf);
void hostaddr_close(struct hostaddr *);

/* The monitor's descriptor, readable when something changed. */
int hostaddr_fd(const struct hostaddr *);

enum hostaddr_change {
	HOSTADDR_ADDRESSES = 1 << 0, /* own addresses: call hostaddr_refresh */
	HOSTADDR_GATEWAYS = 1 << 1,  /* a route with a gateway came or went */
	HOSTADDR_RULES = 1 << 2,     /* a policy rule went */
	HOSTADDR_LOST = 1 << 3,      /* notifications were lost: check all */
};

/*
 * A route on this prefix went, or gave way to another.  It may have been ours,
 * or one that kept ours out.  Called by hostaddr_read for each; it must not use
 * the struct hostaddr.
 */
typedef void (*hostaddr_gone)(void *arg, const struct prefix *);

/*
 * Read what the monitor has, never blocking, and not without end: the rest
 * leaves the descriptor readable.  Returns hostaddr_change bits.
 */
unsigned hostaddr_read(struct hostaddr *, hostaddr_gone, void *arg);

/*
 * Read addresses, gateways and resolvers again.  On failure the old stay and
 * -1 is returned with errno.  Ends the process without memory.
 */
int hostaddr_refresh(struct hostaddr *);

/*
 * True if resolv.conf(5) is no longer what was read: call hostaddr_refresh.
 * Nothing announces that, so it is to be asked before a ban is judged.
 */
bool hostaddr_is_stale(const struct hostaddr *);

/*
 * Why p must not be banned: "an address of this host", "a connected network
 * of this host", "a gateway of this host", "a resolver of this host"; NULL if
 * nothing of that overlaps p.
 */
const char *hostaddr_protects(const struct hostaddr *, const struct prefix *p);

#endif
