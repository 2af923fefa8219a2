/* One offence is one event: what is told again in a session is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/session.h"
#include "recognise_rig.h"

#define NOW    1795651200 /* 26 November 2026 */
#define CLIENT "h7.example.net[192.0.2.7]"
#define FAILED "warning: " CLIENT ": SASL PLAIN authentication failed: "

static struct event ev;
static char user[128];

/* "NAME[PID]: MESSAGE" of Postfix.  Returns whether it is an event. */
static bool
tell(struct recognise *r, const char *message)
{
	char line[1024];
	bool found;

	snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 postfix/%s", message);
	found = recognise_line(r, line, strlen(line), NOW, &ev);
	user[0] = '\0';
	if (found && ev.user != NULL)
		snprintf(user, sizeof(user), "%.*s", (int)ev.user_len, ev.user);
	return found;
}

static void
test_failed_logins_are_not_counted_again_at_the_end(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "smtpd[1]: " FAILED "authentication failure"));
	assert_int_equal(ev.category, CATEGORY_AUTH);
	assert_false(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/1"));
	assert_true(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/1"));
}

static void
test_logins_that_no_line_told_of_are_counted_at_the_end(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r,
	    "smtpd[1]: disconnect from " CLIENT
	    " ehlo=1 auth=0/4 quit=1 commands=2/6"));
	assert_int_equal(ev.category, CATEGORY_PROBE);
	assert_int_equal(ev.count, 4);
	assert_true(tell(r, "smtpd[1]: " FAILED "authentication failure"));
	assert_true(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/4"));
	assert_int_equal(ev.count, 3);
}

static void
test_an_outage_of_the_server_counts_nowhere(void **state)
{
	struct recognise *r = *state;

	assert_false(tell(r,
	    "smtpd[1]: " FAILED "Connection lost to authentication server"));
	assert_false(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/1"));
	assert_false(tell(r,
	    "smtpd[1]: warning: SASL: Connect to Dovecot auth socket "
	    "'private/auth' failed: Connection refused"));
	assert_false(tell(r, "smtpd[1]: " FAILED "(reason unavailable)"));
	assert_false(tell(r, "smtpd[1]: connect from " CLIENT));
	assert_true(tell(r, "smtpd[1]: " FAILED "(reason unavailable)"));
}

static void
test_another_process_is_another_session(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "smtpd[1]: " FAILED "authentication failure"));
	assert_true(tell(r, "smtpd[2]: disconnect from " CLIENT " auth=0/1"));
	assert_true(tell(r,
	    "submission/smtpd[1]: disconnect from " CLIENT " auth=0/1"));
}

static void
test_a_new_connection_begins_a_session(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "smtpd[1]: " FAILED "authentication failure"));
	assert_false(tell(r, "smtpd[1]: connect from " CLIENT));
	assert_true(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/1"));
}

static void
test_without_a_pid_the_client_tells_sessions_apart(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "smtpd: " FAILED "authentication failure"));
	assert_true(tell(r, "smtpd: disconnect from x[192.0.2.8] auth=0/1"));
	assert_false(tell(r, "smtpd: disconnect from " CLIENT " auth=0/1"));
}

static void
test_a_failed_handshake_is_one_offence(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "smtpd[1]: SSL_accept error from " CLIENT ": -1"));
	assert_false(
	    tell(r, "smtpd[1]: lost connection after CONNECT from " CLIENT));
	assert_false(tell(r, "smtpd[1]: disconnect from " CLIENT));
	assert_true(
	    tell(r, "smtpd[1]: lost connection after CONNECT from " CLIENT));
}

static void
test_who_logged_in_may_hang_up(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r,
	    "smtpd[1]: 3F2A1B0C9D: client=" CLIENT
	    ", sasl_method=PLAIN, sasl_username=bob"));
	assert_int_equal(ev.kind, EVENT_LOGIN);
	assert_string_equal(user, "bob");
	assert_false(
	    tell(r, "smtpd[1]: lost connection after RCPT from " CLIENT));
}

static void
test_pipelining_is_one_offence(void **state)
{
	static const char reject[] =
	    "smtpd[1]: NOQUEUE: reject: DATA from " CLIENT
	    ": 503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP "
	    "command pipelining; from=<a@b> to=<c@d> proto=ESMTP helo=<e>";
	struct recognise *r = *state;

	assert_true(tell(r, reject));
	assert_int_equal(ev.category, CATEGORY_PROTOCOL);
	assert_true(tell(r,
	    "smtpd[1]: improper command pipelining after "
	    "EHLO from " CLIENT ": MAIL"));
	assert_false(tell(r, reject));
}

