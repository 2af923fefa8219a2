/* One offence in several lines, and in several logs, is one event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/doubles.h"
#include "recognise/recognise.h"

#define NOW     1795651200 /* 26 November 2026 */
#define SERVER  "postfix/smtpd[7]: warning: x[192.0.2.7]: SASL LOGIN "
#define FAILED  SERVER "authentication failed: x"
#define AUTH    "dovecot: auth: sql(bob,192.0.2.7): Password mismatch"
#define AUTH_S1 "dovecot: auth: sql(bob,192.0.2.7,<S1>): Password mismatch"
#define AUTH_S2 "dovecot: auth: sql(bob,192.0.2.7,<S2>): Password mismatch"
#define PAM                                                               \
	"auth: pam_unix(dovecot:auth): authentication failure; logname= " \
	"uid=0 euid=0 tty=dovecot ruser=bob rhost=192.0.2.7"
#define LOGIN(n, secs, session)                                                 \
	"dovecot: imap-login: Disconnected: Connection closed (auth failed, " n \
	" attempts in " secs " secs): user=<bob>, method=PLAIN, "               \
	"rip=192.0.2.7, lip=192.0.2.25, TLS, session=<" session ">"

static struct recognise_rules *rules;
static struct doubles *doubles;
static struct recognise *log_a, *log_b;

static int
setup(void **state)
{
	(void)state;
	rules = recognise_rules_new();
	doubles = doubles_new();
	assert_non_null(rules);
	assert_non_null(doubles);
	log_a = recognise_new(rules, doubles);
	log_b = recognise_new(rules, doubles);
	assert_non_null(log_a);
	assert_non_null(log_b);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	recognise_free(log_a);
	recognise_free(log_b);
	doubles_free(doubles);
	recognise_rules_free(rules);
	return 0;
}

/* How many failures a log tells of, so many seconds after ten o'clock. */
static uint32_t
tell(struct recognise *log, unsigned at, const char *text)
{
	char line[1024];
	struct event ev;
	int n;

	n = snprintf(line, sizeof(line), "Nov 24 %02u:%02u:%02u mx1 %s",
	    10 + at / 3600, at / 60 % 60, at % 60, text);
	if (recognise_line(log, line, (size_t)n, NOW, &ev))
		return ev.count;
	assert_non_null(ev.rule);
	assert_int_equal(recognise_outcome(log), RECOGNISE_DOUBLE);
	return 0;
}

static void
test_equal_lines_of_one_log_are_all_counted(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 1, FAILED), 1);
}

static void
test_the_same_lines_of_another_log_are_none(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_b, 1, FAILED), 0);
	assert_int_equal(tell(log_b, 1, FAILED), 0);
	assert_int_equal(tell(log_b, 2, FAILED), 1);
	assert_int_equal(tell(log_a, 2, FAILED), 0);
}

static void
test_one_log_may_be_read_an_hour_ahead(void **state)
{
	uint32_t a = 0, b = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < 3600; i += 6)
		a += tell(log_a, i, FAILED);
	for (i = 0; i < 3600; i += 6)
		b += tell(log_b, i + 1, FAILED);
	assert_int_equal(a, 600);
	assert_int_equal(b, 0);
}

static void
test_the_same_words_much_later_are_news(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_b, 20, FAILED), 1);
	assert_int_equal(tell(log_b, 245, FAILED), 1);
}

static void
test_not_all_logs_tell_the_process(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_b, 0,
			     "postfix/smtpd: warning: x[192.0.2.7]: SASL LOGIN "
			     "authentication failed: x"),
	    0);
}

static void
test_another_process_says_something_else(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_b, 0,
			     "postfix/smtpd[8]: warning: x[192.0.2.7]: SASL "
			     "LOGIN authentication failed: x"),
	    1);
}

