/* Sendmail: lines joined by process and queue id, and what clients forge. */
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
#define Q   "6AOIqbFN004189: "
#define Q2  "6AOIqbFO004190: "
#define C   "h7.example.net [192.0.2.7]"
#define V   "x [203.0.113.9]"

static struct event ev;
static char label[RIG_LABEL_LEN];

static const char *
tell_from(struct recognise *r, const char *host, int hour, int pid,
    const char *message)
{
	char line[8192];

	snprintf(line, sizeof(line), "Nov 24 %02d:00:00 %s sm-mta[%d]: %s",
	    hour, host, pid, message);
	rig_label(recognise_line(r, line, strlen(line), NOW, &ev), &ev, label);
	return label;
}

/* "ADDRESS WHAT[ USER]", or "-": what a message of a process is. */
static const char *
tell_at(struct recognise *r, int hour, int pid, const char *message)
{
	return tell_from(r, "mx1", hour, pid, message);
}

static const char *
tell(struct recognise *r, const char *message)
{
	return tell_at(r, 10, 4189, message);
}

#define CONNECT "NOQUEUE: connect from "
#define UNKNOWN "<x@example.org>... User unknown"
#define NO_MAIL " did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA"
#define AUTH(user, relay)                                                \
	"AUTH failure (LOGIN): authentication failure (-13) SASL(-13): " \
	"authentication failure: checkpass failed, user=" user           \
	", relay=" relay
#define RCPT(arg, relay, reply) \
	"ruleset=check_rcpt, arg1=" arg ", relay=" relay ", reject=" reply

static void
test_a_process_has_the_client_of_its_connection(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, Q UNKNOWN), "-");
	assert_string_equal(tell(r, CONNECT C), "-");
	assert_string_equal(tell_at(r, 10, 4190, CONNECT "[192.0.2.8]"), "-");
	assert_string_equal(tell(r, Q2 UNKNOWN), "192.0.2.7 unknown-user");
	assert_string_equal(tell_at(r, 10, 4190, "6AOIqbFP004191: " UNKNOWN),
	    "192.0.2.8 unknown-user");
}

static void
test_hosts_that_share_a_log_have_processes_of_their_own(void **state)
{
	struct recognise *r = *state;

	(void)tell(r, CONNECT C);
	(void)tell_from(r, "mx2", 10, 4189, CONNECT "[192.0.2.8]");
	assert_string_equal(tell(r, Q UNKNOWN), "192.0.2.7 unknown-user");
	assert_string_equal(tell_from(r, "mx2", 10, 4189, Q2 UNKNOWN),
	    "192.0.2.8 unknown-user");
	assert_string_equal(tell_from(r, "mx3", 10, 4189, Q2 UNKNOWN), "-");
}

static void
test_a_process_id_that_comes_again_is_another(void **state)
{
	struct recognise *r = *state;

	(void)tell(r, CONNECT C);
	assert_string_equal(tell_at(r, 12, 4189, Q UNKNOWN), "-");
	(void)tell(r, CONNECT C);
	(void)tell(r, CONNECT "h8.example.net");
	assert_string_equal(tell(r, Q2 UNKNOWN), "-");
	(void)tell(r, CONNECT C);
	assert_string_equal(tell(r, "6AOIqbFP004191: " C NO_MAIL),
	    "192.0.2.7 probe");
	assert_string_equal(tell(r, "6AOIqbFP004191: " UNKNOWN), "-");
}

static void
test_without_a_connection_the_mail_tells_who_it_was(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, Q UNKNOWN), "-");
	assert_string_equal(tell(r, Q UNKNOWN), "-");
	assert_string_equal(
	    tell(r, Q2 "from=<a@b>, size=0, class=0, nrcpts=0, relay=" V), "-");
	assert_string_equal(
	    tell(r, Q "from=<a@b>, size=0, class=0, nrcpts=0, relay=" C),
	    "192.0.2.7 unknown-user");
	assert_int_equal(ev.count, 2);
	assert_string_equal(tell(r, Q UNKNOWN), "192.0.2.7 unknown-user");
	assert_string_equal(
	    tell(r, Q "from=<a@b>, size=0, class=0, nrcpts=0, relay=" C), "-");
}

static void
test_an_address_that_was_cut_is_in_the_last_line(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, Q AUTH("eve", "h7.example.net [192.")),
	    "-");
	assert_string_equal(tell(r, Q AUTH("eve", "h7.example.net [192.")),
	    "-");
	assert_string_equal(tell(r, Q C NO_MAIL), "192.0.2.7 auth");
	assert_int_equal(ev.count, 2);
	assert_string_equal(tell(r, Q2 AUTH("eve", "h7.example.net [192.")),
	    "-");
	assert_string_equal(
	    tell(r, Q2 C ": possible SMTP attack: command=AUTH, count=5"),
	    "192.0.2.7 auth");
	assert_int_equal(ev.count, 1);
	assert_string_equal(tell(r, Q2 AUTH("eve", "h7.example.net [192.")),
	    "192.0.2.7 auth eve");
	assert_string_equal(tell(r, Q2 C NO_MAIL), "-");
}

