/* What a template may say, and what its placeholders take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/template_match.h"

static struct template_match m;

static const char *
compile(const char *text)
{
	struct template_tree *tree = template_new();
	const char *error;

	assert_non_null(tree);
	error = template_add(tree, text, text);
	template_free(tree);
	return error;
}

/* Does the template fit?  If so m has the address as text. */
static bool
fits(const char *text, const char *message)
{
	struct template_tree *tree = template_new();
	bool found;

	assert_non_null(tree);
	assert_null(template_add(tree, text, text));
	found = template_match(tree, message, strlen(message), &m);
	template_free(tree);
	return found;
}

/* The address that "<client>" takes from a message, or "-". */
static const char *
client_of(const char *message)
{
	static char addr[PREFIX_STRLEN];

	if (!fits("from <client>", message))
		return "-";
	return prefix_format(&m.client, addr);
}

static void
test_chosen_text_before_the_address_does_not_compile(void **state)
{
	static const char *const bad[] = {
		"helo <name>from <client>",
		"<text> from <client>",
		"<user>[<client>",
		"<reason><addrport>",
		"<name>x",
		"from <client> <text>and more",
		"from <client> <user><text>",
		"<client> <client>",
		"x <failed>y <sock>",
		"<hello>from <addr>",
		"<said><relay>",
		"<to>x",
		"<sasl> <text>",
		"<addrport> to <dovecot>",
		"<server>",
		"<server><client>",
		"<unknown>",
		"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (compile(bad[i]) == NULL)
			fail_msg("compiles: %s", bad[i]);
	assert_null(compile("<server>from <client>: <5xx><name>no <text>"));
}

static void
test_the_same_template_twice_is_an_error(void **state)
{
	struct template_tree *tree = template_new();

	(void)state;
	assert_null(template_add(tree, "from <client>", "a"));
	assert_null(template_add(tree, "from <client> x", "b"));
	assert_non_null(template_add(tree, "from <client>", "c"));
	template_free(tree);
}

static void
test_too_many_templates_are_an_error(void **state)
{
	static char texts[5000][16];
	struct template_tree *tree = template_new();
	const char *error = NULL;
	int i;

	(void)state;
	for (i = 0; i < 5000 && error == NULL; i++) {
		snprintf(texts[i], sizeof(texts[i]), "x%d", i);
		error = template_add(tree, texts[i], texts[i]);
	}
	assert_non_null(error);
	assert_true(i > 4000);
	assert_true(template_match(tree, "x399", 4, &m));
	template_free(tree);
}

static const char *
compile_match(const char *text)
{
	return template_add_match(NULL, text, NULL);
}

static void
test_a_match_in_which_the_client_could_choose_the_address_is_refused(
    void **state)
{
	static const char *const bad[] = {
		"<text> from <addr>",
		"refused <text><addr>",
		"<user><addr>",
		"<user> from <addr> <text>",
		"<user> from <addr> port <num>",
		"<user> <num> <addr>",
		"<user> from <addr> as <user>",
		"refused",
		"from <addr> or <addr>",
		"<dovecot>",
		"<server>: <addr>",
		"<word> <addr>",
		"from <addr><user>",
		"from <addr><num>",
		"from <addr>:<user>",
		"from <addr>.<text>",
		"from <addr>:<num><text>",
		"<user>:<addr>",
		"<user>: <addr>: refused",
		"<user> from <addr> came from afar",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (compile_match(bad[i]) == NULL)
			fail_msg("compiles: %s", bad[i]);
	assert_null(compile_match("login refused for <user> from <addr>"));
	assert_null(compile_match("<user> from [<addr>]"));
	assert_null(compile_match("login from <client> refused: <text>"));
	assert_null(compile_match("port <num>: <addr> refused for <user>"));
	assert_null(compile_match("from <addr>: <text>"));
	assert_null(compile_match("from <addr>:<num> <user>"));
	assert_null(compile_match("from <client><text>"));
	assert_null(compile_match("<user>: <addr> refused"));
	assert_null(compile_match("<user>@<addr>: refused"));
}

/* The address and user that a match takes, or "-". */
static const char *
match_of(const char *text, const char *message)
{
	static char out[PREFIX_STRLEN + 700], addr[PREFIX_STRLEN];
	struct template_tree *tree = template_new();
	bool found;

	assert_non_null(tree);
	assert_null(template_add_match(tree, text, text));
	found = template_match(tree, message, strlen(message), &m);
	template_free(tree);
	if (!found)
		return "-";
	snprintf(out, sizeof(out), "%s %.*s", prefix_format(&m.client, addr),
	    (int)m.user_len, m.user != NULL ? m.user : "");
	return out;
}

static void
test_a_user_name_before_the_address_cannot_move_it(void **state)
{
	static const char text[] = "refused for <user> from <addr>";
	char message[1024];

	(void)state;
	assert_string_equal(match_of(text, "refused for bob from 192.0.2.7"),
	    "192.0.2.7 bob");
	assert_string_equal(match_of(text,
				"refused for a from 203.0.113.9 from "
				"2001:db8::7"),
	    "2001:db8::7 a from 203.0.113.9");
	assert_string_equal(
	    match_of(text, "refused for a from 203.0.113.9 from x"), "-");
	assert_string_equal(match_of(text, "refused for a from 192.0.2.7 x"),
	    "-");
	snprintf(message, sizeof(message), "refused for %0*d from 192.0.2.7",
	    TEMPLATE_CHOSEN_MAX + 1, 0);
	assert_string_equal(match_of(text, message), "-");
}

static void
test_an_address_ends_where_the_text_goes_on(void **state)
{
	static const char text[] = "from <addr>";

	(void)state;
	assert_string_equal(match_of(text, "from 192.0.2.7: x"), "192.0.2.7 ");
	assert_string_equal(match_of(text, "from 192.0.2.7."), "192.0.2.7 ");
	assert_string_equal(match_of(text, "from ::ffff:192.0.2.7, x"),
	    "192.0.2.7 ");
	assert_string_equal(match_of(text, "from 192.0.2.7:25"), "192.0.2.7 ");
	assert_string_equal(
	    match_of("from <addr>:<num> <user>", "from 192.0.2.7:25 bob"),
	    "192.0.2.7 bob");
	assert_string_equal(match_of(text, "from 192.0.2.7.example"), "-");
	assert_string_equal(match_of(text, "from fe80::1%eth0"), "-");
	assert_string_equal(match_of(text, "from 192.0.2.777"), "-");
	assert_string_equal(match_of(text, "from "), "-");
}

static void
test_client_is_taken_strictly(void **state)
{
	(void)state;
	assert_string_equal(client_of("from h.example[192.0.2.7]"),
	    "192.0.2.7");
	assert_string_equal(client_of("from unknown[2001:db8::7]: x"),
	    "2001:db8::7");
	assert_string_equal(client_of("from x[192.0.2.7]:4711: x"),
	    "192.0.2.7");
	assert_int_equal(m.port, 4711);
	assert_string_equal(client_of("from x[::ffff:192.0.2.7]"), "192.0.2.7");
	assert_string_equal(client_of("from host203.0.113.9.x[192.0.2.7]"),
	    "192.0.2.7");
	assert_string_equal(client_of("from x[192.0.2.7"), "-");
	assert_string_equal(client_of("from x[192.0.2.7]["), "-");
	assert_string_equal(client_of("from x[192.0.2.7]x"), "-");
	assert_string_equal(client_of("from x[192.0.2.7/24]"), "-");
	assert_string_equal(client_of("from x[192.0.2.07]"), "-");
	assert_string_equal(client_of("from x[fe80::1%eth0]"), "-");
	assert_string_equal(client_of("from unknown[unknown]"), "-");
	assert_string_equal(client_of("from [192.0.2.7]"), "-");
	assert_string_equal(client_of("from a b[192.0.2.7]"), "-");
	assert_string_equal(client_of("from x[203.0.113.9][192.0.2.7]"), "-");
	assert_string_equal(client_of("From x[192.0.2.7]"), "-");
	assert_string_equal(client_of(" from x[192.0.2.7]"), "-");
}

static void
test_addrport_needs_its_port(void **state)
{
	(void)state;
	assert_true(fits("<addrport>", "[192.0.2.7]:25"));
	assert_int_equal(m.port, 25);
	assert_false(fits("<addrport>", "[192.0.2.7]"));
	assert_false(fits("<addrport>", "x[192.0.2.7]:25"));
	assert_false(fits("<addrport>", "[192.0.2.7]:"));
}

static void
test_replies_are_told_by_class(void **state)
{
	(void)state;
	assert_true(fits("<5xx>no", "554 5.7.1 no"));
	assert_true(fits("<5xx>no", "554 no"));
	assert_true(fits("<4xx>no", "454 5.7.1 no"));
	assert_true(fits("<5xx>no", "5.7.1 no"));
	assert_true(fits("<4xx>no", "454 4.7.1 no"));
	assert_false(fits("<5xx>no", "454 4.7.1 no"));
	assert_false(fits("<5xx>no", "454 5.7.1 no"));
	assert_false(fits("<4xx>no", "4.7.1.no"));
	assert_false(fits("<5xx>no", "55 no"));
}

static void
test_verbs_counters_and_numbers(void **state)
{
	(void)state;
	assert_true(fits("<verb> from", "END-OF-MESSAGE from"));
	assert_true(fits("<verb> from", "DATA (12 bytes) from"));
	assert_true(fits("<verb> from", "DATA content from"));
	assert_false(fits("<verb> from", "data from"));
	assert_true(fits("<stats> auth=0/<count>", " ehlo=1 auth=0/12 q=1"));
	assert_int_equal(m.count, 12);
	assert_false(fits("<stats> auth=0/<count>", " ehlo=1 x auth=0/1"));
	assert_true(fits("after <num> from", "after 0.06 from"));
	assert_true(fits("a <<b> c", "a <b> c"));
}

/* Which of two reasons a refused name is given. */
static const char *
reason_of(const char *message)
{
	struct template_tree *tree = template_new();

	assert_non_null(tree);
	assert_null(
	    template_add(tree, "<client>: <name>Relay denied", "relay"));
	assert_null(template_add(tree, "<client>: <name>User unknown", "user"));
	if (!template_match(tree, message, strlen(message), &m))
		m.row = "-";
	template_free(tree);
	return m.row;
}

static void
test_words_in_a_name_are_not_the_reason(void **state)
{
	(void)state;
	assert_string_equal(
	    reason_of("x[192.0.2.7]: <a@b>: Relay denied; from=<> to=<a@b> p"),
	    "relay");
	assert_string_equal(
	    reason_of("x[192.0.2.7]: <a>: User unknown; x@b>: Relay denied; "
		      "from=<c> to=<a>: User unknown; x@b> proto=SMTP"),
	    "relay");
	assert_string_equal(
	    reason_of("x[192.0.2.7]: <a>: User unknown; x@b>: Relay denied; "
		      "from=<c> to=<\"a>: User unknown; x\"@b> proto=SMTP"),
	    "relay");
	assert_string_equal(reason_of(
				"x[192.0.2.7]: <a@b>: Relay denied; "
				"from=<c>: User unknown> to=<a@b> proto=SMTP"),
	    "relay");
	assert_string_equal(reason_of("x[192.0.2.7]: <a>: Relay den"), "-");
}

static void
test_server_text_ends_at_the_first_place(void **state)
{
	static const char t[] = "<server> by <client>";

	(void)state;
	assert_true(fits(t, "sent by x[192.0.2.7] by x[203.0.113.9]"));
	assert_int_equal(m.client.addr[3], 7);
	assert_false(fits(t, "sent by nobody by x[203.0.113.9]"));
	assert_false(fits(t, "sent for x[192.0.2.7]"));
}

static void
test_dovecots_fields_end_the_user_name(void **state)
{
	static const char t[] = "<server>: <dovecot>";

	(void)state;
	assert_true(
	    fits(t, "a b: user=<eve>, method=PLAIN, rip=192.0.2.7, lip=x"));
	assert_int_equal(m.client.addr[3], 7);
	assert_int_equal(m.user_len, 3);
	assert_true(fits(t, "a: user=<>, rip=192.0.2.7, lip=x"));
	assert_null(m.user);
	assert_true(fits(t,
	    "a: user=<a>, method=PLAIN, rip=203.0.113.9, lip=x>, method=PLAIN, "
	    "rip=192.0.2.7, lip=x"));
	assert_int_equal(m.client.addr[3], 7);
}

static void
test_what_did_not_fit_tells_nothing(void **state)
{
	static const char *const rows[] = { "<addr> <account> failed",
		"<addr> <word> gave up" };
	static const char message[] = "192.0.2.1 bob gave up";
	struct template_tree *tree = template_new();
	size_t i;

	(void)state;
	assert_non_null(tree);
	for (i = 0; i < 2; i++)
		assert_null(template_add(tree, rows[i], rows[i]));
	assert_true(template_match(tree, message, sizeof(message) - 1, &m));
	assert_ptr_equal(m.row, rows[1]);
	assert_null(m.user);
	template_free(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_chosen_text_before_the_address_does_not_compile),
		cmocka_unit_test(test_the_same_template_twice_is_an_error),
		cmocka_unit_test(test_too_many_templates_are_an_error),
		cmocka_unit_test(
		    test_a_match_in_which_the_client_could_choose_the_address_is_refused),
		cmocka_unit_test(
		    test_a_user_name_before_the_address_cannot_move_it),
		cmocka_unit_test(test_an_address_ends_where_the_text_goes_on),
		cmocka_unit_test(test_client_is_taken_strictly),
		cmocka_unit_test(test_addrport_needs_its_port),
		cmocka_unit_test(test_replies_are_told_by_class),
		cmocka_unit_test(test_verbs_counters_and_numbers),
		cmocka_unit_test(test_words_in_a_name_are_not_the_reason),
		cmocka_unit_test(test_what_did_not_fit_tells_nothing),
		cmocka_unit_test(test_server_text_ends_at_the_first_place),
		cmocka_unit_test(test_dovecots_fields_end_the_user_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
