#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "resolv.h"

#define RESOLV_LINES 4096

void
resolv_parse(FILE *f, struct prefix_set *set)
{
	char line[256], addr[64];
	struct prefix p;
	int n;

	for (n = 0; n < RESOLV_LINES && fgets(line, sizeof(line), f); n++)
		if (sscanf(line, "nameserver%*[ \t]%63[0-9A-Fa-f:.]", addr) ==
			1 &&
		    prefix_parse_addr(addr, strlen(addr), &p) == 0 &&
		    prefix_set_add(set, &p) == -1)
			fatal("resolvers");
}

int
resolv_read(const char *path, struct prefix_set *set)
{
	FILE *f = fopen(path, "re");
	int failed;

	if (f == NULL)
		return errno == ENOENT ? 0 : -1;
	errno = 0;
	resolv_parse(f, set);
	failed = ferror(f) ? errno : 0;
	fclose(f);
	errno = failed;
	return failed == 0 ? 0 : -1;
}
