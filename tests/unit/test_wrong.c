#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outage.h"
#include "wrong.h"

#define T0 1795546155 /* 2026-11-24 18:49:15 UTC */

static struct ctl_log_record logs[2];
static struct answer answer;
static struct wrong wrong[WRONG_MAX], remarks[WRONG_REMARKS];
static char *printed;

static int
setup(void **state)
{
	memset(&answer, 0, sizeof(answer));
	memset(logs, 0, sizeof(logs));
	logs[0] = (struct ctl_log_record){ .present = 1,
		.last_line = T0 - 60,
		.path = "/var/log/mail.log" };
	logs[1] = logs[0];
	strlcpy(logs[1].path, "/var/log/two", sizeof(logs[1].path));
	answer.logs = logs;
	answer.nlogs = 2;
	return 0;
}

static int
group_teardown(void **state)
{
	free(printed);
	return 0;
}

static void
assert_line(const char *label, const struct wrong *w, const char *want)
{
	size_t size;
	FILE *f;

	free(printed);
	f = open_memstream(&printed, &size);
	assert_non_null(f);
	wrong_show(f, label, COLOUR_WRONG, w, T0);
	fclose(f);
	assert_string_equal(printed, want);
}

static void
fault(enum msg_fault_kind kind, const char *why, int64_t ago)
{
	struct msg_fault *f = &answer.status.enforcer.fault[kind];

	f->since = T0 - ago;
	strlcpy(f->why, why, sizeof(f->why));
}

static void
test_all_is_well(void **state)
{
	assert_int_equal(wrong_collect(&answer, wrong), 0);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 0);
}

static void
test_a_ledger_that_is_not_written(void **state)
{
	fault(MSG_FAULT_LEDGER, "No space left on device", 180);
	answer.status.enforcer.unwritten = 12;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
	assert_line("wrong: ", wrong,
	    "wrong: ledger not written for 3m: No space left on device (12 "
	    "changes wait)\n");
}

static void
test_every_fault_is_told_and_a_past_one_is_not(void **state)
{
	fault(MSG_FAULT_ROUTES, "adding: No such device", 5);
	fault(MSG_FAULT_HOST, "Out of memory", 1);
	fault(MSG_FAULT_CONF, "/etc/smtpban.conf:3: syntax error", 60);
	fault(MSG_FAULT_LEDGER, "once", 0);
	answer.status.enforcer.fault[MSG_FAULT_LEDGER].since = 0;
	assert_int_equal(wrong_collect(&answer, wrong), 3);
	assert_line("wrong: ", &wrong[0],
	    "wrong: routes not set for 5s: adding: No such device\n");
	assert_line("wrong: ", &wrong[1],
	    "wrong: addresses of this host not read for 1s: Out of memory\n");
	assert_line("wrong: ", &wrong[2],
	    "wrong: configuration not taken for 1m: /etc/smtpban.conf:3: syntax "
	    "error (the\n       old one holds)\n");
	answer.status.enforcer.unrouted = 3;
	assert_int_equal(wrong_collect(&answer, wrong), 3);
	assert_line("wrong: ", &wrong[0],
	    "wrong: 3 bans have no route for 5s: adding: No such device\n");
}

static void
test_a_log_that_cannot_be_read(void **state)
{
	logs[1].present = 0;
	logs[1].error = EACCES;
	logs[1].since = T0 - 3600;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
	assert_line("wrong: ", wrong,
	    "wrong: log /var/log/two cannot be read for 1h: Permission "
	    "denied\n");
	logs[1].present = 1; /* it could be opened, and then read no further */
	logs[1].error = EIO;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
}

static void
test_a_log_without_a_watch(void **state)
{
	logs[0].unwatched = 1;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
	assert_line("wrong: ", wrong,
	    "wrong: log /var/log/mail.log cannot be watched, and is read every "
	    "few seconds\n");
}

static void
test_waiting_for_a_log_is_wrong_only_without_another(void **state)
{
	logs[0].present = 0;
	logs[0].error = ENOENT;
	logs[0].since = T0 - 10;
	assert_int_equal(wrong_collect(&answer, wrong), 0);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 1);
	assert_line("remark: ", remarks,
	    "remark: log /var/log/mail.log is missing for 10s: it is waited "
	    "for\n");
	logs[1] = logs[0];
	assert_int_equal(wrong_collect(&answer, wrong), 2);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 0);
}

static void
test_a_log_not_yet_asked_for_is_not_wrong(void **state)
{
	logs[0].present = logs[1].present = 0;
	logs[0].last_line = logs[1].last_line = 0;
	assert_int_equal(wrong_collect(&answer, wrong), 0);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 0);
}

static void
test_lines_that_syslogd_did_not_take_are_wrong(void **state)
{
	answer.status.unlogged = 12;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
	assert_string_equal(wrong[0].what,
	    "12 lines of smtpban-parser are not in the system's log");
	assert_string_equal(wrong[0].why, "syslogd does not take them");
	answer.status.unlogged = 0;
	assert_int_equal(wrong_collect(&answer, wrong), 0);
}

