/*
 * What was wrong in other programs of this trade, and may never be here: each
 * published hole has a test of its own.  What is about shells, temporary files
 * and foreign programs is looked for in the installed programs
 * (tests/install/run.sh).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "recognise_rig.h"

#define NOW    1795651200 /* 26 November 2026 */
#define HEAD   "Nov 24 10:00:00 mx1 "
#define NOBODY "-"
#define CLIENT "192.0.2.7"
#define CHOSEN "203.0.113.9"

/* The address that a line is counted for, or "-". */
static const char *
blamed(const char *line)
{
	static char text[PREFIX_STRLEN];
	struct recognise *r = rig_recogniser();
	struct event ev;
	bool found;

	assert_non_null(r);
	found = recognise_line(r, line, strlen(line), NOW, &ev);
	recognise_free(r);
	if (!found || ev.kind != EVENT_FAILURE)
		return NOBODY;
	return prefix_format(&ev.client, text);
}

/* CVE-2006-6301, CVE-2006-6302, CVE-2007-4323: a login name with the words of
 * another failure bans whom it names. */
static void
test_a_user_name_with_a_whole_failure_in_it_bans_nobody_else(void **state)
{
	(void)state;
	assert_string_equal(blamed(HEAD
				"postfix/smtpd[1]: warning: unknown[" CLIENT
				"]: SASL LOGIN authentication failed: x, "
				"sasl_username=a from " CHOSEN),
	    CLIENT);
	assert_string_equal(
	    blamed(HEAD "dovecot: imap-login: Disconnected (auth failed, 1 "
			"attempts in 2 secs): user=<x from " CHOSEN
			">, method=PLAIN, rip=" CLIENT ", lip=192.0.2.25"),
	    CLIENT);
	assert_string_equal(
	    blamed(HEAD "sshd[1]: Invalid user root from " CHOSEN), NOBODY);
}

/* CVE-2007-4321: text of a client at the end of a line is taken for the
 * place of the address. */
static void
test_nothing_is_searched_for_from_the_end_of_a_line(void **state)
{
	(void)state;
	assert_string_equal(
	    blamed(HEAD "postfix/smtpd[1]: warning: non-SMTP command from "
			"unknown[" CLIENT "]: GET / unknown[" CHOSEN "]"),
	    CLIENT);
	assert_string_equal(
	    blamed(HEAD "postfix/smtpd[1]: improper command pipelining after "
			"DATA from unknown[" CLIENT
			"]: Received: from x [" CHOSEN "]"),
	    CLIENT);
}

/* CVE-2009-0362: the reverse name of a client is taken for its address. */
static void
test_a_reverse_name_that_is_an_address_bans_nobody_else(void **state)
{
	(void)state;
	assert_string_equal(blamed(
				HEAD "postfix/smtpd[1]: warning: " CHOSEN
				     ".example.net[" CLIENT
				     "]: SASL LOGIN authentication failed: x"),
	    CLIENT);
	assert_string_equal(blamed(HEAD
				"postfix/smtpd[1]: warning: " CHOSEN "[" CLIENT
				"]: SASL LOGIN authentication failed: x"),
	    CLIENT);
}

/* CVE-2012-5642: a line break in matched text adds a command or a ban. */
static void
test_a_line_break_in_a_name_is_never_a_line(void **state)
{
	(void)state;
	assert_string_equal(blamed(HEAD
				"postfix/smtpd[1]: warning: unknown[" CLIENT
				"]: SASL LOGIN authentication failed: x, "
				"sasl_username=a\n" HEAD
				"postfix/smtpd[1]: warning: unknown[" CHOSEN
				"]: SASL LOGIN authentication failed: x"),
	    CLIENT);
}

/* CVE-2013-2178, CVE-2013-6890: patterns that are not anchored match in the
 * middle of what a client sent. */
static void
test_a_message_is_matched_from_its_first_byte(void **state)
{
	(void)state;
	assert_string_equal(blamed(HEAD
				"postfix/smtpd[1]: x warning: unknown[" CHOSEN
				"]: SASL LOGIN authentication failed: x"),
	    NOBODY);
	assert_string_equal(
	    blamed(
		HEAD "postfix/cleanup[1]: 3ABC1: message-id=<warning: "
		     "unknown[" CHOSEN "]: SASL LOGIN authentication failed>"),
	    NOBODY);
	assert_string_equal(
	    blamed(HEAD "someapp[1]: postfix/smtpd[1]: warning: unknown[" CHOSEN
			"]: SASL LOGIN authentication failed: x"),
	    NOBODY);
}

/* CVE-2013-7176: a crafted mail address in a reject bans anybody. */
static void
test_a_crafted_mail_address_bans_nobody_else(void **state)
{
	(void)state;
	assert_string_equal(
	    blamed(HEAD
		"postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[" CLIENT
		"]: 554 5.7.1 <x from unknown[" CHOSEN
		"]: 554 5.7.1 <y>: Relay access denied>: Relay access "
		"denied; from=<a@example.com> to=<x from unknown[" CHOSEN
		"]: 554 5.7.1 <y>: Relay access denied> "
		"proto=ESMTP helo=<z>"),
	    CLIENT);
	assert_string_equal(
	    blamed(HEAD
		"postfix/smtpd[1]: NOQUEUE: reject: RCPT from x <" CHOSEN
		"> unknown[" CLIENT "]: 554 5.7.1 <y>: Relay access denied"),
	    NOBODY);
}

