#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "recognise/rules.h"
#include "stats.h"

#define HOUR 3600
#define NOW  (1700000000 / HOUR * HOUR + 60)

static void
weigh_as(struct stats *s, enum category category, int64_t time, uint32_t n,
    int64_t now)
{
	struct event ev = {
		.kind = EVENT_FAILURE,
		.category = category,
		.time = time,
		.count = n,
	};

	stats_weigh(s, &ev, now);
}

static void
weigh(struct stats *s, int64_t time, uint32_t n, int64_t now)
{
	weigh_as(s, CATEGORY_AUTH, time, n, now);
}

static void
test_events_count_by_category(void **state)
{
	struct stats s = { 0 };
	struct event ev = {
		.kind = EVENT_FAILURE,
		.category = CATEGORY_RELAY,
		.count = 3,
	};

	(void)state;
	stats_count_event(&s, &ev);
	stats_count_event(&s, &ev);
	ev = (struct event){ .kind = EVENT_LOGIN, .count = 1 };
	stats_count_event(&s, &ev);
	ev.kind = EVENT_ACCEPT;
	stats_count_event(&s, &ev);
	assert_int_equal(s.events[CATEGORY_RELAY], 6);
	assert_int_equal(s.events[CATEGORY_NONE], 1);
	assert_int_equal(s.events[CATEGORY_AUTH], 0);
}

static void
test_each_server_has_its_categories(void **state)
{
	static const struct rule postfix = { .server = "postfix" };
	static const struct rule exim = { .server = "exim" };
	struct stats s = { 0 };
	struct event ev = {
		.kind = EVENT_FAILURE,
		.category = CATEGORY_RELAY,
		.count = 3,
		.rule = &postfix,
	};

	(void)state;
	stats_count_event(&s, &ev);
	ev.rule = &exim;
	ev.category = CATEGORY_AUTH;
	stats_count_event(&s, &ev);
	ev.rule = &postfix;
	stats_count_event(&s, &ev);
	ev = (struct event){ .kind = EVENT_LOGIN, .count = 1, .rule = &exim };
	stats_count_event(&s, &ev);
	assert_string_equal(s.servers[0].name, "postfix");
	assert_int_equal(s.servers[0].events[CATEGORY_RELAY], 3);
	assert_int_equal(s.servers[0].events[CATEGORY_AUTH], 3);
	assert_int_equal(s.servers[0].events[CATEGORY_NONE], 0);
	assert_string_equal(s.servers[1].name, "exim");
	assert_int_equal(s.servers[1].events[CATEGORY_AUTH], 3);
	assert_int_equal(s.servers[1].events[CATEGORY_NONE], 1);
	assert_null(s.servers[2].name);
	assert_int_equal(s.events[CATEGORY_AUTH], 6);
}

/* There are fewer in rules.h; one more would only miss in this table. */
static void
test_servers_have_a_bound(void **state)
{
	char names[STATS_SERVERS + 1][8];
	struct rule rules[STATS_SERVERS + 1] = { { 0 } };
	struct event ev = { .kind = EVENT_LOGIN, .count = 1 };
	struct stats s = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i <= STATS_SERVERS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "s%u", i);
		rules[i].server = names[i];
		ev.rule = &rules[i];
		stats_count_event(&s, &ev);
	}
	assert_int_equal(s.events[CATEGORY_NONE], STATS_SERVERS + 1);
	assert_string_equal(s.servers[STATS_SERVERS - 1].name, "s15");
}

static void
test_delays_fall_at_or_below_their_bound(void **state)
{
	struct stats s = { 0 };

	(void)state;
	stats_count_delay(&s, -1);
	stats_count_delay(&s, 1);
	stats_count_delay(&s, 2);
	stats_count_delay(&s, 5);
	stats_count_delay(&s, 10000);
	stats_count_delay(&s, 10001);
	assert_int_equal(s.delays.n[0], 2);
	assert_int_equal(s.delays.n[1], 2);
	assert_int_equal(s.delays.n[STATS_DELAYS - 1], 1);
	assert_int_equal(s.delays.n[STATS_DELAYS], 1);
	assert_int_equal(s.delays.sum, 1 + 2 + 5 + 10000 + 10001);
}

static void
test_running_hour_is_first(void **state)
{
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];

	(void)state;
	weigh(&s, NOW, 2, NOW);
	weigh(&s, NOW - HOUR, 5, NOW);
	stats_hours(&s, NOW, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 2);
	assert_int_equal(hours[1][CATEGORY_AUTH], 5);
	assert_int_equal(hours[2][CATEGORY_AUTH], 0);
	stats_hours(&s, NOW + 2 * HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 0);
	assert_int_equal(hours[2][CATEGORY_AUTH], 2);
	assert_int_equal(hours[3][CATEGORY_AUTH], 5);
}

