#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel.h"
#include "netns_rig.h"

static struct kernel_routes
look(const char *text)
{
	struct prefix p = netns_prefix(text);
	struct kernel_routes found;

	assert_int_equal(kernel_look(&p, 83, &found), 0);
	return found;
}

static void
test_ours_and_others_are_told_apart(void **state)
{
	netns_needed();
	netns_run("ip route add blackhole 203.0.113.9 proto 83 && "
		  "ip route add unreachable 203.0.113.0/24 proto bird && "
		  "ip route add prohibit 198.51.100.7 proto static table 2525");
	assert_true(look("203.0.113.9").ours);
	assert_true(look("203.0.113.9").foreign);
	assert_int_equal(look("203.0.113.9").protocol, 12);
	assert_false(look("203.0.113.8").ours);
	assert_true(look("203.0.113.8").foreign);
	assert_int_equal(look("198.51.100.7").protocol, 4);
	assert_false(look("198.51.100.8").foreign);
	assert_false(look("203.0.112.1").foreign);
}

static void
test_the_narrowest_foreign_route_is_named(void **state)
{
	netns_needed();
	netns_run("ip route add blackhole 203.0.113.0/25 proto static && "
		  "ip route add blackhole 203.0.113.0/24 proto bird");
	assert_int_equal(look("203.0.113.9").protocol, 4);
	assert_int_equal(look("203.0.113.200").protocol, 12);
	assert_int_equal(look("203.0.113.0/24").protocol, 12);
}

/* A narrower way to somewhere in its table, and what is looked up is that. */
static void
test_what_goes_another_way_is_not_dropped(void **state)
{
	netns_needed();
	netns_run(
	    "ip route add blackhole 203.0.113.0/24 proto static && "
	    "ip route add 203.0.113.64/26 dev lo && "
	    "ip route add blackhole 203.0.113.70 proto bird && "
	    "ip route add blackhole 198.51.100.0/24 proto bird table 77 && "
	    "ip route add 198.51.100.0/25 dev lo && "
	    "ip -6 route add blackhole 2001:db8::/32 proto static && "
	    "ip -6 route add 2001:db8:1::/64 dev lo");
	assert_true(look("203.0.113.9").foreign);
	assert_false(look("203.0.113.65").foreign);
	assert_int_equal(look("203.0.113.70").protocol, 12);
	assert_true(look("203.0.113.0/24").foreign);
	assert_true(look("198.51.100.1").foreign);
	assert_true(look("2001:db8::1").foreign);
	assert_false(look("2001:db8:1::1").foreign);
}

static void
test_ipv6_likewise(void **state)
{
	netns_needed();
	netns_run("ip -6 route add blackhole 2001:db8:1::/64 proto 83 && "
		  "ip -6 route add unreachable 2001:db8::/32 proto bird");
	assert_true(look("2001:db8:1::25").ours);
	assert_int_equal(look("2001:db8:1::25").protocol, 12);
	assert_false(look("2001:db8:2::1").ours);
	assert_false(look("2001:db9::1").foreign);
}

static void
test_where_ours_exempts_an_address_ours_does_not_drop_it(void **state)
{
	netns_needed();
	netns_run("ip route add blackhole 203.0.113.0/24 proto 83 table 77 && "
		  "ip route add throw 203.0.113.9 proto 83 table 77 && "
		  "ip route add throw 203.0.113.10 proto static table 77 && "
		  "ip -6 route add blackhole 2001:db8::/64 proto 83 && "
		  "ip -6 route add throw 2001:db8::9 proto 83");
	assert_true(look("203.0.113.8").ours);
	assert_false(look("203.0.113.9").ours);
	assert_true(look("203.0.113.10").ours);
	assert_false(look("203.0.113.10").foreign);
	assert_true(look("203.0.113.0/24").ours);
	assert_true(look("2001:db8::8").ours);
	assert_false(look("2001:db8::9").ours);
}

int
main(void)
{
#define IN_NETNS(t) cmocka_unit_test_setup(t, netns_enter)
	const struct CMUnitTest tests[] = {
		IN_NETNS(test_ours_and_others_are_told_apart),
		IN_NETNS(test_the_narrowest_foreign_route_is_named),
		IN_NETNS(test_what_goes_another_way_is_not_dropped),
		IN_NETNS(test_ipv6_likewise),
		IN_NETNS(
		    test_where_ours_exempts_an_address_ours_does_not_drop_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
