/* OpenSMTPD: the lines of a session joined by its id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise_rig.h"

#define NOW 1795651200 /* 26 November 2026 */
#define A   "4af1b2c3d4e5f607 "
#define B   "4af1b2c3d4e5f608 "

static struct event ev;
static char label[RIG_LABEL_LEN];

/* "ADDRESS WHAT[ USER]", or "-": what a message at that hour is. */
static const char *
tell_at(struct recognise *r, int hour, const char *message)
{
	char line[4096];

	snprintf(line, sizeof(line), "Nov 24 %02d:00:00 mx1 smtpd[9]: %s", hour,
	    message);
	rig_label(recognise_line(r, line, strlen(line), NOW, &ev), &ev, label);
	return label;
}

static const char *
tell(struct recognise *r, const char *message)
{
	return tell_at(r, 10, message);
}

/* A session of 192.0.2.N with that id. */
static void
begin(struct recognise *r, const char *id, int n)
{
	char message[128];

	snprintf(message, sizeof(message),
	    "%ssmtp connected address=192.0.2.%d host=<unknown>", id, n);
	assert_string_equal(tell(r, message), "-");
}

#define FAILED(reply) \
	"smtp failed-command command=\"AUTH PLAIN (...)\" result=\"" reply "\""
#define RCPT(to)                                     \
	"smtp failed-command command=\"RCPT TO:<" to \
	">\" result=\"550 Invalid recipient: <" to ">\""

static void
test_sessions_keep_their_clients_apart(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	begin(r, B, 8);
	assert_string_equal(tell(r, A FAILED("535 x")), "192.0.2.7 auth");
	assert_string_equal(tell(r, B FAILED("535 x")), "192.0.2.8 auth");
	assert_string_equal(tell(r, A "smtp disconnected reason=quit"), "-");
	assert_string_equal(tell(r, B FAILED("503 x")), "192.0.2.8 protocol");
}

static void
test_without_the_line_that_has_the_address_nothing_counts(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, A FAILED("535 x")), "-");
	assert_int_equal(recognise_outcome(r), RECOGNISE_NO_CLIENT);
	assert_string_equal(tell(r, A "smtp connected address=local host=mx1"),
	    "-");
	assert_string_equal(tell(r, A FAILED("535 x")), "-");
	assert_string_equal(tell(r, A "smtp connected address=192.0.2.7"), "-");
	assert_string_equal(tell(r, A FAILED("535 x")), "-");
}

static void
test_a_session_ends_with_its_last_line(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(tell(r, A "smtp disconnected reason=disconnect"),
	    "192.0.2.7 probe");
	assert_string_equal(tell(r, A FAILED("535 x")), "-");
	begin(r, A, 8);
	assert_string_equal(tell(r, A FAILED("535 x")), "192.0.2.8 auth");
}

static void
test_an_id_that_comes_again_after_hours_is_another(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(tell_at(r, 12, A FAILED("535 x")), "-");
}

static void
test_the_refused_login_is_counted_once_with_its_user(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(
	    tell(r, A "smtp authentication user=eve result=permfail"), "-");
	assert_string_equal(tell(r, A FAILED("535 x")), "192.0.2.7 auth eve");
	assert_string_equal(tell(r, A FAILED("535 x")), "192.0.2.7 auth");
	assert_string_equal(tell(r,
				A "smtp authentication user=x\\040"
				  "result=ok\\040y result=permfail"),
	    "-");
	assert_string_equal(tell(r, A FAILED("535 x")),
	    "192.0.2.7 auth x\\040result=ok\\040y");
}

static void
test_a_user_name_too_long_to_keep_is_none(void **state)
{
	struct recognise *r = *state;
	char message[256];

	begin(r, A, 7);
	snprintf(message, sizeof(message),
	    A "smtp authentication user=%0100d result=permfail", 1);
	assert_string_equal(tell(r, message), "-");
	assert_string_equal(tell(r, A FAILED("535 x")), "192.0.2.7 auth");
}

static void
test_an_outage_counts_nowhere(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(
	    tell(r, A "smtp authentication user=bob result=tempfail"), "-");
	assert_string_equal(tell(r, A FAILED("421 4.3.0 Temporary failure")),
	    "-");
	assert_string_equal(
	    tell(r, A "smtp disconnected reason=tls-accept-failed"), "-");
}

static void
test_who_logged_in_or_sent_mail_may_hang_up(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(tell(r, A "smtp authentication user=bob result=ok"),
	    "192.0.2.7 login bob");
	assert_string_equal(tell(r, A "smtp disconnected reason=timeout"), "-");
	begin(r, A, 7);
	assert_string_equal(tell(r, A "smtp message msgid=1 size=2 nrcpt=1"),
	    "192.0.2.7 accept");
	assert_string_equal(tell(r, A "smtp disconnected reason=disconnect"),
	    "-");
}

