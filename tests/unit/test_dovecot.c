/* What Dovecot's lines tell, beside the rows: sessions, drivers, passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/template_match.h"
#include "recognise_rig.h"

#define NOW 1795651200 /* 26 November 2026 */

static struct template_match m;
static struct event ev;

/* Match a text with one template. */
static bool
fits(const char *template, const char *text)
{
	struct template_tree *tree = template_new();
	bool found;

	assert_non_null(tree);
	assert_null(template_add(tree, template, "row"));
	found = template_match(tree, text, strlen(text), &m);
	template_free(tree);
	return found;
}

static void
assert_text(const char *text, size_t n, const char *want)
{
	assert_non_null(text);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(text, want, n);
}

/* The address of a message that fits, or "-". */
static const char *
client_of(const char *template, const char *text)
{
	static char addr[PREFIX_STRLEN];

	if (!fits(template, text))
		return "-";
	return prefix_format(&m.client, addr);
}

/* One line of a log by itself. */
static bool
recognise(const char *line)
{
	struct recognise *r = rig_recogniser();
	bool found;

	assert_non_null(r);
	found = recognise_line(r, line, strlen(line), NOW, &ev);
	recognise_free(r);
	return found;
}

static void
test_a_login_process_tells_user_session_and_seconds(void **state)
{
	(void)state;
	assert_true(
	    fits("<login><why>auth failed, <num> attempts in <seconds> secs): "
		 "<dovecot>",
		"imap-login: Info: Disconnected: Connection closed: "
		"read(size=1) failed: x (auth failed, 2 attempts in 71 secs): "
		"user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.25, "
		"session=<AbC+/9>"));
	assert_text(m.user, m.user_len, "bob");
	assert_text(m.session, m.session_len, "AbC+/9");
	assert_int_equal(m.seconds, 71);
	assert_int_equal(m.count, 1);
}

static void
test_only_the_end_of_a_connection_is_one(void **state)
{
	static const char t[] = "<login><why>no auth attempts): <dovecot>";

	(void)state;
	assert_string_equal(client_of(t,
				"Disconnected (no auth attempts): "
				"rip=192.0.2.7, lip=x"),
	    "192.0.2.7");
	assert_string_equal(client_of(t,
				"imap-login: ID sent: name=Disconnected (no "
				"auth attempts): user=<x>, rip=203.0.113.9, "
				"lip=x: user=<>, rip=192.0.2.7, lip=x"),
	    "-");
	assert_string_equal(client_of(t,
				"imap-loginx: Disconnected (no auth "
				"attempts): rip=192.0.2.7, lip=x"),
	    "-");
}

static void
test_a_user_name_cannot_choose_the_reason(void **state)
{
	(void)state;
	assert_true(recognise(
	    "Nov 24 10:00:00 mx1 dovecot: imap-login: Disconnected: x (no auth "
	    "attempts in 1 secs): user=<(auth failed, 1 attempts in 1 secs): "
	    "user=<x>, rip=192.0.2.7, lip=x"));
	assert_int_equal(ev.category, CATEGORY_PROBE);
}

static void
test_a_mechanism_is_the_clients_too(void **state)
{
	static const char t[] = "<login>Login: <dovecot>";

	(void)state;
	assert_string_equal(client_of(t,
				"imap-login: Login: user=<x>, method=FOO>,X, "
				"RIP=203.0.113.9,(, rip=192.0.2.7, lip=x"),
	    "192.0.2.7");
	assert_string_equal(
	    client_of(t,
		"imap-login: Login: user=<x>, method=PLAIN, "
		"session=<0123456789012345678901234567890123456"
		"789012345678901234567890>, x, rip=203.0.113.9"),
	    "-");
}

static void
test_an_end_without_an_address_is_believed_last(void **state)
{
	static const char t[] = "<login>Login: <dovecot>";

	(void)state;
	assert_string_equal(client_of(t,
				"imap-login: Login: user=<x>, method=PLAIN, "
				"rip=203.0.113.9, lip=x>, session=<AbC>"),
	    "-");
	assert_string_equal(client_of(t,
				"imap-login: Login: user=<x>, method=PLAIN, "
				"rip=192.0.2.7, lip=y, orig=<01234567890123456"
				"7890123456789012345678901234567890123456789>, "
				"method=PLAIN, rip=203.0.113.9, lip=x"),
	    "-");
}

