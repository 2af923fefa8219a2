#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "accounts.h"

#define DAY 86400
#define T0  ((int64_t)20000 * DAY)

static int
setup(void **state)
{
	*state = accounts_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	accounts_free(*state);
	return 0;
}

static void
fails(struct accounts *a, const char *user, const char *client, int64_t time,
    uint32_t n)
{
	struct prefix p;

	assert_null(prefix_parse(client, &p));
	accounts_fail(a, user, strlen(user), &p, time, n);
}

/* The one of that rank; false if there are fewer. */
static bool
ranked(struct accounts *a, size_t rank, struct ctl_account_record *r)
{
	uint16_t order[ACCOUNTS_MAX];

	return rank < accounts_order(a, order) &&
	    accounts_get(a, order[rank], r);
}

static bool
named(struct accounts *a, const char *user, struct ctl_account_record *r)
{
	size_t i;

	for (i = 0; ranked(a, i, r); i++)
		if (strcmp(r->user, user) == 0)
			return true;
	return false;
}

static void
test_the_most_failures_come_first(void **state)
{
	struct ctl_account_record r;

	fails(*state, "bob", "192.0.2.1", T0, 2);
	fails(*state, "alice", "192.0.2.1", T0, 3);
	fails(*state, "carol", "192.0.2.1", T0, 1);
	fails(*state, "dave", "192.0.2.1", T0, 2);
	assert_true(ranked(*state, 0, &r));
	assert_string_equal(r.user, "alice");
	assert_int_equal(r.failures, 3);
	assert_int_equal(r.error, 0);
	assert_true(ranked(*state, 1, &r));
	assert_string_equal(r.user, "bob");
	assert_true(ranked(*state, 2, &r));
	assert_string_equal(r.user, "dave");
	assert_true(ranked(*state, 3, &r));
	assert_string_equal(r.user, "carol");
	assert_false(ranked(*state, 4, &r));
}

static void
test_clients_and_networks_are_told_apart(void **state)
{
	struct ctl_account_record r;

	fails(*state, "alice", "192.0.2.1", T0 + 5, 1);
	fails(*state, "Alice", "192.0.2.1", T0, 1);
	fails(*state, "ALICE", "192.0.2.2", T0 + 9, 1);
	fails(*state, "alice", "198.51.100.1", T0 + 7, 1);
	fails(*state, "alice", "2001:db8:0:1::/64", T0 + 7, 1);
	fails(*state, "alice", "2001:db8:0:2::/64", T0 + 7, 1);
	assert_true(ranked(*state, 0, &r));
	assert_string_equal(r.user, "alice");
	assert_int_equal(r.failures, 6);
	assert_int_equal(r.clients, 5);
	assert_int_equal(r.networks, 3);
	assert_int_equal(r.first, T0 + 5);
	assert_int_equal(r.last, T0 + 9);
	assert_false(ranked(*state, 1, &r));
}

/* Numbers that are estimated must not contradict those that are counted. */
static void
test_there_are_no_more_clients_than_failures(void **state)
{
	struct ctl_account_record r;
	char client[32], user[16];
	unsigned i, n;

	for (n = 0; n < 32; n++) {
		snprintf(user, sizeof(user), "user%u", n);
		for (i = 0; i < 1000; i++) {
			snprintf(client, sizeof(client), "2001:db8:%x:%x::1", i,
			    n);
			fails(*state, user, client, T0, 1);
		}
		assert_true(named(*state, user, &r));
		assert_int_equal(r.failures, 1000);
		assert_true(r.clients <= 1000);
		assert_true(r.networks <= r.clients);
	}
}

static void
test_good_logins_count_from_the_first_failure_on(void **state)
{
	struct ctl_account_record r;

	accounts_login(*state, "alice", 5, T0 + 3);
	fails(*state, "alice", "192.0.2.1", T0, 1);
	accounts_login(*state, "alice", 5, T0 - 1);
	accounts_login(*state, "Alice", 5, T0);
	accounts_login(*state, "alice", 5, T0 + 1);
	accounts_login(*state, "bob", 3, T0 + 1);
	assert_true(ranked(*state, 0, &r));
	assert_int_equal(r.logins, 2);
	assert_false(ranked(*state, 1, &r));
}

/*
 * Hundred thousand names that nobody has: memory stays, and one that is really
 * attacked stays on top, its number within the error told.
 */
static void
test_a_flood_of_names_does_not_hide_an_attack(void **state)
{
	struct ctl_account_record r;
	uint16_t order[ACCOUNTS_MAX];
	uint64_t sum = 0;
	char name[32];
	unsigned i;

	for (i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "nobody%u", i);
		fails(*state, name, "198.51.100.1", T0, 1);
		if (i % 500 == 0)
			fails(*state, "alice", "192.0.2.1", T0, 1);
	}
	assert_int_equal(accounts_order(*state, order), ACCOUNTS_MAX);
	assert_true(named(*state, "alice", &r));
	assert_in_range(r.failures, 200, 200 + r.error);
	assert_true(r.error <= 100200 / ACCOUNTS_MAX);
	assert_true(ranked(*state, 0, &r));
	assert_string_equal(r.user, "alice");
	for (i = 0; i < ACCOUNTS_MAX; i++) {
		assert_true(ranked(*state, i, &r));
		assert_true(r.failures > r.error);
		sum += r.failures;
	}
	assert_int_equal(sum, 100200); /* none is lost, by construction */
}

