#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/route/route.h>

#include "hostaddr.h"
#include "log.h"
#include "netlink.h"
#include "prefix_set.h"
#include "resolv.h"

#define GATEWAYS_MAX 16384 /* different ones; the rest is not protected */
#define READS_MAX    256   /* datagrams in one call */
#define WHOLE        128   /* as a length: the address itself */

/* Addresses, routes and rules of both families. */
#define HOST_GROUPS                                                    \
	(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | \
	    RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE |                     \
	    1 << (RTNLGRP_IPV6_RULE - 1))

enum host_set {
	HOST_ADDRESS,
	HOST_GATEWAY,
	HOST_RESOLVER,
	HOST_NETWORK, /* last: what is more special is the better reason */
	HOST_SETS,
};

static const char *const host_reason[HOST_SETS] = {
	"an address of this host",
	"a gateway of this host",
	"a resolver of this host",
	"a connected network of this host",
};

struct hostaddr {
	struct netlink *ask;
	struct netlink *monitor;
	char *resolv_conf;
	struct stat read; /* resolv.conf as it was; all 0: not there */
	struct prefix_set *set[HOST_SETS];
	bool lost;          /* something, and not all is read since */
	unsigned changes;   /* heard by this call of hostaddr_read, */
	hostaddr_gone gone; /* and its arguments */
	void *arg;
};

struct hostaddr *
hostaddr_open(const char *resolv_conf)
{
	struct hostaddr *h = calloc(1, sizeof(*h));

	if (h == NULL || (h->resolv_conf = strdup(resolv_conf)) == NULL)
		fatal("addresses");
	/* The monitor first: what changes while we read is not missed. */
	if ((h->monitor = netlink_open(NETLINK_ROUTE, HOST_GROUPS)) != NULL &&
	    (h->ask = netlink_open(NETLINK_ROUTE, 0)) != NULL &&
	    hostaddr_refresh(h) == 0)
		return h;
	log_warn("netlink: addresses of this host");
	hostaddr_close(h);
	return NULL;
}

void
hostaddr_close(struct hostaddr *h)
{
	int i;

	if (h == NULL)
		return;
	netlink_close(h->ask);
	netlink_close(h->monitor);
	for (i = 0; i < HOST_SETS; i++)
		prefix_set_free(h->set[i]);
	free(h->resolv_conf);
	free(h);
}

int
hostaddr_fd(const struct hostaddr *h)
{
	return netlink_fd(h->monitor);
}

static void
host_add(struct prefix_set *set, int family, const struct nlattr *attr,
    unsigned len)
{
	struct prefix p;

	if (netlink_prefix(&p, family, attr, len) &&
	    prefix_set_add(set, &p) == -1)
		fatal("addresses");
}

