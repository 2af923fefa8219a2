/* Truncation, with a copy (logrotate's copytruncate) and without. */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "tail_rig.h"

/* What logrotate's copytruncate does, without reading in between. */
static void
copytruncate(struct rig *r, bool in_place)
{
	char block[4096];
	int from, to;
	ssize_t n;

	if (!in_place)
		(void)unlink(r->rotated);
	to = open(r->rotated, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	from = open(r->log, O_RDONLY | O_CLOEXEC);
	assert_true(from != -1 && to != -1);
	while ((n = read(from, block, sizeof(block))) > 0)
		assert_int_equal(write(to, block, (size_t)n), n);
	close(from);
	close(to);
	assert_int_equal(truncate(r->log, 0), 0);
}

static void
truncated(struct rig *r)
{
	int i, fd = rig_create(r->log);

	rig_start(r, 0);
	for (i = 0; i < 3; i++) {
		rig_lines(r, fd, (unsigned)(random() % 10) + 2);
		rig_settle(r);
		r->pieces = false;
		rig_lines(r, fd, (unsigned)(random() % 10));
		copytruncate(r, i % 2 == 0);
		r->pieces = true;
		rig_stir(r);
	}
	rig_lines(r, fd, 5);
	close(fd);
	rig_check(r);
}

static void
test_copytruncate_loses_nothing(void **state)
{
	rig_run(state, RIG_SEEDS, truncated);
}

/* Up to three of them without a look; each has a copy of its own. */
static void
truncated_often(struct rig *r)
{
	int i, n, fd = rig_create(r->log);

	rig_start(r, 0);
	for (n = 1; n < 4; n++) {
		rig_lines(r, fd, (unsigned)(random() % 10) + 2);
		rig_settle(r);
		r->pieces = false;
		for (i = 0; i < n; i++) {
			rig_lines(r, fd, (unsigned)(random() % 10) + 1);
			rig_shift(r);
			copytruncate(r, false);
		}
		r->pieces = true;
	}
	rig_lines(r, fd, 5);
	close(fd);
	rig_check(r);
}

static void
test_copytruncate_between_looks_loses_nothing(void **state)
{
	rig_run(state, RIG_SEEDS, truncated_often);
}

/* One that was written before what we read last is not what was cut off. */
static void
unrelated(struct rig *r)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	int other, fd = rig_create(r->log);

	r->pieces = false;
	rig_start(r, 0);
	rig_lines(r, fd, 2);
	rig_settle(r);
	(void)nanosleep(&tick, NULL);
	other = rig_create(r->rotated);
	rig_unwanted(r, other, 0);
	close(other);
	(void)nanosleep(&tick, NULL);
	rig_lines(r, fd, 2);
	rig_settle(r);
	assert_int_equal(truncate(r->log, 0), 0);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_truncation_does_not_bring_an_older_file(void **state)
{
	rig_run(state, 3, unrelated);
}

/* A replayed rotated file stays open; a copy may be written over it. */
static void
copied_over(struct rig *r)
{
	int fd = rig_create(r->rotated);

	r->pieces = false;
	rig_lines(r, fd, 3);
	close(fd);
	fd = rig_create(r->log);
	rig_lines(r, fd, 3);
	rig_start(r, 0);
	rig_settle(r);
	rig_lines(r, fd, 50);
	copytruncate(r, true);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_copy_over_the_rotated_file_is_read_where_we_stood(void **state)
{
	rig_run(state, RIG_SEEDS, copied_over);
}

static void
overgrown(struct rig *r)
{
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_lines(r, fd, 5);
	rig_settle(r);
	r->pieces = false;
	assert_int_equal(truncate(r->log, 0), 0);
	rig_lines(r, fd, 30);
	close(fd);
	rig_check(r);
	assert_int_equal(tail_behind(r->tail), 0);
}

static void
test_truncation_hidden_by_growth_is_noticed(void **state)
{
	rig_run(state, RIG_SEEDS, overgrown);
}

static void
holed(struct rig *r)
{
	int fd;

	fd = open(r->log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	rig_start(r, 0);
	rig_lines(r, fd, 400);
	rig_settle(r);
	assert_int_equal(truncate(r->log, 0), 0);
	rig_stir(r);
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
}

static void
test_hole_after_truncation_is_not_in_the_line(void **state)
{
	rig_run(state, RIG_SEEDS, holed);
}

static unsigned
open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
test_descriptors_are_closed(void **state)
{
	unsigned before = open_descriptors();

	rig_run(state, RIG_SEEDS, truncated);
	assert_int_equal(open_descriptors(), before);
}

/* What was not read ends in the middle of a line, or began there. */
static void
torn_by_copy(struct rig *r)
{
	static const char nul[] = "\0begins with a NUL";
	char *line;
	int fd = rig_create(r->log);

	rig_start(r, 0);
	r->pieces = false;
	line = calloc(1, 20000);
	assert_non_null(line);
	memset(line, 'x', 20000);
	rig_want(r, line, RECOGNISE_LINE_MAX, true);
	rig_write(r, fd, line, 20000);
	rig_settle(r);
	rig_write(r, fd, line, 5000);
	rig_write(r, fd, "\n", 1);
	free(line);
	rig_want(r, nul, sizeof(nul) - 1, false);
	rig_write(r, fd, nul, sizeof(nul) - 1);
	if (r->seed % 2 == 0)
		rig_settle(r);
	rig_write(r, fd, "\ntorn", 5);
	rig_want(r, "torn", 4, false);
	copytruncate(r, false);
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
}

static void
test_copy_goes_on_within_a_line(void **state)
{
	rig_run(state, RIG_SEEDS, torn_by_copy);
}

/* The file rotated before is no copy of the truncated one. */
static void
emptied(struct rig *r)
{
	int i, fd = rig_create(r->rotated);

	r->pieces = false;
	for (i = 0; i < 20; i++)
		rig_unwanted(r, fd, 10);
	close(fd);
	fd = rig_create(r->log);
	rig_line(r, fd, 20);
	rig_start(r, 30);
	rig_settle(r);
	assert_int_equal(truncate(r->log, 0), 0);
	rig_stir(r);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_truncation_without_a_copy_starts_again(void **state)
{
	rig_run(state, RIG_SEEDS, emptied);
}

/* The first lines are there as before, and may be lines of a new file. */
static void
cut_back(struct rig *r)
{
	struct stat st;
	size_t i;
	int fd = rig_create(r->log);

	r->pieces = false;
	rig_start(r, 0);
	rig_lines(r, fd, 40);
	assert_int_equal(fstat(fd, &st), 0);
	rig_lines(r, fd, 40);
	rig_settle(r);
	assert_int_equal(truncate(r->log, st.st_size), 0);
	if (r->seed % 2 == 0)
		assert_int_equal(rename(r->log, r->rotated), 0);
	for (i = 0; i < 40; i++)
		rig_want(r, r->want.v[i].text, r->want.v[i].len, false);
	rig_settle(r);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_file_cut_back_is_read_from_its_beginning(void **state)
{
	rig_run(state, RIG_SEEDS, cut_back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_copytruncate_loses_nothing),
		RIG_TEST(test_copytruncate_between_looks_loses_nothing),
		RIG_TEST(test_truncation_does_not_bring_an_older_file),
		RIG_TEST(
		    test_copy_over_the_rotated_file_is_read_where_we_stood),
		RIG_TEST(test_truncation_hidden_by_growth_is_noticed),
		RIG_TEST(test_hole_after_truncation_is_not_in_the_line),
		RIG_TEST(test_descriptors_are_closed),
		RIG_TEST(test_copy_goes_on_within_a_line),
		RIG_TEST(test_truncation_without_a_copy_starts_again),
		RIG_TEST(test_file_cut_back_is_read_from_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
