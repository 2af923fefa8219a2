/* What is read at the start: the window, from the rotated file on. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "msg.h"
#include "recognise/recognise.h"
#include "replay.h"
#include "tail_file.h"
#include "tail_rig.h"

#define HOUR 3600
#define DAY  ((int64_t)1000 * 24 * HOUR) /* on which the logs begin */
#define STEP 360
/* Lines that a probe of 32 KiB and an hour of slack let through. */
#define EXTRA 1100

static void
both(struct rig *r)
{
	int fd = rig_create(r->rotated);
	size_t i, replayed;

	r->pieces = false;
	rig_lines(r, fd, 20);
	close(fd);
	fd = rig_create(r->log);
	rig_lines(r, fd, 20);
	rig_start(r, 1000000);
	rig_settle(r);
	assert_int_equal(r->replayed, 1);
	replayed = r->got.n;
	r->pieces = true;
	rig_lines(r, fd, 5);
	close(fd);
	rig_check(r);
	assert_int_equal(replayed, 40);
	for (i = 0; i < r->got.n; i++)
		assert_int_equal(r->got.v[i].live, i >= replayed);
	assert_int_equal(r->replayed, 1);
	assert_int_equal(r->asked[MSG_ROTATED], 1);
}

static void
test_rotated_file_comes_before_the_current_one(void **state)
{
	rig_run(state, RIG_SEEDS, both);
}

/* Lines in the middle of the window's files, STEP seconds apart. */
static void
fill(struct rig *r, int fd, int64_t from, int64_t to, bool wanted)
{
	int64_t t;

	for (t = from; t < to; t += STEP)
		if (wanted)
			rig_line(r, fd, t);
		else
			rig_unwanted(r, fd, t);
}

/*
 * The replay begins within the window's first block: all wanted lines come,
 * and few others.
 */
static void
check_window(struct rig *r)
{
	size_t skip, i;

	rig_settle(r);
	assert_true(r->got.n >= r->want.n);
	skip = r->got.n - r->want.n;
	assert_true(skip > 0 && skip <= EXTRA);
	/* It begins with a whole line. */
	assert_non_null(strchr("TN", r->got.v[0].text[0]));
	for (i = 0; i < r->want.n; i++)
		assert_string_equal(r->got.v[skip + i].text, r->want.v[i].text);
}

/* A log of so many hours of that day; those from wanted on must be read. */
static void
write_hours(struct rig *r, const char *path, int64_t wanted, int64_t from,
    int64_t to)
{
	int fd = rig_create(path);

	if (from < wanted)
		fill(r, fd, DAY + from * HOUR, DAY + wanted * HOUR, false);
	else
		wanted = from;
	fill(r, fd, DAY + wanted * HOUR, DAY + to * HOUR, true);
	close(fd);
}

static void
window_current(struct rig *r)
{
	int fd = rig_create(r->rotated);
	int64_t day = DAY;

	r->pieces = false;
	rig_unwanted(r, fd, day - 10 * HOUR);
	close(fd);
	fd = rig_create(r->log);
	fill(r, fd, day, day + 400 * HOUR, false);
	rig_unwanted(r, fd, 0);
	fill(r, fd, day + 400 * HOUR, day + 500 * HOUR, true);
	close(fd);
	rig_start(r, day + 400 * HOUR);
	check_window(r);
	assert_int_equal(r->asked[MSG_ROTATED], 0);
	assert_int_equal(r->replayed, 1);
}

static void
test_window_begins_within_the_current_file(void **state)
{
	rig_run(state, 3, window_current);
}

static void
window_rotated(struct rig *r)
{
	r->pieces = false;
	write_hours(r, r->rotated, 400, 0, 500);
	write_hours(r, r->log, 400, 500, 510);
	rig_start(r, DAY + 400 * HOUR);
	check_window(r);
}

static void
test_window_begins_within_the_rotated_file(void **state)
{
	rig_run(state, 3, window_rotated);
}

/* What is worth reading before the window. */
static void
reach_current(struct rig *r)
{
	r->pieces = false;
	r->reach = DAY + 400 * HOUR;
	write_hours(r, r->log, 400, 0, 500);
	rig_start(r, DAY + 450 * HOUR);
	check_window(r);
	assert_int_equal(r->asked[MSG_ROTATED], 0);
}

static void
reach_rotated(struct rig *r)
{
	r->pieces = false;
	r->reach = DAY + 400 * HOUR;
	write_hours(r, r->rotated, 400, 0, 500);
	write_hours(r, r->log, 400, 500, 600);
	rig_start(r, DAY + 550 * HOUR);
	check_window(r);
}

static void
test_lines_before_the_window_are_reached_for(void **state)
{
	rig_run(state, 3, reach_current);
	rig_run(state, 3, reach_rotated);
}

static int64_t
line_time(void *arg, const char *line, size_t n)
{
	(void)arg;
	return recognise_peek_time(line, n, 0);
}

