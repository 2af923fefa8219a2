#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hints.h"

#define PATH_LEN 4096

static const char *const networkd_files[] = {
	"etc/systemd/networkd.conf",
	"run/systemd/networkd.conf",
	"usr/lib/systemd/networkd.conf",
	"etc/systemd/networkd.conf.d/*.conf",
	"run/systemd/networkd.conf.d/*.conf",
	"usr/local/lib/systemd/networkd.conf.d/*.conf",
	"usr/lib/systemd/networkd.conf.d/*.conf",
};

static bool
is_no(const char *value)
{
	static const char *const words[] = { "no", "false", "off", "0", "n",
		"f" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* True if a networkd.conf(5) has the line "KEY=no". */
static bool
networkd_says_no(const char *path, const char *key)
{
	char line[512], word[64], value[16];
	bool found = false;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, " %63[A-Za-z] = %15s", word, value) == 2 &&
		    strcmp(word, key) == 0)
			found = is_no(value);
	fclose(f);
	return found;
}

/*
 * Any file that says no is taken for the last word: which of several files
 * holds is networkd's business, and a wrong warning is worse than none.
 */
static bool
networkd_removes(const char *root, const char *key)
{
	char path[PATH_LEN];
	bool leaves = false;
	size_t i, k;
	glob_t g;

	snprintf(path, sizeof(path), "%s/run/systemd/netif/state", root);
	if (access(path, F_OK) == -1)
		return false;
	for (i = 0; i < sizeof(networkd_files) / sizeof(networkd_files[0]);
	     i++) {
		snprintf(path, sizeof(path), "%s/%s", root, networkd_files[i]);
		if (glob(path, GLOB_NOSORT, NULL, &g) != 0)
			continue;
		for (k = 0; k < g.gl_pathc; k++)
			leaves |= networkd_says_no(g.gl_pathv[k], key);
		globfree(&g);
	}
	return !leaves;
}

/* True if a file of the kernel holds the number 0. */
static bool
is_zero(const char *path)
{
	char text[8];
	bool zero;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		return false;
	zero = fgets(text, sizeof(text), f) != NULL && strcmp(text, "0\n") == 0;
	fclose(f);
	return zero;
}

/* The kernel takes the larger one of an interface's value and "all". */
static bool
rp_filter_is_off(const char *root)
{
	char path[PATH_LEN];
	const char *name;
	bool off = false;
	size_t i;
	glob_t g;

	snprintf(path, sizeof(path), "%s/proc/sys/net/ipv4/conf/all/rp_filter",
	    root);
	if (!is_zero(path))
		return false;
	snprintf(path, sizeof(path), "%s/proc/sys/net/ipv4/conf/*/rp_filter",
	    root);
	if (glob(path, GLOB_NOSORT, NULL, &g) != 0)
		return false;
	for (i = 0; i < g.gl_pathc; i++) {
		name = strstr(g.gl_pathv[i], "/conf/") + strlen("/conf/");
		if (strncmp(name, "all/", 4) != 0 &&
		    strncmp(name, "default/", 8) != 0 &&
		    strncmp(name, "lo/", 3) != 0)
			off |= is_zero(g.gl_pathv[i]);
	}
	globfree(&g);
	return off;
}

unsigned
hints_collect(const char *root, bool rules, const char *hints[HINTS_MAX])
{
	unsigned n = 0;

	if (networkd_removes(root, "ManageForeignRoutes"))
		hints[n++] =
		    "systemd-networkd manages foreign routes: it removes bans "
		    "whenever it configures a link; set "
		    "ManageForeignRoutes=no in networkd.conf(5)";
	if (rules && networkd_removes(root, "ManageForeignRoutingPolicyRules"))
		hints[n++] =
		    "systemd-networkd manages foreign rules: it removes those "
		    "that lead to bans in their table; set "
		    "ManageForeignRoutingPolicyRules=no in networkd.conf(5)";
	if (rp_filter_is_off(root))
		hints[n++] =
		    "rp_filter is 0: packets of banned IPv4 hosts are still "
		    "delivered and only the answers die; "
		    "net.ipv4.conf.all.rp_filter=2 drops them at the door";
	return n;
}
