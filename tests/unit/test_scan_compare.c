/* scan with two configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scan_rig.h"

static int
compare(struct invocation v, const char *old, const char *new)
{
	scan_write(scan_conf[0], old);
	scan_write(scan_conf[1], new);
	v.confs[0] = scan_conf[0];
	v.confs[1] = scan_conf[1];
	v.nconfs = 2;
	return scan_run(v, 1);
}

static void
add(const char *client, int minute, int n)
{
	scan_add_failures(scan_log[0], client, minute, n, "bob");
}

static void
add_login(const char *client, int minute)
{
	char message[256];

	snprintf(message, sizeof(message),
	    "4F2A%02X: client=unknown[%s], sasl_method=PLAIN, "
	    "sasl_username=alice",
	    minute, client);
	scan_add(scan_log[0], minute, message);
}

static void
test_each_has_a_column_and_then_what_only_one_bans(void **state)
{
	(void)state;
	add("192.0.2.1", 1, 6); /* both ban it: at 00:03 and 00:05 */
	add("192.0.2.2", 10, 4);
	add_login("192.0.2.2", 20); /* collateral of the new one */
	assert_int_equal(compare((struct invocation){ 0 },
			     "threshold 5 within 1d\n",
			     "threshold 3 within 1d\n"),
	    0);
	assert_string_equal(scan_printed,
	    "11 lines, 2026-11-24 00:01:00 to 2026-11-24 00:20:00\n"
	    "\n"
	    "                    conf0  conf1  DIFFERENCE\n"
	    "failures               10     10           0\n"
	    "  auth                 10     10           0\n"
	    "good logins             1      1           0\n"
	    "accepted mails          0      0           0\n"
	    "offenders               2      2           0\n"
	    "bans                    1      2          +1\n"
	    "  of networks           0      0           0\n"
	    "stopped failures        1      4          +3\n"
	    "collateral logins       0      1          +1\n"
	    "collateral mails        0      0           0\n"
	    "collateral clients      0      1          +1\n"
	    "\n"
	    "only conf0 bans: 0\n"
	    "\n"
	    "only conf1 bans: 1\n"
	    "PREFIX     BANNED AT            CATEGORY  BANS  STOPPED  LOGINS"
	    "  MAILS\n"
	    "192.0.2.2  2026-11-24 00:12:00  auth         1        1       1"
	    "      0\n");
}

static void
test_the_collateral_of_clients_that_both_ban_is_told_of_each(void **state)
{
	(void)state;
	add("192.0.2.1", 1, 4);
	add_login("192.0.2.1", 6); /* of the new one */
	add("192.0.2.1", 10, 4);
	add_login("192.0.2.1", 20); /* of both */
	assert_int_equal(compare((struct invocation){ .quiet = true },
			     "threshold 5 within 1d\n"
			     "known clients 1d patience 1\n",
			     "threshold 3 within 1d\n"),
	    0);
	assert_string_equal(scan_printed,
	    "\n"
	    "only conf0 bans: 0\n"
	    "\n"
	    "only conf1 bans: 0\n"
	    "\n"
	    "both ban, collateral of conf0: 1\n"
	    "192.0.2.1  2026-11-24 00:10:00  auth         1        3       1      0\n"
	    "\n"
	    "both ban, collateral of conf1: 1\n"
	    "192.0.2.1  2026-11-24 00:03:00  auth         1        5       2      0\n");
}

static void
test_the_bans_of_one_client_are_added_up(void **state)
{
	(void)state;
	add("192.0.2.1", 1, 6);
	add_login("192.0.2.1", 6);
	add("192.0.2.1", 7, 9);
	add_login("192.0.2.1", 15);
	add("192.0.2.1", 16, 15);
	assert_int_equal(compare((struct invocation){ .quiet = true },
			     "count { relay }\n", "ban for 5m\nremember 1s\n"),
	    0);
	/* Banned at 5, 14, 23: each time for four failures. */
	assert_string_equal(scan_printed,
	    "\nonly conf0 bans: 0\n"
	    "\nonly conf1 bans: 1\n"
	    "192.0.2.1  2026-11-24 00:05:00  auth         3       12       2      0\n");
}

