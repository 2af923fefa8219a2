#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "outage.h"
#include "prefix_rig.h"

#define T0 1800000000

static int
setup(void **state)
{
	*state = outage_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	outage_free(*state);
	return 0;
}

/* Client number n, in networks of its own. */
static struct prefix
client(unsigned n)
{
	char text[PREFIX_STRLEN];

	(void)snprintf(text, sizeof(text), "2001:db8:%x:1::/64", n);
	return pfx(text);
}

static bool
fails(struct outage *o, unsigned n, int64_t time)
{
	struct prefix p = client(n);

	return outage_fail(o, &p, n + 1, true, time);
}

static bool
fails_again(struct outage *o, unsigned n, int64_t time)
{
	struct prefix p = client(n);

	return outage_fail(o, &p, n + 1, false, time);
}

static void
logs_in(struct outage *o, unsigned n, int64_t time)
{
	struct prefix p = client(n);

	outage_login(o, &p, n + 1, time);
}

/* Clients from to before to fail, a second apart. */
static void
many_fail(struct outage *o, unsigned from, unsigned to, int64_t time)
{
	for (; from < to; from++)
		(void)fails(o, from, time++);
}

static void
test_five_clients_are_an_outage_and_four_are_not(void **state)
{
	many_fail(*state, 0, 4, T0);
	assert_int_equal(outage_since(*state, T0 + 4), 0);
	assert_true(fails(*state, 4, T0 + 4));
	assert_int_equal(outage_since(*state, T0 + 4), T0);
	assert_int_equal(outage_clients(*state), 5);
	assert_false(fails(*state, 5, T0 + 5)); /* it has begun */
	assert_int_equal(outage_clients(*state), 6);
}

static void
test_five_within_five_minutes(void **state)
{
	many_fail(*state, 0, 4, T0);
	assert_false(fails(*state, 4, T0 + OUTAGE_WITHIN + 1));
	assert_int_equal(outage_since(*state, T0 + OUTAGE_WITHIN + 1), 0);
	assert_true(fails(*state, 5, T0 + OUTAGE_WITHIN + 1));
}

static void
test_one_address_is_one_voice(void **state)
{
	struct prefix p = client(0);
	uint32_t name;

	for (name = 1; name < 1000; name++)
		assert_false(outage_fail(*state, &p, name, true, T0));
	assert_int_equal(outage_clients(*state), 1);
}

static void
test_one_stolen_account_is_one_voice(void **state)
{
	struct prefix p;
	unsigned n;

	for (n = 0; n < 1000; n++) {
		p = client(n);
		assert_false(outage_fail(*state, &p, 7, true, T0));
	}
	assert_int_equal(outage_clients(*state), 1);
}

static void
test_an_old_password_is_heard_once(void **state)
{
	unsigned n;

	for (n = 0; n < 20; n++)
		assert_false(fails_again(*state, n, T0 + n));
	assert_int_equal(outage_since(*state, T0 + 20), 0);
}

static void
test_who_logs_in_tells_against_it(void **state)
{
	logs_in(*state, 100, T0);
	logs_in(*state, 101, T0);
	many_fail(*state, 0, 7, T0);
	assert_int_equal(outage_since(*state, T0 + 10), 0);
	assert_true(fails(*state, 7, T0 + 10)); /* eight of ten */
}

/* By a server that does not log the name. */
static void
test_logins_without_a_name_are_not_one(void **state)
{
	struct prefix a = client(100), b = client(101);

	outage_login(*state, &a, 0, T0);
	outage_login(*state, &b, 0, T0);
	many_fail(*state, 0, 7, T0);
	assert_int_equal(outage_since(*state, T0 + 10), 0);
	assert_true(fails(*state, 7, T0 + 10)); /* eight of ten */
}

static void
test_logins_end_it(void **state)
{
	many_fail(*state, 0, 8, T0);
	logs_in(*state, 100, T0 + 20);
	logs_in(*state, 100, T0 + 21);
	assert_int_not_equal(outage_since(*state, T0 + 21), 0);
	logs_in(*state, 0, T0 + 22); /* seven to two */
	assert_int_equal(outage_since(*state, T0 + 22), 0);
	assert_int_equal(outage_clients(*state), 0);
}

static void
test_quiet_ends_it_and_failures_prolong_it(void **state)
{
	many_fail(*state, 0, 5, T0);
	assert_false(fails_again(*state, 2, T0 + OUTAGE_QUIET));
	assert_int_equal(outage_since(*state, T0 + 2 * OUTAGE_QUIET), T0);
	assert_int_equal(outage_since(*state, T0 + 2 * OUTAGE_QUIET + 1), 0);
	assert_false(fails_again(*state, 2, T0 + 2 * OUTAGE_QUIET + 1));
	assert_int_equal(outage_since(*state, T0 + 2 * OUTAGE_QUIET + 1), 0);
	assert_int_equal(outage_clients(*state), 0);
}

static void
test_late_lines_tell_nothing(void **state)
{
	logs_in(*state, 100, T0 + OUTAGE_WITHIN + 1);
	many_fail(*state, 0, 10, T0 - 10);
	assert_int_equal(outage_since(*state, T0), 0);
	assert_int_equal(outage_clients(*state), 0);
}

static void
test_voices_are_bounded(void **state)
{
	unsigned n;

	many_fail(*state, 0, 3 * OUTAGE_VOICES, T0);
	assert_int_equal(outage_clients(*state), OUTAGE_VOICES);
	for (n = 0; n < OUTAGE_VOICES; n++)
		assert_non_null(outage_client(*state, n));
	assert_null(outage_client(*state, n));
}

static void
test_it_moves_with_the_clock(void **state)
{
	many_fail(*state, 0, 4, T0);
	outage_shift(*state, -1000000);
	assert_true(fails(*state, 4, T0 - 1000000 + 5));
	outage_shift(*state, 500000);
	assert_int_equal(outage_since(*state, T0 - 500000 + 5), T0 - 500000);
	assert_int_equal(outage_since(*state, T0), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_five_clients_are_an_outage_and_four_are_not),
		TEST(test_five_within_five_minutes),
		TEST(test_one_address_is_one_voice),
		TEST(test_one_stolen_account_is_one_voice),
		TEST(test_an_old_password_is_heard_once),
		TEST(test_who_logs_in_tells_against_it),
		TEST(test_logins_without_a_name_are_not_one),
		TEST(test_logins_end_it),
		TEST(test_quiet_ends_it_and_failures_prolong_it),
		TEST(test_late_lines_tell_nothing),
		TEST(test_voices_are_bounded),
		TEST(test_it_moves_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
