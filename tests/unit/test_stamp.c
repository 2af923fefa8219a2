/* Times of log lines in all their forms; years, leap days, summer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "recognise/stamp.h"

#define NOV_24_2026 1795478400 /* midnight UTC */
#define DAY         86400
#define AT          (NOV_24_2026 + 10 * 3600 + 11 * 60 + 12)

static struct stamp_clock timepiece;
static enum stamp_form form; /* of the last one */
static size_t taken;         /* bytes of it */

static void
set_zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
	memset(&timepiece, 0, sizeof(timepiece));
}

static int
setup(void **state)
{
	(void)state;
	set_zone("UTC");
	return 0;
}

/* The time of a stamp with " mx" behind it, seen at now. */
static int64_t
time_of(const char *stamp, int64_t now)
{
	char line[128];
	struct cursor c;
	int64_t seconds = 1;

	snprintf(line, sizeof(line), "%s mx", stamp);
	c.p = line;
	c.end = line + strlen(line);
	form = stamp_read(&timepiece, &c, now, &seconds);
	taken = form == STAMP_NONE ? 0 : (size_t)(c.p - line);
	return seconds;
}

static int64_t
utc(int year, int month, int day, int hour)
{
	struct tm tm = { 0 };

	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = hour;
	return timegm(&tm);
}

static void
test_every_form_of_time(void **state)
{
	static const struct {
		enum stamp_form form;
		const char *text;
	} stamps[] = {
		{ STAMP_SYSLOG, "Nov 24 10:11:12" },
		{ STAMP_SYSLOG, "Nov 24 10:11:12.123" },
		{ STAMP_SYSLOG, "Nov 24 10:11:12,123456789012" },
		{ STAMP_SYSLOG, "Nov 24 2026 10:11:12" },
		{ STAMP_SYSLOG, "Nov 24 2026 10:11:12.5" },
		{ STAMP_ISO, "2026-11-24T10:11:12Z" },
		{ STAMP_ISO, "2026-11-24T10:11:12" },
		{ STAMP_ISO, "2026-11-24T10:11:12+00:00" },
		{ STAMP_ISO, "2026-11-24T11:11:12.123456+0100" },
		{ STAMP_ISO, "2026-11-24T12:11:12+02" },
		{ STAMP_ISO, "2026-11-24T04:41:12.1-05:30" },
		{ STAMP_ISO, "2026-11-25T01:11:12.1+15:00" },
		{ STAMP_PLAIN, "2026-11-24 10:11:12" },
		{ STAMP_PLAIN, "2026-11-24 10:11:12.123" },
		{ STAMP_PLAIN, "2026-11-24 11:11:12 +0100" },
		{ STAMP_PLAIN, "2026-11-24 09:11:12.123 -0100" },
		{ STAMP_PLAIN, "2026-11-24 11:11:12+01:00" },
		{ STAMP_OTHER, "Tue 2026-11-24 10:11:12 UTC" },
		{ STAMP_OTHER, "Tue 2026-11-24 10:11:12.123456 GMT" },
		{ STAMP_OTHER, "Tue 2026-11-24 10:11:12 AZOT" },
		{ STAMP_OTHER, "Tue 2026-11-24 13:11:12 +03" },
		{ STAMP_OTHER, "Tue 2026-11-24 13:41:12 +0330" },
		{ STAMP_OTHER, "Tue Nov 24 10:11:12 2026" },
		{ STAMP_OTHER, "Tue Nov 24 10:11:12" },
		{ STAMP_OTHER, "1795515072.136402" },
		{ STAMP_OTHER, "@400000006b0562ca" },
		{ STAMP_OTHER, "@400000006b0562ca077a9e94" },
	};
	size_t i;
	int64_t t;

	(void)state;
	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		t = time_of(stamps[i].text, NOV_24_2026 + DAY / 2);
		if (t != AT || form != stamps[i].form ||
		    taken != strlen(stamps[i].text))
			fail_msg("%s: time %lld, form %d, %zu bytes",
			    stamps[i].text, (long long)t, form, taken);
	}
}