static void
test_repetitions_that_one_log_folds_are_none_either(void **state)
{
	static const char folded[] =
	    "postfix/smtpd[7]: message repeated 3 times: [ warning: "
	    "x[192.0.2.7]: SASL LOGIN authentication failed: x]";

	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 60, folded), 3);
	assert_int_equal(tell(log_b, 0, FAILED), 0);
	assert_int_equal(tell(log_b, 9, FAILED), 0);
	assert_int_equal(tell(log_b, 20, FAILED), 0);
	assert_int_equal(tell(log_b, 40, FAILED), 0);
	assert_int_equal(tell(log_b, 50, FAILED), 1);
}

static void
test_a_folded_line_counts_what_the_other_log_did_not_have(void **state)
{
	static const char folded[] =
	    "postfix/smtpd[7]: message repeated 3 times: [ warning: "
	    "x[192.0.2.7]: SASL LOGIN authentication failed: x]";

	(void)state;
	assert_int_equal(tell(log_b, 0, FAILED), 1);
	assert_int_equal(tell(log_b, 9, FAILED), 1);
	assert_int_equal(tell(log_a, 60, folded), 1);
}

static void
test_server_auth_process_and_pam_tell_of_one_attempt(void **state)
{
	static const char *const voices[] = { PAM, AUTH, FAILED };
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	unsigned i, at;
	int k;

	(void)state;
	for (i = 0; i < 6; i++)
		for (k = 0; k < 3; k++) {
			at = i * 600 + (unsigned)orders[i][k] * 2;
			assert_int_equal(tell(k == 1 ? log_b : log_a, at,
					     voices[orders[i][k]]),
			    k == 0);
		}
}

static void
test_each_attempt_is_one(void **state)
{
	uint32_t events = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < 10; i++) {
		events += tell(log_a, i * 3, AUTH);
		events += tell(log_a, i * 3 + 2, FAILED);
	}
	assert_int_equal(events, 10);
}

static void
test_the_end_of_a_connection_restates_its_attempts(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, AUTH_S1), 1);
	assert_int_equal(tell(log_a, 5, AUTH_S1), 1);
	assert_int_equal(tell(log_a, 10, AUTH_S1), 1);
	assert_int_equal(tell(log_a, 200, LOGIN("3", "200", "S1")), 0);
}

static void
test_it_may_be_read_before_them(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 200, LOGIN("3", "200", "S1")), 1);
	assert_int_equal(tell(log_b, 0, AUTH_S1), 0);
	assert_int_equal(tell(log_b, 5, AUTH_S1), 1);
	assert_int_equal(tell(log_b, 10, AUTH_S1), 1);
}

static void
test_alone_it_counts_once(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 200, LOGIN("3", "20", "S1")), 1);
	assert_int_equal(tell(log_a, 201, LOGIN("3", "20", "S2")), 1);
}

static void
test_sessions_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, AUTH_S1), 1);
	assert_int_equal(tell(log_a, 3, LOGIN("1", "2", "S2")), 1);
	assert_int_equal(tell(log_a, 4, AUTH_S2), 0);
	assert_int_equal(tell(log_a, 5, LOGIN("1", "5", "S1")), 0);
}

static void
test_a_login_process_and_a_mail_server_mean_two_attempts(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 1, LOGIN("1", "2", "S1")), 1);
	assert_int_equal(tell(log_a, 2, AUTH_S1), 0);
	assert_int_equal(tell(log_a, 3, AUTH), 0);
	assert_int_equal(tell(log_a, 4, AUTH_S2), 1);
	assert_int_equal(tell(log_a, 5, FAILED), 1);
}

static void
test_so_they_do_where_the_log_has_no_session(void **state)
{
	static const char login[] =
	    "dovecot: imap-login: Disconnected: Connection closed (auth "
	    "failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, "
	    "rip=192.0.2.7, lip=192.0.2.25, TLS";

	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(tell(log_a, 1, login), 1);
	assert_int_equal(tell(log_a, 100, login), 1);
	assert_int_equal(tell(log_a, 101, FAILED), 1);
	assert_int_equal(tell(log_a, 102, AUTH_S1), 0);
}

static void
test_databases_asked_in_turn_are_one_attempt(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0,
			     "dovecot: auth: passwd-file(bob,192.0.2.7,<S1>): "
			     "unknown user"),
	    1);
	assert_int_equal(tell(log_a, 0, AUTH_S1), 0);
	assert_int_equal(tell(log_a, 9, AUTH_S1), 1);
}

