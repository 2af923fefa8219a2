#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ban.h"
#include "conf.h"

#define NOW 1790000000

static struct conf
defaults(void)
{
	struct conf conf = { .ban_for = 100,
		.ban_double = 1,
		.ban_max = 350,
		.remember = 1000 };

	conf.policy.threshold[CATEGORY_NONE].count = 5;
	conf.policy.threshold[CATEGORY_NONE].within = 500;
	return conf;
}

static void
test_repeated_bans_double_up_to_the_maximum(void **state)
{
	static const int64_t lengths[] = { 100, 200, 350, 350 };
	struct conf conf = defaults();
	struct ban ban = { .state = 0 };
	int64_t now = NOW;
	size_t i;

	for (i = 0; i < 4; i++) {
		ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, now);
		assert_int_equal(ban.state, BAN_ACTIVE);
		assert_int_equal(ban.strikes, i + 1);
		assert_int_equal(ban.expires, now + lengths[i]);
		now = ban.expires;
		ban_end(&ban, 0, now);
		assert_int_equal(ban.released, now);
	}
}

static void
test_a_thousand_strikes_do_not_overflow(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ENDED,
		.strikes = 1000,
		.released = NOW - 1 };

	conf.ban_max = MSG_SECONDS_MAX;
	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	assert_int_equal(ban.expires, NOW + (int64_t)MSG_SECONDS_MAX);
}

/* The ledger takes no ban without one, and who is taken over may go on long. */
static void
test_strikes_do_not_come_round(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ENDED,
		.strikes = UINT32_MAX,
		.released = NOW - 1 };

	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	assert_int_equal(ban.strikes, UINT32_MAX);
}

static void
test_after_remember_the_first_strike_is_counted_again(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ENDED, .strikes = 3, .released = NOW };

	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW + 1001);
	assert_int_equal(ban.strikes, 1);
}

static void
test_without_doubling_all_bans_are_alike(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ENDED, .strikes = 3, .released = NOW };

	conf.ban_double = 0;
	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	assert_int_equal(ban.strikes, 4);
	assert_int_equal(ban.expires, NOW + 100);
}

static void
test_for_ever_is_for_ever(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = 0 };

	conf.ban_for = MSG_FOR_EVER;
	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	assert_true(ban.expires == BAN_FOR_EVER);
	assert_true(ban_due(&ban, &conf) == BAN_FOR_EVER);
	ban_end(&ban, 0, NOW);
	conf = defaults();
	ban_begin(&ban, &conf, CATEGORY_MANUAL, 0, MSG_FOR_EVER, NOW);
	assert_true(ban.expires == BAN_FOR_EVER);
}

static void
test_a_ban_in_force_stays_as_it_is_unless_a_time_is_given(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = 0 }, before;

	ban_begin(&ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	before = ban;
	ban_begin(&ban, &conf, CATEGORY_PROBE, 9, 0, NOW + 10);
	assert_memory_equal(&ban, &before, sizeof(ban));
	ban_begin(&ban, &conf, CATEGORY_MANUAL, 0, 50, NOW + 10);
	assert_int_equal(ban.expires, NOW + 60);
	assert_int_equal(ban.since, NOW);
	assert_int_equal(ban.strikes, 1);
	assert_true(ban.flags & BAN_MANUAL);
}

static void
test_a_time_given_to_a_ban_of_another_clock_begins_a_new_one(void **state)
{
	struct conf conf = defaults();
	struct ban over = { .state = BAN_ACTIVE,
		.strikes = 1,
		.since = NOW - 100,
		.expires = NOW };
	struct ban future = { .state = BAN_ACTIVE,
		.strikes = 1,
		.since = NOW + MSG_AHEAD_MAX + 1,
		.expires = NOW + 2 * MSG_AHEAD_MAX };
	struct ban before = over;

	ban_begin(&over, &conf, CATEGORY_AUTH, 5, 0, NOW);
	assert_memory_equal(&over, &before, sizeof(over));
	ban_begin(&over, &conf, CATEGORY_MANUAL, 0, 50, NOW);
	assert_int_equal(over.since, NOW);
	assert_int_equal(over.expires, NOW + 50);
	assert_int_equal(over.strikes, 2);
	ban_begin(&future, &conf, CATEGORY_MANUAL, 0, 50, NOW);
	assert_int_equal(future.since, NOW);
	assert_int_equal(future.expires, NOW + 50);
}

