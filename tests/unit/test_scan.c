#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scan_rig.h"

static void
add_failures(const char *client, int minute, int n)
{
	scan_add_failures(scan_log[0], client, minute, n, "bob");
}

static void
add_failure(const char *client, int minute, const char *user)
{
	scan_add_failures(scan_log[0], client, minute, 1, user);
}

static struct invocation
with_conf(struct invocation v, const char *conf)
{
	if (conf != NULL) {
		scan_write(scan_conf[0], conf);
		v.confs[v.nconfs++] = scan_conf[0];
	}
	return v;
}

static void
assert_lines(const char *conf, const char *want)
{
	assert_int_equal(
	    scan_run(with_conf((struct invocation){ .lines = true }, conf), 1),
	    0);
	assert_string_equal(scan_printed, want);
}

static void
assert_bans(const char *conf, const char *want)
{
	assert_int_equal(
	    scan_run(with_conf((struct invocation){ .quiet = true }, conf), 1),
	    0);
	assert_string_equal(scan_printed, want);
}

static void
test_the_fifth_failure_bans_and_the_fourth_does_not(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 5);
	add_failures("192.0.2.2", 1, 4);
	assert_bans(NULL,
	    "192.0.2.1 2026-11-24 00:05:00 auth              5       0"
	    "      0     0\n");
}

static void
test_the_summary_comes_first_and_headings(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 7);
	scan_add(scan_log[0], 9,
	    "4F2A1: client=unknown[192.0.2.1], sasl_method=PLAIN, "
	    "sasl_username=bob");
	scan_add(scan_log[0], 10, "4F2A2: client=unknown[192.0.2.1]");
	scan_add(scan_log[0], 11, "4F2A3: client=unknown[192.0.2.2]");
	add_failures("192.0.2.3", 12, 5);
	scan_add(scan_log[0], 17,
	    "NOQUEUE: reject: RCPT from unknown[192.0.2.4]: 550 5.1.1 "
	    "<x@example.org>: Recipient address rejected: User unknown; "
	    "from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<a>");
	assert_int_equal(scan_run((struct invocation){ 0 }, 1), 0);
	assert_string_equal(scan_printed,
	    "16 lines, 2026-11-24 00:01:00 to 2026-11-24 00:17:00\n"
	    "\n"
	    "failures                      13\n"
	    "  auth                        12\n"
	    "  unknown-user (not counted)   1\n"
	    "good logins                    1\n"
	    "accepted mails                 2\n"
	    "offenders                      2\n"
	    "bans                           2\n"
	    "  of networks                  0\n"
	    "stopped failures               2\n"
	    "collateral logins              1\n"
	    "collateral mails               1\n"
	    "collateral clients             1\n"
	    "\n"
	    "NETWORK       BANS  FAILURES\n"
	    "192.0.2.0/24     2        12\n"
	    "\n"
	    "PREFIX    BANNED AT           CATEGORY      COUNT STOPPED "
	    "LOGINS MAILS\n"
	    "192.0.2.1 2026-11-24 00:05:00 auth              5       2"
	    "      1     1\n"
	    "192.0.2.3 2026-11-24 00:16:00 auth              5       0"
	    "      0     0\n");
}

static void
test_a_log_without_anything_has_a_summary(void **state)
{
	(void)state;
	assert_int_equal(scan_run((struct invocation){ 0 }, 1), 0);
	assert_int_equal(
	    strncmp(scan_printed, "0 lines\n\nfailures            0\n", 30), 0);
	assert_null(strstr(scan_printed, "PREFIX"));
}

static void
test_a_single_ban_makes_no_list_of_networks(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 5);
	assert_int_equal(scan_run((struct invocation){ 0 }, 1), 0);
	assert_null(strstr(scan_printed, "NETWORK"));
	assert_non_null(strstr(scan_printed, "\n\nPREFIX"));
}