/* A file of lines of as many bytes, each a minute after the one before. */
static void
reach_is_limited(struct rig *r)
{
	static char block[TAIL_BLOCK];
	static const struct tail_ops ops = { .time = line_time };
	const struct tail_sink sink = { .ops = &ops, .block = block };
	const int64_t t0 = 1767225600; /* 2026-01-01 00:00:00 UTC */
	char line[64];
	off_t start, early, size;
	int fd, i;

	fd = rig_create(r->log);
	for (i = 0; i < 43200; i++) {
		(void)snprintf(line, sizeof(line),
		    "2026-01-%02dT%02d:%02d:00+00:00 mx1 a: a line\n",
		    1 + i / 1440, i / 60 % 24, i % 60);
		assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	}
	close(fd);
	size = (off_t)strlen(line) * 43200;
	fd = open(r->log, O_RDONLY);
	start = replay_find_start(fd, t0 + 25 * 86400, &sink);
	assert_true(start > 0 && start < size);
	early = replay_find_reach(fd, start, t0 + 20 * 86400, size, &sink);
	assert_int_equal(early, replay_find_start(fd, t0 + 20 * 86400, &sink));
	assert_true(early < start);
	/* by so many bytes at most, and then from a whole line on */
	early = replay_find_reach(fd, start, t0, 100000, &sink);
	assert_in_range(start - early, 100000 - (off_t)strlen(line), 100000);
	assert_int_equal(early % (off_t)strlen(line), 0);
	/* never less than the window */
	assert_int_equal(
	    replay_find_reach(fd, start, t0 + 28 * 86400, size, &sink), start);
	close(fd);
}

static void
test_reach_is_limited_in_bytes(void **state)
{
	rig_run(state, 1, reach_is_limited);
}

/* Lines of the window, then many that are half an hour late. */
static void
disordered(struct rig *r)
{
	int fd = rig_create(r->log);
	int64_t day = 1000 * 24 * HOUR, since = day + 400 * HOUR;
	int i;

	r->pieces = false;
	fill(r, fd, day, since - HOUR, false);
	rig_line(r, fd, since);
	for (i = 0; i < 4000; i++)
		rig_line(r, fd, since - HOUR / 2);
	close(fd);
	rig_start(r, since);
	check_window(r);
}

static void
test_window_allows_an_hour_of_disorder(void **state)
{
	rig_run(state, 3, disordered);
}

/* A place that does not tell is read. */
static void
untold(struct rig *r)
{
	int fd = rig_create(r->log);
	int64_t day = DAY;
	int i;

	r->pieces = false;
	fill(r, fd, day, day + 200 * HOUR, false);
	for (i = 0; i < 5000; i++)
		rig_line(r, fd, 0);
	fill(r, fd, day + 200 * HOUR, day + 400 * HOUR, true);
	close(fd);
	rig_start(r, day + 200 * HOUR);
	check_window(r);
}

static void
test_place_without_times_is_read(void **state)
{
	rig_run(state, 3, untold);
}

/* Nothing is skipped where times do not tell. */
static void
timeless(struct rig *r)
{
	int i, fd = rig_create(r->log);

	r->pieces = false;
	for (i = 0; i < 3000; i++)
		rig_line(r, fd, 0);
	close(fd);
	rig_start(r, 1000000);
	rig_check(r);
	assert_int_equal(r->asked[MSG_ROTATED], 1);
}

static void
test_file_without_times_is_read_from_its_beginning(void **state)
{
	rig_run(state, 3, timeless);
}

static void
rotated_only(struct rig *r)
{
	int fd = rig_create(r->rotated);

	r->pieces = false;
	rig_lines(r, fd, 5);
	rig_start(r, 1000000);
	rig_settle(r);
	assert_int_equal(r->replayed, 1);
	assert_false(tail_present(r->tail));
	assert_false(r->got.v[4].live);
	rig_line(r, fd, 0); /* late, seen with the next event */
	close(fd);
	fd = rig_create(r->log);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
	assert_true(r->got.v[5].live);
}

static void
test_replay_needs_no_current_file(void **state)
{
	rig_run(state, RIG_SEEDS, rotated_only);
}

/* The log is rotated while the answers are on their way. */
static void
rotated_meanwhile(struct rig *r)
{
	int fd = rig_create(r->log);

	r->pieces = false;
	rig_lines(r, fd, 5);
	rig_start(r, 1000000);
	assert_int_equal(rename(r->log, r->rotated), 0);
	rig_stir(r);
	rig_lines(r, fd, 2);
	close(fd);
	fd = rig_create(r->log);
	rig_stir(r);
	rig_lines(r, fd, 5);
	close(fd);
	rig_check(r);
	assert_int_equal(r->replayed, 1);
}

static void
test_rotation_during_the_start_repeats_nothing(void **state)
{
	rig_run(state, RIG_SEEDS, rotated_meanwhile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_rotated_file_comes_before_the_current_one),
		RIG_TEST(test_window_begins_within_the_current_file),
		RIG_TEST(test_window_begins_within_the_rotated_file),
		RIG_TEST(test_lines_before_the_window_are_reached_for),
		RIG_TEST(test_reach_is_limited_in_bytes),
		RIG_TEST(test_window_allows_an_hour_of_disorder),
		RIG_TEST(test_place_without_times_is_read),
		RIG_TEST(test_file_without_times_is_read_from_its_beginning),
		RIG_TEST(test_replay_needs_no_current_file),
		RIG_TEST(test_rotation_during_the_start_repeats_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
