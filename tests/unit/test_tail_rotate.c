/* The name comes to stand for other files, and for none. */
#include <sys/stat.h>

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tail_rig.h"

/* Rename and create, as logrotate does; returns the new file. */
static int
rotate(struct rig *r)
{
	char older[112];

	snprintf(older, sizeof(older), "%s/mail.log.2", r->dir);
	(void)rename(r->rotated, older);
	assert_int_equal(rename(r->log, r->rotated), 0);
	rig_stir(r);
	return rig_create(r->log);
}

static void
renamed(struct rig *r)
{
	int i, fd, late;

	fd = rig_create(r->log);
	rig_start(r, 0);
	for (i = 0; i < 4; i++) {
		rig_lines(r, fd, (unsigned)(random() % 8));
		late = fd;
		fd = rotate(r);
		rig_lines(r, late, 3); /* before the new one has any */
		rig_lines(r, fd, 3);
		rig_settle(r);
		rig_lines(r, late, 2); /* and after */
		close(late);
	}
	close(fd);
	rig_check(r);
	assert_int_equal(r->replayed, 1);
}

static void
test_renamed_file_gives_its_late_lines(void **state)
{
	rig_run(state, RIG_SEEDS, renamed);
}

static void
quick(struct rig *r)
{
	int i, fd;

	fd = rig_create(r->log);
	rig_start(r, 0);
	rig_lines(r, fd, 5);
	rig_settle(r);
	r->pieces = false;
	for (i = 0; i < 2; i++) { /* two rotations without a look */
		rig_lines(r, fd, 4);
		close(fd);
		assert_int_equal(0, rename(r->log, r->rotated));
		fd = rig_create(r->log);
	}
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
}

static void
test_file_that_came_and_went_between_looks_is_read(void **state)
{
	rig_run(state, RIG_SEEDS, quick);
}

/* Rename and create, all files kept, each written in a second of its own. */
static int
rotate_all(struct rig *r, int fd)
{
	const struct timespec times[2] = { { (time_t)(1000 + r->serial), 0 },
		{ (time_t)(1000 + r->serial), 0 } };

	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	rig_shift(r);
	assert_int_equal(0, rename(r->log, r->rotated));
	return rig_create(r->log);
}

/* Up to seven rotations without a look, and none is lost. */
static void
several(struct rig *r)
{
	int i, n, fd = rig_create(r->log);

	rig_start(r, 0);
	for (n = 1; n < 8; n++) {
		rig_lines(r, fd, 3);
		rig_settle(r);
		r->pieces = false;
		for (i = 0; i < n; i++) {
			rig_lines(r, fd, (unsigned)(random() % 4) + 1);
			fd = rotate_all(r, fd);
		}
		r->pieces = true;
		rig_lines(r, fd, 1);
	}
	close(fd);
	rig_check(r);
	assert_int_equal(tail_behind(r->tail), 0);
}

static void
test_files_that_came_and_went_between_looks_are_read(void **state)
{
	rig_run(state, RIG_SEEDS, several);
}

