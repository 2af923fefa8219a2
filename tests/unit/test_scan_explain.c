/* scan --explain: each outcome of a line, and each of its policy. */
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
explain_all(struct invocation v, const char *conf, int files)
{
	v.explain = true;
	if (conf != NULL) {
		scan_write(scan_conf[0], conf);
		v.confs[v.nconfs++] = scan_conf[0];
	}
	assert_int_equal(scan_run(v, files), 0);
}

static void
explain(const char *conf)
{
	explain_all((struct invocation){ 0 }, conf, 1);
}

/* The fields of a line of what was printed, by their number from 1. */
static const char *
field(unsigned line, unsigned number)
{
	static char copy[sizeof(scan_printed)];
	char *rest = copy, *row = NULL, *word = NULL;

	strlcpy(copy, scan_printed, sizeof(copy));
	while (line-- > 0)
		row = strsep(&rest, "\n");
	assert_non_null(row);
	while (number-- > 0)
		word = strsep(&row, "\t");
	assert_non_null(word);
	return word;
}

static void
add(int minute, const char *message)
{
	scan_add(scan_log[0], minute, message);
}

static void
test_a_failure_names_its_rule_client_user_and_count(void **state)
{
	(void)state;
	scan_add_failures(scan_log[0], "192.0.2.1", 1, 1, "bob\x1b");
	explain(NULL);
	assert_string_equal(field(1, 1), "1");
	assert_string_equal(field(1, 2), "failure");
	assert_int_equal(strncmp(field(1, 3),
			     "postfix smtpd \"warning: <client>: SASL ", 39),
	    0);
	assert_non_null(strstr(field(1, 3), "\" as auth"));
	assert_string_equal(field(1, 4), "192.0.2.1");
	assert_string_equal(field(1, 5), "bob\\x1b");
	assert_string_equal(field(1, 6), "counted: 1 of 5");
}

static void
test_each_line_without_event_tells_why(void **state)
{
	unsigned i;

	(void)state;
	scan_write(scan_log[0],
	    "no header here\n"
	    "2026-11-24T00:01:00+00:00 mx1 cron[7]: nothing of ours\n");
	add(2, "unheard of");
	add(3, "lost connection after DATA from unknown[192.0.2.1]");
	explain(NULL);
	assert_string_equal(field(1, 2), "no-header");
	assert_string_equal(field(1, 3), "-");
	assert_string_equal(field(2, 2), "no-program");
	assert_string_equal(field(2, 3), "cron");
	assert_string_equal(field(3, 2), "no-rule");
	assert_string_equal(field(3, 3), "postfix/smtpd");
	assert_string_equal(field(4, 2), "quiet");
	assert_string_equal(field(4, 3),
	    "postfix smtpd \"lost connection after DATA<text>\"");
	for (i = 1; i <= 4; i++) {
		assert_string_equal(field(i, 4), "-");
		assert_string_equal(field(i, 5), "-");
		assert_string_equal(field(i, 6), "-");
	}
}

static void
test_what_a_session_was_counted_for_is_told(void **state)
{
	(void)state;
	add(1, "connect from unknown[192.0.2.1]");
	add(1, "SSL_accept error from unknown[192.0.2.1]: -1");
	add(1, "lost connection after CONNECT from unknown[192.0.2.1]");
	explain(NULL);
	assert_string_equal(field(2, 2), "failure");
	assert_string_equal(field(3, 2), "told");
	assert_int_equal(strncmp(field(3, 3), "postfix smtpd \"lost", 19), 0);
}

static void
test_a_message_of_unknown_sender_has_no_client(void **state)
{
	(void)state;
	scan_write(scan_log[0],
	    "2026-11-24T00:01:00+00:00 mx1 postfix/cleanup[7]: 4F2A1: "
	    "reject: header X: y\n");
	explain(NULL);
	assert_string_equal(field(1, 2), "no-client");
	assert_string_equal(field(1, 4), "-");
}

static void
test_the_same_line_in_another_log_is_a_double(void **state)
{
	(void)state;
	scan_add_failures(scan_log[0], "192.0.2.1", 1, 1, "bob");
	scan_add_failures(scan_log[1], "192.0.2.1", 1, 1, "bob");
	explain_all((struct invocation){ 0 }, NULL, 2);
	assert_string_equal(field(1, 2), "failure");
	assert_string_equal(field(2, 1), "1");
	assert_string_equal(field(2, 2), "double");
}

