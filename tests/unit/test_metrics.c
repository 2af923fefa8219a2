#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "follow.h"
#include "metrics.h"
#include "mirror.h"
#include "msg.h"
#include "parser.h"
#include "policy.h"
#include "recognise/recognise.h"
#include "recognise/rules.h"

#define NOW 1700000000

static struct parser parser;
static struct msg_counters counters;
static struct ctl_log_record logs[2];
static unsigned nlogs;
static char text[65536]; /* what was rendered last */

bool
follow_is_replaying(const struct follow *f)
{
	(void)f;
	return true;
}

bool
follow_describe(const struct follow *f, unsigned index,
    struct ctl_log_record *r)
{
	(void)f;
	if (index >= nlogs)
		return false;
	*r = logs[index];
	return true;
}

static int
setup(void **state)
{
	(void)state;
	memset(&parser, 0, sizeof(parser));
	memset(&counters, 0, sizeof(counters));
	memset(logs, 0, sizeof(logs));
	nlogs = 0;
	parser.policy = policy_new();
	parser.mirror = mirror_new();
	return parser.policy == NULL || parser.mirror == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	policy_free(parser.policy);
	mirror_free(parser.mirror);
	return 0;
}

static void
render(void)
{
	struct evbuffer *b = metrics_render(&parser, &counters, NOW);
	size_t n = evbuffer_get_length(b);

	assert_true(n < sizeof(text));
	memcpy(text, evbuffer_pullup(b, -1), n);
	text[n] = '\0';
	evbuffer_free(b);
}

static void
assert_has(const char *line)
{
	char whole[512];

	(void)snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (strstr(text, whole) == NULL)
		fail_msg("no line %s in\n%s", line, text);
}

/* Each metric is told once, its kind before its values, and ends its line. */
static void
test_each_value_has_its_help_and_type(void **state)
{
	char name[128], head[512];
	const char *line, *type;
	size_t n;

	(void)state;
	nlogs = 1;
	strlcpy(logs[0].path, "/var/log/mail.log", sizeof(logs[0].path));
	logs[0].last_line = NOW;
	render();
	for (line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		if (*line == '#')
			continue;
		n = strcspn(line, "{ ");
		assert_true(n > 0 && n < sizeof(name));
		memcpy(name, line, n);
		name[n] = '\0';
		assert_memory_equal(name, "smtpban_", 8);
		if (strncmp(name, "smtpban_line_to_route_seconds", 29) == 0)
			name[29] = '\0';
		(void)snprintf(head, sizeof(head), "\n# TYPE %s ", name);
		type = strstr(text, head);
		assert_non_null(type);
		assert_true(type < line);
		assert_null(strstr(type + 1, head));
		if (strncmp(type + strlen(head), "counter", 7) == 0)
			assert_string_equal(name + strlen(name) - 6, "_total");
	}
	assert_int_equal(line[-1], '\n');
}

static void
test_the_enforcers_counters_are_told(void **state)
{
	(void)state;
	counters.started = NOW - 100;
	counters.released = 1;
	counters.refused = UINT64_MAX;
	counters.healed = 3;
	counters.foreign = 4;
	counters.remembered = 5;
	counters.ledger_bytes = 32768;
	counters.unwritten = 7;
	counters.unrouted = 8;
	counters.errors = 10;
	counters.error_at = NOW - 9;
	counters.fault[MSG_FAULT_LEDGER].since = NOW - 10;
	render();
	assert_has("smtpban_start_time_seconds 1699999900");
	assert_has("smtpban_bans_released_total 1");
	assert_has("smtpban_refused_requests_total 18446744073709551615");
	assert_has("smtpban_routes_healed_total 3");
	assert_has("smtpban_bans_foreign 4");
	assert_has("smtpban_bans_remembered 5");
	assert_has("smtpban_ledger_size_bytes 32768");
	assert_has("smtpban_ledger_unwritten_changes 7");
	assert_has("smtpban_bans_unrouted 8");
	assert_has("smtpban_errors_total 10");
	assert_has("smtpban_last_error_timestamp_seconds 1699999991");
	assert_has("smtpban_fault{kind=\"ledger\"} 1");
	assert_has("smtpban_fault{kind=\"routes\"} 0");
	assert_has("smtpban_fault{kind=\"host\"} 0");
	assert_has("smtpban_fault{kind=\"configuration\"} 0");
	assert_has("smtpban_replaying 1");
	assert_has("smtpban_counting_paused 0");
	assert_has("smtpban_outage_clients 0");
}