/* One comes while those before the last are still being asked for. */
static void
meanwhile(struct rig *r)
{
	int i, fd = rig_create(r->log);

	r->prompt = false;
	rig_start(r, 0);
	rig_lines(r, fd, 3);
	rig_settle(r);
	r->pieces = false;
	for (i = 0; i < 5; i++) {
		rig_lines(r, fd, 2);
		fd = rotate_all(r, fd);
		if (i == 1)
			rig_await_open(r, fd);
		if (i > 1)
			rig_stir(r);
	}
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_rotation_while_missed_files_are_asked_for_loses_nothing(void **state)
{
	rig_run(state, 3 * RIG_SEEDS, meanwhile);
}

static void
older(struct rig *r)
{
	const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
	int fd = rig_create(r->rotated);

	rig_unwanted(r, fd, 10);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	fd = rig_create(r->log);
	rig_line(r, fd, 20);
	rig_start(r, 30); /* the window begins in the current file */
	rig_settle(r);
	close(fd);
	assert_int_equal(unlink(r->log), 0);
	fd = rig_create(r->log);
	rig_line(r, fd, 40);
	close(fd);
	rig_check(r);
}

static void
test_older_rotated_file_is_not_taken_for_a_missed_one(void **state)
{
	rig_run(state, RIG_SEEDS, older);
}

/* Each file is opened before it is renamed, and that is all that is sure. */
static void
many(struct rig *r)
{
	int i, fd = rig_create(r->log);

	rig_start(r, 0);
	for (i = 0; i < 20; i++) {
		rig_lines(r, fd, 3);
		close(fd);
		fd = rotate(r);
		rig_line(r, fd, 0);
		rig_await_open(r, fd);
	}
	close(fd);
	rig_check(r);
	assert_true(r->nasks == 0 && r->nanswers == 0);
}

static void
test_many_rotations_lose_nothing(void **state)
{
	rig_run(state, RIG_SEEDS, many);
}

/* The last line of a file that is given up needs no newline. */
static void
torn(struct rig *r)
{
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_lines(r, fd, 2);
	rig_write(r, fd, "torn", 4);
	close(fd);
	rig_settle(r);
	assert_int_equal(unlink(r->log), 0);
	fd = rig_create(r->log);
	rig_settle(r);
	assert_int_equal(r->got.n, 2);
	rig_line(r, fd, 0);
	rig_settle(r);
	rig_line(r, fd, 0);
	close(fd);
	rig_settle(r);
	assert_int_equal(r->got.n, 5);
	/* It came when the new file showed that its writer had gone over. */
	assert_string_equal(r->got.v[3].text, "torn");
	assert_int_equal(r->got.v[3].len, 4);
}

static void
test_torn_last_line_comes_when_its_file_goes(void **state)
{
	rig_run(state, RIG_SEEDS, torn);
}

static void
torn_rotated(struct rig *r)
{
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_write(r, fd, "torn", 4);
	rig_want(r, "torn", 4, false);
	close(fd);
	fd = rotate(r);
	rig_settle(r);
	close(fd);
	assert_int_equal(r->got.n, 0);
	fd = rotate(r);
	rig_settle(r);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_torn_line_of_a_renamed_file_waits_for_the_next_rotation(void **state)
{
	rig_run(state, RIG_SEEDS, torn_rotated);
}

static void
removed(struct rig *r)
{
	int i, fd = rig_create(r->log), late;

	rig_start(r, 0);
	for (i = 0; i < 3; i++) {
		rig_lines(r, fd, 3);
		rig_await_open(r, fd);
		assert_int_equal(unlink(r->log), 0);
		rig_stir(r);
		rig_lines(r, fd, 3); /* the writer has not noticed yet */
		if (i == 1) {
			rig_settle(r);
			assert_false(tail_present(r->tail));
			assert_int_equal(tail_error(r->tail), ENOENT);
		}
		late = fd;
		fd = rig_create(r->log);
		rig_stir(r);
		rig_lines(r, late, 2);
		close(late);
		rig_lines(r, fd, 2);
	}
	close(fd);
	rig_check(r);
	assert_true(tail_present(r->tail));
}

static void
test_removed_file_is_read_on_until_the_next_is_written(void **state)
{
	rig_run(state, RIG_SEEDS, removed);
}

/* A rotation that was a mistake: the file gets its name back. */
static void
restored(struct rig *r)
{
	int fd = rig_create(r->log), other, late;

	rig_start(r, 0);
	rig_lines(r, fd, 3);
	other = rotate(r);
	rig_settle(r);
	rig_lines(r, other, 3);
	close(other);
	rig_settle(r);
	assert_int_equal(rename(r->rotated, r->log), 0);
	rig_lines(r, fd, 3);
	rig_settle(r);
	assert_int_equal(rename(r->log, r->rotated), 0);
	late = fd;
	fd = rig_create(r->log);
	rig_lines(r, fd, 2);
	rig_settle(r);
	rig_lines(r, late, 2);
	close(late);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_file_that_gets_its_name_back_goes_on(void **state)
{
	rig_run(state, RIG_SEEDS, restored);
}

/*
 * Nothing is read meanwhile: some files wait, the others are passed over, and
 * the last two are still found.
 */
static void
test_more_rotations_than_room_end_with_the_last(void **state)
{
	struct rig *r = rig_new(0);
	int i, fd;

	*state = r;
	r->pieces = false;
	assert_true(r->prompt);
	fd = rig_create(r->log);
	rig_start(r, 0);
	for (i = 0; i < 12; i++) {
		if (i < 7 || i > 9)
			rig_line(r, fd, 0);
		else
			rig_unwanted(r, fd, 0);
		close(fd);
		if (i == 11)
			break;
		assert_int_equal(rename(r->log, r->rotated), 0);
		fd = rig_create(r->log);
		tail_events(r->tail);
	}
	rig_check(r);
}

/*
 * Nothing is read meanwhile, and what waits unread is counted: as the parser
 * while the enforcer is behind.
 */
static void
test_more_rotations_than_room_lose_nothing_that_is_kept(void **state)
{
	struct rig *r = rig_new(0);
	uint64_t bytes = 0;
	struct stat st;
	int i, fd;

	*state = r;
	r->pieces = false;
	fd = rig_create(r->log);
	rig_start(r, 0);
	for (i = 0; i < 9; i++) {
		rig_lines(r, fd, 3);
		assert_int_equal(fstat(fd, &st), 0);
		bytes += i < 7 ? (uint64_t)st.st_size : 0;
		fd = rotate_all(r, fd);
		tail_events(r->tail);
	}
	rig_lines(r, fd, 3);
	close(fd);
	assert_int_equal(tail_behind(r->tail), bytes);
	rig_check(r);
	assert_int_equal(tail_behind(r->tail), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_renamed_file_gives_its_late_lines),
		RIG_TEST(test_file_that_came_and_went_between_looks_is_read),
		RIG_TEST(test_files_that_came_and_went_between_looks_are_read),
		RIG_TEST(
		    test_rotation_while_missed_files_are_asked_for_loses_nothing),
		RIG_TEST(
		    test_more_rotations_than_room_lose_nothing_that_is_kept),
		RIG_TEST(test_older_rotated_file_is_not_taken_for_a_missed_one),
		RIG_TEST(test_many_rotations_lose_nothing),
		RIG_TEST(test_torn_last_line_comes_when_its_file_goes),
		RIG_TEST(
		    test_torn_line_of_a_renamed_file_waits_for_the_next_rotation),
		RIG_TEST(
		    test_removed_file_is_read_on_until_the_next_is_written),
		RIG_TEST(test_file_that_gets_its_name_back_goes_on),
		RIG_TEST(test_more_rotations_than_room_end_with_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