static void
test_a_short_line_may_end_with_the_address(void **state)
{
	char line[600];

	(void)state;
	assert_string_equal(
	    client_of("<login><why>no auth attempts): <dovecot>",
		"Disconnected (no auth attempts): rip=192.0.2.7"),
	    "192.0.2.7");
	snprintf(line, sizeof(line),
	    "Disconnected: %0480d (no auth attempts): rip=192.0.2.7", 0);
	assert_string_equal(
	    client_of("<login><why>no auth attempts): <dovecot>", line), "-");
}

static void
test_auth_lines_of_both_versions(void **state)
{
	static const char t[] = "<auth>unknown user<password>";
	static const char *const lines[] = {
		"auth: sql(bob,192.0.2.7,<AbC>): unknown user",
		"auth: Info: sql(bob,192.0.2.7,<AbC>): unknown user",
		"auth-worker(4711): sql(bob,192.0.2.7,<AbC>): unknown user",
		"auth-worker(4711): Info: conn unix:auth-worker (pid=7,uid=9): "
		"auth-worker<5>: sql(bob,192.0.2.7,<AbC>): unknown user",
		"dovecot: auth(default): sql(bob,192.0.2.7,master,<AbC>): "
		"unknown user",
		"sql(bob,192.0.2.7,<AbC>): unknown user",
		"auth(bob,192.0.2.7,sasl:plain)<AbC>: sql: unknown user",
		"auth(bob,192.0.2.7,sasl:plain)<AbC>: Info: sql: unknown user",
		"auth-worker(bob,192.0.2.7)<4711><AbC>: request [7]: sql: "
		"unknown user",
		"auth-worker(bob,192.0.2.7)<4711><AbC>: request [7]: Info: "
		"sql: unknown user",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_string_equal(client_of(t, lines[i]), "192.0.2.7");
		assert_text(m.user, m.user_len, "bob");
		assert_text(m.session, m.session_len, "AbC");
		assert_text(m.driver, m.driver_len, "sql");
	}
}

static void
test_without_a_session_there_is_none(void **state)
{
	static const char t[] = "<auth>unknown user<password>";

	(void)state;
	assert_true(fits(t, "auth: sql(?,2001:db8::7): unknown user"));
	assert_null(m.session);
	assert_null(m.user);
	assert_true(fits(t,
	    "auth-worker(bob,192.0.2.7)<4711>: request [7]: sql: unknown "
	    "user"));
	assert_null(m.session);
}

