/* What happens to the bans when the clock is set, or was wrong at the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW  1790000000
#define HOUR 3600
#define DAY  86400
#define YEAR (INT64_C(365) * DAY)
#define WEEK (7 * DAY)

int __wrap_clock_gettime(clockid_t, struct timespec *);

static struct conf conf = { .remember = 30 * DAY };
static struct enforcer e;
static int64_t wall, boot;
static unsigned put, told, writes, unwritten, pieces;
static struct msg_moved moved;

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	*ts = (struct timespec){ id == CLOCK_REALTIME ? wall : boot, 0 };
	return 0;
}

int
ledger_put(struct ledger *l, const struct ban *ban)
{
	assert_true(ban->since >= 0 && ban->expires >= 0);
	assert_true(ban->released >= 0 && ban->allowed >= 0);
	put++;
	unwritten++;
	return 0;
}

int
turn_write(struct enforcer *en)
{
	writes++;
	pieces += unwritten > 0;
	unwritten = 0;
	return 0;
}

void
reply_send(struct enforcer *en, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	assert_int_equal(type, MSG_BANS_MOVED);
	assert_int_equal(id, 0);
	assert_int_equal(len, sizeof(moved));
	assert_int_equal(fd, -1);
	memcpy(&moved, payload, sizeof(moved));
	told++;
}

static struct prefix
host(unsigned i)
{
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, bytes, 32);
	return p;
}

static struct ban *
add(unsigned i, const struct ban *ban)
{
	struct prefix p = host(i);
	struct ban_entry *entry = bans_insert(&e.bans, &p);

	entry->ban = *ban;
	entry->ban.prefix = p;
	bans_settle(&e.bans, entry, ban_due(&entry->ban, &conf));
	return &entry->ban;
}

/* A ban of a week that began then. */
static struct ban *
banned(unsigned i, int64_t since)
{
	const struct ban ban = { .state = BAN_ACTIVE,
		.strikes = 1,
		.since = since,
		.expires = since + WEEK };

	return add(i, &ban);
}

/* And one that was ended then. */
static struct ban *
ended(unsigned i, int64_t released)
{
	const struct ban ban = { .state = BAN_ENDED,
		.strikes = 1,
		.since = released - WEEK,
		.expires = released,
		.released = released };

	return add(i, &ban);
}

static void
set_clock(int64_t by)
{
	wall += by;
	skew_check(&e);
}

static void
pass(int64_t seconds)
{
	wall += seconds;
	boot += seconds;
	skew_check(&e);
}

static bool
is_held(void)
{
	return e.skew.hold_at != 0;
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	e.conf = &conf;
	bans_init(&e.bans, 1000);
	wall = NOW;
	boot = 40 * DAY;
	put = told = writes = pieces = unwritten = 0;
	e.counters.started = NOW;
	e.told = true;
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	return 0;
}

static void
test_what_remains_of_a_ban_remains(void **state)
{
	static const int64_t jumps[] = { 61, -61, HOUR, -HOUR, 5 * YEAR,
		-5 * YEAR, 170 * YEAR, -30 * YEAR };
	struct ban *ban = banned(1, NOW - DAY);
	struct ban *long_ago = banned(2, NOW - 3 * YEAR);
	struct prefix p = host(1);
	size_t i;

	long_ago->expires = NOW + 2 * HOUR;
	skew_start(&e);
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		set_clock(jumps[i]);
		assert_true(ban->since == wall - DAY);
		assert_true(ban->expires == wall + WEEK - DAY);
		assert_true(long_ago->expires == wall + 2 * HOUR);
		assert_true(bans_find(&e.bans, &p)->due == ban->expires * 1000);
		assert_true(e.counters.clock_set == wall);
		assert_true(e.counters.clock_by == jumps[i]);
		assert_true(e.counters.started == wall);
		assert_false(is_held());
	}
	assert_int_equal(e.bans.active.n, 2);
}

static void
test_what_was_moved_is_written_in_one_piece_and_told(void **state)
{
	unsigned i;

	for (i = 0; i < 200; i++)
		(void)banned(i, NOW);
	(void)ended(200, NOW);
	skew_start(&e);
	assert_int_equal(writes, 0);
	set_clock(YEAR);
	assert_int_equal(put, 201);
	assert_int_equal(told, 1);
	assert_true(moved.by == YEAR && moved.from == 0);
	assert_true(moved.to == NOW + 3 * DAY);
	assert_int_equal(pieces, 1);
	assert_int_equal(unwritten, 0);
}

static void
test_a_parser_that_was_told_nothing_yet_is_told_nothing(void **state)
{
	(void)banned(1, NOW);
	e.told = false;
	skew_start(&e);
	set_clock(YEAR);
	assert_int_equal(put, 1);
	assert_int_equal(told, 0);
}