static void
test_a_host_in_a_network_that_the_other_bans_is_banned_by_both(void **state)
{
	(void)state;
	add("192.0.2.1", 1, 2);
	add("192.0.2.2", 3, 2);
	add("192.0.2.3", 5, 2);
	assert_int_equal(compare((struct invocation){ .quiet = true },
			     "threshold 2 within 1d\n",
			     "threshold 2 within 1d\n"
			     "network inet 24 after 2 hosts\n"),
	    0);
	assert_string_equal(scan_printed,
	    "\nonly conf0 bans: 0\n"
	    "\nonly conf1 bans: 1\n"
	    "192.0.2.0/24  2026-11-24 00:04:00  auth         1        2       0      0\n");
}

static void
test_each_reads_lines_by_its_own_matches(void **state)
{
	static const char match[] =
	    "match \"smtpd\" \"turned away <addr>\" as auth\n"
	    "threshold 2 within 1d\n";
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		scan_add(scan_log[0], i, "turned away 192.0.2.1");
	assert_int_equal(compare((struct invocation){ .quiet = true },
			     "threshold 2 within 1d\n", match),
	    0);
	assert_string_equal(scan_printed,
	    "\nonly conf0 bans: 0\n"
	    "\nonly conf1 bans: 1\n"
	    "192.0.2.1  2026-11-24 00:01:00  auth         1        1       0      0\n");
	assert_int_equal(compare((struct invocation){ .quiet = true }, match,
			     "threshold 2 within 1d\n"),
	    0);
	assert_non_null(strstr(scan_printed, "only conf0 bans: 1\n192.0.2.1"));
}

static void
test_json_has_a_summary_and_the_bans_of_each(void **state)
{
	(void)state;
	add("192.0.2.1", 1, 3);
	assert_int_equal(compare((struct invocation){ .json = true }, "",
			     "threshold 3 within 1d\n"),
	    0);
	assert_non_null(strstr(scan_printed,
	    "{\"lines\": 3, \"from\": \"2026-11-24T00:01:00Z\", "
	    "\"to\": \"2026-11-24T00:03:00Z\", \"configurations\": "
	    "[{\"summary\": {\"configuration\": \"/tmp/scan."));
	assert_non_null(strstr(scan_printed,
	    "\"networks\": []}, "
	    "\"bans\": []}, {\"summary\": "));
	assert_non_null(strstr(scan_printed,
	    "\"bans\": [{\"prefix\": \"192.0.2.1\", "
	    "\"since\": \"2026-11-24T00:03:00Z\""));
	assert_non_null(strstr(scan_printed,
	    "\"network\": false, \"inside\": null, \"only\": true}]}]}\n"));
	assert_int_equal(compare((struct invocation){ .json = true }, "", ""),
	    0);
	assert_null(strstr(scan_printed, "\"only\": true"));
}

static void
test_lines_are_of_one_configuration_and_of_one_form(void **state)
{
	(void)state;
	assert_int_equal(compare((struct invocation){ .lines = true }, "", ""),
	    2);
	assert_int_equal(
	    compare((struct invocation){ .explain = true }, "", ""), 2);
	assert_int_equal(
	    scan_run((struct invocation){ .explain = true, .lines = true }, 1),
	    2);
	assert_int_equal(
	    scan_run((struct invocation){ .explain = true, .summary = true },
		1),
	    2);
}

#define TEST(f) cmocka_unit_test_setup(f, scan_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_has_a_column_and_then_what_only_one_bans),
		TEST(
		    test_the_collateral_of_clients_that_both_ban_is_told_of_each),
		TEST(test_the_bans_of_one_client_are_added_up),
		TEST(
		    test_a_host_in_a_network_that_the_other_bans_is_banned_by_both),
		TEST(test_each_reads_lines_by_its_own_matches),
		TEST(test_json_has_a_summary_and_the_bans_of_each),
		TEST(test_lines_are_of_one_configuration_and_of_one_form),
	};

	return cmocka_run_group_tests(tests, scan_rig_begin, scan_rig_end);
}