static void
test_each_hour_has_its_categories(void **state)
{
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];

	(void)state;
	weigh_as(&s, CATEGORY_AUTH, NOW, 2, NOW);
	weigh_as(&s, CATEGORY_POLICY, NOW, 3, NOW);
	weigh_as(&s, CATEGORY_POLICY, NOW - HOUR, 4, NOW);
	stats_shift(&s, HOUR, NOW + HOUR);
	stats_hours(&s, NOW + HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 2);
	assert_int_equal(hours[0][CATEGORY_POLICY], 3);
	assert_int_equal(hours[0][CATEGORY_RELAY], 0);
	assert_int_equal(hours[1][CATEGORY_AUTH], 0);
	assert_int_equal(hours[1][CATEGORY_POLICY], 4);
	stats_hours(&s, NOW + 25 * HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_POLICY], 0);
}

static void
test_hours_older_than_a_day_are_gone(void **state)
{
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	unsigned i;

	(void)state;
	weigh(&s, NOW, 1, NOW);
	weigh(&s, NOW - 23 * HOUR, 7, NOW);
	weigh(&s, NOW - 24 * HOUR, 100, NOW);
	stats_hours(&s, NOW, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 1);
	assert_int_equal(hours[23][CATEGORY_AUTH], 7);
	weigh(&s, NOW + HOUR, 3, NOW + HOUR);
	stats_hours(&s, NOW + HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 3);
	assert_int_equal(hours[1][CATEGORY_AUTH], 1);
	assert_int_equal(hours[23][CATEGORY_AUTH], 0);
	weigh(&s, NOW + 900 * HOUR, 4, NOW + 900 * HOUR);
	stats_hours(&s, NOW + 900 * HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 4);
	for (i = 1; i < STATS_HOURS; i++)
		assert_int_equal(hours[i][CATEGORY_AUTH], 0);
}

static void
test_time_to_come_counts_now(void **state)
{
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];

	(void)state;
	weigh(&s, NOW, 1, NOW);
	weigh(&s, NOW + 100 * HOUR, 1, NOW);
	weigh(&s, INT64_MAX, 1, NOW);
	weigh(&s, INT64_MIN, 1, NOW);
	stats_hours(&s, NOW, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 3);
}

static void
test_clock_set_back_keeps_what_fits(void **state)
{
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];

	(void)state;
	weigh(&s, NOW, 1, NOW);
	weigh(&s, NOW - 2 * HOUR, 4, NOW - 2 * HOUR);
	stats_hours(&s, NOW - 2 * HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 4);
	stats_hours(&s, NOW - 500 * HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 0);
}

static void
test_hours_move_with_the_clock(void **state)
{
	static const int64_t jumps[] = { 2 * HOUR, -2 * HOUR, 9000 * HOUR,
		-20000 * HOUR, 20000 * HOUR };
	struct stats s = { 0 };
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	int64_t now = NOW;
	size_t i;

	(void)state;
	weigh(&s, NOW - 23 * HOUR, 9, NOW);
	weigh(&s, NOW - HOUR, 4, NOW);
	weigh(&s, NOW, 2, NOW);
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		now += jumps[i];
		stats_shift(&s, jumps[i], now);
		weigh(&s, now, 1, now);
		stats_hours(&s, now, hours);
		assert_int_equal(hours[0][CATEGORY_AUTH], 3 + i);
		assert_int_equal(hours[1][CATEGORY_AUTH], 4);
		assert_int_equal(hours[2][CATEGORY_AUTH], 0);
		assert_int_equal(hours[23][CATEGORY_AUTH], 9);
	}
	stats_shift(&s, HOUR - now, HOUR); /* 1970: it has no more hours */
	stats_hours(&s, HOUR, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 7);
	assert_int_equal(hours[1][CATEGORY_AUTH], 4);
	assert_int_equal(hours[2][CATEGORY_AUTH], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_count_by_category),
		cmocka_unit_test(test_each_server_has_its_categories),
		cmocka_unit_test(test_servers_have_a_bound),
		cmocka_unit_test(test_delays_fall_at_or_below_their_bound),
		cmocka_unit_test(test_running_hour_is_first),
		cmocka_unit_test(test_each_hour_has_its_categories),
		cmocka_unit_test(test_hours_older_than_a_day_are_gone),
		cmocka_unit_test(test_time_to_come_counts_now),
		cmocka_unit_test(test_clock_set_back_keeps_what_fits),
		cmocka_unit_test(test_hours_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
