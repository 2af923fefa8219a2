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
	struct kernel_routes *found;
};

static void
look_at(struct look *look, const struct prefix *route, uint32_t protocol,
    uint8_t type)
{
	if (!prefix_contains(route, look->p) || protocol == RTPROT_KERNEL)
		return;
	if (protocol == look->ours) {
		look->found->ours = type != RTN_THROW;
	} else if (type == RTN_THROW) {
		return;
	} else if (!look->found->foreign || route->len >= look->foreign_len) {
		look->found->foreign = true;
		look->found->protocol = protocol;
		look->foreign_len = route->len;
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
		look_at(arg, &route, rt->rtm_protocol, rt->rtm_type);
}

int
kernel_look(const struct prefix *p, uint32_t our_protocol,
    struct kernel_routes *found)
{
	/* What is exempt comes last: within a ban, that is what holds. */
	static const uint8_t types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE,
		RTN_PROHIBIT, RTN_THROW };
	struct look look = { p, our_protocol, 0, found };
	struct netlink *nl = netlink_open(NETLINK_ROUTE, 0);
	struct rtmsg rt = { 0 };
	int result = 0;
	size_t i;

	memset(found, 0, sizeof(*found));
	if (nl == NULL)
		return -1;
	rt.rtm_family = p->family == PREFIX_INET ? AF_INET : AF_INET6;
	for (i = 0; i < sizeof(types) && result == 0; i++) {
		rt.rtm_type = types[i];
		result = netlink_dump(nl, RTM_GETROUTE, &rt, sizeof(rt),
		    see_route, &look);
	}
	netlink_close(nl);
	return result;
}