static void
test_mail_is_accepted_with_recipients_and_to_its_end(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(
	    tell(r,
		Q "from=<a@b>, size=9, class=0, nrcpts=2, msgid=<x@y>, "
		  "proto=ESMTP, daemon=MTA, relay=" C),
	    "192.0.2.7 accept");
	assert_string_equal(tell(r,
				Q "from=<a@b>, size=9, class=0, nrcpts=1, "
				  "proto=ESMTP, daemon=MTA, relay=" C),
	    "-");
	assert_string_equal(
	    tell(r,
		Q "from=<\", nrcpts=9, msgid=<x@y>, relay=" V
		  "\"@b>, size=9, class=0, nrcpts=0, daemon=MTA, relay=" C),
	    "-");
	assert_string_equal(
	    tell(r,
		Q "from=root, size=9, class=0, nrcpts=2, msgid=<x@y>, "
		  "relay=root@localhost"),
	    "-");
	assert_string_equal(tell(r,
				Q "from=<a@b>, size=9, class=0, nrcpts=0, "
				  "msgid=<x@y>, daemon=MTA, relay=" C),
	    "-");
}

static void
test_the_user_name_cannot_name_the_client(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, Q AUTH("eve", C)), "192.0.2.7 auth eve");
	assert_string_equal(tell(r, Q AUTH("eve, relay=" V, C)),
	    "192.0.2.7 auth eve, relay=" V);
	assert_string_equal(tell(r, Q2 AUTH("eve, relay=" V, "h7.exam")), "-");
	assert_string_equal(tell(r, CONNECT "[192.0.2.8]"), "-");
	assert_string_equal(
	    tell(r, Q2 AUTH("eve, relay=" V, "h7.example.net [192.0.2")),
	    "192.0.2.8 auth eve, relay=" V);
	assert_string_equal(tell(r, Q2 AUTH("eve", V)), "-");
	assert_int_equal(recognise_outcome(r), RECOGNISE_NO_CLIENT);
	assert_string_equal(tell(r,
				"AUTH=server, relay=" C ", authid=bob, relay=" V
				", mech=LOGIN, bits=0"),
	    "192.0.2.7 login bob, relay=" V);
}

static void
test_of_several_relays_none_is_believed(void **state)
{
	static const char arg[] =
	    Q RCPT("<\"a, relay=" V ", reject=550 5.7.1 <\"a... Relaying "
		   "denied\"@example.org>",
		C,
		"550 5.7.1 <\"a, relay=" V ", reject=550 5.7.1 <\"a... "
		"Relaying denied\"@example.org>... Access denied");
	static const char sender[] = Q RCPT("<x@y>", C,
	    "553 5.1.8 <x@y>... Domain of sender address b, relay=" V
	    ", reject=550 5.7.1 <x@y>, relay=" C
	    ", reject=553 5.1.8 <x@y>... x... does not exist");
	struct recognise *r = *state;

	assert_string_equal(tell(r, arg), "-");
	assert_string_equal(tell(r, sender), "-");
	assert_string_equal(tell(r, CONNECT C), "-");
	assert_string_equal(tell(r, arg), "192.0.2.7 policy");
	assert_string_equal(tell(r, sender), "192.0.2.7 policy");
}

static void
test_a_recipient_chooses_no_other_category(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(
	    tell(r,
		Q RCPT("<\"x>... User unknown\"@y>", C,
		    "550 5.7.1 <\"x>... User unknown\"@y>... Relaying denied")),
	    "192.0.2.7 relay");
	assert_string_equal(
	    tell(r, Q RCPT("<x@y>", C, "450 4.7.1 <x@y>... Relaying denied")),
	    "-");
	assert_string_equal(tell(r, CONNECT C), "-");
	assert_string_equal(
	    tell(r, Q "<x... User unknown@y>... Relaying denied"), "-");
	assert_string_equal(
	    tell(r,
		Q RCPT("<\"a, relay=" V ", reject=450 4.7.1 no\"@y>", C,
		    "550 5.7.1 <\"a, relay=" V
		    ", reject=450 4.7.1 no\"@y>... Relaying denied")),
	    "192.0.2.7 relay");
}

static void
test_parts_of_a_long_line_are_none(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r,
				"6AOIqbFN004189[2]: " V
				": possible SMTP attack: command=AUTH, "
				"count=5"),
	    "-");
	assert_string_equal(tell(r, CONNECT C), "-");
	assert_string_equal(tell(r, "6AOIqbFN004189[2]: " UNKNOWN), "-");
}