static void
test_of_several_ends_the_last_is_the_servers(void **state)
{
	static const char t[] = "<auth>unknown user<password>";
	static const char *const lines[] = {
		"auth: sql(x,203.0.113.9,192.0.2.7,<AbC>): unknown user",
		"auth: sql(x,203.0.113.9): unknown user,192.0.2.7,<AbC>): "
		"unknown user",
		"auth(x,203.0.113.9)<b>: sql: unknown user,192.0.2.7,"
		"sasl:plain)<AbC>: sql: unknown user",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_string_equal(client_of(t, lines[i]), "192.0.2.7");
}

static void
test_where_a_password_could_be_the_end_none_is_believed(void **state)
{
	static const char t[] = "<auth>unknown user<password>";
	static const char *const lines[] = {
		"auth: sql(x,192.0.2.7,<AbC>): unknown user (given password: "
		"y,203.0.113.9): unknown user)",
		"auth: sql(x,203.0.113.9): unknown user (given password: "
		"y,192.0.2.7,<AbC>): unknown user",
		"auth: sql(x,203.0.113.9): unknown user): unknown user",
		"auth(x,203.0.113.9)<b>: sql: unknown user)<AbC>: sql: unknown "
		"user",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_string_equal(client_of(t, lines[i]), "-");
}

static void
test_a_user_name_that_a_syslogd_escaped_has_room(void **state)
{
	static const char t[] = "<auth>unknown user<password>";
	char line[800];

	(void)state;
	snprintf(line, sizeof(line),
	    "auth: sql(%0256d,192.0.2.7,<AbC>): unknown user", 1);
	assert_string_equal(client_of(t, line), "192.0.2.7");
	snprintf(line, sizeof(line),
	    "auth: sql(%0257d,192.0.2.7,<AbC>): unknown user", 1);
	assert_string_equal(client_of(t, line), "-");
}

static void
test_an_auth_process_of_that_name_logs_only_its_databases(void **state)
{
	static const char t[] = "<auth>unknown user<password>";

	(void)state;
	assert_string_equal(
	    client_of(t, "passwd-file(bob,192.0.2.7): unknown user"),
	    "192.0.2.7");
	assert_string_equal(client_of(t, "lmtp(bob,192.0.2.7): unknown user"),
	    "-");
	assert_string_equal(
	    client_of(t, "auth: mydb(bob,192.0.2.7): unknown user"),
	    "192.0.2.7");
	assert_string_equal(client_of(t, "auth: bob,192.0.2.7"), "-");
	assert_string_equal(client_of(t, "auth"), "-");
	assert_string_equal(client_of(t, "auth("), "-");
}

static void
test_the_password_is_kept_for_comparing(void **state)
{
	static const char t[] = "<auth>Password mismatch<password>";

	(void)state;
	assert_true(fits(t,
	    "auth: sql(bob,192.0.2.7): Password mismatch (SHA1 of given "
	    "password: 0a1b2c)"));
	assert_text(m.hash, m.hash_len, "0a1b2c");
	assert_true(fits(t,
	    "auth: sql(bob,192.0.2.7): Password mismatch (given password: "
	    "a)b )"));
	assert_text(m.hash, m.hash_len, "a)b ");
	assert_true(fits(t,
	    "auth: ldap(bob,192.0.2.7): Password mismatch (for LDAP bind)"));
	assert_null(m.hash);
	assert_true(fits(t,
	    "auth: sql(bob,192.0.2.7): Password mismatch (given password: a"));
	assert_null(m.hash);
}

static void
test_what_the_next_database_decides_is_no_failure(void **state)
{
	(void)state;
	assert_false(recognise(
	    "Nov 24 10:00:00 mx1 dovecot: auth: sql(bob,192.0.2.7,<AbC>): "
	    "unknown user (SHA1 of given password: 0a1b2c) - trying the next "
	    "passdb"));
	assert_non_null(ev.rule);
	assert_true(recognise(
	    "Nov 24 10:00:00 mx1 dovecot: auth: sql(bob,192.0.2.7,<AbC>): "
	    "unknown user (SHA1 of given password: 0a1b2c)"));
	assert_text(ev.hash, ev.hash_len, "0a1b2c");
}

static void
test_pam_tells_its_client_last(void **state)
{
	static const char t[] = "failure; ruser=<pam>";

	(void)state;
	assert_string_equal(client_of(t, "failure; ruser=bob rhost=192.0.2.7 "),
	    "192.0.2.7");
	assert_text(m.user, m.user_len, "bob");
	assert_string_equal(
	    client_of(t, "failure; ruser=bob rhost=192.0.2.7  user=bob"),
	    "192.0.2.7");
	assert_string_equal(client_of(t,
				"failure; ruser=x rhost=203.0.113.9 "
				"rhost=192.0.2.7"),
	    "192.0.2.7");
	assert_string_equal(client_of(t,
				"failure; ruser=rhost=203.0.113.9 "
				"rhost=192.0.2.7"),
	    "192.0.2.7");
	assert_string_equal(client_of(t,
				"failure; ruser=x rhost=203.0.113.9  user=y "
				"rhost=192.0.2.7  user=x rhost=203.0.113.9  "
				"user=y"),
	    "-");
	assert_string_equal(
	    client_of(t, "failure; ruser=bob rhost=h7.example.net"), "-");
}

static void
test_a_long_pam_line_may_have_been_cut_in_the_user(void **state)
{
	char line[1000];

	(void)state;
	snprintf(line, sizeof(line), "failure; ruser=%0600d rhost=203.0.113.9",
	    1);
	assert_string_equal(client_of("failure; ruser=<pam>", line), "-");
	snprintf(line, sizeof(line),
	    "failure; ruser=x rhost=203.0.113.9  user=%0600d", 1);
	assert_string_equal(client_of("failure; ruser=<pam>", line), "-");
}

static void
test_its_own_file_is_read_too(void **state)
{
	static const char *const lines[] = {
		"Nov 24 10:00:00 imap-login: Info: Login aborted: Connection "
		"closed (auth failed, 3 attempts in 15 secs) (auth_failed): "
		"user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.25, TLS, "
		"session=<AbC>",
		"Nov 24 10:00:00 auth-worker(bob,192.0.2.7)<4711>: request "
		"[1]: Info: sql: unknown user",
		"Nov 24 10:00:00 auth: Info: passwd-file(bob,192.0.2.7): "
		"unknown user",
		"2026-11-24 10:00:00 auth-worker(default): Info: "
		"pam(bob,192.0.2.7): pam_authenticate() failed: Authentication "
		"failure (Password mismatch?)",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(recognise(lines[i]));
		assert_int_equal(ev.category, CATEGORY_AUTH);
		assert_text(ev.user, ev.user_len, "bob");
	}
}

static void
test_outages_are_nobodys_failures(void **state)
{
	static const char *const lines[] = {
		"dovecot: imap-login: Disconnected: Connection closed (auth "
		"service reported temporary failure): user=<bob>, "
		"method=PLAIN, rip=192.0.2.7, lip=192.0.2.25",
		"dovecot: imap-login: Error: Timeout waiting for handshake from "
		"auth server: user=<>, rip=192.0.2.7, lip=192.0.2.25",
		"dovecot: imap-login: Disconnected: Auth process broken "
		"(disconnected before auth was ready, waited 30 secs): user=<>, "
		"rip=192.0.2.7, lip=192.0.2.25",
		"dovecot: auth: Error: sql(bob,192.0.2.7): Password query "
		"failed: Not connected to database",
		"dovecot: auth: Error: pam(bob,192.0.2.7): unknown user "
		"(/etc/pam.d/dovecot missing?)",
		"dovecot: auth: pam(bob,192.0.2.7): pam_authenticate() failed: "
		"System error",
	};
	char line[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 %s",
		    lines[i]);
		assert_false(recognise(line));
	}
}

/*
 * With two databases, where the first fails by itself: what the second says is
 * no failure, and Dovecot tells the client to come again later.
 */
static void
test_a_database_that_failed_spoils_what_the_next_one_says(void **state)
{
	static const struct {
		const char *line;
		bool counts;
	} lines[] = {
		{ "auth-worker(7): Error: pam(bob,192.0.2.7,<AbC+/9>): "
		  "pam_start() failed: System error",
		    false },
		{ "auth: passwd-file(bob,192.0.2.7,<AbC+/9>): Password "
		  "mismatch",
		    false },
		{ "imap-login: Disconnected: Connection closed (auth service "
		  "reported temporary failure): user=<bob>, method=PLAIN, "
		  "rip=192.0.2.7, lip=192.0.2.25, session=<AbC+/9>",
		    false },
		{ "auth(bob,192.0.2.7,sasl:plain)<DeF+/9>: Error: ldap: "
		  "ldap_bind() failed: Timed out",
		    false },
		{ "auth(bob,192.0.2.7,sasl:plain)<DeF+/9>: passwd-file: "
		  "unknown user",
		    false },
		{ "auth: passwd-file(bob,192.0.2.7,<GhI+/9>): Password "
		  "mismatch",
		    true },
		{ "auth: Error: pam(bob,192.0.2.7): pam_start() failed: x",
		    false },
		{ "auth: passwd-file(eve,192.0.2.8): Password mismatch", true },
	};
	struct recognise *r = rig_recogniser();
	char line[512];
	size_t i, n;

	(void)state;
	assert_non_null(r);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		n = (size_t)snprintf(line, sizeof(line),
		    "Nov 24 10:00:00 mx1 dovecot: %s", lines[i].line);
		assert_int_equal(recognise_line(r, line, n, NOW, &ev),
		    lines[i].counts);
	}
	recognise_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_login_process_tells_user_session_and_seconds),
		cmocka_unit_test(test_only_the_end_of_a_connection_is_one),
		cmocka_unit_test(test_a_user_name_cannot_choose_the_reason),
		cmocka_unit_test(test_a_mechanism_is_the_clients_too),
		cmocka_unit_test(
		    test_an_end_without_an_address_is_believed_last),
		cmocka_unit_test(test_a_short_line_may_end_with_the_address),
		cmocka_unit_test(test_auth_lines_of_both_versions),
		cmocka_unit_test(test_without_a_session_there_is_none),
		cmocka_unit_test(test_of_several_ends_the_last_is_the_servers),
		cmocka_unit_test(
		    test_where_a_password_could_be_the_end_none_is_believed),
		cmocka_unit_test(
		    test_a_user_name_that_a_syslogd_escaped_has_room),
		cmocka_unit_test(
		    test_an_auth_process_of_that_name_logs_only_its_databases),
		cmocka_unit_test(test_the_password_is_kept_for_comparing),
		cmocka_unit_test(
		    test_what_the_next_database_decides_is_no_failure),
		cmocka_unit_test(test_pam_tells_its_client_last),
		cmocka_unit_test(
		    test_a_long_pam_line_may_have_been_cut_in_the_user),
		cmocka_unit_test(test_its_own_file_is_read_too),
		cmocka_unit_test(test_outages_are_nobodys_failures),
		cmocka_unit_test(
		    test_a_database_that_failed_spoils_what_the_next_one_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
