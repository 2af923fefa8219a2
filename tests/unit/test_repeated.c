/* "last message repeated 3 times" tells of the line before, once more. */
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

#define FAILURE                                                             \
	"Nov 24 10:11:12 mx postfix/smtpd[1]: warning: x[192.0.2.7]: SASL " \
	"LOGIN authentication failed: x, sasl_username=bob"
#define OTHER "Nov 24 10:11:12 mx postfix/qmgr[2]: 4D000001X: removed"
#define AGAIN "Nov 24 10:11:20 mx last message repeated 3 times"

static struct recognise *recognise;
static struct event ev;

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	recognise = rig_recogniser();
	return recognise != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	recognise_free(recognise);
	return 0;
}

/* In memory that is gone after it. */
static bool
take(const char *line)
{
	size_t n = strlen(line);
	char *copy = malloc(n + (n == 0));
	bool told;

	assert_non_null(copy);
	memcpy(copy, line, n);
	told = recognise_line(recognise, copy, n, NOW, &ev);
	if (told && ev.user != NULL && ev.user >= copy && ev.user < copy + n)
		assert_memory_equal(ev.user, "bob", 3);
	free(copy);
	return told;
}

static void
test_it_counts_as_often(void **state)
{
	(void)state;
	assert_true(take(FAILURE));
	assert_int_equal(ev.count, 1);
	assert_true(take(AGAIN));
	assert_int_equal(recognise_outcome(recognise), RECOGNISE_EVENT);
	assert_int_equal(ev.count, 3);
	assert_int_equal(ev.lines_ago, 0);
	assert_int_equal(ev.kind, EVENT_FAILURE);
	assert_int_equal(ev.category, CATEGORY_AUTH);
	assert_int_equal(ev.client.addr[3], 7);
	assert_int_equal(ev.time, 1795515080);
	assert_int_equal(ev.user_len, 3);
	assert_memory_equal(ev.user, "bob", 3);
	assert_non_null(ev.rule);
	/* A long row of equal lines is reported now and then. */
	assert_true(take("Nov 24 10:11:20 mx last message repeated 1 time"));
	assert_int_equal(ev.count, 1);
	assert_true(take("Nov 24 10:21:20 mx syslogd: last message repeated "
			 "999999999 times"));
	assert_int_equal(ev.count, 1000000);
}

static void
test_nothing_before_it_is_nothing_again(void **state)
{
	(void)state;
	assert_false(take(AGAIN));
	assert_int_equal(recognise_outcome(recognise), RECOGNISE_NO_RULE);
	assert_null(ev.rule);
	assert_true(take(FAILURE));
	assert_false(take(OTHER));
	assert_false(take(AGAIN));
	assert_true(take(FAILURE));
	assert_false(take("no head"));
	assert_false(take(AGAIN));
}

static void
test_the_line_of_another_host_is_not_meant(void **state)
{
	(void)state;
	assert_true(take(FAILURE));
	assert_false(take("Nov 24 10:11:20 mx2 last message repeated 3 times"));
	assert_false(take("Nov 24 10:11:20 last message repeated 3 times"));
	assert_true(take(AGAIN));
}

static void
test_a_client_cannot_say_it(void **state)
{
	static const char *const lines[] = {
		"Nov 24 10:11:20 mx postfix/smtpd[1]: last message repeated 3 "
		"times",
		"Nov 24 10:11:20 mx x: last message repeated 3 times",
		"last message repeated 3 times",
		"2026-11-24 10:11:20 last message repeated 3 times",
		"Nov 24 10:11:20 mx last message repeated",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(take(FAILURE));
		if (take(lines[i]))
			fail_msg("taken: %s", lines[i]);
	}
}

static void
test_a_long_user_name_is_cut(void **state)
{
	char line[2048];
	size_t n;

	(void)state;
	n = strlcpy(line, FAILURE, sizeof(line));
	memset(line + n, 'x', sizeof(line) - n);
	line[sizeof(line) - 1] = '\0';
	assert_true(take(line));
	n = ev.user_len;
	assert_true(take(AGAIN));
	assert_in_range(ev.user_len, 3, n < 512 ? n : 512);
	assert_memory_equal(ev.user, "bobxxx", 6);
}

#define REPEATED_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REPEATED_TEST(test_it_counts_as_often),
		REPEATED_TEST(test_nothing_before_it_is_nothing_again),
		REPEATED_TEST(test_the_line_of_another_host_is_not_meant),
		REPEATED_TEST(test_a_client_cannot_say_it),
		REPEATED_TEST(test_a_long_user_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