static void
test_a_counter_that_is_taken_over_begins_anew(void **state)
{
	struct ctl_account_record r;
	char name[32];
	unsigned i;

	for (i = 0; i < ACCOUNTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		fails(*state, name, "198.51.100.1", T0, i == 700 ? 2 : 3);
	}
	accounts_login(*state, "user700", 7, T0);
	fails(*state, "new", "2001:db8::/64", T0 + 5, 1);
	assert_false(named(*state, "user700", &r));
	assert_true(named(*state, "new", &r));
	assert_int_equal(r.failures, 3);
	assert_int_equal(r.error, 2);
	assert_int_equal(r.logins, 0);
	assert_int_equal(r.clients, 1);
	assert_int_equal(r.first, T0 + 5);
}

static void
test_errors_come_off_and_idle_names_go_at_the_end_of_a_day(void **state)
{
	struct ctl_account_record r;
	char name[32];
	unsigned i;

	for (i = 0; i < ACCOUNTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		fails(*state, name, "198.51.100.1", T0, 5);
	}
	fails(*state, "late", "192.0.2.1", T0 + 1, 4);
	assert_true(named(*state, "late", &r));
	assert_int_equal(r.failures, 9);
	fails(*state, "user9", "192.0.2.1", T0 + DAY, 1);
	assert_true(named(*state, "late", &r));
	assert_int_equal(r.failures, 4);
	assert_int_equal(r.error, 0);
	assert_true(named(*state, "user9", &r));
	assert_int_equal(r.failures, 6);
	assert_true(named(*state, "user10", &r));
	fails(*state, "late", "192.0.2.1", T0 + 7 * DAY + 1, 1);
	assert_false(named(*state, "user10", &r));
	assert_true(named(*state, "user9", &r)); /* less than a week ago */
	assert_true(named(*state, "late", &r));
	assert_int_equal(r.failures, 5);
	assert_false(ranked(*state, 2, &r));
}

static void
test_a_clock_that_goes_back_settles_nothing(void **state)
{
	struct ctl_account_record r;

	fails(*state, "alice", "192.0.2.1", T0, 1);
	fails(*state, "bob", "192.0.2.1", T0 - 400 * DAY, 1);
	assert_true(named(*state, "alice", &r));
	assert_true(named(*state, "bob", &r));
	fails(*state, "carol", "192.0.2.1", -5, 1);
	assert_true(named(*state, "carol", &r));
}

static void
test_names_may_hold_any_bytes(void **state)
{
	static char longer[65536];
	struct ctl_account_record r;
	struct prefix p;

	memset(longer, 'x', sizeof(longer));
	assert_null(prefix_parse("192.0.2.1", &p));
	accounts_fail(*state, "a\0b\033[2J", 7, &p, T0, 3);
	accounts_fail(*state, longer, sizeof(longer), &p, T0, 2);
	accounts_fail(*state, longer, sizeof(longer) - 1, &p, T0, 1);
	accounts_fail(*state, "", 0, &p, T0, 9);
	assert_true(ranked(*state, 0, &r));
	assert_string_equal(r.user, "a?b\033[2J"); /* the reader escapes it */
	assert_true(ranked(*state, 1, &r));
	assert_int_equal(r.failures, 2);
	assert_int_equal(strlen(r.user), CTL_USER_LEN - 1);
	assert_true(ranked(*state, 2, &r));
	assert_int_equal(r.failures, 1);
	assert_false(ranked(*state, 3, &r));
}

static void
test_the_order_survives_a_change_of_the_table(void **state)
{
	uint16_t order[ACCOUNTS_MAX];
	struct ctl_account_record r;
	char name[32];
	unsigned i;
	size_t n;

	for (i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		fails(*state, name, "198.51.100.1", T0, i + 1);
	}
	n = accounts_order(*state, order);
	assert_int_equal(n, 10);
	fails(*state, "only", "198.51.100.1", T0 + 30 * DAY, 1);
	for (i = 0; i < n; i++)
		if (accounts_get(*state, order[i], &r))
			assert_string_equal(r.user, "only");
	assert_false(accounts_get(*state, UINT16_MAX, &r));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_attacks_move_with_the_clock(void **state)
{
	struct ctl_account_record r;

	fails(*state, "alice", "192.0.2.1", T0, 2);
	fails(*state, "alice", "192.0.2.1", T0 + 60, 2);
	accounts_shift(*state, -400 * DAY);
	assert_true(named(*state, "alice", &r));
	assert_int_equal(r.first, T0 - 400 * DAY);
	assert_int_equal(r.last, T0 + 60 - 400 * DAY);
	accounts_shift(*state, 800 * DAY);
	fails(*state, "bob", "192.0.2.1", T0 + 401 * DAY, 1); /* next day */
	assert_true(named(*state, "alice", &r));
	accounts_shift(*state, -800 * DAY);
	accounts_login(*state, "alice", 5, T0 - 399 * DAY);
	assert_true(named(*state, "alice", &r));
	assert_int_equal(r.logins, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_most_failures_come_first),
		TEST(test_clients_and_networks_are_told_apart),
		TEST(test_there_are_no_more_clients_than_failures),
		TEST(test_good_logins_count_from_the_first_failure_on),
		TEST(test_a_flood_of_names_does_not_hide_an_attack),
		TEST(test_a_counter_that_is_taken_over_begins_anew),
		TEST(
		    test_errors_come_off_and_idle_names_go_at_the_end_of_a_day),
		TEST(test_a_clock_that_goes_back_settles_nothing),
		TEST(test_names_may_hold_any_bytes),
		TEST(test_the_order_survives_a_change_of_the_table),
		TEST(test_attacks_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
