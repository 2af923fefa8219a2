/* What makes a tail ask what its log's name stands for. */
#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "msg.h"
#include "tail_rig.h"

static void
awaited(struct rig *r)
{
	int fd;

	rig_start(r, 0);
	if (!r->prompt) { /* no answer yet */
		assert_false(tail_work(r->tail));
		assert_int_equal(r->replayed, 0);
	}
	rig_settle(r);
	assert_int_equal(r->replayed, 1);
	assert_false(tail_present(r->tail));
	assert_int_equal(tail_error(r->tail), ENOENT);
	fd = rig_create(r->log);
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
	assert_true(r->got.v[0].live);
	assert_true(tail_present(r->tail));
	assert_int_equal(tail_error(r->tail), 0);
}

static void
test_file_that_does_not_exist_yet_is_awaited(void **state)
{
	rig_run(state, RIG_SEEDS, awaited);
}

static void
directory(struct rig *r)
{
	char aside[96];
	int fd = rig_create(r->log);

	snprintf(aside, sizeof(aside), "%s/aside", r->base);
	rig_start(r, 0);
	rig_lines(r, fd, 3);
	rig_settle(r);
	assert_int_equal(rename(r->dir, aside), 0);
	rig_lines(r, fd, 3); /* into the one moved away */
	close(fd);
	rig_settle(r);
	assert_int_equal(mkdir(r->dir, 0700), 0);
	rig_stir(r);
	fd = rig_create(r->log);
	rig_lines(r, fd, 3);
	rig_settle(r);
	assert_true(tail_present(r->tail));
	assert_int_equal(unlink(r->log), 0);
	assert_int_equal(rmdir(r->dir), 0);
	rig_lines(r, fd, 3);
	close(fd);
	rig_settle(r);
	assert_int_equal(mkdir(r->dir, 0700), 0);
	rig_stir(r);
	fd = rig_create(r->log);
	rig_lines(r, fd, 3);
	close(fd);
	rig_check(r);
}

static void
test_directory_that_goes_comes_back(void **state)
{
	rig_run(state, RIG_SEEDS, directory);
}

/* Other files of the directory are no reason to ask. */
static void
others(struct rig *r)
{
	char path[112];
	unsigned asked;
	int fd = rig_create(r->log);

	rig_start(r, 0);
	rig_settle(r);
	asked = r->asked[MSG_CURRENT];
	snprintf(path, sizeof(path), "%s/mail.log.gz", r->dir);
	close(rig_create(path));
	unlink(path);
	rig_lines(r, fd, 2);
	rig_check(r);
	assert_int_equal(r->asked[MSG_CURRENT], asked);
	/* The same file again is not read again. */
	assert_int_equal(link(r->log, path), 0);
	assert_int_equal(unlink(r->log), 0);
	assert_int_equal(rename(path, r->log), 0);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
	assert_true(r->asked[MSG_CURRENT] > asked);
}

static void
test_only_events_of_the_log_make_us_ask(void **state)
{
	rig_run(state, RIG_SEEDS, others);
}

static unsigned
queue_length(void)
{
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	unsigned n = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &n), 1);
	fclose(f);
	return n;
}

static void
test_lost_events_make_us_look_again(void **state)
{
	struct rig *r;
	char path[112];
	unsigned i, n = queue_length();
	int fd;

	if (n > 100000)
		skip();
	r = rig_new(0);
	*state = r;
	fd = rig_create(r->log);
	rig_start(r, 0);
	rig_lines(r, fd, 2);
	rig_settle(r);
	snprintf(path, sizeof(path), "%s/other", r->dir);
	for (i = 0; i < n / 2 + 1; i++) {
		close(rig_create(path));
		unlink(path);
	}
	r->pieces = false;
	rig_lines(r, fd, 2);
	close(fd);
	assert_int_equal(rename(r->log, r->rotated), 0);
	fd = rig_create(r->log);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

/* The directory of a symbolic link does not see its file move. */
static void
linked(struct rig *r)
{
	char file[96], moved[96];
	int fd;

	snprintf(file, sizeof(file), "%s/file", r->base);
	snprintf(moved, sizeof(moved), "%s/moved", r->base);
	assert_int_equal(symlink("../file", r->log), 0);
	fd = rig_create(file);
	rig_start(r, 0);
	rig_lines(r, fd, 2);
	rig_settle(r);
	/* The same file may come back with another watch. */
	assert_int_equal(inotify_rm_watch(r->inotify, r->file_wd), 0);
	assert_int_equal(unlink(r->log), 0);
	assert_int_equal(symlink("../file", r->log), 0);
	rig_settle(r);
	r->pieces = false;
	rig_lines(r, fd, 2);
	close(fd);
	if (r->seed % 2 == 0)
		assert_int_equal(rename(file, moved), 0);
	else
		assert_int_equal(unlink(file), 0);
	fd = rig_create(file);
	rig_lines(r, fd, 2);
	close(fd);
	rig_check(r);
}

static void
test_file_that_leaves_its_name_makes_us_ask(void **state)
{
	rig_run(state, RIG_SEEDS, linked);
}

static void
new_watch(struct rig *r)
{
	unsigned asked;

	rig_start(r, 0);
	rig_settle(r);
	asked = r->asked[MSG_CURRENT];
	tail_give_watch(r->tail, -1, r->dir_wd, "mail.log");
	assert_int_equal(r->asked[MSG_CURRENT], asked);
	tail_give_watch(r->tail, -1, r->dir_wd + 1, "mail.log");
	assert_int_equal(r->asked[MSG_CURRENT], asked + 1);
	rig_settle(r);
	tail_give_watch(r->tail, -1, r->dir_wd + 1, "");
	assert_int_equal(r->asked[MSG_CURRENT], asked + 2);
	rig_settle(r);
}

static void
test_new_watch_makes_us_ask(void **state)
{
	rig_run(state, RIG_SEEDS, new_watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_file_that_does_not_exist_yet_is_awaited),
		RIG_TEST(test_directory_that_goes_comes_back),
		RIG_TEST(test_only_events_of_the_log_make_us_ask),
		RIG_TEST(test_lost_events_make_us_look_again),
		RIG_TEST(test_file_that_leaves_its_name_makes_us_ask),
		RIG_TEST(test_new_watch_makes_us_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