static void
test_all_times_of_a_ban_move_together(void **state)
{
	struct ban ban = { .state = BAN_ACTIVE,
		.since = NOW,
		.expires = NOW + 100 };

	assert_false(ban_move(&ban, NOW + 1, NOW + 9, 60));
	assert_false(ban_move(&ban, NOW - 9, NOW - 1, 60));
	assert_int_equal(ban.since, NOW);
	assert_true(ban_move(&ban, NOW, NOW, 60));
	assert_int_equal(ban.since, NOW + 60);
	assert_int_equal(ban.expires, NOW + 160);
	assert_int_equal(ban.released, 0);
	assert_int_equal(ban.allowed, 0);
	ban.state = BAN_ENDED;
	ban.released = NOW + 500;
	ban.allowed = NOW + 600;
	assert_false(ban_move(&ban, 0, NOW + 499, -60));
	assert_true(ban_move(&ban, NOW + 500, NOW + 500, -60));
	assert_int_equal(ban.since, NOW);
	assert_int_equal(ban.released, NOW + 440);
	assert_int_equal(ban.allowed, NOW + 540);
	assert_true(ban_move(&ban, 0, NOW + 500, -NOW));
	assert_int_equal(ban.since, 1); /* not 0, which is none */
	assert_int_equal(ban.released, 440);
	ban.expires = BAN_FOR_EVER;
	assert_true(ban_move(&ban, 0, NOW, MSG_MOVE_MAX));
	assert_true(ban.expires == BAN_FOR_EVER);
}

static void
test_an_ended_ban_is_kept_as_long_as_any_window(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ENDED, .released = NOW };

	assert_int_equal(ban_due(&ban, &conf), (NOW + INT64_C(1000)) * 1000);
	conf.policy.threshold[CATEGORY_PROBE].count = 1;
	conf.policy.threshold[CATEGORY_PROBE].within = 2000;
	assert_int_equal(ban_due(&ban, &conf), (NOW + INT64_C(2000)) * 1000);
	ban.allowed = NOW + 3000;
	assert_int_equal(ban_due(&ban, &conf), (NOW + INT64_C(3000)) * 1000);
}

static void
test_a_release_is_not_before_the_beginning(void **state)
{
	struct ban ban = { .state = BAN_ACTIVE, .since = NOW + 3600 };

	ban_end(&ban, 0, NOW);
	assert_int_equal(ban.released, NOW + 3600);
	ban.state = BAN_ACTIVE;
	ban_end(&ban, 0, NOW + 3601);
	assert_int_equal(ban.released, NOW + 3601);
}

static void
test_allow_is_kept_and_a_new_ban_ends_it(void **state)
{
	struct conf conf = defaults();
	struct ban ban = { .state = BAN_ACTIVE };

	ban_end(&ban, 60, NOW);
	assert_int_equal(ban.allowed, NOW + 60);
	ban_begin(&ban, &conf, CATEGORY_MANUAL, 0, 0, NOW + 1);
	assert_int_equal(ban.allowed, 0);
	assert_int_equal(ban.released, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeated_bans_double_up_to_the_maximum),
		cmocka_unit_test(test_a_thousand_strikes_do_not_overflow),
		cmocka_unit_test(test_strikes_do_not_come_round),
		cmocka_unit_test(
		    test_after_remember_the_first_strike_is_counted_again),
		cmocka_unit_test(test_without_doubling_all_bans_are_alike),
		cmocka_unit_test(test_for_ever_is_for_ever),
		cmocka_unit_test(
		    test_a_ban_in_force_stays_as_it_is_unless_a_time_is_given),
		cmocka_unit_test(
		    test_a_time_given_to_a_ban_of_another_clock_begins_a_new_one),
		cmocka_unit_test(test_all_times_of_a_ban_move_together),
		cmocka_unit_test(
		    test_an_ended_ban_is_kept_as_long_as_any_window),
		cmocka_unit_test(test_a_release_is_not_before_the_beginning),
		cmocka_unit_test(test_allow_is_kept_and_a_new_ban_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
