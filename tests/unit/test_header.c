/* Times, hosts, tags: the head of a line in all its forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "recognise/header.h"
#include "recognise_rig.h"

#define NOV_24_2026 1795478400 /* midnight UTC */
#define DAY         86400

static struct stamp_clock timepiece;
static struct header h;
static char kept[1024]; /* the texts of h point into it */

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

static bool
parse_at(const char *line, int64_t now)
{
	snprintf(kept, sizeof(kept), "%s", line);
	return header_parse(&timepiece, kept, strlen(kept), now, &h);
}

static bool
parse(const char *line)
{
	return parse_at(line, NOV_24_2026 + DAY / 2);
}

/* The time of "STAMP mx x: y", seen at now. */
static int64_t
time_of(const char *stamp, int64_t now)
{
	char line[128];

	snprintf(line, sizeof(line), "%s mx x: y", stamp);
	(void)parse_at(line, now);
	return h.time;
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

/* All forms of a head have the same tag, pid, time and message. */
static void
test_every_form_of_head(void **state)
{
	static const char *const lines[] = {
		"Nov 24 10:11:12 mx1 postfix/smtpd[4711]: hello: [x]",
		"<22>Nov 24 10:11:12 mx1 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12.123 mx1 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 mx1.example.org postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 192.0.2.25 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 2001:db8::25 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 2001:db8:: postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 <mail.info> mx1 postfix/smtpd[4711]: hello: [x]",
		"Nov 24 10:11:12 mx1 postfix/smtpd[4711]: [ID 197553 mail.info] "
		"hello: [x]",
		"Nov 24 10:11:12 mx1 [ID 1 mail.info] postfix/smtpd[4711]: "
		"hello: [x]",
		"2026-11-24T10:11:12Z mx1 postfix/smtpd[4711]: hello: [x]",
		"2026-11-24T10:11:12+00:00 mx1 postfix/smtpd[4711]: hello: [x]",
		"2026-11-24T11:11:12.123456+0100 mx1 postfix/smtpd[4711]: "
		"hello: [x]",
		"2026-11-24T04:41:12.1-05:30 mx1 postfix/smtpd[4711]: hello: [x]",
		"2026-11-24T10:11:12Z postfix/smtpd[4711]: hello: [x]",
		"<22>2026-11-24T10:11:12Z 2001:db8::25 postfix/smtpd[4711]: "
		"hello: [x]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!parse(lines[i]))
			fail_msg("not parsed: %s", lines[i]);
		if (h.time != NOV_24_2026 + 10 * 3600 + 11 * 60 + 12)
			fail_msg("time %lld: %s", (long long)h.time, lines[i]);
		assert_int_equal(h.pid, 4711);
		assert_int_equal(h.tag_len, 13);
		assert_memory_equal(h.tag, "postfix/smtpd", 13);
		assert_int_equal(h.program_len, 5);
		assert_memory_equal(h.program, "smtpd", 5);
		assert_int_equal(h.message_len, 10);
		assert_memory_equal(h.message, "hello: [x]", 10);
		assert_int_equal(h.repeated, 1);
	}
}

static void
test_tags(void **state)
{
	(void)state;
	assert_true(parse("Nov  4 10:11:12 mx postfix-a.b/sub/smtpd: x"));
	assert_memory_equal(h.program, "smtpd", 5);
	assert_int_equal(h.pid, 0);
	assert_true(parse("Nov 04 10:11:12 mx dovecot: x"));
	assert_int_equal(h.time, NOV_24_2026 - 20 * DAY + 36672);
	assert_ptr_equal(h.program, h.tag);
	assert_true(parse("Nov 24 10:11:12 mx x[1]:"));
	assert_int_equal(h.message_len, 0);
	assert_false(parse("Nov 24 10:11:12 mx one two three: x"));
	assert_false(parse("Nov 24 10:11:12 mx x[1: y"));
	assert_false(parse("Nov 24 10:11:12 mx x[1] y"));
	assert_false(parse("Nov 24 10:11:12 mx x[a]: y"));
	assert_false(parse("Nov 24 10:11:12 mx [1]: y"));
}

static void
test_what_is_no_head(void **state)
{
	static const char *const bad[] = { "", " ", "<", "<22", "<22>",
		"Now 24 10:11:12 mx x: y", "Nov 32 10:11:12 mx x: y",
		"Nov 31 10:11:12 mx x: y", "Nov 00 10:11:12 mx x: y",
		"Nov  x 10:11:12 mx x: y", "Nov 24 24:11:12 mx x: y",
		"Nov 24 10:60:12 mx x: y", "Nov 24 10:11:1",
		"Nov 24 10-11-12 mx x: y", "2026-13-24T10:11:12Z mx x: y",
		"2026-02-29T10:11:12Z mx x: y", "2026-11-24 10:11:12Z mx x: y",
		"2026-11-24T10:11:12 mx x: y", "2026-11-24T10:11:12+1 mx x: y",
		"2026-11-24T10:11:12+99:00 mx x: y",
		"1969-12-31T23:59:59Z mx x: y", "24.11.2026 10:11:12 mx x: y" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]))
			fail_msg("parsed: %s", bad[i]);
		assert_int_equal(h.time, 0);
	}
}