static void
test_a_banned_client_is_not_counted_until_its_ban_is_over(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 5);   /* banned 00:05 to 00:15 */
	add_failures("192.0.2.1", 7, 8);   /* up to 00:14 */
	add_failures("192.0.2.1", 15, 30); /* again, to 00:39, at 00:19 */
	assert_bans("ban for 10m\nban repeat double up to 1d\n",
	    "192.0.2.1 2026-11-24 00:05:00 auth              5       8"
	    "      0     0\n"
	    "192.0.2.1 2026-11-24 00:19:00 auth              5      19"
	    "      0     0\n"
	    "192.0.2.1 2026-11-24 00:43:00 auth              5       1"
	    "      0     0\n");
}

static void
test_a_host_inside_a_banned_network_says_so(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 2);
	add_failures("192.0.2.2", 3, 2);
	add_failures("192.0.2.77", 5, 2);
	assert_bans("threshold 2 within 1h\nnetwork inet 24 after 2 hosts\n",
	    "192.0.2.1    2026-11-24 00:02:00 auth              2       0"
	    "      0     0 in 192.0.2.0/24\n"
	    "192.0.2.2    2026-11-24 00:04:00 auth              2       0"
	    "      0     0 in 192.0.2.0/24\n"
	    "192.0.2.0/24 2026-11-24 00:04:00 auth              4       2"
	    "      0     0\n");
}

/* By the bans of hosts and by failures of hosts that have none. */
static void
test_failures_of_a_network_are_counted_once(void **state)
{
	static const char conf[] = "threshold 2 within 1h\n"
				   "network inet 24 after 2 hosts\n"
				   "threshold network 5 within 1h\n";

	(void)state;
	add_failures("192.0.2.1", 1, 2);
	add_failures("192.0.2.2", 3, 2);
	add_failures("192.0.2.77", 5, 2);
	add_failures("198.51.100.1", 8, 1);
	add_failures("198.51.100.2", 9, 1);
	add_failures("198.51.100.3", 10, 1);
	add_failures("198.51.100.4", 11, 2);
	assert_int_equal(scan_run(with_conf((struct invocation){ 0 }, conf), 1),
	    0);
	assert_non_null(
	    strstr(scan_printed, "\n192.0.2.0/24        3         6\n"));
	assert_non_null(
	    strstr(scan_printed, "\n198.51.100.0/24     2         5\n"));
}

static void
test_lines_shows_every_offence_of_a_banned_client_too(void **state)
{
	char want[1024] = "", *end = want;
	int i;

	(void)state;
	add_failures("192.0.2.1", 1, 9);
	for (i = 1; i <= 9; i++)
		end += sprintf(end, "%d\t192.0.2.1\tauth\tbob\t-\n", i);
	assert_lines(NULL, want);
}

static void
test_lines_shows_the_host_and_why_it_does_not_weigh(void **state)
{
	(void)state;
	add_failure("192.0.2.7", 1, "a");
	add_failure("10.1.2.3", 2, "b");
	add_failure("127.0.0.1", 3, "c");
	add_failure("2001:db8::1", 4, "d");
	scan_add(scan_log[0], 5,
	    "4F2A1: client=unknown[192.0.2.8], sasl_method=PLAIN, "
	    "sasl_username=e");
	add_failure("192.0.2.8", 6, "e");
	assert_lines("whitelist { 192.0.2.7 }\n",
	    "1\t192.0.2.7\tauth\ta\twhitelisted\n"
	    "2\t10.1.2.3\tauth\tb\tprivate\n"
	    "3\t127.0.0.1\tauth\tc\tloopback\n"
	    "4\t2001:db8::1\tauth\td\t-\n"
	    "6\t192.0.2.8\tauth\te\tknown\n");
}

static void
test_a_category_that_does_not_count_is_not_shown(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 9);
	assert_lines("count { relay }\n", "");
	assert_bans("count { relay }\n", "");
}