static void
test_small_steps_and_sleep_move_nothing(void **state)
{
	static const int64_t steps[] = { 60, -60, 1, -1, 30 };
	struct ban *ban = banned(1, NOW), before = *ban;
	size_t i;

	skew_start(&e);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		set_clock(steps[i]);
	pass(3 * DAY);
	set_clock(-60);
	assert_memory_equal(ban, &before, sizeof(before));
	assert_int_equal(put, 0);
	assert_int_equal(e.counters.clock_set, 0);
}

static void
test_releases_and_what_is_allowed_move_too(void **state)
{
	struct ban *ban = ended(1, NOW - DAY);
	struct ban *allowed = ended(2, NOW);

	allowed->since = 0; /* it never was banned */
	allowed->allowed = NOW + HOUR;
	skew_start(&e);
	set_clock(-YEAR);
	assert_true(ban->released == NOW - DAY - YEAR);
	assert_true(ban->since == NOW - DAY - WEEK - YEAR);
	assert_true(ban->allowed == 0);
	assert_true(allowed->since == 0);
	assert_true(allowed->allowed == NOW + HOUR - YEAR);
}

static void
test_for_ever_stays_for_ever(void **state)
{
	struct ban *ban = banned(1, NOW);
	struct prefix p = host(1);
	struct ban_entry *entry = bans_find(&e.bans, &p);

	ban->expires = BAN_FOR_EVER;
	bans_settle(&e.bans, entry, BAN_FOR_EVER);
	skew_start(&e);
	set_clock(-YEAR);
	set_clock(5 * YEAR);
	assert_true(ban->expires == BAN_FOR_EVER);
	assert_true(entry->due == BAN_FOR_EVER);
	assert_true(ban->since == NOW + 4 * YEAR);
}

static void
test_a_clock_set_to_1970_leaves_no_time_before_that(void **state)
{
	struct ban *ban = banned(1, NOW - DAY);
	struct ban *over = ended(2, NOW - WEEK);

	skew_start(&e);
	set_clock(HOUR - NOW);
	assert_true(ban->since == 1);
	assert_true(ban->expires == HOUR + WEEK - DAY);
	assert_true(over->released == 1);
	set_clock(NOW - HOUR);
	assert_true(ban->expires == NOW + WEEK - DAY);
	assert_int_equal(e.bans.active.n, 1);
	assert_false(is_held());
}

static void
test_a_ban_by_a_log_whose_clock_is_ahead_moves_too(void **state)
{
	struct ban *ban = banned(1, NOW + MSG_AHEAD_MAX);

	skew_start(&e);
	set_clock(YEAR);
	assert_true(ban->since == NOW + MSG_AHEAD_MAX + YEAR);
}

/* Boot in 1970, with bans of 2026; the clock is set right an hour later. */
static void
test_bans_of_a_better_clock_are_right_when_it_is_corrected(void **state)
{
	struct ban *old = banned(1, NOW - DAY), *new, *over;

	wall = boot = 20;
	skew_start(&e);
	assert_false(is_held());
	pass(HOUR);
	new = banned(2, wall);
	over = ended(3, wall);
	set_clock(NOW - wall);
	assert_true(old->expires == NOW - DAY + WEEK);
	assert_true(new->expires == NOW + WEEK);
	assert_true(over->released == NOW);
	assert_int_equal(put, 2);
	pass(2 * DAY); /* and they are no more moved then */
	assert_true(old->expires == NOW - DAY + WEEK);
}

/* A clock that was a month behind from the boot on. */
static void
test_bans_from_before_the_boot_are_not_of_a_clock_that_is_behind(void **state)
{
	struct ban *old = banned(1, NOW - 60 * DAY), *last = banned(2, NOW);
	struct ban *new;

	old->expires = NOW + HOUR;
	wall = NOW - 30 * DAY;
	boot = 20;
	skew_start(&e);
	new = banned(3, wall);
	set_clock(30 * DAY);
	assert_true(old->expires == NOW + HOUR);
	assert_true(last->expires == NOW + WEEK);
	assert_true(new->expires == NOW + WEEK);
}

static void
test_a_clock_that_nobody_corrects_is_right_after_a_day(void **state)
{
	struct ban *old = banned(1, NOW - DAY), *last = ended(2, NOW), *new;

	wall = boot = 20;
	skew_start(&e);
	new = banned(3, 20);
	pass(DAY - 1);
	assert_true(old->expires == NOW - DAY + WEEK);
	pass(1);
	assert_true(last->released == wall);
	assert_true(old->expires == wall - DAY + WEEK || old->since == 1);
	assert_true(new->since == 20);
	assert_int_equal(put, 2);
	assert_int_equal(pieces, 1);
	pass(WEEK);
	assert_int_equal(put, 2);
	set_clock(NOW - wall); /* after all */
	assert_true(last->released == NOW - WEEK);
	assert_int_equal(put, 5);
}

static void
test_a_day_asleep_is_no_day_of_work(void **state)
{
	(void)banned(1, NOW);
	wall = boot = 20;
	skew_start(&e);
	assert_true(e.skew.trust_at == (20 + DAY) * INT64_C(1000));
}

