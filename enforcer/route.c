#include <sys/param.h>
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "conf.h"
#include "log.h"
#include "netlink.h"
#include "route.h"

#define METRIC_INET6  1024 /* a lower one could cut off the own LAN */
#define RULE_PRIORITY 983  /* before l3mdev's, so that it holds for VRFs */
#define STALE_MAX     64   /* rules; more are taken away the next time */

/* No padding: these are compared as bytes. */
struct rule {
	uint32_t table;
	uint32_t priority;
	struct fib_rule_port_range sport; /* of TCP; 0: whatever it is */
	uint16_t family;
	uint16_t ip_proto;
};
_Static_assert(sizeof(struct rule) == 16, "rule has padding");

struct route {
	struct netlink *nl;
	struct route_kind kind;
	route_visit visit; /* of the dump under way */
	void *arg;
	struct rule want[2 * CONF_PORTS_MAX];
	bool have[2 * CONF_PORTS_MAX]; /* that one of them */
	unsigned nwant;
	struct rule stale[STALE_MAX];
	unsigned nstale;
};

struct route *
route_open(const struct route_kind *kind)
{
	/* No route goes to 0.0.0.0/32; what counts is whether we may ask. */
	struct route_change probe = { .prefix = { .family = PREFIX_INET,
					  .len = 32 },
		.op = ROUTE_DELETE };
	struct route *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("routes");
	r->kind = *kind;
	r->nl = netlink_open(NETLINK_ROUTE, 0);
	if (r->nl != NULL && route_apply(r, &probe, 1) == 0 &&
	    (errno = probe.result) == 0)
		return r;
	if (errno == EPERM)
		log_warnx("cannot change routes: CAP_NET_ADMIN is missing "
			  "(in a container: --cap-add=NET_ADMIN)");
	else
		log_warn("cannot change routes");
	route_close(r);
	return NULL;
}

void
route_close(struct route *r)
{
	if (r != NULL)
		netlink_close(r->nl);
	free(r);
}

void
route_set_kind(struct route *r, const struct route_kind *kind)
{
	r->kind = *kind;
}

static void
route_queue(struct route *r, const struct route_change *c, enum route_op op)
{
	const struct route_kind *kind = c->kind.type != 0 ? &c->kind : &r->kind;
	const struct prefix *p = &c->prefix;
	bool add = op == ROUTE_ADD, inet = p->family == PREFIX_INET;
	uint32_t metric = inet ? 0 : METRIC_INET6;
	struct rtmsg rt = {
		.rtm_family = inet ? AF_INET : AF_INET6,
		.rtm_dst_len = p->len,
		.rtm_protocol = kind->protocol,
		.rtm_scope = add ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE,
		.rtm_type = kind->type,
	};

	netlink_begin(r->nl, add ? RTM_NEWROUTE : RTM_DELROUTE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0, &rt, sizeof(rt));
	netlink_put(r->nl, RTA_DST, p->addr, inet ? 4 : 16);
	netlink_put(r->nl, RTA_TABLE, &kind->table, sizeof(kind->table));
	netlink_put(r->nl, RTA_PRIORITY, &metric, sizeof(metric));
}

/*
 * Whose is the route that an addition met?  One of ours can be deleted and
 * made again, and by that the kernel has told; nobody else's is touched.
 */
static int
route_remake(struct route *r, struct route_change *c)
{
	const int *results;

	c->result = ECANCELED;
	route_queue(r, c, ROUTE_DELETE);
	route_queue(r, c, ROUTE_ADD);
	if ((results = netlink_exchange(r->nl, NULL, NULL)) == NULL)
		return -1;
	c->result = results[1];
	return 0;
}

int
route_apply(struct route *r, struct route_change *c, size_t n)
{
	const int *results;
	size_t i, batch;

	for (i = 0; i < n; i++)
		c[i].result = ECANCELED;
	for (; n > 0; n -= batch, c += batch) {
		batch = MIN(n, NETLINK_BATCH);
		for (i = 0; i < batch; i++)
			route_queue(r, &c[i], c[i].op);
		if ((results = netlink_exchange(r->nl, NULL, NULL)) == NULL)
			return -1;
		for (i = 0; i < batch; i++)
			c[i].result = results[i];
		for (i = 0; i < batch; i++)
			if (c[i].op == ROUTE_DELETE && c[i].result == ESRCH)
				c[i].result = 0;
			else if (c[i].op == ROUTE_ADD &&
			    c[i].result == EEXIST &&
			    route_remake(r, &c[i]) == -1)
				return -1;
	}
	return 0;
}