static void
test_user_names_are_escaped(void **state)
{
	struct invocation v = { .lines = true, .json = true };

	(void)state;
	add_failure("192.0.2.1", 1, "a\tb\x1b[1m\\\xff");
	assert_lines(NULL, "1\t192.0.2.1\tauth\ta\\x09b\\x1b[1m\\\\\\xff\t-\n");
	assert_int_equal(scan_run(v, 1), 0);
	assert_string_equal(scan_printed,
	    "{\"line\": 1, \"address\": \"192.0.2.1\", \"category\": "
	    "\"auth\", \"user\": \"a\\u0009b\\u001b[1m\\\\\\u00ff\", "
	    "\"spared\": null}\n");
}

static void
test_json_is_a_list_of_bans(void **state)
{
	struct invocation v = { .json = true };

	(void)state;
	assert_int_equal(scan_run(v, 1), 0);
	assert_string_equal(scan_printed, "[]\n");
	add_failures("2001:db8::1", 1, 6);
	assert_int_equal(scan_run(v, 1), 0);
	assert_string_equal(scan_printed,
	    "[\n{\"prefix\": \"2001:db8::/64\", "
	    "\"since\": \"2026-11-24T00:05:00Z\", "
	    "\"expires\": \"2026-12-01T00:05:00Z\", \"strikes\": 1, "
	    "\"category\": \"auth\", \"count\": 5, \"stopped\": 1, "
	    "\"collateral\": {\"logins\": 0, \"mails\": 0}, "
	    "\"network\": false, \"inside\": null}\n]\n");
}

static void
test_the_summary_alone_is_one_object(void **state)
{
	struct invocation v = { .summary = true, .json = true };

	(void)state;
	add_failures("2001:db8::1", 1, 6);
	assert_int_equal(scan_run(v, 1), 0);
	assert_string_equal(scan_printed,
	    "{\"lines\": 6, \"from\": \"2026-11-24T00:01:00Z\", "
	    "\"to\": \"2026-11-24T00:06:00Z\", \"configuration\": null, "
	    "\"failures\": {\"auth\": 6}, \"logins\": 0, \"mails\": 0, "
	    "\"offenders\": 1, \"bans\": 1, \"network_bans\": 0, "
	    "\"refused\": 0, \"stopped\": 1, \"collateral\": {\"logins\": 0, "
	    "\"mails\": 0, \"clients\": 0}, \"networks\": [{\"prefix\": "
	    "\"2001:db8::/48\", \"bans\": 1, \"failures\": 6}]}\n");
	v.json = false;
	v.quiet = true;
	assert_int_equal(scan_run(v, 1), 0);
	assert_non_null(strstr(scan_printed, "\nbans                1\n"));
	assert_null(strstr(scan_printed, "PREFIX"));
}

static void
test_the_year_is_that_of_the_file(void **state)
{
	struct timespec times[2] = { { .tv_sec = 1577836800 },
		{ .tv_sec = 1577836800 } }; /* 2020-01-01 00:00 UTC */
	char text[1024] = "";
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		strlcat(text,
		    "Dec 31 23:00:00 mx1 postfix/smtpd[1]: warning: "
		    "unknown[192.0.2.1]: SASL LOGIN authentication failed: x\n",
		    sizeof(text));
	scan_write(scan_log[0], text);
	assert_int_equal(utimensat(AT_FDCWD, scan_log[0], times, 0), 0);
	assert_bans(NULL,
	    "192.0.2.1 2019-12-31 23:00:00 auth              5       0"
	    "      0     0\n");
}

static void
test_line_numbers_begin_anew_in_each_file_in_the_order_given(void **state)
{
	struct invocation v = { .lines = true };

	(void)state;
	add_failure("192.0.2.1", 11, "a");
	add_failure("192.0.2.1", 12, "b");
	scan_add_failures(scan_log[1], "192.0.2.2", 1, 2, "c");
	assert_int_equal(scan_run(v, 2), 0);
	assert_string_equal(scan_printed,
	    "1\t192.0.2.1\tauth\ta\t-\n2\t192.0.2.1\tauth\tb\t-\n"
	    "1\t192.0.2.2\tauth\tc\t-\n2\t192.0.2.2\tauth\tc\t-\n");
}

