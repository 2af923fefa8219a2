#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arrival.h"

#define NOW  1790000000
#define HOUR 3600

/* The time that counts, as seconds after now, for a stamp so far ahead. */
static int
arrives(int ahead)
{
	return (int)(arrival_time(NOW + ahead, NOW) - NOW);
}

static void
test_a_stamp_that_is_right_stays(void **state)
{
	assert_int_equal(arrives(0), 0);
	assert_int_equal(arrives(-1), -1);
	assert_int_equal(arrives(-300), -300);
	assert_int_equal(arrives(-450), -450);
	assert_int_equal(arrives(60), 60);
}

static void
test_another_zone_is_taken_off(void **state)
{
	static const int zones[] = { HOUR, 2 * HOUR, -HOUR, -5 * HOUR,
		14 * HOUR, -12 * HOUR, 24 * HOUR, -24 * HOUR,
		5 * HOUR + HOUR / 2, 5 * HOUR + 3 * HOUR / 4, -900, 900 };
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		assert_int_equal(arrives(zones[i]), 0);
		assert_int_equal(arrives(zones[i] - 200), -200);
	}
	assert_int_equal(arrives(2 * HOUR + 30), 30);
}

static void
test_a_late_line_does_not_come_from_the_future(void **state)
{
	assert_int_equal(arrives(-600), 0);
	assert_int_equal(arrives(-5 * HOUR + 30), 0);
}

static void
test_a_stamp_that_tells_nothing_is_now(void **state)
{
	assert_int_equal(arrives(25 * HOUR), 0);
	assert_int_equal(arrives(25 * HOUR - 100), -100);
	assert_int_equal(arrives(25 * HOUR + 100), 0);
	assert_int_equal(arrives(-25 * HOUR - 100), 0);
	assert_int_equal(arrives(-365 * 24 * HOUR - 100), 0);
	assert_int_equal(arrival_time(0, NOW), NOW);
	assert_int_equal(arrival_time(INT64_C(253402300799), NOW), NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stamp_that_is_right_stays),
		cmocka_unit_test(test_another_zone_is_taken_off),
		cmocka_unit_test(
		    test_a_late_line_does_not_come_from_the_future),
		cmocka_unit_test(test_a_stamp_that_tells_nothing_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
