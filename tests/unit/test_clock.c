/* Which clock is asked, in which unit it answers, and when one was set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "clock.h"

int __wrap_clock_gettime(clockid_t, struct timespec *);
time_t __wrap_time(time_t *);

#define NOW 1790000000

static struct timespec monotonic, boot, wall;
static int asleep_after; /* so many more looks at a clock; 0: not */

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	assert_true(id == CLOCK_MONOTONIC || id == CLOCK_REALTIME ||
	    id == CLOCK_BOOTTIME);
	*ts = id == CLOCK_MONOTONIC ? monotonic :
	    id == CLOCK_BOOTTIME    ? boot :
				      wall;
	if (asleep_after != 0 && --asleep_after == 0) {
		boot.tv_sec += 1000;
		wall.tv_sec += 1000;
	}
	return 0;
}

time_t
__wrap_time(time_t *t)
{
	return NOW;
}

static int
setup(void **state)
{
	wall = (struct timespec){ NOW, 999999999 };
	boot = (struct timespec){ 5000, 0 };
	asleep_after = 0;
	return 0;
}

static void
test_waits_are_in_milliseconds_of_the_monotonic_clock(void **state)
{
	monotonic = (struct timespec){ 12, 345999999 };
	assert_int_equal(clock_ms(), 12345);
	monotonic = (struct timespec){ 5000000000, 0 };
	assert_true(clock_ms() == 5000000000000);
	assert_int_equal(clock_boot_ms(), 5000000);
}

static void
test_what_is_stored_is_in_seconds_of_the_wall_clock(void **state)
{
	assert_int_equal(clock_wall(), NOW);
	assert_true(clock_wall_ms() == NOW * INT64_C(1000) + 999);
}

static void
test_a_jump_is_what_the_time_since_the_boot_does_not_explain(void **state)
{
	int64_t skew = 0;

	assert_int_equal(clock_jump(&skew), NOW - 5000 + 1);
	assert_true(skew == (NOW - 5000) * INT64_C(1000) + 999);
	assert_int_equal(clock_jump(&skew), 0);
	boot.tv_sec += 86400;
	wall.tv_sec += 86400;
	assert_int_equal(clock_jump(&skew), 0);
	wall.tv_sec += 3600;
	assert_int_equal(clock_jump(&skew), 3600);
	assert_int_equal(clock_jump(&skew), 0);
	wall.tv_sec -= 86400 * 365;
	boot.tv_sec += 10;
	assert_int_equal(clock_jump(&skew), -86400 * 365 - 10);
}

/* Both clocks are read in milliseconds, one after the other. */
static void
test_a_jump_is_rounded_to_the_nearest_second(void **state)
{
	int64_t skew = 0;

	boot = (struct timespec){ 5000, 500000000 };
	wall = (struct timespec){ NOW, 500000000 };
	(void)clock_jump(&skew);
	wall.tv_sec -= 7200;
	wall.tv_nsec += 1000000;
	assert_int_equal(clock_jump(&skew), -7200);
	wall.tv_sec += 7200;
	wall.tv_nsec -= 2000000;
	assert_int_equal(clock_jump(&skew), 7200);
	wall.tv_nsec += 500000000;
	wall.tv_sec += 7200;
	assert_int_equal(clock_jump(&skew), 7201);
	wall.tv_sec -= 7201;
	wall.tv_nsec += 400000000;
	assert_int_equal(clock_jump(&skew), -7201);
}

static void
test_steps_of_a_minute_are_none_and_do_not_add_up(void **state)
{
	int64_t skew = 0;
	int i;

	(void)clock_jump(&skew);
	for (i = 0; i < 10; i++) {
		wall.tv_sec += CLOCK_JUMP;
		assert_int_equal(clock_jump(&skew), 0);
	}
	wall.tv_sec -= CLOCK_JUMP;
	assert_int_equal(clock_jump(&skew), 0);
	wall.tv_sec += CLOCK_JUMP + 1;
	assert_int_equal(clock_jump(&skew), CLOCK_JUMP + 1);
	wall.tv_sec -= CLOCK_JUMP + 1;
	assert_int_equal(clock_jump(&skew), -CLOCK_JUMP - 1);
}

static void
test_to_be_stopped_between_two_looks_is_no_jump(void **state)
{
	int64_t skew = 0;
	int i;

	(void)clock_jump(&skew);
	for (i = 1; i <= 3; i++) {
		asleep_after = i;
		assert_int_equal(clock_jump(&skew), 0);
	}
}

static void
test_a_time_in_32_bits_stays_within_them(void **state)
{
	assert_int_equal(clock_shift(NOW, -60), NOW - 60);
	assert_int_equal(clock_shift(NOW, 60), NOW + 60);
	assert_int_equal(clock_shift(60, -61), 0);
	assert_int_equal(clock_shift(UINT32_MAX - 60, 61), UINT32_MAX);
	assert_int_equal(clock_shift(NOW, INT64_MIN / 2), 0);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_waits_are_in_milliseconds_of_the_monotonic_clock),
		TEST(test_what_is_stored_is_in_seconds_of_the_wall_clock),
		TEST(
		    test_a_jump_is_what_the_time_since_the_boot_does_not_explain),
		TEST(test_a_jump_is_rounded_to_the_nearest_second),
		TEST(test_steps_of_a_minute_are_none_and_do_not_add_up),
		TEST(test_to_be_stopped_between_two_looks_is_no_jump),
		TEST(test_a_time_in_32_bits_stays_within_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
