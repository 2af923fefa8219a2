/* Exim's log beyond single rows: lines in parts or twice, and sessions. */
#include "exim_rig.h"
#include "recognise/exim_log.h"

static const char failed[] = "plain authenticator failed for (x) [192.0.2.7]: "
			     "535 Incorrect authentication data (set_id=a)";
static const char failed_b[] =
    "plain authenticator failed for (x) [192.0.2.7]: 535 Incorrect "
    "authentication data (set_id=b)";

static void
test_a_copy_from_syslog_is_no_second_offence(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_syslog(r, 7, 0, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 0, failed), "-");
	assert_int_equal(recognise_outcome(r), RECOGNISE_TOLD);
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed_b),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 2, failed_b), "-");
	/* tried again */
	assert_string_equal(exim_tell_syslog(r, 7, 3, failed_b),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 3, failed_b), "-");
	/* another process */
	assert_string_equal(exim_tell_syslog(r, 8, 3, failed_b),
	    "192.0.2.7 auth");
	recognise_free(r);
}

static void
test_copies_of_processes_that_meet_are_told_apart(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_syslog(r, 7, 0, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 8, 0, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 0, failed), "-");
	assert_string_equal(exim_tell_syslog(r, 8, 0, failed), "-");
	recognise_free(r);
}

static void
test_a_copy_that_holds_the_message_too_is_one(void **state)
{
	static const char spam[] =
	    "1xVvev-00017I-0r H=(m) [192.0.2.7] F=<a@example.com> rejected "
	    "after DATA: spam";
	struct recognise *r = exim_recogniser();
	char copy[256];

	(void)state;
	snprintf(copy, sizeof(copy), "[1\\12] 2026-11-24 10:00:00 %s", spam);
	assert_string_equal(exim_tell_syslog(r, 7, 0, spam),
	    "192.0.2.7 policy");
	assert_string_equal(exim_tell_syslog(r, 7, 0, copy), "-");
	assert_string_equal(
	    exim_tell_syslog(r, 7, 0,
		"[12/12]   Subject: H=(x) [203.0.113.9] F=<b@c> rejected "
		"RCPT <v@example.net>: relay not permitted"),
	    "-");
	/* where that is the only one */
	assert_string_equal(exim_tell_syslog(r, 9, 0, copy),
	    "192.0.2.7 policy");
	recognise_free(r);
}

static void
test_without_duplication_equal_lines_count(void **state)
{
	static char text[256];
	struct recognise *r = exim_recogniser();
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(text, sizeof(text),
		    "plain authenticator failed for (x) [192.0.2.7]: 535 "
		    "Incorrect authentication data (set_id=%u)",
		    i);
		assert_string_equal(exim_tell_syslog(r, 7, 0, text),
		    "192.0.2.7 auth");
	}
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed),
	    "192.0.2.7 auth");
	recognise_free(r);
}

static void
test_a_few_lost_copies_change_nothing(void **state)
{
	struct exim_log e = { 0 };
	struct session s = { 0 };
	unsigned i;

	(void)state;
	/* a log that begins with them */
	assert_int_equal(exim_log_count(&e, &s, 8, 100, 1), 1);
	assert_int_equal(exim_log_count(&e, &s, 9, 100, 1), 1);
	assert_int_equal(exim_log_count(&e, &s, 9, 100, 1), 0);
	for (i = 0; i < 20; i++) {
		assert_int_equal(exim_log_count(&e, &s, 1, 100, 1), 1);
		assert_int_equal(exim_log_count(&e, &s, 1, 101, 1), 0);
	}
	for (i = 2; i < 5; i++)
		assert_int_equal(exim_log_count(&e, &s, i, 100, 1), 1);
	assert_int_equal(exim_log_count(&e, &s, 4, 100, 1), 0);
	/* too late for a copy */
	assert_int_equal(exim_log_count(&e, &s, 4, 200, 1), 1);
	assert_int_equal(exim_log_count(&e, &s, 4, 203, 1), 1);
}

