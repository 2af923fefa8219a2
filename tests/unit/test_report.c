#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "prefix_rig.h"
#include "report.h"

#define T0  1795546155 /* 2026-11-24 18:49:15 UTC */
#define DAY 86400

static struct answer answer;
static const char *hints[] = { "a hint" };
static struct report report = {
	.host = "mx1", .now = T0, .answer = &answer, .hints = hints
};
static char *printed;

static void
print(void (*fn)(const struct report *, FILE *))
{
	size_t size;
	FILE *f;

	free(printed);
	f = open_memstream(&printed, &size);
	assert_non_null(f);
	report_gather(&report);
	fn(&report, f);
	report_free(&report);
	fclose(f);
}

/* Both are in the report, the one right after the other. */
static void
assert_shows(const char *title, const char *what)
{
	const char *at = strstr(printed, title);

	assert_non_null(at);
	at = strchr(strchr(at, '\n') + 1, '\n') + 1;
	if (strncmp(at, what, strlen(what)) != 0)
		fail_msg("%s: %.200s", title, at);
}

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	memset(&answer, 0, sizeof(answer));
	answer.status.enforcer.started = T0 - DAY;
	report.nhints = 0;
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	free(printed);
	return 0;
}

static void
test_a_quiet_day_has_every_section_and_none_in_it(void **state)
{
	(void)state;
	print(report_print);
	assert_ptr_equal(strstr(printed,
			     "smtpban on mx1\nfrom 2026-11-23 18:49:15 to "
			     "2026-11-24 18:49:15\n"),
	    printed);
	assert_shows("Banned in the last day", "none\n");
	assert_shows("Ended in the last day", "none\n");
	assert_shows("Close to the threshold", "none\n");
	assert_shows("Worst networks", "none\n");
	assert_shows("Accounts under attack", "none\n");
	assert_shows("Failures by hour", "19:00          0\n");
	assert_shows("Health", "smtpband is up for 1d, 0 lines read\n");
}

static void
test_bans_older_than_a_day_are_left_out(void **state)
{
	struct ban bans[] = {
		{ .prefix = pfx("192.0.2.1"),
		    .state = BAN_ACTIVE,
		    .since = T0 - DAY,
		    .expires = T0 + DAY },
		{ .prefix = pfx("192.0.2.2"),
		    .state = BAN_ACTIVE,
		    .since = T0 - DAY + 1,
		    .expires = T0 + DAY,
		    .strikes = 1,
		    .category = CATEGORY_AUTH,
		    .count = 5 },
		{ .prefix = pfx("192.0.2.3"),
		    .state = BAN_ENDED,
		    .since = T0 - 9 * DAY,
		    .released = T0 - DAY },
		{ .prefix = pfx("192.0.2.4"),
		    .state = BAN_ENDED,
		    .since = T0 - 9 * DAY,
		    .released = T0 - 60,
		    .strikes = 2,
		    .category = CATEGORY_RELAY,
		    .count = 6 },
		/* Never banned, but allowed for a time. */
		{ .prefix = pfx("192.0.2.5"),
		    .state = BAN_ENDED,
		    .released = T0 - 60,
		    .allowed = T0 + DAY },
	};

	(void)state;
	answer.bans = bans;
	answer.nbans = 5;
	print(report_print);
	assert_shows("Banned in the last day",
	    "PREFIX     SINCE                EXPIRES             STRIKES  "
	    "CATEGORY  COUNT\n"
	    "192.0.2.2  11-23 18:49 23h ago  11-25 18:49 in 24h        1  "
	    "auth          5\n\n");
	assert_shows("Ended in the last day",
	    "PREFIX     SINCE               EXPIRES            STRIKES  "
	    "CATEGORY  COUNT\n"
	    "192.0.2.4  11-15 18:49 9d ago  ended 11-24 18:48        2  "
	    "relay         6\n\n");
	print(report_print_json);
	assert_non_null(strstr(printed, "\"192.0.2.2\""));
	assert_null(strstr(printed, "\"192.0.2.1\""));
	assert_null(strstr(printed, "\"192.0.2.3\""));
	assert_null(strstr(printed, "\"192.0.2.5\""));
}

static void
test_a_flood_of_bans_is_cut_to_the_newest(void **state)
{
	static struct ban bans[60];
	uint8_t i;

	(void)state;
	for (i = 0; i < 60; i++) {
		bans[i].prefix = pfx("192.0.2.0/32");
		bans[i].prefix.addr[3] = (uint8_t)(i + 100);
		bans[i].state = BAN_ACTIVE;
		bans[i].since = T0 - 60 + i;
		bans[i].expires = T0 + DAY;
	}
	answer.bans = bans;
	answer.nbans = 60;
	print(report_print);
	assert_null(strstr(printed, "192.0.2.109 "));
	assert_non_null(strstr(printed, "192.0.2.110 "));
	assert_non_null(strstr(printed, "192.0.2.159 "));
	assert_non_null(strstr(printed, "... and 10 more\n"));
}