static void
test_what_is_odd_is_a_remark(void **state)
{
	logs[0].last_line = T0 - 2 * 86400;
	answer.status.enforcer.clock_set = T0 - 60;
	answer.status.enforcer.clock_by = -7200;
	answer.status.offenders_lost = 7;
	assert_int_equal(wrong_collect(&answer, wrong), 0);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 3);
	assert_line("remark: ", &remarks[0],
	    "remark: log /var/log/mail.log has no new line for 2d (does the mail "
	    "server log\n        elsewhere?)\n");
	assert_line("remark: ", &remarks[1],
	    "remark: the clock jumped back by 2h, 1m ago\n");
	assert_line("remark: ", &remarks[2],
	    "remark: 7 clients were dropped from the full table of offenders "
	    "before their\n        time\n");
}

static void
test_an_outage_is_a_remark(void **state)
{
	answer.status.outage = T0 - 180;
	answer.status.outage_clients = 7;
	assert_int_equal(wrong_collect(&answer, wrong), 0);
	assert_int_equal(wrong_remark(&answer, T0, remarks), 1);
	assert_line("remark: ", remarks,
	    "remark: failures to log in are not counted for 3m: 7 known "
	    "clients fail, as if\n        passwords could not be checked\n");
	answer.status.outage_clients = OUTAGE_VOICES;
	assert_int_equal(wrong_remark(&answer, T0, remarks), 1);
	assert_memory_equal(remarks[0].why, "at least 64 known", 17);
}

static void
test_a_proxy_that_is_banned_is_a_remark(void **state)
{
	assert_null(prefix_parse("192.0.2.9", &answer.status.proxy));
	assert_int_equal(wrong_remark(&answer, T0, remarks), 0);
	answer.status.proxy_banned = 1;
	assert_int_equal(wrong_remark(&answer, T0, remarks), 1);
	assert_line("remark: ", remarks,
	    "remark: 192.0.2.9 makes most of the good logins, and is banned "
	    "(smtpbanctl unban\n        releases it)\n");
}

/* A parser that was taken over answers, too. */
static void
test_no_text_acts_on_a_terminal(void **state)
{
	const char *p;

	memset(logs[0].path, '\033', sizeof(logs[0].path) - 1);
	logs[0].error = EACCES;
	fault(MSG_FAULT_ROUTES, "\033[2J\r\n\xff", 1);
	assert_int_equal(wrong_collect(&answer, wrong), 2);
	assert_line("wrong: ", &wrong[0],
	    "wrong: routes not set for 1s: \\x1b[2J\\x0d\\x0a\\xff\n");
	free(printed);
	printed = NULL;
	{
		size_t size;
		FILE *f = open_memstream(&printed, &size);

		wrong_show(f, "wrong: ", COLOUR_PLAIN, &wrong[1], T0);
		fclose(f);
	}
	for (p = printed; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
}

static void
test_a_time_before_all_others_is_a_long_one(void **state)
{
	fault(MSG_FAULT_ROUTES, "Operation not permitted", 0);
	answer.status.enforcer.fault[MSG_FAULT_ROUTES].since = INT64_MIN;
	assert_int_equal(wrong_collect(&answer, wrong), 1);
	assert_line("wrong: ", &wrong[0],
	    "wrong: routes not set for 106751991188082d 10h: Operation not "
	    "permitted\n");
}

static void
test_the_last_error_is_wrapped_and_harmless(void **state)
{
	size_t size;
	FILE *f;

	free(printed);
	f = open_memstream(&printed, &size);
	wrong_show_last(f, "last error ", "7s ago",
	    "configuration not taken: /etc/smtpban.conf:7: unknown word "
	    "\"nonsense\033\"");
	wrong_show_last(f, "last error ", "", "netlink: Bad message");
	fclose(f);
	assert_string_equal(printed,
	    "last error 7s ago: configuration not taken: /etc/smtpban.conf:7: "
	    "unknown word\n"
	    "           \"nonsense\\x1b\"\n"
	    "last error netlink: Bad message\n");
}

static void
test_json(void **state)
{
	struct json j;
	size_t size;
	FILE *f;

	fault(MSG_FAULT_LEDGER, "Read-only file system", 15);
	logs[0].unwatched = 1;
	free(printed);
	f = open_memstream(&printed, &size);
	json_begin(&j, f);
	json_object(&j, NULL);
	wrong_json(&j, "wrong", wrong, wrong_collect(&answer, wrong));
	json_end(&j);
	fclose(f);
	assert_string_equal(printed,
	    "{\"wrong\": [{\"what\": \"ledger not written\", "
	    "\"why\": \"Read-only file system\", "
	    "\"since\": \"2026-11-24T18:49:00Z\"}, "
	    "{\"what\": \"log /var/log/mail.log cannot be watched, and is read "
	    "every few seconds\", \"why\": null, \"since\": null}]}\n");
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_all_is_well),
		TEST(test_a_ledger_that_is_not_written),
		TEST(test_every_fault_is_told_and_a_past_one_is_not),
		TEST(test_a_log_that_cannot_be_read),
		TEST(test_a_log_without_a_watch),
		TEST(test_waiting_for_a_log_is_wrong_only_without_another),
		TEST(test_a_log_not_yet_asked_for_is_not_wrong),
		TEST(test_lines_that_syslogd_did_not_take_are_wrong),
		TEST(test_what_is_odd_is_a_remark),
		TEST(test_an_outage_is_a_remark),
		TEST(test_a_proxy_that_is_banned_is_a_remark),
		TEST(test_no_text_acts_on_a_terminal),
		TEST(test_a_time_before_all_others_is_a_long_one),
		TEST(test_the_last_error_is_wrapped_and_harmless),
		TEST(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, group_teardown);
}
