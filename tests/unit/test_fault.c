/* fault.c: what is logged of a failure that lasts, and what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW 1790000000

void __wrap_log_warnx(const char *, ...);
void __wrap_log_info(const char *, ...);

static struct enforcer e;
static int64_t ms;
static int lines, overs;
static char line[512], notified[512];

int64_t
clock_ms(void)
{
	return 1000 + ms;
}

int64_t
clock_wall(void)
{
	return NOW + ms / 1000;
}

void
notify_send(const char *state)
{
	strlcpy(notified, state, sizeof(notified));
}

void
__wrap_log_warnx(const char *fmt, ...)
{
	va_list ap;

	lines++;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
}

void
__wrap_log_info(const char *fmt, ...)
{
	overs++;
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	bans_init(&e.bans, 100);
	ms = 0;
	lines = overs = 0;
	return 0;
}

/* It fails every ten seconds from now on, so many times. */
static void
fail_for(int times, const char *why)
{
	for (; times > 0; times--, ms += 10000)
		fault_begin(&e, MSG_FAULT_LEDGER, "%s", why);
}

static void
test_a_failure_is_remembered_with_its_beginning_and_its_last_time(void **state)
{
	const struct msg_fault *f = &e.counters.fault[MSG_FAULT_LEDGER];

	fail_for(3, "disk full");
	assert_string_equal(line, "ledger not written: disk full");
	assert_string_equal(e.counters.error, line);
	assert_string_equal(f->why, "disk full");
	assert_int_equal(f->since, NOW);
	assert_int_equal(e.counters.error_at, NOW + 20);
	assert_int_equal(e.counters.errors, 3);
	fault_end(&e, MSG_FAULT_LEDGER);
	assert_int_equal(f->since, 0);
	assert_int_equal(e.counters.error_at, NOW + 20);
	assert_string_equal(e.counters.error, line);
}

static void
test_the_same_failure_for_hours_is_a_line_an_hour(void **state)
{
	fail_for(1, "disk full");
	assert_int_equal(lines, 1);
	fail_for(359, "disk full");
	assert_int_equal(lines, 1);
	fail_for(2, "disk full");
	assert_int_equal(lines, 2);
	fail_for(3 * 360, "disk full");
	assert_int_equal(lines, 5);
	fault_end(&e, MSG_FAULT_LEDGER);
	fault_end(&e, MSG_FAULT_LEDGER);
	assert_int_equal(overs, 1);
}

static void
test_another_reason_is_another_line(void **state)
{
	fail_for(2, "disk full");
	fail_for(2, "read-only");
	assert_int_equal(lines, 2);
	assert_string_equal(line, "ledger not written: read-only");
	assert_int_equal(e.counters.fault[MSG_FAULT_LEDGER].since, NOW);
}

/* Each turn fails and each reconciliation succeeds, a thousand a second. */
static void
test_reasons_that_alternate_do_not_fill_the_log(void **state)
{
	for (; ms < 60000; ms++) {
		fault_begin(&e, MSG_FAULT_ROUTES, "%s", ms % 2 ? "a" : "b");
		if (ms % 3 == 0)
			fault_end(&e, MSG_FAULT_ROUTES);
	}
	assert_in_range(lines, 1, 7);
	assert_in_range(overs, 1, 7);
}

static void
test_a_reason_that_was_not_logged_in_time_is_logged_later(void **state)
{
	fail_for(1, "disk full");
	ms -= 5000;
	fault_begin(&e, MSG_FAULT_LEDGER, "read-only");
	assert_int_equal(lines, 1);
	ms += 10000;
	fault_begin(&e, MSG_FAULT_LEDGER, "read-only");
	assert_int_equal(lines, 2);
}

static void
test_kinds_do_not_hide_each_other(void **state)
{
	fault_begin(&e, MSG_FAULT_LEDGER, "disk full");
	fault_begin(&e, MSG_FAULT_ROUTES, "no memory");
	assert_int_equal(lines, 2);
	fault_end(&e, MSG_FAULT_ROUTES);
	assert_int_equal(e.counters.fault[MSG_FAULT_LEDGER].since, NOW);
	fault_end(&e, MSG_FAULT_HOST); /* never begun */
	assert_int_equal(overs, 1);
}

static void
test_the_service_manager_is_told(void **state)
{
	fault_notify(&e);
	assert_string_equal(notified, "WATCHDOG=1\nSTATUS=0 bans; all well");
	fault_begin(&e, MSG_FAULT_ROUTES, "adding: %s", "no memory");
	fault_notify(&e);
	assert_string_equal(notified,
	    "WATCHDOG=1\nSTATUS=0 bans; routes not set: adding: no memory");
	fault_end(&e, MSG_FAULT_ROUTES);
	fault_notify(&e);
	assert_string_equal(notified, "WATCHDOG=1\nSTATUS=0 bans; all well");
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, setup)
	const struct CMUnitTest tests[] = {
		TEST(
		    test_a_failure_is_remembered_with_its_beginning_and_its_last_time),
		TEST(test_the_same_failure_for_hours_is_a_line_an_hour),
		TEST(test_another_reason_is_another_line),
		TEST(test_reasons_that_alternate_do_not_fill_the_log),
		TEST(test_a_reason_that_was_not_logged_in_time_is_logged_later),
		TEST(test_kinds_do_not_hide_each_other),
		TEST(test_the_service_manager_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
