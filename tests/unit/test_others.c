/* What Cyrus, Courier and the lesser programs tell beside the address. */
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

static struct event ev;
static char client[PREFIX_STRLEN];
static char user[128]; /* "-": the line has none */

/* "TAG[PID]: MESSAGE".  Returns whether it is an event. */
static bool
tell(struct recognise *r, const char *tagged)
{
	char line[1024];

	snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 %s", tagged);
	if (!recognise_line(r, line, strlen(line), NOW, &ev))
		return false;
	prefix_format(&ev.client, client);
	snprintf(user, sizeof(user), "-");
	if (ev.user != NULL)
		snprintf(user, sizeof(user), "%.*s", (int)ev.user_len, ev.user);
	return true;
}

static const struct {
	const char *line;
	const char *user;
} lines[] = {
	{ "cyrus/imap[1]: badlogin: h7.example.net [192.0.2.7] plaintext "
	  "(eve) x) [SASL(-13): authentication failure: checkpass failed]",
	    "eve) x" },
	{ "imaps[1]: badlogin: [192.0.2.7] plaintext eve@example.org "
	  "SASL(-13): authentication failure: checkpass failed",
	    "eve@example.org" },
	{ "cyrus/imap[1]: badlogin: [192.0.2.7] PLAIN (-notset-) "
	  "[SASL(-13): authentication failure: Password verification failed]",
	    "-" },
	{ "cyrus/imap[1]: badlogin: [192.0.2.7] CRAM-MD5 "
	  "[SASL(-13): authentication failure: incorrect digest response]",
	    "-" },
	{ "mail/sieve[1]: badlogin: h7[192.0.2.7] PLAIN authentication failure",
	    "-" },
	{ "cyrus/imap[1]: login: [192.0.2.7] bob@example.org PLAIN+TLS "
	  "User logged in SESSIONID=<1>",
	    "bob@example.org" },
	{ "pop3d-ssl[1]: LOGIN FAILED, user=x, ip=[203.0.113.9], "
	  "ip=[::ffff:192.0.2.7]",
	    "x, ip=[203.0.113.9]" },
	{ "imapd[1]: Login failed user=eve auth=root host=h7 [192.0.2.7]",
	    "eve" },
	{ "ipop3d[1]: Login failed user=eve host=[192.0.2.7]", "eve" },
	{ "solid-pop3d[1]: authentication failed for user a - b - 192.0.2.7",
	    "a - b" },
};

static void
test_the_user_name_is_what_the_client_gave(void **state)
{
	struct recognise *r = *state;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!tell(r, lines[i].line))
			fail_msg("no event: %s", lines[i].line);
		assert_string_equal(client, "192.0.2.7");
		assert_string_equal(user, lines[i].user);
	}
}

/* Courier, Cyrus and UW all have an imapd. */
static void
test_one_tag_may_be_of_several_servers(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r, "imapd: LOGIN FAILED, user=a, ip=[192.0.2.7]"));
	assert_true(tell(r, "imapd[1]: badlogin: [192.0.2.7] PLAIN [x]"));
	assert_true(tell(r, "imapd[1]: Login failed user=a host=[192.0.2.7]"));
	assert_false(tell(r, "imapd[1]: Logout user=a host=[192.0.2.7]"));
}

static void
test_perdition_writes_the_port_behind_an_ipv6_address(void **state)
{
	struct recognise *r = *state;

	assert_true(tell(r,
	    "perdition.imaps[1]: Fatal Error reading authentication "
	    "information from client 2001:db8::7:4711->2001:db8::25:993: "
	    "Exiting child"));
	assert_string_equal(client, "2001:db8::7");
	assert_false(tell(r,
	    "perdition.imaps[1]: Fatal Error reading authentication "
	    "information from client 192.0.2.7:4a11->192.0.2.25:993: "
	    "Exiting child"));
}

/* tlsproxy tells of the handshake, and postscreen of the end. */
static void
test_a_failed_handshake_behind_postscreen_counts_once(void **state)
{
	struct recognise *r = *state;

	assert_false(tell(r,
	    "postfix/postscreen[1]: CONNECT from [192.0.2.7]:4711 to "
	    "[192.0.2.25]:25"));
	assert_true(tell(r,
	    "postfix/tlsproxy[2]: TLS handshake failed for service=smtpd "
	    "peer=[192.0.2.7]:4711"));
	assert_false(tell(r,
	    "postfix/postscreen[1]: HANGUP after 0.1 from [192.0.2.7]:4711 in "
	    "tests after SMTP handshake"));
	assert_true(tell(r,
	    "postfix/postscreen[1]: HANGUP after 0.1 from [192.0.2.7]:4712 in "
	    "tests after SMTP handshake"));
}

/* A before-queue filter's answer is logged without the client. */
static void
test_what_a_proxy_filter_refuses_is_the_connected_clients(void **state)
{
	static const char rejected[] =
	    "postfix/smtpd[1]: proxy-reject: END-OF-MESSAGE: 554 5.7.1 no; "
	    "from=<unknown[203.0.113.9]> to=<b@example.org>";
	struct recognise *r = *state;

	assert_false(tell(r, rejected));
	assert_false(
	    tell(r, "postfix/smtpd[1]: connect from unknown[192.0.2.7]"));
	assert_true(tell(r, rejected));
	assert_string_equal(client, "192.0.2.7");
	assert_int_equal(ev.category, CATEGORY_POLICY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_the_user_name_is_what_the_client_gave, rig_setup,
		    rig_teardown),
		cmocka_unit_test_setup_teardown(
		    test_one_tag_may_be_of_several_servers, rig_setup,
		    rig_teardown),
		cmocka_unit_test_setup_teardown(
		    test_perdition_writes_the_port_behind_an_ipv6_address,
		    rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_failed_handshake_behind_postscreen_counts_once,
		    rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(
		    test_what_a_proxy_filter_refuses_is_the_connected_clients,
		    rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