static void
test_bans_and_failures_are_told_by_category(void **state)
{
	static const struct rule rule = { .server = "dovecot" };
	struct ban b = { .state = BAN_ACTIVE, .category = CATEGORY_PROBE };
	struct event ev = {
		.kind = EVENT_FAILURE,
		.category = CATEGORY_UNKNOWN_USER,
		.count = 2,
		.rule = &rule,
	};

	(void)state;
	assert_null(prefix_parse("192.0.2.1", &b.prefix));
	mirror_put(parser.mirror, &b);
	stats_count_event(&parser.stats, &ev);
	parser.stats.banned[CATEGORY_MANUAL] = 6;
	parser.stats.lines = 11;
	parser.stats.cut = 12;
	render();
	assert_has("smtpban_bans{category=\"probe\"} 1");
	assert_has("smtpban_bans{category=\"manual\"} 0");
	assert_has("smtpban_bans_total{category=\"manual\"} 6");
	assert_has("smtpban_failures_total{server=\"dovecot\","
		   "category=\"unknown-user\"} 2");
	assert_has("smtpban_failures_total{server=\"dovecot\","
		   "category=\"auth\"} 0");
	assert_has("smtpban_logins_total{server=\"dovecot\"} 0");
	assert_has("smtpban_lines_total 11");
	assert_has("smtpban_lines_cut_total 12");
	assert_null(strstr(text, "category=\"none\""));
	assert_null(strstr(text, "server=\"dovecot\",category=\"manual\""));
}

static void
test_a_path_can_not_leave_its_label(void **state)
{
	(void)state;
	nlogs = 2;
	strlcpy(logs[0].path, "/a\"} 1\n\\b", sizeof(logs[0].path));
	strlcpy(logs[1].path, "/\xc3\xa4\x01%\x7f", sizeof(logs[1].path));
	logs[0].behind = 7;
	render();
	assert_has("smtpban_log_lag_bytes{log=\"/a\\\"} 1\\n\\\\b\"} 7");
	assert_has("smtpban_log_lag_bytes{log=\"/%C3%A4%01%25%7F\"} 0");
}

static void
test_ages_are_of_lines_that_came(void **state)
{
	(void)state;
	nlogs = 2;
	strlcpy(logs[0].path, "a", sizeof(logs[0].path));
	strlcpy(logs[1].path, "b", sizeof(logs[1].path));
	logs[0].present = 1;
	logs[0].lines = 3;
	logs[0].last_line = NOW - 61;
	render();
	assert_has("smtpban_log_present{log=\"a\"} 1");
	assert_has("smtpban_log_present{log=\"b\"} 0");
	assert_has("smtpban_log_lines_total{log=\"a\"} 3");
	assert_has("smtpban_log_last_line_timestamp_seconds{log=\"a\"} "
		   "1699999939");
	assert_has("smtpban_log_last_line_age_seconds{log=\"a\"} 61");
	assert_null(strstr(text, "_age_seconds{log=\"b\"}"));
	assert_null(strstr(text, "_timestamp_seconds{log=\"b\"}"));
	logs[0].last_line = NOW + 5; /* of another clock */
	render();
	assert_has("smtpban_log_last_line_age_seconds{log=\"a\"} 0");
}

static void
test_the_histogram_adds_up(void **state)
{
	(void)state;
	stats_count_delay(&parser.stats, 1);
	stats_count_delay(&parser.stats, 7);
	stats_count_delay(&parser.stats, 2001);
	stats_count_delay(&parser.stats, 60000);
	render();
#define BUCKET "smtpban_line_to_route_seconds_bucket"
	assert_has(BUCKET "{le=\"0.001\"} 1");
	assert_has(BUCKET "{le=\"0.005\"} 1");
	assert_has(BUCKET "{le=\"0.01\"} 2");
	assert_has(BUCKET "{le=\"1\"} 2");
	assert_has(BUCKET "{le=\"2.5\"} 3");
	assert_has(BUCKET "{le=\"10\"} 3");
	assert_has(BUCKET "{le=\"+Inf\"} 4");
	assert_has("smtpban_line_to_route_seconds_sum 62.009");
	assert_has("smtpban_line_to_route_seconds_count 4");
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_each_value_has_its_help_and_type),
		TEST(test_the_enforcers_counters_are_told),
		TEST(test_bans_and_failures_are_told_by_category),
		TEST(test_a_path_can_not_leave_its_label),
		TEST(test_ages_are_of_lines_that_came),
		TEST(test_the_histogram_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
