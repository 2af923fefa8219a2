#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "neighbours.h"
#include "prefix_rig.h"

#define T0 1800000000

static const struct msg_threshold threshold = { 6, 86400 };

static int
setup(void **state)
{
	*state = neighbours_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	neighbours_free(*state);
	return 0;
}

static void
tell(struct neighbours *n, const char *prefix, uint32_t state, int64_t since,
    int64_t released)
{
	struct ban b = { .prefix = pfx(prefix),
		.state = state,
		.count = 5,
		.since = since,
		.released = released };

	neighbours_take_ban(n, &b);
}

static uint32_t
banned(struct neighbours *n, const char *network)
{
	struct prefix p = pfx(network);

	uint32_t failures, hosts;

	hosts = neighbours_banned(n, &p, 100, &failures);
	assert_int_equal(failures, hosts * 5);
	return hosts;
}

static void
test_bans_in_force_are_counted_once(void **state)
{
	tell(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.2.255", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.3.0", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.1.255", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.2.7", BAN_ENDED, T0, T0 + 1);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 2);
	tell(*state, "192.0.2.1", BAN_ENDED, T0, T0 + 1);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 1);
	tell(*state, "192.0.2.255", BAN_FORGOTTEN, 0, 0);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 0);
	tell(*state, "192.0.2.255", BAN_FORGOTTEN, 0, 0);
	tell(*state, "2001:db8:0:1::/64", BAN_ACTIVE, T0, 0);
	tell(*state, "2001:db8:0:ffff::/64", BAN_ACTIVE, T0, 0);
	tell(*state, "2001:db8:1::/64", BAN_ACTIVE, T0, 0);
	assert_int_equal(banned(*state, "2001:db8::/48"), 2);
	neighbours_forget_bans(*state);
	assert_int_equal(banned(*state, "2001:db8::/48"), 0);
}

static void
test_counting_stops_at_what_is_asked(void **state)
{
	struct prefix net = pfx("192.0.2.0/24");
	uint32_t failures;
	char text[32];
	unsigned i;

	for (i = 0; i < 256; i++) {
		(void)snprintf(text, sizeof(text), "192.0.2.%u", i);
		tell(*state, text, BAN_ACTIVE, T0, 0);
	}
	assert_int_equal(neighbours_banned(*state, &net, 8, &failures), 8);
	assert_int_equal(failures, 40);
	assert_int_equal(neighbours_banned(*state, &net, 1000, &failures), 256);
}

static void
test_what_led_to_a_ban_of_the_network_does_not_again(void **state)
{
	tell(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	tell(*state, "192.0.2.2", BAN_ACTIVE, T0 + 10, 0);
	tell(*state, "192.0.2.0/24", BAN_ENDED, T0 + 10, T0 + 20);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 0);
	tell(*state, "192.0.2.3", BAN_ACTIVE, T0 + 21, 0);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 1);
	tell(*state, "192.0.2.1", BAN_ACTIVE, T0 + 22, 0);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 2);
	tell(*state, "192.0.2.0/24", BAN_FORGOTTEN, 0, 0);
	assert_int_equal(banned(*state, "192.0.2.0/24"), 3);
}