/* journalctl's short-monotonic and short-delta have none. */
static void
test_an_uptime_is_no_time(void **state)
{
	(void)state;
	assert_int_equal(time_of("[ 3160.982131]", AT), 0);
	assert_int_equal(form, STAMP_OTHER);
	assert_int_equal(taken, 14);
	assert_int_equal(time_of("[ 3160.982131 <    0.000123 >]", AT), 0);
	assert_int_equal(form, STAMP_OTHER);
	assert_int_equal(time_of("[x 3160.982131]", AT), 0);
	assert_int_equal(form, STAMP_NONE);
	assert_int_equal(time_of("[]", AT), 0);
	assert_int_equal(form, STAMP_NONE);
	assert_int_equal(time_of("[3160", AT), 0);
	assert_int_equal(form, STAMP_NONE);
}

static void
test_what_is_no_time(void **state)
{
	static const char *const bad[] = { "", "Now 24 10:11:12",
		"Nov 32 10:11:12", "Nov 31 10:11:12", "Nov 00 10:11:12",
		"Nov  0 10:11:12", "Nov  x 10:11:12", "Nov  10:11:12",
		"Nov 24 24:11:12", "Nov 24 10:60:12", "Nov 24 10:11:61",
		"Nov 24 10:11:1", "Nov 24 10-11-12", "Nov 24 1969 10:11:12",
		"Nov 24 026 10:11:12", "Feb 29 2026 10:11:12",
		"nov 24 10:11:12", "2026-13-24T10:11:12Z",
		"2026-02-29T10:11:12Z", "2026-00-24T10:11:12Z",
		"2026-11-24t10:11:12Z", "2026-11-24_10:11:12Z",
		"2026-11-24T10:11:12+1", "2026-11-24T10:11:12+99:00",
		"20x6-11-24T10:11:12Z", "2x26-11-24T10:11:12Z",
		"2026-11-24T10:11:12+02x", "2026-11-24T10:11:12+01:60",
		"2026-11-24T10:11:12+01:", "2026-11-24T10:11:12X",
		"1969-12-31T23:59:59Z", "24.11.2026 10:11:12",
		"24/Nov/2026:10:11:12", "Tue 2026-11-24 10:11:12",
		"Tue 2026-11-24T10:11:12 UTC", "Tue 2026-11-24 10:11:12 x1",
		"Die 2026-11-24 10:11:12 UTC", "1795515072", "1795515072.",
		"179551.5", "99999999999999.5", "@4000", "@400000006b0562ca07",
		"@000000006b0562ca", "@ffffffffffffffff", "@g00000006b0562ca" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (time_of(bad[i], AT) != 0 || form != STAMP_NONE)
			fail_msg("a time: %s", bad[i]);
}

/* Every beginning of every form, in memory that ends there. */
static void
test_every_beginning_of_a_time_is_survived(void **state)
{
	static const char *const stamps[] = { "Nov 24 10:11:12.5 x",
		"Nov 24 2026 10:11:12 x", "2026-11-24T10:11:12.5+01:00 x",
		"2026-11-24 10:11:12.5 +0100 x",
		"Tue 2026-11-24 10:11:12 +0330 x", "Tue Nov 24 10:11:12 2026 x",
		"1795515072.136402 x", "[ 3160.982131 < 0.1 >] x",
		"@400000006b0562ca077a9e94 x" };
	struct cursor c;
	size_t i, n;
	int64_t t;
	char *cut;

	(void)state;
	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++)
		for (n = 0; n <= strlen(stamps[i]); n++) {
			cut = malloc(n + (n == 0));
			assert_non_null(cut);
			memcpy(cut, stamps[i], n);
			c.p = cut;
			c.end = cut + n;
			(void)stamp_read(&timepiece, &c, AT, &t);
			assert_in_range(c.p - cut, 0, n);
			c.p = cut;
			(void)stamp_skip_plain(&c);
			free(cut);
		}
}