static void
test_folded_messages(void **state)
{
	(void)state;
	assert_true(
	    parse("Nov 24 10:11:12 mx x[1]: message repeated 7 times: [ a b]"));
	assert_int_equal(h.repeated, 7);
	assert_int_equal(h.message_len, 3);
	assert_memory_equal(h.message, "a b", 3);
	assert_true(parse(
	    "Nov 24 10:11:12 mx x: message repeated 999999999 times: [ a]"));
	assert_int_equal(h.repeated, 1000000);
	assert_true(
	    parse("Nov 24 10:11:12 mx x: message repeated x times: [ a]"));
	assert_int_equal(h.repeated, 1);
	assert_true(
	    parse("Nov 24 10:11:12 mx x: message repeated 0 times: [ a]"));
	assert_int_equal(h.repeated, 1);
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

/* Every beginning of a line, in memory that ends where the line ends. */
static void
test_every_beginning_of_a_line_is_survived(void **state)
{
	static const char *const lines[] = {
		"<22>Nov 24 10:11:12 <mail.info> mx1.example.org "
		"postfix/smtpd[4711]: [ID 1 mail.info] message repeated 3 "
		"times: [ lost connection after AUTH from x[203.0.113.29]]",
		"2026-11-24T10:11:12.123456+01:00 2001:db8::25 "
		"postfix/smtpd[4711]: warning: x[2001:db8::2:34]: SASL LOGIN "
		"authentication failed: x, sasl_username=y",
	};
	struct recognise *r = rig_recogniser();
	struct event ev;
	char *cut;
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++)
		for (n = 0; n <= strlen(lines[i]); n++) {
			cut = malloc(n + (n == 0));
			assert_non_null(cut);
			memcpy(cut, lines[i], n);
			(void)recognise_peek_time(cut, n, NOV_24_2026);
			if (recognise_line(r, cut, n, NOV_24_2026, &ev))
				assert_int_equal(
				    ev.client.addr[i == 0 ? 3 : 15],
				    i == 0 ? 29 : 0x34);
			free(cut);
		}
	recognise_free(r);
}

static void
test_the_time_of_the_last_line_is_kept(void **state)
{
	static const char line[] = "2026-11-24T10:00:00Z mx x: y";
	struct recognise *r = rig_recogniser();
	struct event ev;

	(void)state;
	assert_int_equal(recognise_time(r), 0);
	assert_false(
	    recognise_line(r, line, sizeof(line) - 1, NOV_24_2026, &ev));
	assert_int_equal(recognise_time(r), NOV_24_2026 + 36000);
	assert_int_equal(
	    recognise_peek_time("Nov 24 11:00:00 mx x: y", 23, NOV_24_2026),
	    NOV_24_2026 + 39600);
	assert_int_equal(recognise_time(r), NOV_24_2026 + 36000);
	assert_false(recognise_line(r, "no time", 7, NOV_24_2026, &ev));
	assert_int_equal(recognise_time(r), 0);
	recognise_free(r);
}

#define HEADER_TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEADER_TEST(test_every_form_of_head),
		HEADER_TEST(test_tags),
		HEADER_TEST(test_what_is_no_head),
		HEADER_TEST(test_folded_messages),
		HEADER_TEST(test_formats_alternate_in_one_file),
		HEADER_TEST(
		    test_the_year_is_the_latest_that_is_not_in_the_future),
		HEADER_TEST(test_february_29_is_of_the_latest_leap_year),
		HEADER_TEST(test_local_time_over_daylight_saving),
		HEADER_TEST(test_every_beginning_of_a_line_is_survived),
		HEADER_TEST(test_the_time_of_the_last_line_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