static void
test_lines_that_syslog_folded_count_without_their_copies(void **state)
{
	struct exim_log e = { 0 };
	struct session s = { 0 };

	(void)state;
	/* one, its copy and two more with theirs */
	assert_int_equal(exim_log_count(&e, &s, 1, 100, 1), 1);
	assert_int_equal(exim_log_count(&e, &s, 1, 100, 5), 2);
	assert_int_equal(s.copy, 0);
	assert_int_equal(exim_log_count(&e, &s, 1, 100, 3), 2);
	assert_int_equal(s.copy, 1);
}

static void
test_lines_of_a_file_are_no_copies(void **state)
{
	struct recognise *r = exim_recogniser();
	char text[256];

	(void)state;
	assert_string_equal(exim_tell_file(r, 0, failed), "192.0.2.7 auth");
	assert_string_equal(exim_tell_file(r, 0, failed), "192.0.2.7 auth");
	snprintf(text, sizeof(text), "[77] %s", failed);
	assert_string_equal(exim_tell_file(r, 0, text), "192.0.2.7 auth");
	assert_string_equal(exim_tell_file(r, 0, text), "192.0.2.7 auth");
	recognise_free(r);
}

static void
test_headers_in_the_reject_log_are_no_events(void **state)
{
	static const char *const lines[] = {
		"Envelope-from: <a@example.com>",
		"P Received: from x H=(x) [203.0.113.9] rejected RCPT <a@b>",
		"  Subject: 2026-11-24 10:00:00 H=(x) [203.0.113.9] rejected "
		"EXPN x",
		"F From: plain authenticator failed for (x) [203.0.113.9]: 535 "
		"Incorrect authentication data",
		"*** truncated ***",
	};
	struct recognise *r = exim_recogniser();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_string_equal(exim_tell_line(r, lines[i]), "-");
	recognise_free(r);
}

static const char no_mail[] =
    "no MAIL in SMTP connection from (x) [192.0.2.7] D=3s C=EHLO,AUTH";

static void
test_the_end_of_a_session_counts_if_nothing_else_did(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed),
	    "192.0.2.7 auth");
	assert_string_equal(exim_tell_syslog(r, 7, 1, failed), "-");
	assert_string_equal(exim_tell_syslog(r, 7, 3, no_mail), "-");
	assert_string_equal(exim_tell_syslog(r, 8, 3, no_mail),
	    "192.0.2.7 probe");
	/* the process again, with another client */
	assert_string_equal(exim_tell_syslog(r, 7, 9, no_mail),
	    "192.0.2.7 probe");
	recognise_free(r);
}

static void
test_without_pid_a_session_is_its_address_and_its_time(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_file(r, 0, failed), "192.0.2.7 auth");
	assert_string_equal(exim_tell_file(r, 3, no_mail), "-");
	assert_string_equal(exim_tell_file(r, 9, no_mail), "192.0.2.7 probe");
	/* that session brought mail, and has no end in the log */
	assert_string_equal(exim_tell_file(r, 10, failed), "192.0.2.7 auth");
	assert_string_equal(exim_tell_file(r, 59, no_mail), "192.0.2.7 probe");
	recognise_free(r);
}

static void
test_an_outage_is_neither_an_offence_nor_a_probe(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(
	    exim_tell_syslog(r, 7, 1,
		"login authenticator failed for (x) [192.0.2.7]: 435 Unable to "
		"authenticate at present (set_id=bob): no connection"),
	    "-");
	assert_string_equal(exim_tell_syslog(r, 7, 2, no_mail), "-");
	recognise_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_copy_from_syslog_is_no_second_offence),
		cmocka_unit_test(
		    test_copies_of_processes_that_meet_are_told_apart),
		cmocka_unit_test(test_a_copy_that_holds_the_message_too_is_one),
		cmocka_unit_test(test_without_duplication_equal_lines_count),
		cmocka_unit_test(test_a_few_lost_copies_change_nothing),
		cmocka_unit_test(
		    test_lines_that_syslog_folded_count_without_their_copies),
		cmocka_unit_test(test_lines_of_a_file_are_no_copies),
		cmocka_unit_test(test_headers_in_the_reject_log_are_no_events),
		cmocka_unit_test(
		    test_the_end_of_a_session_counts_if_nothing_else_did),
		cmocka_unit_test(
		    test_without_pid_a_session_is_its_address_and_its_time),
		cmocka_unit_test(
		    test_an_outage_is_neither_an_offence_nor_a_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
