/* smtpband on a kernel that sets no IPv6 route while there is a file of the
 * name that $SMTPBAN_REFUSE has. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "route.h"

int __real_route_apply(struct route *, struct route_change *, size_t);
int __wrap_route_apply(struct route *, struct route_change *, size_t);

int
__wrap_route_apply(struct route *r, struct route_change *v, size_t n)
{
	const char *path = getenv("SMTPBAN_REFUSE");
	struct stat st;
	size_t i;

	if (path == NULL || stat(path, &st) == -1)
		return __real_route_apply(r, v, n);
	for (i = 0; i < n; i++)
		if (v[i].op == ROUTE_ADD && v[i].prefix.family == PREFIX_INET6)
			v[i].result = ENOBUFS;
		else if (__real_route_apply(r, &v[i], 1) == -1)
			return -1;
	return 0;
}
