/*
 * courierlogger cuts long lines to pieces, of which a client can write the
 * beginning: none of them names anybody.  Nor does a failure that is the
 * password server's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/courier_log.h"
#include "recognise_rig.h"

#define NOW    1795651200 /* 26 November 2026 */
#define CHOSEN "LOGIN FAILED, user=x, ip=[203.0.113.9], port=[25]"
#define TRUTH  "LOGIN FAILED, user=x, ip=[::ffff:192.0.2.7], port=[25]"
#define PIECE  505

static struct event ev;

static bool
tell(struct recognise *r, const char *tag, const char *message)
{
	char line[2048];

	snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 %s: %s", tag,
	    message);
	return recognise_line(r, line, strlen(line), NOW, &ev);
}

/* As much of a line as fits into the logger's buffer, and ends with tail. */
static const char *
piece(const char *head, const char *tail)
{
	static char text[PIECE + 1];
	size_t n = strlen(tail);

	memset(text, 'u', PIECE);
	memcpy(text, head, strlen(head));
	memcpy(text + PIECE - n, tail, n);
	return text;
}

static void
test_a_short_line_is_whole(void **state)
{
	struct courier_log log = { 0 };

	(void)state;
	assert_true(courier_log_is_whole(&log, 1, 60));
	assert_int_equal(log.pending, 0);
}

static void
test_a_long_line_and_the_two_after_it_are_not(void **state)
{
	struct courier_log log = { 0 };

	(void)state;
	assert_false(courier_log_is_whole(&log, 1, 505));
	assert_false(courier_log_is_whole(&log, 1, 60));
	assert_true(courier_log_is_whole(&log, 2, 60));
	assert_false(courier_log_is_whole(&log, 1, 60));
	assert_true(courier_log_is_whole(&log, 1, 60));
	assert_int_equal(log.pending, 0);
}

static void
test_each_long_piece_begins_anew(void **state)
{
	struct courier_log log = { 0 };

	(void)state;
	assert_false(courier_log_is_whole(&log, 1, 505));
	assert_false(courier_log_is_whole(&log, 1, 511));
	assert_int_equal(log.pending, 1);
	assert_false(courier_log_is_whole(&log, 1, 1));
	assert_false(courier_log_is_whole(&log, 1, 60));
	assert_true(courier_log_is_whole(&log, 1, 60));
}

static void
test_nobody_is_believed_when_too_many_have_pieces(void **state)
{
	struct courier_log log = { 0 };
	uint64_t key;

	(void)state;
	for (key = 1; key <= COURIER_LOG_TAGS; key++)
		assert_false(courier_log_is_whole(&log, key, 505));
	assert_false(courier_log_is_whole(&log, 99, 60));
	assert_int_equal(log.pending, COURIER_LOG_TAGS);
	assert_false(courier_log_is_whole(&log, 1, 60));
	assert_false(courier_log_is_whole(&log, 1, 60));
	assert_true(courier_log_is_whole(&log, 99, 60));
}

static void
test_the_second_piece_names_nobody(void **state)
{
	struct recognise *r = rig_recogniser();

	(void)state;
	assert_non_null(r);
	assert_true(tell(r, "imapd", TRUTH));
	assert_false(tell(r, "imapd", piece("LOGIN FAILED, user=", "u")));
	assert_true(tell(r, "pop3d", TRUTH));
	assert_false(tell(r, "imapd", CHOSEN));
	assert_false(tell(r, "imapd", CHOSEN));
	assert_true(tell(r, "imapd", TRUTH));
	recognise_free(r);
}

static void
test_the_first_piece_names_nobody(void **state)
{
	struct recognise *r = rig_recogniser();

	(void)state;
	assert_non_null(r);
	assert_false(tell(r, "pop3d",
	    piece("LOGIN FAILED, user=", ", ip=[203.0.113.9]")));
	recognise_free(r);
}

/* Not by the words of other servers either, whose tag is the same. */
static void
test_a_piece_logs_nobody_in(void **state)
{
	struct recognise *r = rig_recogniser();

	(void)state;
	assert_non_null(r);
	assert_false(tell(r, "imapd", piece("LOGIN FAILED, user=", "u")));
	assert_false(tell(r, "imapd",
	    piece("LOGIN, user=bob, ip=[203.0.113.9], port=[1]", "")));
	assert_false(tell(r, "imapd",
	    "login: [203.0.113.9] bob plaintext User logged in"));
	recognise_free(r);
}

static void
test_the_password_server_is_away_for_a_minute(void **state)
{
	struct courier_log log = { 0 };

	(void)state;
	assert_false(courier_log_is_away(&log, 1, NOW));
	courier_log_saw_away(&log, 1, NOW);
	assert_true(courier_log_is_away(&log, 1, NOW + 60));
	assert_false(courier_log_is_away(&log, 1, NOW + 61));
	assert_false(courier_log_is_away(&log, 2, NOW));
}

static void
test_nobody_fails_while_the_password_server_is_away(void **state)
{
	struct recognise *r = rig_recogniser();

	(void)state;
	assert_non_null(r);
	assert_true(tell(r, "imapd", TRUTH));
	assert_false(tell(r, "pop3d",
	    "authdaemon: s_connect() failed: Connection refused"));
	assert_false(tell(r, "imapd", TRUTH));
	assert_false(tell(r, "courieresmtpd",
	    "error,relay=::ffff:192.0.2.7,port=4711,"
	    "msg=\"535 Authentication failed.\",cmd: AUTH LOGIN"));
	assert_true(tell(r, "courieresmtpd",
	    "error,relay=::ffff:192.0.2.7,port=4711,from=<a@example.net>,"
	    "to=<b@example.com>: 513 Relaying denied."));
	recognise_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_short_line_is_whole),
		cmocka_unit_test(test_a_long_line_and_the_two_after_it_are_not),
		cmocka_unit_test(test_each_long_piece_begins_anew),
		cmocka_unit_test(
		    test_nobody_is_believed_when_too_many_have_pieces),
		cmocka_unit_test(test_the_second_piece_names_nobody),
		cmocka_unit_test(test_the_first_piece_names_nobody),
		cmocka_unit_test(test_a_piece_logs_nobody_in),
		cmocka_unit_test(test_the_password_server_is_away_for_a_minute),
		cmocka_unit_test(
		    test_nobody_fails_while_the_password_server_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
