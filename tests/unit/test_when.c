#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ban.h"
#include "when.h"

#define T0 1795546155 /* 2026-11-24 18:49:15 UTC */

static char buf[WHEN_STRLEN];

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC-2", 1); /* two hours east */
	tzset();
	return 0;
}

static void
test_utc_has_a_z_and_local_has_the_zone(void **state)
{
	(void)state;
	assert_string_equal(when_utc(T0, buf), "2026-11-24T18:49:15Z");
	assert_string_equal(when_local(T0, buf), "2026-11-24 20:49:15");
}

static void
test_short_has_the_clock_when_near_and_the_year_when_far(void **state)
{
	(void)state;
	assert_string_equal(when_short(T0, T0 - 182 * 86400, buf),
	    "11-24 20:49");
	assert_string_equal(when_short(T0, T0 + 182 * 86400, buf),
	    "11-24 20:49");
	assert_string_equal(when_short(T0, T0 + 184 * 86400, buf),
	    "2026-11-24");
	assert_string_equal(when_short(T0, T0 - 184 * 86400, buf),
	    "2026-11-24");
}

static void
test_no_time_and_for_ever_are_words(void **state)
{
	(void)state;
	assert_string_equal(when_local(0, buf), "never");
	assert_string_equal(when_local(BAN_FOR_EVER, buf), "for ever");
	assert_string_equal(when_short(BAN_FOR_EVER, T0, buf), "for ever");
	assert_string_equal(when_relative(BAN_FOR_EVER, T0, buf), "");
	assert_string_equal(when_relative(0, T0, buf), "");
}

static void
test_spans_have_their_two_largest_units(void **state)
{
	(void)state;
	assert_string_equal(when_span(0, buf), "0s");
	assert_string_equal(when_span(59, buf), "59s");
	assert_string_equal(when_span(60, buf), "1m");
	assert_string_equal(when_span(3599, buf), "59m 59s");
	assert_string_equal(when_span(86400 + 59, buf), "1d");
	assert_string_equal(when_span(7 * 86400 - 1, buf), "6d 23h");
}

static void
test_relative_knows_before_and_after(void **state)
{
	(void)state;
	assert_string_equal(when_relative(T0, T0, buf), "now");
	assert_string_equal(when_relative(T0 + 90, T0, buf), "in 1m 30s");
	assert_string_equal(when_relative(T0 - 7200, T0, buf), "2h ago");
}

static void
test_times_out_of_the_calendar_are_numbers(void **state)
{
	(void)state;
	assert_string_equal(when_utc(INT64_MIN, buf), "@-9223372036854775808");
	assert_string_equal(when_local(INT64_MIN, buf),
	    "@-9223372036854775808");
	assert_string_equal(when_relative(INT64_MIN, T0, buf),
	    "106751991188082d 10h ago");
}

static void
test_about_has_one_unit(void **state)
{
	(void)state;
	assert_string_equal(when_about(T0, T0, buf), "now");
	assert_string_equal(when_about(T0 - 119, T0, buf), "119s ago");
	assert_string_equal(when_about(T0 - 120, T0, buf), "2m ago");
	assert_string_equal(when_about(T0 + 7199, T0, buf), "in 119m");
	assert_string_equal(when_about(T0 + 2 * 86400 - 1, T0, buf), "in 47h");
	assert_string_equal(when_about(T0 + 7 * 86400 - 1, T0, buf), "in 6d");
	assert_string_equal(when_about(BAN_FOR_EVER, T0, buf), "");
	assert_string_equal(when_about(0, T0, buf), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utc_has_a_z_and_local_has_the_zone),
		cmocka_unit_test(
		    test_short_has_the_clock_when_near_and_the_year_when_far),
		cmocka_unit_test(test_no_time_and_for_ever_are_words),
		cmocka_unit_test(test_spans_have_their_two_largest_units),
		cmocka_unit_test(test_relative_knows_before_and_after),
		cmocka_unit_test(test_about_has_one_unit),
		cmocka_unit_test(test_times_out_of_the_calendar_are_numbers),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