static void
test_only_offenders_at_half_of_the_threshold_are_close(void **state)
{
	struct ctl_offender_record o[] = {
		{ .prefix = pfx("192.0.2.1"),
		    .count = 3,
		    .threshold = 5,
		    .within = DAY,
		    .last = T0 },
		{ .prefix = pfx("192.0.2.2"),
		    .count = 2,
		    .threshold = 5,
		    .within = DAY,
		    .last = T0 },
	};

	(void)state;
	answer.offenders = o;
	answer.noffenders = 2;
	print(report_print);
	assert_non_null(strstr(printed, "192.0.2.1 "));
	assert_null(strstr(printed, "192.0.2.2 "));
	assert_shows("Worst networks",
	    "NETWORK       BANS  COUNTED  FAILURES\n"
	    "192.0.2.0/24     0        2         5\n\n");
}

static void
test_the_bar_of_the_worst_hour_is_full_and_no_failure_is_invisible(void **state)
{
	(void)state;
	answer.status.hours[0][CATEGORY_AUTH] = 1;
	answer.status.hours[23][CATEGORY_AUTH] = 400;
	answer.status.hours[23][CATEGORY_RELAY] = 600;
	print(report_print);
	assert_shows("Failures by hour",
	    "19:00       1000 "
	    "##################################################\n"
	    "20:00          0\n");
	assert_non_null(strstr(printed, "18:00          1 #\n"));
}

static void
test_only_accounts_of_the_last_day_are_told(void **state)
{
	struct ctl_account_record accounts[] = {
		{ .failures = 90, .last = T0 - DAY, .user = "stale" },
		{ .failures = 7,
		    .clients = 3,
		    .networks = 2,
		    .logins = 1,
		    .last = T0 - 60,
		    .user = "b\x1b" },
	};

	(void)state;
	answer.accounts = accounts;
	answer.naccounts = 2;
	print(report_print);
	assert_null(strstr(printed, "stale"));
	assert_shows("Accounts under attack",
	    "USER   FAILURES  CLIENTS  NETWORKS  LOGINS  LAST\n"
	    "b\\x1b         7        3         2       1  11-24 18:48 60s "
	    "ago\n\n");
	print(report_print_json);
	assert_non_null(strstr(printed,
	    "\"categories\": {}, \"wrong\": [], \"remarks\": [], "
	    "\"hints\": [], \"error\": null}"));
	assert_non_null(strstr(printed, "\"user\": \"b\\u001b\", "));
}

static void
test_failures_of_the_day_are_told_by_category(void **state)
{
	(void)state;
	answer.status.hours[0][CATEGORY_AUTH] = 1;
	answer.status.hours[23][CATEGORY_AUTH] = 4;
	answer.status.hours[5][CATEGORY_PROBE] = 2;
	print(report_print);
	assert_non_null(strstr(printed,
	    "failures counted in these hours: auth 5, probe 2\n"));
}

static void
test_health_tells_hints_and_the_last_error_without_controls(void **state)
{
	(void)state;
	report.nhints = 1;
	strlcpy(answer.status.enforcer.error, "disk \x1b full",
	    sizeof(answer.status.enforcer.error));
	answer.status.enforcer.error_at = T0 - 60;
	answer.status.enforcer.fault[MSG_FAULT_LEDGER] =
	    (struct msg_fault){ T0 - 120, "disk full" };
	print(report_print);
	assert_shows("Health",
	    "smtpband is up for 1d, 0 lines read\n"
	    "wrong: ledger not written for 2m: disk full\n"
	    "hint: a hint\n"
	    "last error: 2026-11-24 18:48:15: disk \\x1b full\n");
	print(report_print_json);
	assert_non_null(strstr(printed,
	    "\"wrong\": [{\"what\": \"ledger not written\", \"why\": \"disk "
	    "full\""));
}

static void
test_json_is_one_object(void **state)
{
	(void)state;
	print(report_print_json);
	assert_string_equal(printed,
	    "{\"host\": \"mx1\", \"from\": \"2026-11-23T18:49:15Z\", "
	    "\"to\": \"2026-11-24T18:49:15Z\", \"bans\": [], "
	    "\"expired\": [], \"offenders\": [], \"networks\": [], "
	    "\"accounts\": [], "
	    "\"hours\": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
	    "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], \"categories\": {}, "
	    "\"wrong\": [], \"remarks\": [], \"hints\": [], "
	    "\"error\": null}\n");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_quiet_day_has_every_section_and_none_in_it),
		TEST(test_bans_older_than_a_day_are_left_out),
		TEST(test_a_flood_of_bans_is_cut_to_the_newest),
		TEST(test_only_offenders_at_half_of_the_threshold_are_close),
		TEST(
		    test_the_bar_of_the_worst_hour_is_full_and_no_failure_is_invisible),
		TEST(test_only_accounts_of_the_last_day_are_told),
		TEST(test_failures_of_the_day_are_told_by_category),
		TEST(
		    test_health_tells_hints_and_the_last_error_without_controls),
		TEST(test_json_is_one_object),
	};

	return cmocka_run_group_tests(tests, NULL, group_teardown);
}