static void
test_the_last_result_is_the_servers(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(
	    tell(r,
		A "smtp failed-command command=\"x\" result=\"451 no\" "
		  "result=\"535 no"),
	    "192.0.2.7 auth");
	assert_string_equal(
	    tell(r,
		A "smtp failed-command command=\"x\" result=\"535 no\" "
		  "result=\"451 no"),
	    "-");
	assert_string_equal(tell(r,
				A "smtp failed-command command=\"" B
				  "smtp connected address=203.0.113.9 host=x\" "
				  "result=\"500 no"),
	    "192.0.2.7 protocol");
	assert_string_equal(tell(r, B FAILED("535 x")), "-");
}

static void
test_own_domains_are_those_of_strangers_mail(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	assert_string_equal(tell(r, A RCPT("x@example.org")),
	    "192.0.2.7 relay");
	assert_string_equal(tell(r,
				A "smtp envelope evpid=1 from=<a@b> "
				  "to=<bob@example.org>"),
	    "-");
	assert_string_equal(tell(r, A RCPT("x@Example.ORG")),
	    "192.0.2.7 unknown-user");
	assert_string_equal(tell(r, A RCPT("x@[203.0.113.9]")),
	    "192.0.2.7 relay");
	(void)tell(r,
	    A "smtp envelope evpid=1 from=<a> to=<b@example.net>@c> "
	      "to=<bob@example.com>");
	assert_string_equal(tell(r, A RCPT("x@example.net")),
	    "192.0.2.7 relay");
	assert_string_equal(tell(r, A RCPT("x@example.com")),
	    "192.0.2.7 unknown-user");
}

static void
test_no_domain_is_learnt_from_our_own_users(void **state)
{
	struct recognise *r = *state;

	begin(r, A, 7);
	(void)tell(r, A "smtp authentication user=bob result=ok");
	(void)tell(r, A "smtp envelope evpid=1 from=<a@b> to=<c@example.net>");
	(void)tell(r, B "smtp connected address=local host=mx1");
	(void)tell(r, B "smtp envelope evpid=1 from=<> to=<c@example.net>");
	(void)tell(r, B "smtp connected address=10.1.2.3 host=pc");
	(void)tell(r, B "smtp envelope evpid=1 from=<> to=<c@example.net>");
	assert_string_equal(tell(r, A RCPT("x@example.net")),
	    "192.0.2.7 relay");
}

static void
test_the_older_form_needs_no_session(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(
	    tell(r,
		A "smtp event=failed-command address=192.0.2.7 host=x "
		  "command=\"AUTH LOGIN\" result=\"503 5.5.1 Invalid command"),
	    "192.0.2.7 protocol");
	assert_string_equal(
	    tell(r,
		A "smtp event=authentication user=address=203.0.113.9\\040host "
		  "address=[2001:db8::7] host=x result=ok"),
	    "2001:db8::7 login address=203.0.113.9\\040host");
}

static void
test_a_crowd_of_sessions_leads_to_no_wrong_client(void **state)
{
	struct recognise *r = *state;
	char message[160], want[64];
	unsigned i, found = 0;

	for (i = 0; i < 20000; i++) {
		snprintf(message, sizeof(message),
		    "%016x smtp connected address=198.51.%u.%u host=x", i,
		    i >> 8, i & 255);
		assert_string_equal(tell(r, message), "-");
	}
	for (i = 0; i < 20000; i++) {
		snprintf(message, sizeof(message), "%016x " FAILED("535 x"), i);
		snprintf(want, sizeof(want), "198.51.%u.%u auth", i >> 8,
		    i & 255);
		if (strcmp(tell(r, message), "-") == 0)
			continue;
		assert_string_equal(label, want);
		found++;
	}
	assert_true(found > 6000 && found < 20000);
	assert_string_equal(tell(r, "00000000000000ff " FAILED("535 x")), "-");
	snprintf(message, sizeof(message), "%016x " FAILED("535 x"), 19999);
	assert_string_equal(tell(r, message), "198.51.78.31 auth");
}

#define OSMTPD_TEST(f) \
	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OSMTPD_TEST(test_sessions_keep_their_clients_apart),
		OSMTPD_TEST(
		    test_without_the_line_that_has_the_address_nothing_counts),
		OSMTPD_TEST(test_a_session_ends_with_its_last_line),
		OSMTPD_TEST(test_an_id_that_comes_again_after_hours_is_another),
		OSMTPD_TEST(
		    test_the_refused_login_is_counted_once_with_its_user),
		OSMTPD_TEST(test_a_user_name_too_long_to_keep_is_none),
		OSMTPD_TEST(test_an_outage_counts_nowhere),
		OSMTPD_TEST(test_who_logged_in_or_sent_mail_may_hang_up),
		OSMTPD_TEST(test_the_last_result_is_the_servers),
		OSMTPD_TEST(test_own_domains_are_those_of_strangers_mail),
		OSMTPD_TEST(test_no_domain_is_learnt_from_our_own_users),
		OSMTPD_TEST(test_the_older_form_needs_no_session),
		OSMTPD_TEST(test_a_crowd_of_sessions_leads_to_no_wrong_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
