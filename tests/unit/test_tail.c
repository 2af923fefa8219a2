/* One file that stays: lines, pieces, truncation, errors, what is told. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "tail_file.h"
#include "tail_rig.h"

static void
appended_lines(struct rig *r)
{
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_settle(r);
	rig_lines(r, fd, 40);
	close(fd);
	rig_check(r);
	assert_true(r->got.v[39].live);
	assert_true(tail_present(r->tail));
	assert_int_equal(tail_error(r->tail), 0);
}

static void
test_appended_lines_in_pieces_come_once(void **state)
{
	rig_run(state, RIG_SEEDS, appended_lines);
}

/* Lines of n bytes, full of NUL bytes and worse. */
static void
line_of(struct rig *r, int fd, size_t n)
{
	char *line;
	size_t i;

	line = malloc(n + 1);
	assert_non_null(line);
	for (i = 0; i < n; i++)
		line[i] = (char)(i % 7 == 1 ? 0 : 128 + random() % 128);
	line[n] = '\n';
	rig_want(r, line, n < RECOGNISE_LINE_MAX ? n : RECOGNISE_LINE_MAX,
	    n > RECOGNISE_LINE_MAX);
	rig_write(r, fd, line, n + 1);
	free(line);
}

static void
long_lines(struct rig *r)
{
	char line[RECOGNISE_LINE_MAX];
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_lines(r, fd, 2);
	line_of(r, fd, RECOGNISE_LINE_MAX - 1);
	line_of(r, fd, RECOGNISE_LINE_MAX);
	line_of(r, fd, RECOGNISE_LINE_MAX + 1);
	memset(line, 'x', sizeof(line));
	rig_want(r, line, sizeof(line), true);
	rig_write(r, fd, line, sizeof(line));
	rig_settle(r);
	rig_write(r, fd, "y\n", 2);
	line_of(r, fd, 0);
	line_of(r, fd, 1);
	line_of(r, fd, 3 * TAIL_BLOCK + 5);
	line_of(r, fd, TAIL_BLOCK - 1);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_long_line_comes_once_and_cut(void **state)
{
	rig_run(state, RIG_SEEDS, long_lines);
}

static void
unfinished(struct rig *r)
{
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_write(r, fd, "begun", 5);
	rig_check(r);
	assert_int_equal(tail_behind(r->tail), 5);
	assert_int_equal(r->replayed, 1);
	rig_write(r, fd, " and ended\n", 11);
	rig_want(r, "begun and ended", 15, false);
	close(fd);
	rig_check(r);
	assert_int_equal(tail_behind(r->tail), 0);
}

static void
test_unfinished_line_waits_for_its_newline(void **state)
{
	rig_run(state, RIG_SEEDS, unfinished);
}

static void
one_block(struct rig *r)
{
	int fd = rig_create(r->log);
	size_t i, before, bytes;

	rig_start(r, 0);
	rig_settle(r);
	r->pieces = false;
	rig_lines(r, fd, 6000);
	close(fd);
	assert_true(tail_behind(r->tail) > 2 * (uint64_t)TAIL_BLOCK);
	do {
		before = r->got.n;
		r->busy = tail_work(r->tail);
		for (bytes = 0, i = before; i < r->got.n; i++)
			bytes += r->got.v[i].len + 1;
		assert_true(bytes <= TAIL_BLOCK);
	} while (r->busy);
	assert_int_equal(r->got.n, 6000);
	rig_check(r);
}

static void
test_work_reads_one_block(void **state)
{
	rig_run(state, 3, one_block);
}

static void
unreadable(struct rig *r)
{
	int fd = rig_create(r->log);

	r->open_flags = O_WRONLY;
	rig_start(r, 0);
	rig_check(r);
	assert_int_equal(tail_error(r->tail), EBADF);
	assert_int_equal(r->replayed, 1);
	r->open_flags = O_RDONLY;
	assert_int_equal(rename(r->log, r->rotated), 0);
	close(fd);
	fd = rig_create(r->log);
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
	assert_int_equal(tail_error(r->tail), 0);
}

static void
test_read_error_is_remembered_and_survived(void **state)
{
	rig_run(state, RIG_SEEDS, unreadable);
}

/* What no event tells of. */
static void
retried(struct rig *r)
{
	int fd = rig_create(r->log);

	r->no_watch = true;
	rig_start(r, 0);
	rig_settle(r);
	assert_true(tail_is_unwatched(r->tail));
	rig_lines(r, fd, 3);
	rig_settle(r);
	assert_int_equal(r->got.n, 0);
	tail_retry(r->tail);
	rig_check(r);
	r->no_watch = false;
	tail_retry(r->tail);
	rig_settle(r);
	assert_false(tail_is_unwatched(r->tail));
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
}

static void
test_a_log_without_a_watch_is_read_when_it_is_tried_again(void **state)
{
	rig_run(state, RIG_SEEDS, retried);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_appended_lines_in_pieces_come_once),
		RIG_TEST(test_long_line_comes_once_and_cut),
		RIG_TEST(test_unfinished_line_waits_for_its_newline),
		RIG_TEST(test_work_reads_one_block),
		RIG_TEST(test_read_error_is_remembered_and_survived),
		RIG_TEST(
		    test_a_log_without_a_watch_is_read_when_it_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