static void
test_users_are_told_apart_but_for_case_and_domain(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, AUTH), 1);
	assert_int_equal(
	    tell(log_a, 0, FAILED ", sasl_username=Bob@example.org"), 0);
	assert_int_equal(tell(log_a, 1, AUTH), 1);
	assert_int_equal(tell(log_a, 1, FAILED ", sasl_username=alice"), 1);
}

static void
test_a_long_user_name_that_one_voice_cuts_is_the_same(void **state)
{
	static const char name[] = "0123456789012345678901234567890123456789"
				   "01234567890123456789012345678901234567";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text),
	    "dovecot: auth: sql(%.61s...,192.0.2.7): unknown user", name);
	assert_int_equal(tell(log_a, 0, text), 1);
	snprintf(text, sizeof(text), FAILED ", sasl_username=%s", name);
	assert_int_equal(tell(log_a, 2, text), 0);
}

static void
test_the_attempts_of_others_are_their_own(void **state)
{
	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	assert_int_equal(
	    tell(log_b, 0, "dovecot: auth: sql(bob,192.0.2.8): unknown user"),
	    1);
	assert_int_equal(tell(log_b, 0,
			     "postfix/smtpd[7]: warning: x[192.0.2.8]: SASL "
			     "LOGIN authentication failed: x"),
	    0);
}

static void
test_a_stream_alone_knows_its_own_doubles(void **state)
{
	struct recognise *log = recognise_new(rules, NULL);

	(void)state;
	assert_non_null(log);
	assert_int_equal(tell(log, 0, AUTH), 1);
	assert_int_equal(tell(log, 2, FAILED), 0);
	assert_int_equal(tell(log_a, 2, FAILED), 1);
	recognise_free(log);
}

static void
test_the_table_is_bounded_and_forgets_the_oldest(void **state)
{
	char text[256];
	unsigned i;

	(void)state;
	assert_int_equal(tell(log_a, 0, FAILED), 1);
	for (i = 0; i < 200000; i++) {
		snprintf(text, sizeof(text),
		    "postfix/smtpd[7]: warning: x[2001:db8::%x:%x]: SASL LOGIN "
		    "authentication failed: x",
		    i >> 16, i & 0xffff);
		assert_int_equal(tell(log_a, i % 3600, text), 1);
	}
	assert_int_equal(tell(log_b, 3599, text), 1);
	assert_int_equal(tell(log_b, (i - 1) % 3600, text), 0);
	assert_int_equal(tell(log_b, 0, FAILED), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(test_equal_lines_of_one_log_are_all_counted),
		TEST(test_the_same_lines_of_another_log_are_none),
		TEST(test_one_log_may_be_read_an_hour_ahead),
		TEST(test_the_same_words_much_later_are_news),
		TEST(test_not_all_logs_tell_the_process),
		TEST(test_another_process_says_something_else),
		TEST(test_repetitions_that_one_log_folds_are_none_either),
		TEST(test_a_folded_line_counts_what_the_other_log_did_not_have),
		TEST(test_server_auth_process_and_pam_tell_of_one_attempt),
		TEST(test_each_attempt_is_one),
		TEST(test_the_end_of_a_connection_restates_its_attempts),
		TEST(test_it_may_be_read_before_them),
		TEST(test_alone_it_counts_once),
		TEST(test_sessions_are_told_apart),
		TEST(test_a_login_process_and_a_mail_server_mean_two_attempts),
		TEST(test_so_they_do_where_the_log_has_no_session),
		TEST(test_databases_asked_in_turn_are_one_attempt),
		TEST(test_users_are_told_apart_but_for_case_and_domain),
		TEST(test_a_long_user_name_that_one_voice_cuts_is_the_same),
		TEST(test_the_attempts_of_others_are_their_own),
		TEST(test_a_stream_alone_knows_its_own_doubles),
		TEST(test_the_table_is_bounded_and_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
