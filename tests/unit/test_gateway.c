#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway.h"
#include "prefix_rig.h"

#define DAY 86400
#define T0  (20833LL * DAY + 3600)

static int
setup(void **state)
{
	*state = gateway_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	gateway_free(*state);
	return 0;
}

/* n good logins of one client. */
static void
one(struct gateway *g, const char *text, unsigned n, int64_t time)
{
	struct prefix p = pfx(text);

	while (n-- > 0)
		gateway_login(g, &p, time);
}

/* n good logins, each of another client. */
static void
many(struct gateway *g, unsigned n, int64_t time)
{
	static unsigned next;
	char text[PREFIX_STRLEN];

	while (n-- > 0) {
		(void)snprintf(text, sizeof(text), "2001:db8:%x:%x::/64",
		    next >> 16 & 0xffff, next & 0xffff);
		next++;
		one(g, text, 1, time);
	}
}

static bool
is(struct gateway *g, const char *text, int64_t time)
{
	struct gateway_share share;
	struct prefix p = pfx(text);

	return gateway_get(g, time, &share) &&
	    prefix_cmp(&share.client, &p) == 0;
}

static void
test_more_than_half_is_the_proxy(void **state)
{
	struct gateway_share share;

	many(*state, 49, T0);
	one(*state, "192.0.2.9", 51, T0);
	assert_true(is(*state, "192.0.2.9", T0));
	assert_true(gateway_get(*state, T0, &share));
	assert_int_equal(share.logins, 51);
	assert_int_equal(share.of, 100);
}

static void
test_less_than_half_is_not(void **state)
{
	struct gateway_share share;

	many(*state, 51, T0);
	one(*state, "192.0.2.9", 49, T0);
	assert_false(gateway_get(*state, T0, &share));
}

static void
test_half_is_not(void **state)
{
	struct gateway_share share;

	many(*state, 50, T0);
	one(*state, "192.0.2.9", 50, T0);
	assert_false(gateway_get(*state, T0, &share));
}

static void
test_a_few_logins_tell_nothing(void **state)
{
	struct gateway_share share;

	one(*state, "192.0.2.9", GATEWAY_LOGINS - 1, T0);
	assert_false(gateway_get(*state, T0, &share));
	one(*state, "192.0.2.9", 1, T0);
	assert_true(is(*state, "192.0.2.9", T0));
}

static void
test_it_stays_while_it_has_a_third(void **state)
{
	struct gateway_share share;

	one(*state, "192.0.2.9", 60, T0);
	many(*state, 120, T0);
	assert_true(is(*state, "192.0.2.9", T0));
	many(*state, 3, T0);
	assert_false(gateway_get(*state, T0, &share));
	one(*state, "192.0.2.9", 20, T0); /* more than a third again */
	assert_false(gateway_get(*state, T0, &share));
}

static void
test_a_week_ago_is_forgotten(void **state)
{
	struct gateway_share share;

	one(*state, "192.0.2.9", 60, T0);
	assert_true(is(*state, "192.0.2.9", T0 + 6 * DAY));
	assert_false(gateway_get(*state, T0 + 7 * DAY, &share));
	one(*state, "192.0.2.9", GATEWAY_LOGINS - 1, T0 + 7 * DAY);
	assert_false(gateway_get(*state, T0 + 7 * DAY, &share));
	one(*state, "192.0.2.9", 1, T0); /* too late to count */
	assert_false(gateway_get(*state, T0 + 7 * DAY, &share));
}

static void
test_logins_of_all_days_add_up(void **state)
{
	int day;

	for (day = 0; day < 20; day++)
		one(*state, "2001:db8:9::/64", 8, T0 + day * DAY);
	assert_true(is(*state, "2001:db8:9::/64", T0 + 19 * DAY));
	for (day = 21; day < 23; day++) { /* a day without any */
		many(*state, 20, T0 + day * DAY);
		one(*state, "2001:db8:9::/64", 8, T0 + day * DAY);
	}
	assert_true(is(*state, "2001:db8:9::/64", T0 + 22 * DAY));
}

static void
test_it_is_found_among_any_number(void **state)
{
	int i;

	many(*state, 1000, T0);
	for (i = 0; i < 1000; i++) {
		one(*state, "192.0.2.9", 2, T0);
		many(*state, 1, T0);
	}
	one(*state, "192.0.2.9", 100, T0);
	assert_true(is(*state, "192.0.2.9", T0));
}

static void
test_another_one_takes_over(void **state)
{
	one(*state, "192.0.2.9", 60, T0);
	one(*state, "192.0.2.10", 61, T0 + DAY);
	assert_true(is(*state, "192.0.2.10", T0 + DAY));
}

static void
test_it_moves_with_the_clock(void **state)
{
	int64_t by = 100 * DAY + 7000;

	one(*state, "192.0.2.9", 60, T0);
	gateway_shift(*state, by);
	assert_true(is(*state, "192.0.2.9", T0 + by));
	many(*state, 10, T0 + by);
	assert_true(is(*state, "192.0.2.9", T0 + by));
	gateway_shift(*state, -2 * by);
	assert_true(is(*state, "192.0.2.9", T0 - by));
	one(*state, "192.0.2.9", 1, 0); /* a clock that tells nothing */
	one(*state, "192.0.2.9", 1, -INT64_C(1000000000000));
	assert_true(is(*state, "192.0.2.9", T0 - by));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_more_than_half_is_the_proxy),
		TEST(test_less_than_half_is_not),
		TEST(test_half_is_not),
		TEST(test_a_few_logins_tell_nothing),
		TEST(test_it_stays_while_it_has_a_third),
		TEST(test_a_week_ago_is_forgotten),
		TEST(test_logins_of_all_days_add_up),
		TEST(test_it_is_found_among_any_number),
		TEST(test_another_one_takes_over),
		TEST(test_it_moves_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
