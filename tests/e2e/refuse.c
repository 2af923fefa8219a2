/*
 * smtpband on a kernel that, while there is a file of the name that
 * $SMTPBAN_REFUSE has, sets no IPv6 route and lists no connections.
 */
#include <errno.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "netlink.h"
#include "route.h"

int __real_route_apply(struct route *, struct route_change *, size_t);
int __wrap_route_apply(struct route *, struct route_change *, size_t);
int __real_netlink_dump(struct netlink *, uint16_t, const void *, size_t,
    netlink_visit, void *);
int __wrap_netlink_dump(struct netlink *, uint16_t, const void *, size_t,
    netlink_visit, void *);

static bool
is_refusing(void)
{
	const char *path = getenv("SMTPBAN_REFUSE");
	struct stat st;

	return path != NULL && stat(path, &st) == 0;
}

int
__wrap_netlink_dump(struct netlink *nl, uint16_t type, const void *header,
    size_t len, netlink_visit visit, void *arg)
{
	if (type != SOCK_DIAG_BY_FAMILY || !is_refusing())
		return __real_netlink_dump(nl, type, header, len, visit, arg);
	errno = ENOMEM;
	return -1;
}

int
__wrap_route_apply(struct route *r, struct route_change *v, size_t n)
{
	size_t i;

	if (!is_refusing())
		return __real_route_apply(r, v, n);
	for (i = 0; i < n; i++)
		if (v[i].op == ROUTE_ADD && v[i].prefix.family == PREFIX_INET6)
			v[i].result = ENOBUFS;
		else if (__real_route_apply(r, &v[i], 1) == -1)
			return -1;
	return 0;
}