static void
test_in_an_export_of_the_journal_the_message_has_the_number(void **state)
{
	(void)state;
	scan_write(scan_log[0],
	    "__REALTIME_TIMESTAMP=1795478400000000\n"
	    "SYSLOG_IDENTIFIER=postfix/smtpd\n"
	    "SYSLOG_PID=7\n"
	    "MESSAGE=warning: unknown[192.0.2.1]: SASL LOGIN authentication "
	    "failed: x\n"
	    "_HOSTNAME=mx1\n"
	    "_TRANSPORT=syslog\n"
	    "\n");
	assert_lines(NULL, "4\t192.0.2.1\tauth\t-\t-\n");
}

static void
test_files_are_played_in_the_order_of_their_times(void **state)
{
	struct invocation v = { .quiet = true };

	(void)state;
	add_failures("192.0.2.1", 60, 3);
	scan_add_failures(scan_log[1], "192.0.2.1", 1, 2, "bob");
	scan_add(scan_log[1], 3,
	    "4F2A1: client=unknown[192.0.2.1], sasl_method=PLAIN, "
	    "sasl_username=alice");
	scan_add_failures(scan_log[2], "192.0.2.1", 62, 2, "x");
	assert_int_equal(
	    scan_run(with_conf(v, "known clients 1d patience 1\n"), 3), 0);
	/* At 01:02 it fails as bob, in one file, and as x, in another. */
	assert_string_equal(scan_printed,
	    "192.0.2.1 2026-11-24 01:02:00 auth              5       2"
	    "      0     0\n");
}

static void
test_a_file_that_cannot_be_read_is_exit_2_and_the_rest_is_read(void **state)
{
	struct invocation v = { .quiet = true };

	(void)state;
	add_failures("192.0.2.1", 1, 5);
	unlink(scan_log[1]);
	assert_int_equal(scan_run(v, 2), 2);
	assert_string_equal(scan_printed,
	    "192.0.2.1 2026-11-24 00:05:00 auth              5       0"
	    "      0     0\n");
}

static void
test_a_wrong_configuration_is_exit_1(void **state)
{
	(void)state;
	assert_int_equal(
	    scan_run(with_conf((struct invocation){ 0 }, "nonsense\n"), 1), 1);
	assert_string_equal(scan_printed, "");
}

#define TEST(f) cmocka_unit_test_setup(f, scan_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_fifth_failure_bans_and_the_fourth_does_not),
		TEST(test_the_summary_comes_first_and_headings),
		TEST(test_a_log_without_anything_has_a_summary),
		TEST(test_a_single_ban_makes_no_list_of_networks),
		TEST(test_a_banned_client_is_not_counted_until_its_ban_is_over),
		TEST(test_a_host_inside_a_banned_network_says_so),
		TEST(test_failures_of_a_network_are_counted_once),
		TEST(test_lines_shows_every_offence_of_a_banned_client_too),
		TEST(test_lines_shows_the_host_and_why_it_does_not_weigh),
		TEST(test_a_category_that_does_not_count_is_not_shown),
		TEST(test_user_names_are_escaped),
		TEST(test_json_is_a_list_of_bans),
		TEST(test_the_summary_alone_is_one_object),
		TEST(test_the_year_is_that_of_the_file),
		TEST(
		    test_line_numbers_begin_anew_in_each_file_in_the_order_given),
		TEST(
		    test_in_an_export_of_the_journal_the_message_has_the_number),
		TEST(test_files_are_played_in_the_order_of_their_times),
		TEST(
		    test_a_file_that_cannot_be_read_is_exit_2_and_the_rest_is_read),
		TEST(test_a_wrong_configuration_is_exit_1),
	};

	return cmocka_run_group_tests(tests, scan_rig_begin, scan_rig_end);
}