static void
test_a_match_is_shown_as_it_was_given(void **state)
{
	(void)state;
	add(1, "turned away 192.0.2.1");
	explain("match \"smtpd\" \"turned away <addr>\" as relay\n");
	assert_string_equal(field(1, 3),
	    "match \"smtpd\" \"turned away <addr>\" as relay");
	explain_all((struct invocation){ .json = true },
	    "match \"smtpd\" \"turned away <addr>\" as relay\n", 1);
	assert_string_equal(scan_printed,
	    "{\"line\": 1, \"outcome\": \"failure\", \"tag\": "
	    "\"postfix/smtpd\", \"rule\": {\"server\": null, \"program\": "
	    "\"smtpd\", \"template\": \"turned away <addr>\", "
	    "\"category\": \"relay\", \"remark\": null}, \"address\": "
	    "\"192.0.2.1\", \"user\": null, \"policy\": \"counted\", "
	    "\"spared\": null, \"count\": 1, \"threshold\": 5}\n");
}

static void
add_login(int minute)
{
	add(minute,
	    "4F2A1: client=unknown[192.0.2.1], sasl_method=PLAIN, "
	    "sasl_username=alice");
}

static void
test_policy_says_what_becomes_of_an_event(void **state)
{
	(void)state;
	add_login(1);
	scan_add_failures(scan_log[0], "192.0.2.1", 2, 1, "alice");
	scan_add_failures(scan_log[0], "192.0.2.1", 3, 2, "bob");
	scan_add_failures(scan_log[0], "192.0.2.1", 5, 1, "bob");
	add_login(6);
	scan_add_failures(scan_log[0], "10.0.0.1", 7, 1, "bob");
	add(8, "4F2A2: client=unknown[192.0.2.1]");
	scan_add_failures(scan_log[0], "192.0.2.1", 3, 1, "bob"); /* late */
	explain("threshold 2 within 1h\nknown clients 1d patience 1\n");
	assert_string_equal(field(1, 2), "login");
	assert_string_equal(field(1, 5), "alice");
	assert_string_equal(field(1, 6), "good");
	assert_string_equal(field(2, 6), "spared: known");
	assert_string_equal(field(3, 6), "counted: 1 of 2");
	assert_string_equal(field(4, 6), "bans: 192.0.2.1");
	assert_string_equal(field(5, 6), "stopped: 192.0.2.1");
	assert_string_equal(field(6, 6), "lost: 192.0.2.1");
	assert_string_equal(field(7, 6), "spared: private");
	assert_string_equal(field(8, 2), "accept");
	assert_string_equal(field(8, 6), "lost: 192.0.2.1");
	assert_string_equal(field(9, 6), "late: 192.0.2.1");
}

static void
test_policy_names_what_does_not_count_and_what_is_refused(void **state)
{
	(void)state;
	scan_add_failures(scan_log[0], "192.0.2.1", 1, 1, "bob");
	explain("count { relay }\n");
	assert_string_equal(field(1, 6), "not-counted");
	scan_write(scan_log[0], "");
	scan_add_failures(scan_log[0], "2001:db8::2", 1, 1, "bob");
	explain("threshold 1 within 1h\nwhitelist { 2001:db8::1 }\n");
	assert_string_equal(field(1, 6), "refused: 2001:db8::/64");
}

static void
test_json_tells_the_same(void **state)
{
	(void)state;
	scan_write(scan_log[0], "no header here\n");
	scan_add_failures(scan_log[0], "192.0.2.1", 2, 2, "bob");
	explain_all((struct invocation){ .json = true },
	    "threshold 1 within 1h\n", 1);
	assert_non_null(strstr(scan_printed,
	    "{\"line\": 1, \"outcome\": \"no-header\", \"tag\": null, "
	    "\"rule\": null}\n{\"line\": 2, "));
	assert_non_null(strstr(scan_printed,
	    "\"policy\": \"bans\", \"spared\": null, \"count\": 1, "
	    "\"threshold\": 1, \"prefix\": \"192.0.2.1\"}\n{\"line\": 3, "));
	assert_non_null(strstr(scan_printed,
	    "\"policy\": \"stopped\", \"spared\": null, "
	    "\"prefix\": \"192.0.2.1\"}\n"));
}

#define TEST(f) cmocka_unit_test_setup(f, scan_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_failure_names_its_rule_client_user_and_count),
		TEST(test_each_line_without_event_tells_why),
		TEST(test_what_a_session_was_counted_for_is_told),
		TEST(test_a_message_of_unknown_sender_has_no_client),
		TEST(test_the_same_line_in_another_log_is_a_double),
		TEST(test_a_match_is_shown_as_it_was_given),
		TEST(test_policy_says_what_becomes_of_an_event),
		TEST(test_policy_names_what_does_not_count_and_what_is_refused),
		TEST(test_json_tells_the_same),
	};

	return cmocka_run_group_tests(tests, scan_rig_begin, scan_rig_end);
}