/* Hosts 1 to n were banned until an hour ago and longer. */
static void
overdue(unsigned n, int64_t since)
{
	unsigned i;

	for (i = 1; i <= n; i++)
		(void)banned(i, since - WEEK + i);
}

static void
test_many_that_are_over_since_long_wait_ten_minutes(void **state)
{
	overdue(4, NOW - 2 * HOUR);
	skew_start(&e);
	assert_true(is_held());
	pass(599);
	assert_true(is_held());
	pass(1);
	assert_false(is_held());
}

static void
test_a_few_or_what_is_over_since_now_do_not_wait(void **state)
{
	overdue(3, NOW - 2 * HOUR);
	skew_start(&e);
	assert_false(is_held());
	bans_clear(&e.bans);
	overdue(100, NOW - HOUR);
	skew_start(&e);
	assert_false(is_held());
}

/* What would be forgotten is lost just the same. */
static void
test_ended_bans_wait_too(void **state)
{
	unsigned i;

	for (i = 1; i <= 4; i++)
		(void)ended(i, NOW - 31 * DAY);
	skew_start(&e);
	assert_true(is_held());
}

/* Boot five years ahead; the clock is set right within the ten minutes. */
static void
test_a_clock_that_was_ahead_is_corrected_in_time(void **state)
{
	struct ban *new, *over, *old = banned(9, NOW - HOUR);

	overdue(4, NOW + DAY);
	wall += 5 * YEAR;
	skew_start(&e);
	assert_true(is_held());
	pass(300);
	new = banned(10, wall);
	over = ended(11, wall);
	set_clock(-5 * YEAR);
	assert_false(is_held());
	assert_int_equal(put, 2);
	assert_true(old->expires == NOW - HOUR + WEEK);
	assert_true(new->expires == NOW + 300 + WEEK);
	assert_true(over->released == NOW + 300);
	set_clock(HOUR); /* all are of one clock now */
	assert_true(old->expires == NOW + WEEK);
}

/* It was set half the way only: the rest is waited for again. */
static void
test_a_correction_that_is_not_enough_begins_the_wait_again(void **state)
{
	overdue(4, NOW + DAY);
	wall += 5 * YEAR;
	skew_start(&e);
	pass(300);
	set_clock(-YEAR);
	pass(599);
	assert_true(is_held());
	assert_int_equal(put, 0);
}

/* Set right from 1970, but the host was off for a month. */
static void
test_what_is_over_by_the_right_clock_waits_as_after_a_start(void **state)
{
	overdue(4, NOW - 30 * DAY);
	(void)banned(5, NOW - HOUR);
	wall = boot = 20;
	skew_start(&e);
	assert_false(is_held());
	set_clock(NOW - wall);
	assert_true(is_held());
	pass(600);
	assert_false(is_held());
}

/* The daemon starts again with the same false clock. */
static void
test_a_restart_changes_nothing(void **state)
{
	struct ban *new = banned(9, NOW + 5 * YEAR);

	overdue(4, NOW + DAY);
	wall += 5 * YEAR + 60;
	skew_start(&e);
	assert_true(is_held());
	set_clock(-5 * YEAR);
	assert_true(new->expires == NOW + WEEK);
	assert_int_equal(put, 1);
	bans_clear(&e.bans);
	put = 0;

	(void)banned(1, NOW - DAY);
	new = banned(2, HOUR);
	boot = HOUR + 60;
	wall = HOUR + 60;
	skew_start(&e);
	set_clock(NOW - wall);
	assert_true(new->expires == NOW - 60 + WEEK);
	assert_int_equal(put, 1);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_remains_of_a_ban_remains),
		TEST(test_what_was_moved_is_written_in_one_piece_and_told),
		TEST(test_a_parser_that_was_told_nothing_yet_is_told_nothing),
		TEST(test_small_steps_and_sleep_move_nothing),
		TEST(test_releases_and_what_is_allowed_move_too),
		TEST(test_for_ever_stays_for_ever),
		TEST(test_a_clock_set_to_1970_leaves_no_time_before_that),
		TEST(test_a_ban_by_a_log_whose_clock_is_ahead_moves_too),
		TEST(
		    test_bans_of_a_better_clock_are_right_when_it_is_corrected),
		TEST(
		    test_bans_from_before_the_boot_are_not_of_a_clock_that_is_behind),
		TEST(test_a_clock_that_nobody_corrects_is_right_after_a_day),
		TEST(test_a_day_asleep_is_no_day_of_work),
		TEST(test_many_that_are_over_since_long_wait_ten_minutes),
		TEST(test_a_few_or_what_is_over_since_now_do_not_wait),
		TEST(test_ended_bans_wait_too),
		TEST(test_a_clock_that_was_ahead_is_corrected_in_time),
		TEST(
		    test_a_correction_that_is_not_enough_begins_the_wait_again),
		TEST(
		    test_what_is_over_by_the_right_clock_waits_as_after_a_start),
		TEST(test_a_restart_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
