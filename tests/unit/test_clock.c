/* Which clock is asked, and in which unit it answers. */
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

static struct timespec monotonic;

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	assert_true(id == CLOCK_MONOTONIC || id == CLOCK_REALTIME);
	*ts = id == CLOCK_MONOTONIC ? monotonic :
				      (struct timespec){ NOW, 999999999 };
	return 0;
}

time_t
__wrap_time(time_t *t)
{
	return NOW;
}

static void
test_waits_are_in_milliseconds_of_the_monotonic_clock(void **state)
{
	monotonic = (struct timespec){ 12, 345999999 };
	assert_int_equal(clock_ms(), 12345);
	monotonic = (struct timespec){ 5000000000, 0 };
	assert_true(clock_ms() == 5000000000000);
}

static void
test_what_is_stored_is_in_seconds_of_the_wall_clock(void **state)
{
	assert_int_equal(clock_wall(), NOW);
	assert_true(clock_wall_ms() == NOW * INT64_C(1000) + 999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_waits_are_in_milliseconds_of_the_monotonic_clock),
		cmocka_unit_test(
		    test_what_is_stored_is_in_seconds_of_the_wall_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