/* CVE-2013-7177: the same for Cyrus IMAP, by the name of a user. */
static void
test_a_crafted_cyrus_login_bans_nobody_else(void **state)
{
	(void)state;
	assert_string_equal(
	    blamed(HEAD "cyrus/imap[1]: badlogin: h7.example.net [" CLIENT
			"] plaintext x [" CHOSEN
			"] plaintext y SASL(-13): authentication failure: "
			"checkpass failed"),
	    CLIENT);
}

/* CVE-2007-5715: a form of the line that no pattern knows evades counting. */
static void
test_a_failure_is_counted_in_each_of_its_forms(void **state)
{
	static const char *const reasons[] = { "", "authentication failure",
		"UGFzc3dvcmQ6", "(reason unavailable), sasl_username=x",
		"another mechanism is needed", "bad protocol / cancel" };
	static const char *const mechanisms[] = { "LOGIN", "login", "Plain",
		"CRAM-MD5", "SCRAM-SHA-256-PLUS", "XOAUTH2", "OAUTHBEARER" };
	char line[512];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		for (k = 0; k < sizeof(mechanisms) / sizeof(mechanisms[0]);
		     k++) {
			snprintf(line, sizeof(line),
			    HEAD "postfix/smtps/smtpd[1]: warning: "
				 "h7.example.net[" CLIENT
				 "]: SASL %s authentication failed: %s",
			    mechanisms[k], reasons[i]);
			assert_string_equal(blamed(line), CLIENT);
		}
}

/*
 * GHSA-33wh-ccjc-p397: the work that a line asks for grows with the square of
 * its length, or worse.  These lines are read so often that this would go on
 * far beyond the time that ctest(1) allows, where linear work takes a second.
 */
static void
test_a_line_of_false_beginnings_costs_no_more_than_its_length(void **state)
{
	static const char *const heads[] = {
		HEAD "dovecot: imap-login: Disconnected (auth failed, 1 "
		     "attempts in 2 secs): user=<",
		HEAD
		"postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[" CLIENT
		"]: 554 5.7.1 <",
		HEAD "dovecot: auth: passwd-file(",
		HEAD "sm-mta[1]: NOQUEUE: AUTH failure (LOGIN): ",
		"2026-11-24 18:55:19 login authenticator failed for (",
		HEAD "cyrus/imap[1]: badlogin: x [",
	};
	static const char *const pieces[] = { ">: ", ">, rip=", " [", "(", ",",
		"=<", ": 535 ", ", relay=" };
	static char line[RECOGNISE_LINE_MAX + 1];
	size_t i, k, n;
	int times;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		for (k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			n = strlcpy(line, heads[i], sizeof(line));
			while (n + 16 < sizeof(line))
				n = strlcat(line, pieces[k], sizeof(line));
			for (times = 0; times < 400; times++)
				(void)blamed(line);
		}
}

/* The same where a name seems to come again and again, but never does. */
static void
test_a_name_is_not_looked_for_without_end(void **state)
{
	static const char end[] = ">: Relay access denied";
	static char line[RECOGNISE_LINE_MAX + 1];
	size_t n;
	int times;

	(void)state;
	n = strlcpy(line,
	    HEAD "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[" CLIENT
		 "]: 554 5.7.1 <",
	    sizeof(line));
	while (n < sizeof(line) / 2)
		n = strlcat(line, "=<", sizeof(line));
	for (times = 0; times < 7; times++)
		n = strlcat(line, end, sizeof(line));
	while (n + 2 < sizeof(line))
		n = strlcat(line, "=<", sizeof(line));
	for (times = 0; times < 2000; times++)
		assert_string_equal(blamed(line), CLIENT);
}

/* sshguard 2.5.1's fix: a line without an end, or with NUL bytes, stops or
 * crashes the parser. */
static void
test_bytes_of_every_kind_neither_stop_nor_confuse(void **state)
{
	static char line[RECOGNISE_LINE_MAX];
	struct recognise *r = rig_recogniser();
	struct event ev;
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++) {
		memset(line, byte, sizeof(line));
		assert_false(recognise_line(r, line, sizeof(line), NOW, &ev));
	}
	memcpy(line, "\0\0\0", 3);
	assert_false(recognise_line(r, line, 3, NOW, &ev));
	recognise_free(r);
	assert_string_equal(blamed(HEAD
				"postfix/smtpd[1]: warning: unknown[" CLIENT
				"]: SASL LOGIN authentication failed: x"),
	    CLIENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_user_name_with_a_whole_failure_in_it_bans_nobody_else),
		cmocka_unit_test(
		    test_nothing_is_searched_for_from_the_end_of_a_line),
		cmocka_unit_test(
		    test_a_reverse_name_that_is_an_address_bans_nobody_else),
		cmocka_unit_test(test_a_line_break_in_a_name_is_never_a_line),
		cmocka_unit_test(test_a_message_is_matched_from_its_first_byte),
		cmocka_unit_test(test_a_crafted_mail_address_bans_nobody_else),
		cmocka_unit_test(test_a_crafted_cyrus_login_bans_nobody_else),
		cmocka_unit_test(
		    test_a_failure_is_counted_in_each_of_its_forms),
		cmocka_unit_test(
		    test_a_line_of_false_beginnings_costs_no_more_than_its_length),
		cmocka_unit_test(test_a_name_is_not_looked_for_without_end),
		cmocka_unit_test(
		    test_bytes_of_every_kind_neither_stop_nor_confuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