static void
test_the_day_is_padded_or_not(void **state)
{
	int64_t day = utc(2026, 11, 4, 10);

	(void)state;
	assert_int_equal(time_of("Nov  4 10:00:00", AT), day);
	assert_int_equal(time_of("Nov 04 10:00:00", AT), day);
	assert_int_equal(time_of("Nov 4 10:00:00", AT), day);
	assert_int_equal(time_of("Nov  4 2026 10:00:00", AT), day);
	assert_int_equal(time_of("Nov 04 2026 10:00:00", AT), day);
	assert_int_equal(time_of("Nov 4 2026 10:00:00", AT), day);
	assert_int_equal(time_of("Wed Jan  7 10:00:00 2026", AT),
	    utc(2026, 1, 7, 10));
	/* The year of logread; else it is the host. */
	assert_int_equal(time_of("Wed Nov  4 10:00:00 2025", AT),
	    utc(2025, 11, 4, 10));
	assert_int_equal(taken, 24);
	assert_int_equal(time_of("Wed Nov  4 10:00:00 1234", AT), day);
	assert_int_equal(taken, 19);
	assert_int_equal(time_of("Wed Nov  4 10:00:00 20257", AT), day);
	assert_int_equal(taken, 19);
}

static void
test_every_month(void **state)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 12; i++) {
		snprintf(text, sizeof(text), "%s 10 2025 07:00:00", names[i]);
		assert_int_equal(time_of(text, AT), utc(2025, i + 1, 10, 7));
		text[2]++; /* no month ends like another with one more */
		assert_int_equal(time_of(text, AT), 0);
	}
}

/* The next second of the same minute is not computed anew: as if it were. */
static void
test_a_minute_that_is_kept_is_right(void **state)
{
	(void)state;
	assert_int_equal(time_of("Nov 24 10:11:12", AT), AT);
	assert_int_equal(time_of("Nov 24 10:11:59", AT), AT + 47);
	assert_int_equal(time_of("Nov 24 10:11:00", AT), AT - 12);
	assert_int_equal(time_of("Nov 24 10:11:61", AT), 0);
	assert_int_equal(time_of("Nov 24 10:11:1x", AT), 0);
	assert_int_equal(time_of("Nov 24 10:11:12.5", AT), AT);
	assert_int_equal(taken, 17);
	assert_int_equal(time_of("Nov 24 10:12:12", AT), AT + 60);
	/* Kept is what holds for this now, and this zone. */
	assert_int_equal(time_of("Nov 25 12:00:00", utc(2026, 11, 24, 12)),
	    utc(2026, 11, 25, 12));
	assert_int_equal(time_of("Nov 25 12:00:01", utc(2026, 11, 24, 11)),
	    utc(2025, 11, 25, 12) + 1);
	/* A time of another form between, at another now, is no excuse. */
	assert_int_equal(time_of("Nov 25 12:00:02", utc(2026, 11, 24, 12)),
	    utc(2026, 11, 25, 12) + 2);
	assert_int_equal(time_of("2026-01-01 12:00:00", utc(2026, 11, 24, 11)),
	    utc(2026, 1, 1, 12));
	assert_int_equal(time_of("Nov 25 12:00:03", utc(2026, 11, 24, 11)),
	    utc(2025, 11, 25, 12) + 3);
}

/* The same for the day of a time with its zone. */
static void
test_a_day_that_is_kept_is_right(void **state)
{
	(void)state;
	assert_int_equal(time_of("2026-11-24T10:11:12Z", AT), AT);
	assert_int_equal(time_of("2026-11-24T10:11:13+00:00", AT), AT + 1);
	assert_int_equal(time_of("2026-11-24T00:11:12.5-10:00", AT), AT);
	assert_int_equal(taken, 27);
	assert_int_equal(time_of("2026-11-25T10:11:12Z", AT), AT + DAY);
	assert_int_equal(time_of("2026-11-25T10:11:61Z", AT), 0);
	assert_int_equal(time_of("2026-11-25T10:11:12+1", AT), 0);
	assert_int_equal(time_of("2026-11-25T24:11:12Z", AT), 0);
	assert_int_equal(form, STAMP_NONE);
	assert_int_equal(time_of("2026-11-25T10:11:12", AT), AT + DAY);
	assert_int_equal(time_of("2026-11-25 10:11:12", AT), AT + DAY);
	assert_int_equal(form, STAMP_PLAIN);
	set_zone("CET-1");
	assert_int_equal(time_of("2026-11-24T10:11:12", AT), AT - 3600);
	assert_int_equal(time_of("2026-11-24T10:11:12Z", AT), AT);
	assert_int_equal(time_of("2026-11-24T10:11:12", AT), AT - 3600);
}

