#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "kernel.h"
#include "netlink.h"

struct look {
	const struct prefix *p;
	uint32_t ours;
	uint8_t foreign_len; /* of the narrowest so far */
	uint32_t foreign_table;
	struct kernel_routes *found;
};

static void
look_at(struct look *look, const struct prefix *route, const struct rtmsg *rt,
    uint32_t table)
{
	if (!prefix_contains(route, look->p))
		return;
	if (rt->rtm_type == RTN_UNICAST) {
		if (look->found->foreign && table == look->foreign_table &&
		    route->len > look->foreign_len)
			look->found->foreign = false;
	} else if (rt->rtm_protocol == look->ours) {
		look->found->ours = rt->rtm_type != RTN_THROW;
	} else if (rt->rtm_type != RTN_THROW &&
	    rt->rtm_protocol != RTPROT_KERNEL &&
	    (!look->found->foreign || route->len >= look->foreign_len)) {
		look->found->foreign = true;
		look->found->protocol = rt->rtm_protocol;
		look->foreign_len = route->len;
		look->foreign_table = table;
	}
}

static void
see_route(void *arg, struct nlmsghdr *hdr)
{
	const struct rtmsg *rt = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct prefix route;

	if (nlmsg_parse(hdr, sizeof(*rt), tb, RTA_MAX, NULL) == 0 &&
	    netlink_prefix(&route, rt->rtm_family, tb[RTA_DST],
		rt->rtm_dst_len))
		look_at(arg, &route, rt,
		    tb[RTA_TABLE] != NULL ? nla_get_u32(tb[RTA_TABLE]) :
					    rt->rtm_table);
}

int
kernel_look(const struct prefix *p, uint32_t our_protocol,
    struct kernel_routes *found)
{
	/*
	 * What is exempt comes last: within a ban, that is what holds; and so
	 * does a narrower way to somewhere, within what another one drops.
	 */
	static const uint8_t types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE,
		RTN_PROHIBIT, RTN_THROW, RTN_UNICAST };
	struct look look = { p, our_protocol, 0, 0, found };
	struct netlink *nl = netlink_open(NETLINK_ROUTE, 0);
	struct rtmsg rt = { 0 };
	int result = 0;
	size_t i;

	memset(found, 0, sizeof(*found));
	if (nl == NULL)
		return -1;
	rt.rtm_family = p->family == PREFIX_INET ? AF_INET : AF_INET6;
	for (i = 0; i < sizeof(types) && result == 0; i++) {
		if (types[i] == RTN_UNICAST && !found->foreign)
			break;
		rt.rtm_type = types[i];
		result = netlink_dump(nl, RTM_GETROUTE, &rt, sizeof(rt),
		    see_route, &look);
	}
	netlink_close(nl);
	return result;
}