static void
test_a_session_that_was_counted_is_not_summed_up(void **state)
{
	struct recognise *r = *state;

	(void)tell(r, CONNECT C);
	assert_string_equal(tell(r, Q AUTH("eve", C)), "192.0.2.7 auth eve");
	assert_string_equal(
	    tell(r, Q C ": possible SMTP attack: command=AUTH, count=5"), "-");
	assert_string_equal(tell(r, Q C NO_MAIL), "-");
	(void)tell(r, CONNECT C);
	assert_string_equal(
	    tell(r, Q C ": possible SMTP attack: command=AUTH, count=5"),
	    "192.0.2.7 auth");
	assert_int_equal(ev.count, 5);
	(void)tell(r, CONNECT C);
	(void)tell(r,
	    "AUTH=server, relay=" C ", authid=bob, mech=PLAIN, bits=0");
	assert_string_equal(tell(r, Q C NO_MAIL), "-");
	(void)tell(r, CONNECT C);
	assert_string_equal(tell(r, Q C NO_MAIL), "192.0.2.7 probe");
}

static void
test_an_outage_counts_nowhere(void **state)
{
	struct recognise *r = *state;

	(void)tell(r, CONNECT C);
	assert_string_equal(
	    tell(r,
		Q "AUTH failure (PLAIN): generic failure (-1) SASL(-1): "
		  "generic failure: cannot connect to saslauthd, relay=" C),
	    "-");
	assert_string_equal(tell(r, Q C NO_MAIL), "-");
	assert_string_equal(tell(r,
				Q "timeout waiting for input from " C
				  " during client greeting"),
	    "-");
}

static void
test_names_and_addresses_of_every_form(void **state)
{
	struct recognise *r = *state;

	assert_string_equal(tell(r, Q "[192.0.2.7]" NO_MAIL),
	    "192.0.2.7 probe");
	assert_string_equal(tell(r, Q "[203.0.113.9] [192.0.2.7]" NO_MAIL),
	    "192.0.2.7 probe");
	assert_string_equal(
	    tell(r, Q "[IPv6:2001:db8:0:0:0:0:0:7] (may be forged)" NO_MAIL),
	    "2001:db8::7 probe");
	assert_string_equal(tell(r, Q "IDENT:e!v#e@" C NO_MAIL),
	    "192.0.2.7 probe");
	assert_string_equal(tell(r, Q "x [203.0.113.9] y [192.0.2.7]" NO_MAIL),
	    "-");
	assert_string_equal(tell(r, Q "[203.0.113.9]x [192.0.2.7]" NO_MAIL),
	    "-");
	assert_string_equal(tell(r, "SAA01234: [192.0.2.7]" NO_MAIL),
	    "192.0.2.7 probe");
	assert_string_equal(tell(r, "Connection: [192.0.2.7]" NO_MAIL), "-");
}

static void
test_a_crowd_of_processes_leads_to_no_wrong_client(void **state)
{
	struct recognise *r = *state;
	char message[160], want[64];
	int i, found = 0;

	for (i = 0; i < 20000; i++) {
		snprintf(message, sizeof(message),
		    "NOQUEUE: connect from [198.51.%d.%d]", i >> 8, i & 255);
		assert_string_equal(tell_at(r, 10, i + 1, message), "-");
	}
	for (i = 19999; i >= 0; i--) {
		snprintf(message, sizeof(message), "6AOIqbFN%06d: " UNKNOWN,
		    i + 1);
		snprintf(want, sizeof(want), "198.51.%d.%d unknown-user",
		    i >> 8, i & 255);
		if (strcmp(tell_at(r, 10, i + 1, message), "-") == 0)
			continue;
		assert_string_equal(label, want);
		found++;
	}
	assert_true(found > 1000 && found < 20000);
}

#define SENDMAIL_TEST(f) \
	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SENDMAIL_TEST(test_a_process_has_the_client_of_its_connection),
		SENDMAIL_TEST(
		    test_hosts_that_share_a_log_have_processes_of_their_own),
		SENDMAIL_TEST(test_a_process_id_that_comes_again_is_another),
		SENDMAIL_TEST(
		    test_without_a_connection_the_mail_tells_who_it_was),
		SENDMAIL_TEST(test_an_address_that_was_cut_is_in_the_last_line),
		SENDMAIL_TEST(
		    test_mail_is_accepted_with_recipients_and_to_its_end),
		SENDMAIL_TEST(test_the_user_name_cannot_name_the_client),
		SENDMAIL_TEST(test_of_several_relays_none_is_believed),
		SENDMAIL_TEST(test_a_recipient_chooses_no_other_category),
		SENDMAIL_TEST(test_parts_of_a_long_line_are_none),
		SENDMAIL_TEST(test_a_session_that_was_counted_is_not_summed_up),
		SENDMAIL_TEST(test_an_outage_counts_nowhere),
		SENDMAIL_TEST(test_names_and_addresses_of_every_form),
		SENDMAIL_TEST(
		    test_a_crowd_of_processes_leads_to_no_wrong_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
