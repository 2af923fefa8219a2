#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "html.h"
#include "html_chart.h"
#include "prefix_rig.h"
#include "report.h"

#define T0  1795546155 /* 2026-11-24 18:49:15 UTC */
#define DAY 86400

static struct answer answer;
static struct report report = { .host = "mx<1>", .now = T0, .answer = &answer };
static char *printed;

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	memset(&answer, 0, sizeof(answer));
	answer.status.enforcer.started = T0 - DAY;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(printed);
	printed = NULL;
	return 0;
}

static FILE *
to_memory(void)
{
	static size_t size;
	FILE *f;

	free(printed);
	f = open_memstream(&printed, &size);
	assert_non_null(f);
	return f;
}

static void
print_page(void)
{
	FILE *f = to_memory();

	report_gather(&report);
	report_print_html(&report, f);
	report_free(&report);
	fclose(f);
}

static void
print_text(const char *text)
{
	FILE *f = to_memory();

	html_text(f, text);
	fclose(f);
}

static unsigned
count(const char *what)
{
	const char *p = printed;
	unsigned n = 0;

	for (; (p = strstr(p, what)) != NULL; p += strlen(what))
		n++;
	return n;
}

/* The number of each attribute of that name is finite and in these bounds. */
static void
assert_numbers(const char *attribute, double least, double most)
{
	char what[32], *end;
	const char *p = printed;
	double number;

	snprintf(what, sizeof(what), " %s=\"", attribute);
	while ((p = strstr(p, what)) != NULL) {
		p += strlen(what);
		number = strtod(p, &end);
		if (end == p || !isfinite(number) || number < least ||
		    number > most || (*end != '"' && *end != '%'))
			fail_msg("%s=\"%.20s", attribute, p);
	}
}

static void
assert_sound(void)
{
	const char *p;

	assert_numbers("x", 0, 100);
	assert_numbers("y", 0, 184);
	assert_numbers("y1", 0, 184);
	assert_numbers("width", 0.1, 100);
	assert_numbers("height", 0.1, 184);
	assert_null(strstr(printed, "nan"));
	assert_null(strstr(printed, "inf\""));
	for (p = printed; *p != '\0'; p++)
		assert_true(isprint((unsigned char)*p) || *p == '\n');
	assert_int_equal(count("<svg"), count("</svg>"));
	assert_int_equal(count("<table"), count("</table>"));
	assert_int_equal(count("<td"), count("</td>"));
	assert_int_equal(count("<tr"), count("</tr>"));
}

static void
test_text_is_no_markup(void **state)
{
	(void)state;
	print_text("<script>alert(\"1\" & '2')</script>");
	assert_string_equal(printed,
	    "&lt;script&gt;alert(&quot;1&quot; &amp; "
	    "&#39;2&#39;)&lt;/script&gt;");
	print_text("a\x1b\n\x7f\xe2\x80\xae z");
	assert_string_equal(printed, "a\\x1b\\x0a\\x7f\\xe2\\x80\\xae z");
}

static void
test_numbers_are_grouped(void **state)
{
	char buf[HTML_NUMBER_LEN];

	(void)state;
	assert_string_equal(html_number(0, buf), "0");
	assert_string_equal(html_number(999, buf), "999");
	assert_string_equal(html_number(1000, buf), "1,000");
	assert_string_equal(html_number(UINT64_MAX, buf),
	    "18,446,744,073,709,551,615");
}

static void
test_a_share_is_a_part_of_one(void **state)
{
	(void)state;
	assert_true(html_share(0, 0) == 0);
	assert_true(html_share(5, 0) == 0);
	assert_true(html_share(1, 4) == 0.25);
	assert_true(html_share(9, 4) == 1);
	assert_true(html_share(UINT64_MAX, UINT64_MAX) == 1);
}

static void
test_an_axis_ends_at_a_round_number(void **state)
{
	(void)state;
	assert_true(html_chart_top(0) == 2);
	assert_true(html_chart_top(2) == 2);
	assert_true(html_chart_top(3) == 4);
	assert_true(html_chart_top(10) == 10);
	assert_true(html_chart_top(11) == 20);
	assert_true(html_chart_top(587) == 600);
	assert_true(html_chart_top(UINT64_MAX) >= (double)UINT64_MAX);
}

static void
test_a_page_of_nothing_is_sound(void **state)
{
	(void)state;
	print_page();
	assert_sound();
	assert_int_equal(count("<svg"), 2);
	assert_int_equal(count("<g>"), 0);
	assert_int_equal(count(">none</p>"), 6);
	assert_non_null(strstr(printed, "<title>smtpban on mx&lt;1&gt;<"));
	assert_non_null(strstr(printed, "no failures in these 24 hours<"));
}

static void
test_one_huge_hour_does_not_hide_the_small_one(void **state)
{
	(void)state;
	answer.status.hours[23][CATEGORY_AUTH] = UINT64_MAX / 4;
	answer.status.hours[0][CATEGORY_PROBE] = 1;
	answer.status.hours[5][CATEGORY_COUNT - 1] = UINT64_MAX / 4;
	print_page();
	assert_sound();
	assert_int_equal(count("<g><title>"), 3);
	assert_non_null(strstr(printed, "<title>18:00 probe 1</title>"));
}

static void
test_records_of_no_sense_stay_in_their_bounds(void **state)
{
	struct ban bans[] = {
		{ .prefix = pfx("192.0.2.1"),
		    .state = BAN_ACTIVE,
		    .since = T0 + 9 * DAY,
		    .expires = BAN_FOR_EVER,
		    .category = 4711 },
		{ .prefix = pfx("2001:db8::/64"),
		    .state = BAN_ACTIVE,
		    .since = T0 - DAY + 1,
		    .strikes = UINT32_MAX,
		    .count = UINT32_MAX,
		    .category = CATEGORY_RBL },
	};
	struct ctl_offender_record o = { .prefix = pfx("192.0.2.9"),
		.count = 7 };
	struct ctl_account_record a = { .failures = UINT64_MAX,
		.last = INT64_MAX,
		.user = "\"><b>'&" };

	(void)state;
	answer.bans = bans;
	answer.nbans = 2;
	answer.offenders = &o;
	answer.noffenders = 1;
	answer.accounts = &a;
	answer.naccounts = 1;
	strlcpy(answer.status.enforcer.error, "<b>disk</b> \x1b",
	    sizeof(answer.status.enforcer.error));
	print_page();
	assert_sound();
	assert_null(strstr(printed, "<b>"));
	assert_non_null(strstr(printed, "&quot;&gt;&lt;b&gt;&#39;&amp;<"));
	assert_non_null(strstr(printed, "&lt;b&gt;disk"));
}

static void
test_what_is_wrong_stands_first(void **state)
{
	(void)state;
	answer.status.enforcer.fault[MSG_FAULT_LEDGER] =
	    (struct msg_fault){ T0 - 120, "disk <full>" };
	print_page();
	assert_sound();
	assert_null(strstr(printed, "All is well"));
	assert_true(strstr(printed,
			"ledger not written for 2m: disk "
			"&lt;full&gt;") < strstr(printed, "<svg"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text_is_no_markup),
		TEST(test_numbers_are_grouped),
		TEST(test_a_share_is_a_part_of_one),
		TEST(test_an_axis_ends_at_a_round_number),
		TEST(test_a_page_of_nothing_is_sound),
		TEST(test_one_huge_hour_does_not_hide_the_small_one),
		TEST(test_records_of_no_sense_stay_in_their_bounds),
		TEST(test_what_is_wrong_stands_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
