/* Texts by which a client of Exim makes itself look like another. */
#include "exim_rig.h"

#define LONG 900 /* more than Exim gives to syslog in one line */

/* This Exim does not take every HELO. */
static const char checks[] = "rejected EHLO from [192.0.2.99]: syntactically "
			     "invalid argument(s): a b";

/* A HELO, or a user name, that holds what follows the address. */
static const char forged[] =
    "plain authenticator failed for (x) [192.0.2.7]: 535 Incorrect "
    "authentication data (set_id=y) [203.0.113.9]: 535 Incorrect "
    "authentication data (set_id=z)";

static void
test_two_places_that_fit_are_no_event(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_file(r, 0, forged), "-");
	assert_int_equal(recognise_outcome(r), RECOGNISE_NO_CLIENT);
	recognise_free(r);
}

static void
test_an_exim_that_checks_helo_means_the_first(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(exim_tell_file(r, 0, checks),
	    "192.0.2.99 protocol");
	assert_string_equal(exim_tell_file(r, 1, forged), "192.0.2.7 auth");
	/* it took this one: nothing is known any more */
	assert_string_equal(
	    exim_tell_file(r, 2,
		"plain authenticator failed for (a b) [192.0.2.8]: 535 "
		"Incorrect authentication data"),
	    "192.0.2.8 auth");
	assert_string_equal(exim_tell_file(r, 3, forged), "-");
	recognise_free(r);
}

static void
test_what_one_host_checks_tells_nothing_of_another(void **state)
{
	struct recognise *r = exim_recogniser();
	char line[512];

	(void)state;
	snprintf(line, sizeof(line), "Nov 24 10:00:00 mx2 exim[7]: %s", checks);
	assert_string_equal(exim_tell_line(r, line), "192.0.2.99 protocol");
	assert_string_equal(exim_tell_syslog(r, 7, 1, forged), "-");
	recognise_free(r);
}

static void
test_a_junk_helo_does_not_move_the_address(void **state)
{
	static const char *const helos[] = {
		"x) [203.0.113.9]",
		"[203.0.113.9]",
		"x) [203.0.113.9] F=<a@b> rejected RCPT <c@d>: no",
		"x) [203.0.113.9] U=y",
		"x) [203.0.113.9] rejected EXPN y",
		"x) [203.0.113.9]:25 I=[192.0.2.25]:25",
	};
	static char text[512];
	struct recognise *r;
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(helos) / sizeof(helos[0]); i++) {
		r = exim_recogniser();
		snprintf(text, sizeof(text),
		    "H=h7.example.net (%s) [192.0.2.7] F=<a@example.com> "
		    "rejected RCPT <v@example.net>: relay not permitted",
		    helos[i]);
		got = exim_tell_file(r, 0, text);
		if (strcmp(got, "-") != 0)
			assert_string_equal(got, "192.0.2.7 relay");
		recognise_free(r);
	}
}

static void
test_what_the_client_sent_does_not_move_the_address(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	/* nothing can follow the last host here */
	assert_string_equal(
	    exim_tell_file(r, 0,
		"SMTP protocol error in \"AUTH x\" H=(y) [203.0.113.9] AUTH "
		"command used when not advertised\" H=(z) [192.0.2.7] AUTH "
		"command used when not advertised"),
	    "192.0.2.7 protocol");
	/* but here it can */
	assert_string_equal(
	    exim_tell_file(r, 0,
		"SMTP protocol synchronization error (next input sent too "
		"soon: pipelining was advertised): rejected \"x\" H=(y) "
		"[203.0.113.9] next input=\"\" H=(z) [192.0.2.7] next "
		"input=\"q\""),
	    "-");
	assert_string_equal(
	    exim_tell_file(r, 0,
		"SMTP syntax error in \"x\" H=(y) [203.0.113.9] U=\" H=(z) "
		"[192.0.2.7] unrecognized command"),
	    "-");
	assert_string_equal(
	    exim_tell_file(r, 0,
		"SMTP syntax error in \"MAIL FROM:<z>\" H=(y) [192.0.2.7] "
		"\"@\" or \".\" expected after \"z\" H=(y) [203.0.113.9] "
		"\"@\" or \".\" expected after \"z\""),
	    "-");
	recognise_free(r);
}

