#include <sys/stat.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hints.h"

/* A host of files in a folder of its own. */
static char root[] = "/tmp/hints.XXXXXX";

static void
make(const char *path, const char *text)
{
	char full[512], *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = full + strlen(root) + 1;
	     (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		mkdir(full, 0755);
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
setup(void **state)
{
	(void)state;
	memset(root + strlen(root) - 6, 'X', 6);
	return mkdtemp(root) == NULL ? -1 : 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
assert_hints_in(bool rules, unsigned n, const char *word)
{
	const char *hints[HINTS_MAX];

	assert_int_equal(hints_collect(root, rules, hints), n);
	if (n > 0)
		assert_non_null(strstr(hints[n - 1], word));
}

static void
assert_hints(unsigned n, const char *word)
{
	assert_hints_in(false, n, word);
}

static void
test_a_host_without_these_files_gives_no_hint(void **state)
{
	(void)state;
	assert_hints(0, NULL);
}

static void
test_networkd_is_a_hint_when_it_runs(void **state)
{
	(void)state;
	make("run/systemd/netif/state", "");
	assert_hints(1, "networkd");
	make("etc/systemd/networkd.conf",
	    "[Network]\n#ManageForeignRoutes=no\n");
	assert_hints(1, "networkd");
}

static void
test_networkd_told_to_leave_routes_is_no_hint(void **state)
{
	(void)state;
	make("run/systemd/netif/state", "");
	make("usr/lib/systemd/networkd.conf.d/50-x.conf",
	    "[Network]\nManageForeignRoutes = False\n");
	assert_hints(0, NULL);
	make("usr/lib/systemd/networkd.conf.d/50-x.conf",
	    "[Network]\nManageForeignRoutes=yes\n");
	assert_hints(1, "networkd");
	make("usr/local/lib/systemd/networkd.conf.d/50-x.conf",
	    "[Network]\nManageForeignRoutes=no\n");
	assert_hints(0, NULL);
}

static void
test_networkd_removing_our_rules_is_a_hint(void **state)
{
	(void)state;
	assert_hints_in(true, 0, NULL);
	make("run/systemd/netif/state", "");
	assert_hints_in(true, 2, "ManageForeignRoutingPolicyRules=no");
	make("etc/systemd/networkd.conf",
	    "[Network]\nManageForeignRoutes=no\n"
	    "#ManageForeignRoutingPolicyRules=no\n");
	assert_hints(0, NULL);
	assert_hints_in(true, 1, "ManageForeignRoutingPolicyRules=no");
	make("etc/systemd/networkd.conf.d/smtpban.conf",
	    "[Network]\nManageForeignRoutingPolicyRules = no\n");
	assert_hints_in(true, 0, NULL);
	make("etc/systemd/networkd.conf", "[Network]\n");
	assert_hints_in(true, 1, "ManageForeignRoutes=no");
}

static void
test_rp_filter_off_on_an_interface_is_a_hint(void **state)
{
	(void)state;
	make("proc/sys/net/ipv4/conf/all/rp_filter", "0\n");
	make("proc/sys/net/ipv4/conf/default/rp_filter", "0\n");
	make("proc/sys/net/ipv4/conf/lo/rp_filter", "0\n");
	make("proc/sys/net/ipv4/conf/eth0/rp_filter", "2\n");
	assert_hints(0, NULL);
	make("proc/sys/net/ipv4/conf/eth1/rp_filter", "0\n");
	assert_hints(1, "rp_filter");
}

static void
test_rp_filter_for_all_is_no_hint(void **state)
{
	(void)state;
	make("proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
	make("proc/sys/net/ipv4/conf/eth0/rp_filter", "0\n");
	assert_hints(0, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_host_without_these_files_gives_no_hint),
		TEST(test_networkd_is_a_hint_when_it_runs),
		TEST(test_networkd_told_to_leave_routes_is_no_hint),
		TEST(test_networkd_removing_our_rules_is_a_hint),
		TEST(test_rp_filter_off_on_an_interface_is_a_hint),
		TEST(test_rp_filter_for_all_is_no_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