/* Exim, and others that leave the zone out: the local one. */
static void
test_times_with_a_year_and_no_zone_are_local(void **state)
{
	(void)state;
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(time_of("2026-07-01 12:00:00", AT),
	    utc(2026, 7, 1, 10));
	assert_int_equal(time_of("2026-01-01 12:00:00", AT),
	    utc(2026, 1, 1, 11));
	assert_int_equal(time_of("2024-02-29T12:00:00", AT),
	    utc(2024, 2, 29, 11));
	assert_int_equal(time_of("Jul 01 2031 12:00:00", AT),
	    utc(2031, 7, 1, 10));
	assert_int_equal(time_of("Wed 2026-07-01 12:00:00 CEST", AT),
	    utc(2026, 7, 1, 10));
	assert_int_equal(time_of("Wed 2026-07-01 12:00:00 UTC", AT),
	    utc(2026, 7, 1, 12));
	/* The same hour of other years, one after the other. */
	assert_int_equal(time_of("2025-07-01 12:00:00", AT),
	    utc(2025, 7, 1, 10));
	assert_int_equal(time_of("Jul  1 12:00:00", AT), utc(2026, 7, 1, 10));
	/* 25 October: 02:00 to 03:00 comes twice. */
	assert_int_equal(time_of("2026-10-25 02:59:00", AT),
	    utc(2026, 10, 25, 1) - 60);
	assert_int_equal(time_of("2026-10-25 02:00:00", AT),
	    utc(2026, 10, 25, 1));
}

static void
test_an_exim_time_is_skipped_whole(void **state)
{
	static const char line[] = "2026-11-24 18:55:19.123 +0100 x";
	static const char other[] = "2026-11-24T18:55:19 x";
	struct cursor c = { line, line + sizeof(line) - 1 };

	(void)state;
	assert_true(stamp_skip_plain(&c));
	assert_ptr_equal(c.p, line + 29);
	c.p = other;
	c.end = other + sizeof(other) - 1;
	assert_false(stamp_skip_plain(&c));
	assert_ptr_equal(c.p, other);
}

static void
test_formats_alternate_in_one_file(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    time_of("Nov 24 10:00:00", NOV_24_2026 + DAY / 2),
		    NOV_24_2026 + 36000);
		assert_int_equal(time_of("2026-11-24T10:00:01.5+00:00",
				     NOV_24_2026 + DAY / 2),
		    NOV_24_2026 + 36001);
	}
}

static void
test_the_year_is_the_latest_that_is_not_in_the_future(void **state)
{
	(void)state;
	/* New Year's Eve, seen on both sides of midnight. */
	assert_int_equal(time_of("Dec 31 23:00:00", utc(2027, 1, 1, 0)),
	    utc(2026, 12, 31, 23));
	assert_int_equal(time_of("Jan  1 00:00:00", utc(2026, 12, 31, 23)),
	    utc(2027, 1, 1, 0));
	/* A sender whose clock is fast by less than a day. */
	assert_int_equal(time_of("Nov 25 10:00:00", utc(2026, 11, 24, 12)),
	    utc(2026, 11, 25, 10));
	/* More than that is last year's, and so is a replayed old file. */
	assert_int_equal(time_of("Nov 25 13:00:00", utc(2026, 11, 24, 12)),
	    utc(2025, 11, 25, 13));
	assert_int_equal(time_of("Dec  1 00:00:00", utc(2026, 11, 24, 12)),
	    utc(2025, 12, 1, 0));
	/* The same line a year later: nothing is kept from before. */
	assert_int_equal(time_of("Dec  1 00:00:00", utc(2027, 11, 24, 12)),
	    utc(2026, 12, 1, 0));
}