static void
route_see(void *arg, struct nlmsghdr *hdr)
{
	struct route *r = arg;
	const struct rtmsg *rt = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct route_kind kind;
	struct prefix p;
	uint32_t metric = 0;

	if (nlmsg_parse(hdr, sizeof(*rt), tb, RTA_MAX, NULL) < 0 ||
	    !netlink_prefix(&p, rt->rtm_family, tb[RTA_DST], rt->rtm_dst_len))
		return;
	kind.type = rt->rtm_type;
	kind.protocol = rt->rtm_protocol;
	kind.table = rt->rtm_table;
	nla_memcpy(&kind.table, tb[RTA_TABLE], sizeof(kind.table));
	nla_memcpy(&metric, tb[RTA_PRIORITY], sizeof(metric));
	if (rt->rtm_tos == 0 &&
	    metric == (p.family == PREFIX_INET ? 0 : METRIC_INET6))
		r->visit(r->arg, &p, &kind);
}

int
route_dump(struct route *r, route_visit visit, void *arg)
{
	struct rtmsg rt = { .rtm_protocol = r->kind.protocol };

	r->visit = visit;
	r->arg = arg;
	return netlink_dump(r->nl, RTM_GETROUTE, &rt, sizeof(rt), route_see, r);
}

static void
rule_see(void *arg, struct nlmsghdr *hdr)
{
	struct route *r = arg;
	const struct fib_rule_hdr *head = nlmsg_data(hdr);
	struct nlattr *tb[FRA_MAX + 1];
	struct rule rule = { 0 };
	uint8_t protocol = 0;
	unsigned i;

	if (nlmsg_parse(hdr, sizeof(*head), tb, FRA_MAX, NULL) < 0)
		return;
	rule.family = head->family;
	nla_memcpy(&protocol, tb[FRA_PROTOCOL], sizeof(protocol));
	nla_memcpy(&rule.table, tb[FRA_TABLE], sizeof(rule.table));
	nla_memcpy(&rule.priority, tb[FRA_PRIORITY], sizeof(rule.priority));
	nla_memcpy(&rule.sport, tb[FRA_SPORT_RANGE], sizeof(rule.sport));
	if (tb[FRA_IP_PROTO] != NULL)
		rule.ip_proto = nla_get_u8(tb[FRA_IP_PROTO]);
	if (protocol != r->kind.protocol ||
	    (rule.family != AF_INET && rule.family != AF_INET6))
		return;
	for (i = 0; i < r->nwant; i++)
		if (memcmp(&rule, &r->want[i], sizeof(rule)) == 0) {
			r->have[i] = true;
			return;
		}
	if (r->nstale < STALE_MAX)
		r->stale[r->nstale++] = rule;
}

static void
rule_queue(struct route *r, uint16_t type, const struct rule *rule)
{
	struct fib_rule_hdr head = { .family = (uint8_t)rule->family,
		.action = FR_ACT_TO_TBL };
	uint8_t ip_proto = (uint8_t)rule->ip_proto;

	netlink_begin(r->nl, type,
	    type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0, &head,
	    sizeof(head));
	netlink_put(r->nl, FRA_TABLE, &rule->table, sizeof(rule->table));
	netlink_put(r->nl, FRA_PRIORITY, &rule->priority,
	    sizeof(rule->priority));
	netlink_put(r->nl, FRA_PROTOCOL, &r->kind.protocol,
	    sizeof(r->kind.protocol));
	if (ip_proto == 0)
		return;
	netlink_put(r->nl, FRA_IP_PROTO, &ip_proto, sizeof(ip_proto));
	netlink_put(r->nl, FRA_SPORT_RANGE, &rule->sport, sizeof(rule->sport));
}

/*
 * To delete a rule without ports, the kernel takes the first that fits the
 * rest: those with ports have a priority of their own.
 */
static void
rule_want(struct route *r, uint16_t family, uint16_t port)
{
	struct rule *rule = &r->want[r->nwant];

	r->have[r->nwant++] = false;
	*rule = (struct rule){ r->kind.table, RULE_PRIORITY + (port != 0),
		{ port, port }, family, port != 0 ? IPPROTO_TCP : 0 };
}

int
route_keep_rules(struct route *r, const uint32_t *ports, unsigned nports)
{
	struct fib_rule_hdr all = { .family = AF_UNSPEC };
	const int *results;
	uint16_t port;
	unsigned i;
	int n = 0;

	r->nstale = r->nwant = 0;
	for (i = 0; r->kind.table != RT_TABLE_MAIN && i < MAX(1, nports); i++) {
		port = nports > 0 ? (uint16_t)ports[i] : 0;
		rule_want(r, AF_INET, port);
		rule_want(r, AF_INET6, port);
	}
	if (netlink_dump(r->nl, RTM_GETRULE, &all, sizeof(all), rule_see, r) ==
	    -1)
		return -1;
	for (i = 0; i < r->nwant; i++)
		if (!r->have[i] && ++n)
			rule_queue(r, RTM_NEWRULE, &r->want[i]);
	for (; r->nstale > 0; n++)
		rule_queue(r, RTM_DELRULE, &r->stale[--r->nstale]);
	if (n == 0)
		return 0;
	if ((results = netlink_exchange(r->nl, NULL, NULL)) == NULL)
		return -1;
	while (n-- > 0)
		if ((errno = results[n]) != 0 && errno != EEXIST &&
		    errno != ENOENT && errno != EAFNOSUPPORT)
			return -1;
	return 0;
}
