/*
 * Routes that drop, or exempt from that: rtnetlink(7) batches over libnl
 * sockets.  All carry our protocol number, type and table; no other route is
 * ever touched.
 */
#ifndef SMTPBAN_ROUTE_H
#define SMTPBAN_ROUTE_H

#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

struct route_kind {
	uint8_t type;     /* RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT; or
			 RTN_THROW, which ends the lookup in this table */
	uint8_t protocol; /* rtm_protocol of ours */
	uint32_t table;   /* RT_TABLE_MAIN, or one with a rule of ours */
};

struct route; /* one netlink socket for requests */

/* Logs and returns NULL when the kernel or our rights do not allow it. */
struct route *route_open(const struct route_kind *);
void route_close(struct route *);
void route_set_kind(struct route *, const struct route_kind *);

enum route_op {
	ROUTE_ADD,
	ROUTE_DELETE,
};

/* One change of a batch; result is 0 or an errno of the kernel. */
struct route_change {
	struct prefix prefix;
	struct route_kind kind; /* as route_dump showed it; 0: as configured */
	enum route_op op;
	int result;
};

/*
 * Carry out n changes in messages of up to 256 each, waiting for the kernel.
 * Adding what is there already as ours is success, so a restore may be
 * repeated; EEXIST is left as the result only where the route on that prefix
 * is somebody else's.  Deleting what is not there is success.  Never
 * replaces, never deletes without protocol, type, table and metric.  Returns
 * 0, or -1 with errno when the socket failed (the results that are not known
 * are ECANCELED).
 */
int route_apply(struct route *, struct route_change *, size_t n);

/*
 * A route in the kernel with our protocol, of whatever type and table, but of
 * the metric that we use.  While others change routes, one may be visited
 * twice.  The visitor must not use the struct route.  Returns 0, or -1 with
 * errno.
 */
typedef void (
    *route_visit)(void *arg, const struct prefix *, const struct route_kind *);
int route_dump(struct route *, route_visit, void *arg);

/*
 * Keep the rule "from all lookup TABLE" of both families, with our protocol
 * number, in front of main's, when the table is not main; with ports (up to
 * CONF_PORTS_MAX) one for each, for what is sent from that TCP port alone.
 * Take our other rules away, after that.  Returns 0, or -1 with errno.
 */
int route_keep_rules(struct route *, const uint32_t *ports, unsigned nports);

#endif