static void
test_a_network_is_covered_by_a_ban_in_force(void **state)
{
	struct prefix net = pfx("192.0.2.0/24");

	tell(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	assert_false(neighbours_covered(*state, &net));
	tell(*state, "192.0.0.0/16", BAN_ENDED, T0, T0 + 1);
	assert_false(neighbours_covered(*state, &net));
	tell(*state, "192.0.0.0/16", BAN_ACTIVE, T0 + 2, 0);
	assert_true(neighbours_covered(*state, &net));
	tell(*state, "192.0.0.0/16", BAN_FORGOTTEN, 0, 0);
	tell(*state, "192.0.2.0/24", BAN_ACTIVE, T0, 0);
	assert_true(neighbours_covered(*state, &net));
	net = pfx("192.0.2.0/25");
	assert_true(neighbours_covered(*state, &net));
}

static bool
fails(struct neighbours *n, const char *host, int64_t time, uint32_t number)
{
	struct prefix p = pfx(host), net;
	struct offender has;

	neighbours_network(&p, prefix_network_len(&p), &net);
	return neighbours_fail(n, &p, &net, CATEGORY_AUTH, time, number,
	    &threshold, &has);
}

static void
test_failures_of_changing_hosts_add_up(void **state)
{
	char host[32];
	unsigned i;

	for (i = 1; i < 6; i++) {
		(void)snprintf(host, sizeof(host), "192.0.2.%u", i);
		assert_false(fails(*state, host, T0, 1));
		(void)snprintf(host, sizeof(host), "2001:db8:0:%u::/64", i);
		assert_false(fails(*state, host, T0, 1));
	}
	assert_false(fails(*state, "192.0.3.9", T0, 1));
	assert_false(fails(*state, "2001:db8:1:9::/64", T0, 1));
	assert_true(fails(*state, "192.0.2.9", T0, 1));
	assert_true(fails(*state, "2001:db8:0:9::/64", T0, 1));
}

static void
test_one_host_alone_does_not_fill_its_network(void **state)
{
	assert_false(fails(*state, "192.0.2.1", T0, 100));
	assert_false(fails(*state, "192.0.2.1", T0, 1));
	assert_true(fails(*state, "192.0.2.2", T0, 1));
	/* the other one is too long ago */
	assert_false(
	    fails(*state, "192.0.2.2", T0 + threshold.within + 1, 100));
}

static void
test_what_is_forgotten_counts_anew(void **state)
{
	struct prefix host = pfx("192.0.2.1"), net = pfx("192.0.2.0/24");

	fails(*state, "192.0.2.1", T0, 3);
	fails(*state, "192.0.2.2", T0, 2);
	neighbours_forget(*state, &host); /* a part forgets nothing */
	assert_true(fails(*state, "192.0.2.1", T0, 1));
	neighbours_forget(*state, &net);
	assert_false(fails(*state, "192.0.2.1", T0, 6)); /* alone */
	neighbours_forget(*state, &net);
	assert_false(fails(*state, "192.0.2.2", T0, 5));
	assert_true(fails(*state, "192.0.2.1", T0, 1));
	neighbours_forget_failures(*state);
	assert_false(fails(*state, "192.0.2.2", T0, 1));
	assert_false(fails(*state, "192.0.2.1", T0, 4));
}

static void
test_failures_leave_the_window(void **state)
{
	fails(*state, "192.0.2.1", T0, 3);
	fails(*state, "192.0.2.2", T0, 2);
	assert_false(fails(*state, "192.0.2.3", T0 + 86401, 1));
	assert_true(fails(*state, "192.0.2.4", T0 + 86402, 5));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_turns_and_failures_move_with_the_clock(void **state)
{
	struct prefix net = pfx("192.0.2.0/24"), a = pfx("192.0.2.1");
	struct prefix b = pfx("192.0.2.2");
	struct offender has;
	int64_t now = T0;

	(void)neighbours_fail(*state, &a, &net, CATEGORY_AUTH, now, 2,
	    &threshold, &has);
	(void)neighbours_fail(*state, &b, &net, CATEGORY_AUTH, now, 1,
	    &threshold, &has);
	now += 1000 * INT64_C(86400);
	neighbours_shift(*state, 1000 * INT64_C(86400));
	assert_true(neighbours_fail(*state, &b, &net, CATEGORY_AUTH, now, 3,
	    &threshold, &has));
	assert_int_equal(has.count, 6);
	now -= 2000 * INT64_C(86400);
	neighbours_shift(*state, -2000 * INT64_C(86400));
	assert_true(neighbours_fail(*state, &b, &net, CATEGORY_AUTH, now, 1,
	    &threshold, &has));
	assert_int_equal(has.count, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bans_in_force_are_counted_once),
		TEST(test_counting_stops_at_what_is_asked),
		TEST(test_what_led_to_a_ban_of_the_network_does_not_again),
		TEST(test_a_network_is_covered_by_a_ban_in_force),
		TEST(test_failures_of_changing_hosts_add_up),
		TEST(test_one_host_alone_does_not_fill_its_network),
		TEST(test_what_is_forgotten_counts_anew),
		TEST(test_failures_leave_the_window),
		TEST(test_turns_and_failures_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
