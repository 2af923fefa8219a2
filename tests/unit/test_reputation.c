#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "prefix_rig.h"
#include "reputation.h"

#define WEEK  (7 * 86400)
#define T0    ((int64_t)2976 * WEEK) /* a week begins */
#define LIMIT 4

static int
setup(void **state)
{
	*state = reputation_new(LIMIT);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	reputation_free(*state);
	return 0;
}

static void
accept_at(struct reputation *r, const char *client, unsigned n, int64_t time)
{
	struct prefix p = pfx(client);

	while (n-- > 0)
		reputation_accept(r, &p, time);
}

static void
refuse_at(struct reputation *r, const char *client, uint32_t n, int64_t time)
{
	struct prefix p = pfx(client);

	reputation_refuse(r, &p, time, n);
}

static bool
is_server(struct reputation *r, const char *client, int64_t time)
{
	struct prefix p = pfx(client);

	return reputation_is_server(r, &p, time);
}

static void
test_one_mail_or_two_make_no_server(void **state)
{
	assert_false(is_server(*state, "192.0.2.1", T0));
	accept_at(*state, "192.0.2.1", REPUTATION_MAILS - 1, T0);
	assert_false(is_server(*state, "192.0.2.1", T0));
	accept_at(*state, "192.0.2.1", 1, T0);
	assert_true(is_server(*state, "192.0.2.1", T0));
	assert_false(is_server(*state, "192.0.2.2", T0));
}

static void
test_a_share_of_a_third_is_large_enough(void **state)
{
	accept_at(*state, "192.0.2.1", 10, T0);
	refuse_at(*state, "192.0.2.1", 20, T0);
	assert_true(is_server(*state, "192.0.2.1", T0));
	refuse_at(*state, "192.0.2.1", 1, T0);
	assert_false(is_server(*state, "192.0.2.1", T0));
	accept_at(*state, "192.0.2.1", 1, T0);
	assert_true(is_server(*state, "192.0.2.1", T0));
	refuse_at(*state, "192.0.2.1", UINT32_MAX, T0);
	refuse_at(*state, "192.0.2.1", UINT32_MAX, T0);
	assert_false(is_server(*state, "192.0.2.1", T0));
}

static void
test_this_week_and_the_last_count(void **state)
{
	accept_at(*state, "192.0.2.1", 3, T0);
	assert_true(is_server(*state, "192.0.2.1", T0 + 2 * WEEK - 1));
	assert_false(is_server(*state, "192.0.2.1", T0 + 2 * WEEK));
	accept_at(*state, "192.0.2.1", 2, T0 + WEEK);
	assert_true(is_server(*state, "192.0.2.1", T0 + WEEK));
	/* of those two alone */
	assert_false(is_server(*state, "192.0.2.1", T0 + 2 * WEEK));
	accept_at(*state, "192.0.2.1", 1, T0 + 2 * WEEK);
	assert_true(is_server(*state, "192.0.2.1", T0 + 2 * WEEK));
}

static void
test_a_late_line_counts_and_a_clock_put_back_begins_anew(void **state)
{
	accept_at(*state, "192.0.2.1", 2, T0);
	accept_at(*state, "192.0.2.1", 1, T0 - 1);
	assert_true(is_server(*state, "192.0.2.1", T0));
	assert_false(is_server(*state, "192.0.2.1", T0 - 52 * WEEK));
	accept_at(*state, "192.0.2.1", 3, T0 - 52 * WEEK);
	assert_true(is_server(*state, "192.0.2.1", T0 - 52 * WEEK));
	assert_false(is_server(*state, "192.0.2.1", T0));
}

static void
test_who_is_only_refused_takes_no_room(void **state)
{
	char client[32];
	unsigned i;

	accept_at(*state, "192.0.2.1", 3, T0);
	for (i = 0; i < 100; i++) {
		(void)snprintf(client, sizeof(client), "198.51.100.%u", i);
		refuse_at(*state, client, 1, T0);
	}
	assert_int_equal(reputation_number(*state), 1);
	assert_true(is_server(*state, "192.0.2.1", T0));
}

static void
test_beyond_the_limit_the_longest_idle_goes(void **state)
{
	accept_at(*state, "192.0.2.1", 3, T0);
	accept_at(*state, "192.0.2.2", 3, T0);
	accept_at(*state, "192.0.2.3", 3, T0);
	accept_at(*state, "192.0.2.1", 1, T0);
	accept_at(*state, "192.0.2.4", 3, T0);
	accept_at(*state, "192.0.2.5", 3, T0);
	assert_int_equal(reputation_number(*state), LIMIT);
	assert_true(is_server(*state, "192.0.2.1", T0));
	assert_false(is_server(*state, "192.0.2.2", T0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_weeks_move_with_the_clock(void **state)
{
	accept_at(*state, "192.0.2.1", REPUTATION_MAILS, T0);
	reputation_shift(*state, 100 * WEEK);
	assert_true(is_server(*state, "192.0.2.1", T0 + 100 * WEEK));
	reputation_shift(*state, -300 * WEEK);
	assert_true(is_server(*state, "192.0.2.1", T0 - 200 * WEEK));
	reputation_shift(*state, WEEK / 2); /* less than a week is none */
	assert_true(is_server(*state, "192.0.2.1", T0 - 200 * WEEK));
	assert_true(is_server(*state, "192.0.2.1", T0 - 199 * WEEK));
	assert_false(is_server(*state, "192.0.2.1", T0 - 198 * WEEK));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_mail_or_two_make_no_server),
		TEST(test_a_share_of_a_third_is_large_enough),
		TEST(test_this_week_and_the_last_count),
		TEST(test_a_late_line_counts_and_a_clock_put_back_begins_anew),
		TEST(test_who_is_only_refused_takes_no_room),
		TEST(test_beyond_the_limit_the_longest_idle_goes),
		TEST(test_weeks_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