static void
host_see_address(void *arg, struct nlmsghdr *hdr)
{
	struct prefix_set **set = arg;
	const struct ifaddrmsg *ifa = nlmsg_data(hdr);
	struct nlattr *tb[IFA_MAX + 1];

	if (nlmsg_parse(hdr, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return;
	host_add(set[HOST_ADDRESS], ifa->ifa_family,
	    tb[IFA_LOCAL] != NULL ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], WHOLE);
	if (ifa->ifa_prefixlen > 0)
		host_add(set[HOST_NETWORK], ifa->ifa_family, tb[IFA_ADDRESS],
		    ifa->ifa_prefixlen);
}

static void
host_see_hop(struct rtnl_nexthop *hop, void *arg)
{
	const struct nl_addr *to = rtnl_route_nh_get_gateway(hop);
	struct prefix p;
	bool inet;

	if (to == NULL)
		to = rtnl_route_nh_get_via(hop); /* IPv4 by way of IPv6 */
	if (to == NULL || prefix_set_count(arg) >= GATEWAYS_MAX)
		return;
	inet = nl_addr_get_family(to) == AF_INET;
	if (nl_addr_get_len(to) != (inet ? 4 : 16))
		return;
	prefix_from_bytes(&p, inet ? PREFIX_INET : PREFIX_INET6,
	    nl_addr_get_binary_addr(to), inet ? 32 : 128);
	if (prefix_set_add(arg, &p) == -1)
		fatal("addresses");
}

static void
host_see_route(void *arg, struct nlmsghdr *hdr)
{
	struct prefix_set **set = arg;
	struct rtnl_route *route;

	if (rtnl_route_parse(hdr, &route) < 0)
		return;
	rtnl_route_foreach_nexthop(route, host_see_hop, set[HOST_GATEWAY]);
	rtnl_route_put(route);
}

static void
host_look(const struct hostaddr *h, struct stat *st)
{
	if (stat(h->resolv_conf, st) == -1)
		memset(st, 0, sizeof(*st));
}

bool
hostaddr_is_stale(const struct hostaddr *h)
{
	struct stat now;

	host_look(h, &now);
	return now.st_ino != h->read.st_ino || now.st_size != h->read.st_size ||
	    memcmp(&now.st_ctim, &h->read.st_ctim, sizeof(now.st_ctim)) != 0;
}

int
hostaddr_refresh(struct hostaddr *h)
{
	struct prefix_set *new[HOST_SETS], *old;
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct rtmsg rt = { .rtm_type = RTN_UNICAST };
	bool ok;
	int i;

	for (i = 0; i < HOST_SETS; i++)
		if ((new[i] = prefix_set_new()) == NULL)
			fatal("addresses");
	host_look(h, &h->read);
	ok = netlink_dump(h->ask, RTM_GETADDR, &ifa, sizeof(ifa),
		 host_see_address, new) == 0 &&
	    netlink_dump(h->ask, RTM_GETROUTE, &rt, sizeof(rt), host_see_route,
		new) == 0 &&
	    resolv_read(h->resolv_conf, new[HOST_RESOLVER]) == 0;
	for (i = 0; i < HOST_SETS; i++) {
		old = ok ? h->set[i] : new[i];
		if (ok)
			h->set[i] = new[i];
		prefix_set_free(old);
	}
	return ok ? 0 : -1;
}

const char *
hostaddr_protects(const struct hostaddr *h, const struct prefix *p)
{
	int i;

	for (i = 0; i < HOST_SETS; i++)
		if (prefix_set_overlapping(h->set[i], p) != NULL)
			return host_reason[i];
	return NULL;
}

static void
host_hear_route(struct hostaddr *h, struct nlmsghdr *hdr)
{
	const struct rtmsg *rt = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct prefix p;

	if (nlmsg_parse(hdr, sizeof(*rt), tb, RTA_MAX, NULL) < 0)
		return;
	if (tb[RTA_GATEWAY] != NULL || tb[RTA_MULTIPATH] != NULL)
		h->changes |= HOSTADDR_GATEWAYS;
	/* That one gave way to another, nothing but the flag tells. */
	if ((hdr->nlmsg_type == RTM_DELROUTE ||
		(hdr->nlmsg_flags & NLM_F_REPLACE)) &&
	    netlink_prefix(&p, rt->rtm_family, tb[RTA_DST], rt->rtm_dst_len))
		h->gone(h->arg, &p);
}

static void
host_hear(void *arg, struct nlmsghdr *hdr)
{
	struct hostaddr *h = arg;
	uint16_t type = hdr->nlmsg_type;

	if (type == RTM_NEWADDR || type == RTM_DELADDR)
		h->changes |= HOSTADDR_ADDRESSES;
	else if (type == RTM_NEWROUTE || type == RTM_DELROUTE)
		host_hear_route(h, hdr);
	else if (type == RTM_DELRULE)
		h->changes |= HOSTADDR_RULES;
}

/*
 * Once something was lost, the kernel does not say so again until all that
 * waits was read: so it is told until then.
 */
unsigned
hostaddr_read(struct hostaddr *h, hostaddr_gone gone, void *arg)
{
	bool empty = false;
	int reads;

	h->gone = gone;
	h->arg = arg;
	h->changes = h->lost ? HOSTADDR_LOST : 0;
	for (reads = 0; reads < READS_MAX && !empty; reads++)
		if (netlink_read(h->monitor, host_hear, h) == -1) {
			empty = errno == EAGAIN;
			h->changes |= empty ? 0 : HOSTADDR_LOST;
		}
	h->lost = !empty && (h->changes & HOSTADDR_LOST);
	return h->changes;
}