/* The true host stands in messages that no row is about, too. */
static void
test_a_place_counts_even_if_nothing_fits_after_it(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(
	    exim_tell_file(r, 0,
		"H=(x) [203.0.113.9] rejected EXPN y) [192.0.2.7] Warning: z"),
	    "-");
	assert_string_equal(exim_tell_file(r, 1, checks),
	    "192.0.2.99 protocol");
	assert_string_equal(
	    exim_tell_file(r, 2,
		"SMTP syntax error in \"x\" H=(y) [203.0.113.9] \"@\" or "
		"\".\" expected after \"\" H=(z) [192.0.2.7] new \"words\""),
	    "-");
	recognise_free(r);
}

/* So that what follows could be cut away. */
static void
put_long(char *out, size_t size, const char *before, const char *after)
{
	char fill[LONG + 1];

	memset(fill, 'F', LONG);
	fill[LONG] = '\0';
	snprintf(out, size, "%s%s%s", before, fill, after);
}

static void
test_a_line_that_may_be_cut_needs_an_exim_that_checks_helo(void **state)
{
	struct recognise *r = exim_recogniser();
	static char text[2048];

	(void)state;
	put_long(text, sizeof(text),
	    "H=(x) [192.0.2.7] F=<a@b> rejected RCPT <c@d>: ", "");
	assert_string_equal(exim_tell_file(r, 0, text), "-");
	put_long(text, sizeof(text), "SMTP syntax error in \"",
	    "\" H=(x) [192.0.2.7] unrecognized");
	assert_string_equal(exim_tell_file(r, 0, text), "-");
	/* no HELO, no doubt */
	put_long(text, sizeof(text),
	    "rejected EHLO from h7.example.net [192.0.2.7]: syntactically "
	    "invalid argument(s): ",
	    "");
	assert_string_equal(exim_tell_file(r, 1, text), "192.0.2.7 protocol");
	put_long(text, sizeof(text),
	    "H=(x) [192.0.2.7] F=<a@b> rejected RCPT <c@d>: ", "");
	assert_string_equal(exim_tell_file(r, 2, text), "192.0.2.7 policy");
	put_long(text, sizeof(text), "H=(x", ") [192.0.2.7] rejected EXPN x");
	assert_string_equal(exim_tell_file(r, 3, text), "192.0.2.7 policy");
	put_long(text, sizeof(text),
	    "[1/2] 2026-11-24 10:00:00 login authenticator failed for (x) "
	    "[192.0.2.7]: 535 Incorrect authentication data (set_id=",
	    "");
	assert_string_equal(exim_tell_syslog(r, 7, 0, text), "-");
	assert_string_equal(exim_tell_syslog(r, 7, 0, checks),
	    "192.0.2.99 protocol");
	assert_string_equal(exim_tell_syslog(r, 7, 0, text), "192.0.2.7 auth");
	put_long(text, sizeof(text), "SMTP syntax error in \"",
	    "\" H=(x) [192.0.2.7] unrecognized");
	assert_string_equal(exim_tell_file(r, 4, text), "-");
	recognise_free(r);
}

static void
test_too_many_places_are_no_event(void **state)
{
	struct recognise *r = exim_recogniser();
	static char text[2048];
	size_t n;
	unsigned i;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text), "H=(x");
	for (i = 0; i < 20; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    ") [192.0.2.7] rejected EXPN x");
	assert_string_equal(exim_tell_file(r, 0, text), "-");
	recognise_free(r);
}

static void
test_a_certificate_does_not_make_a_login(void **state)
{
	struct recognise *r = exim_recogniser();

	(void)state;
	assert_string_equal(
	    exim_tell_file(r, 0,
		"1xVvdi-00014J-0S <= a@example.com H=(x) [192.0.2.7] P=esmtps "
		"X=TLS1.3:x:256 CV=no DN=\"CN=x A=plain:bob\" S=1"),
	    "192.0.2.7 accept");
	recognise_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_places_that_fit_are_no_event),
		cmocka_unit_test(test_an_exim_that_checks_helo_means_the_first),
		cmocka_unit_test(
		    test_what_one_host_checks_tells_nothing_of_another),
		cmocka_unit_test(test_a_junk_helo_does_not_move_the_address),
		cmocka_unit_test(
		    test_what_the_client_sent_does_not_move_the_address),
		cmocka_unit_test(
		    test_a_line_that_may_be_cut_needs_an_exim_that_checks_helo),
		cmocka_unit_test(
		    test_a_place_counts_even_if_nothing_fits_after_it),
		cmocka_unit_test(test_too_many_places_are_no_event),
		cmocka_unit_test(test_a_certificate_does_not_make_a_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