static void
test_february_29_is_of_the_latest_leap_year(void **state)
{
	(void)state;
	assert_int_equal(time_of("Feb 29 12:00:00", utc(2028, 2, 29, 13)),
	    utc(2028, 2, 29, 12));
	assert_int_equal(time_of("Feb 29 12:00:00", utc(2028, 2, 28, 13)),
	    utc(2028, 2, 29, 12));
	assert_int_equal(time_of("Feb 29 12:00:00", utc(2028, 2, 27, 13)),
	    utc(2024, 2, 29, 12));
	assert_int_equal(time_of("Feb 29 12:00:00", utc(2026, 11, 24, 0)),
	    utc(2024, 2, 29, 12));
	assert_int_equal(time_of("Feb 29 12:00:00", utc(2103, 1, 1, 0)),
	    utc(2096, 2, 29, 12));
}

static void
test_local_time_over_daylight_saving(void **state)
{
	int64_t now = utc(2026, 11, 24, 0);

	(void)state;
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(time_of("Jul  1 12:00:00", now), utc(2026, 7, 1, 10));
	assert_int_equal(time_of("Jan  1 12:00:00", now), utc(2026, 1, 1, 11));
	/* 25 October: 02:00 to 03:00 comes twice. */
	assert_int_equal(time_of("Oct 25 01:59:59", now),
	    utc(2026, 10, 25, 0) - 1);
	assert_int_equal(time_of("Oct 25 02:00:00", now), utc(2026, 10, 25, 0));
	assert_int_equal(time_of("Oct 25 02:59:00", now),
	    utc(2026, 10, 25, 1) - 60);
	assert_int_equal(time_of("Oct 25 02:00:00", now), utc(2026, 10, 25, 1));
	assert_int_equal(time_of("Oct 25 02:30:00", now),
	    utc(2026, 10, 25, 1) + 1800);
	assert_int_equal(time_of("Oct 25 02:29:50", now),
	    utc(2026, 10, 25, 1) + 1790);
	assert_int_equal(time_of("Oct 25 03:00:00", now), utc(2026, 10, 25, 2));
	/* 29 March: 02:30 does not exist, and still gives a time near by. */
	assert_in_range(time_of("Mar 29 02:30:00", now), utc(2026, 3, 29, 0),
	    utc(2026, 3, 29, 2));
	assert_int_equal(time_of("Mar 29 03:00:00", now), utc(2026, 3, 29, 1));
	set_zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"); /* half an hour */
	assert_int_equal(time_of("Jul  1 12:29:59", now),
	    utc(2026, 7, 1, 2) - 1);
	assert_int_equal(time_of("Jul  1 12:30:00", now), utc(2026, 7, 1, 2));
}

#define STAMP_TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STAMP_TEST(test_every_form_of_time),
		STAMP_TEST(test_an_uptime_is_no_time),
		STAMP_TEST(test_what_is_no_time),
		STAMP_TEST(test_every_beginning_of_a_time_is_survived),
		STAMP_TEST(test_the_day_is_padded_or_not),
		STAMP_TEST(test_every_month),
		STAMP_TEST(test_a_minute_that_is_kept_is_right),
		STAMP_TEST(test_a_day_that_is_kept_is_right),
		STAMP_TEST(test_times_with_a_year_and_no_zone_are_local),
		STAMP_TEST(test_an_exim_time_is_skipped_whole),
		STAMP_TEST(test_formats_alternate_in_one_file),
		STAMP_TEST(
		    test_the_year_is_the_latest_that_is_not_in_the_future),
		STAMP_TEST(test_february_29_is_of_the_latest_leap_year),
		STAMP_TEST(test_local_time_over_daylight_saving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