static void
test_postscreen_keeps_its_clients_apart(void **state)
{
	struct recognise *r = *state;

	assert_true(
	    tell(r, "postscreen[1]: DNSBL rank 3 for [192.0.2.7]:4711"));
	assert_false(tell(r,
	    "postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.7]:4711: 550 "
	    "5.7.1 Service unavailable; client [192.0.2.7] blocked using x"));
	assert_true(tell(r,
	    "postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.7]:4712: 550 "
	    "5.7.1 Service unavailable; client [192.0.2.7] blocked using x"));
	assert_int_equal(ev.category, CATEGORY_RBL);
	assert_false(tell(r, "postscreen[1]: DISCONNECT [192.0.2.7]:4711"));
	assert_true(tell(r,
	    "postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.7]:4711: 550 "
	    "5.5.1 Protocol error; from=<a>"));
}

static void
test_folded_lines_count_as_often(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r,
	    "smtpd[1]: message repeated 3 times: [ " FAILED
	    "authentication failure, sasl_username=eve]"));
	assert_int_equal(ev.count, 3);
	assert_string_equal(user, "eve");
	assert_false(tell(r, "smtpd[1]: disconnect from " CLIENT " auth=0/3"));
}

static void
test_user_names_of_failures(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r,
	    "smtpd[1]: " FAILED "(reason unavailable), sasl_username=a, b=c"));
	assert_string_equal(user, "a, b=c");
	assert_true(tell(r,
	    "smtpd[1]: " FAILED "no mechanism, sasl_username=(unavailable)"));
	assert_null(ev.user);
	assert_true(tell(r, "smtpd[1]: " FAILED));
	assert_null(ev.user);
}

static void
test_refused_content_is_its_senders_whatever_it_holds(void **state)
{
	static const char reject[] =
	    "cleanup[9]: 3F2A1B0C9D: reject: header Subject: x from "
	    "unknown[203.0.113.9]; from=<a> to=<b> from " CLIENT
	    "; from=<a> to=<b> proto=ESMTP helo=<c>: 5.7.1 no";
	struct recognise *r = *state;

	assert_false(tell(r, reject));
	assert_true(tell(r, "smtpd[1]: 3F2A1B0C9D: client=" CLIENT));
	assert_int_equal(ev.kind, EVENT_ACCEPT);
	assert_true(tell(r, reject));
	assert_int_equal(ev.category, CATEGORY_POLICY);
	assert_int_equal(ev.client.addr[0], 192);
	assert_int_equal(ev.client.addr[3], 7);
}

static void
test_the_table_forgets_the_least_used_and_stays_small(void **state)
{
	struct sessions *s = sessions_new();
	uint64_t key, i;

	(void)state;
	assert_non_null(s);
	key = sessions_key(s, 0, "postfix/smtpd", 13);
	assert_null(sessions_find(s, key));
	sessions_get(s, key)->told = 5;
	assert_int_equal(sessions_find(s, key)->told, 5);
	for (i = 1; i < 200000; i++) {
		(void)sessions_get(s, sessions_key(s, i, "x", 1));
		if (i % 16 == 0)
			assert_non_null(sessions_find(s, key));
	}
	for (; i < 400000; i++)
		(void)sessions_get(s, sessions_key(s, i, "x", 1));
	assert_null(sessions_find(s, key));
	sessions_free(s);
}

#define SESSION_TEST(f) \
	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION_TEST(
		    test_failed_logins_are_not_counted_again_at_the_end),
		SESSION_TEST(
		    test_logins_that_no_line_told_of_are_counted_at_the_end),
		SESSION_TEST(test_an_outage_of_the_server_counts_nowhere),
		SESSION_TEST(test_another_process_is_another_session),
		SESSION_TEST(test_a_new_connection_begins_a_session),
		SESSION_TEST(
		    test_without_a_pid_the_client_tells_sessions_apart),
		SESSION_TEST(test_a_failed_handshake_is_one_offence),
		SESSION_TEST(test_who_logged_in_may_hang_up),
		SESSION_TEST(test_pipelining_is_one_offence),
		SESSION_TEST(test_postscreen_keeps_its_clients_apart),
		SESSION_TEST(test_folded_lines_count_as_often),
		SESSION_TEST(test_user_names_of_failures),
		SESSION_TEST(
		    test_refused_content_is_its_senders_whatever_it_holds),
		cmocka_unit_test(
		    test_the_table_forgets_the_least_used_and_stays_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
