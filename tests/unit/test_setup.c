#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "setup.h"

/* The end of the process, as a failed assertion that a test can expect. */
void
fatal(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

void
fatalx(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

static void
test_window_is_the_longest_of_those_set(void **state)
{
	struct setup *s = setup_new();

	(void)state;
	s->policy.threshold[CATEGORY_NONE] = (struct msg_threshold){ 5, 600 };
	s->policy.threshold[CATEGORY_PROBE] = (struct msg_threshold){ 2, 900 };
	s->policy.threshold[CATEGORY_RBL] = (struct msg_threshold){ 0, 5000 };
	assert_int_equal(setup_window(s), 900);
	setup_free(s);
}

static void
test_logs_stand_at_their_index(void **state)
{
	struct setup *s = setup_new();
	struct msg_conf_log log = { .index = MSG_LOGS_MAX - 1 };

	(void)state;
	(void)strlcpy(log.path, "/var/log/mail.log", sizeof(log.path));
	setup_add_log(s, &log);
	assert_string_equal(s->paths[MSG_LOGS_MAX - 1], "/var/log/mail.log");
	assert_null(s->paths[0]);
	expect_assert_failure(setup_add_log(s, &log));
	setup_free(s);
}

static void
test_whitelist_grows(void **state)
{
	struct setup *s = setup_new();
	struct prefix p;

	(void)state;
	assert_null(prefix_parse("192.0.2.0/24", &p));
	setup_add_whitelist(s, &p);
	assert_int_equal(prefix_set_count(s->whitelist), 1);
	setup_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window_is_the_longest_of_those_set),
		cmocka_unit_test(test_logs_stand_at_their_index),
		cmocka_unit_test(test_whitelist_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
