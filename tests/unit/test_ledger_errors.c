/* System calls of the ledger and of gdbm that fail, while it runs or starts. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_shim.h"

#define BANS 6

static int
teardown(void **state)
{
	memset(shim_error, 0, sizeof(shim_error));
	shim_skip = 0;
	return fixture_teardown(state);
}

static void
put_all(struct ledger *l, unsigned n, uint32_t count)
{
	struct ban b;

	while (n-- > 0) {
		b = model_ban(n, count);
		assert_int_equal(fixture_put(l, &b), 0);
	}
}

/*
 * The n-th of these calls fails, and all after it, until the disk is well
 * again.  Returns false when there are not so many.
 */
static bool
fails_at(enum shim_call call, int error, unsigned skip, unsigned commits)
{
	struct ledger *l = fixture_open();
	uint32_t count = 1;
	int failed;

	assert_non_null(l);
	while (commits-- > 0)
		fixture_fill(l, 0, BANS, count++);
	put_all(l, BANS, count);
	shim_skip = skip;
	shim_error[call] = error;
	failed = ledger_commit(l);
	if (failed == -1) {
		assert_int_equal(errno, error);
		assert_int_equal(ledger_pending(l), BANS);
		assert_int_equal(ledger_commit(l), -1);
		assert_int_equal(ledger_pending(l), BANS);
	}
	shim_error[call] = 0;
	if (failed == 0)
		ledger_close(l);
	else {
		assert_whole_elsewhere(count == 1 ? 0 : BANS, count - 1);
		assert_int_equal(ledger_commit(l), 0);
		assert_int_equal(ledger_pending(l), 0);
		assert_whole_elsewhere(BANS, count);
		abandon(l);
	}
	open_and_close();
	assert_seen(BANS, count);
	fixture_remove("bans");
	return failed == -1;
}

/* Each call of a commit in place, and of one that makes the file anew. */
static void
fails_everywhere(enum shim_call call, int error)
{
	unsigned skip, commits;

	for (commits = 0; commits < 4; commits++)
		for (skip = 0; fails_at(call, error, skip, commits); skip++)
			assert_true(skip < 200);
}

static void
test_no_room_for_a_write_is_no_loss(void **state)
{
	(void)state;
	fails_everywhere(SHIM_WRITE, ENOSPC);
}

static void
test_over_quota_is_no_loss(void **state)
{
	(void)state;
	fails_everywhere(SHIM_WRITE, EDQUOT);
	fails_everywhere(SHIM_ALLOCATE, EDQUOT);
}

static void
test_failed_write_is_no_loss(void **state)
{
	(void)state;
	fails_everywhere(SHIM_WRITE, EIO);
}

static void
test_failed_sync_is_no_loss(void **state)
{
	(void)state;
	fails_everywhere(SHIM_SYNC, EIO);
	fails_everywhere(SHIM_SYNC_DIR, EIO);
}

static void
test_disk_that_becomes_read_only_is_no_loss(void **state)
{
	(void)state;
	fails_everywhere(SHIM_WRITE, EROFS);
	fails_everywhere(SHIM_OPEN, EROFS);
	fails_everywhere(SHIM_RENAME, EROFS);
}

static void
test_after_a_failed_sync_the_file_is_made_anew(void **state)
{
	struct ledger *l = fixture_open();
	struct stat before, after;
	const int i = 1; /* the older one */

	(void)state;
	fixture_fill(l, 0, 20, 1);
	fixture_fill(l, 0, 20, 2);
	assert_int_equal(stat(path[i], &before), 0);
	put_all(l, 20, 3);
	shim_error[SHIM_SYNC] = EIO;
	assert_int_equal(ledger_commit(l), -1);
	/* The kernel may have dropped the pages: nobody shall read them. */
	assert_int_equal(access(path[i], F_OK), -1);
	shim_error[SHIM_SYNC] = 0;
	assert_int_equal(ledger_commit(l), 0);
	assert_int_equal(stat(path[i], &after), 0);
	assert_true(before.st_ino != after.st_ino);
	ledger_close(l);
}

static void
test_nothing_is_believed_that_cannot_be_synced_at_start(void **state)
{
	struct ledger *l;

	(void)state;
	fill_and_close(20, 1);
	shim_error[SHIM_SYNC] = EIO;
	l = fixture_open(); /* salvages, and cannot write */
	assert_null(l);
	assert_int_equal(count_names("damaged"), 2);
	shim_error[SHIM_SYNC] = 0;
	open_and_close();
	assert_seen(20, 1);
}

static void
test_what_a_killed_run_wrote_is_synced_at_start(void **state)
{
	struct ledger *l = fixture_open();

	(void)state;
	fixture_fill(l, 0, 20, 1);
	abandon(l);
	memset(shim_count, 0, sizeof(shim_count));
	l = fixture_open();
	assert_int_equal(shim_count[SHIM_SYNC], 2);
	ledger_close(l);
}

static void
test_read_only_at_start_is_an_error_that_says_so(void **state)
{
	(void)state;
	fill_and_close(20, 1);
	shim_error[SHIM_OPEN] = EROFS;
	assert_null(fixture_open());
	assert_non_null(strstr(logged, "its directory must be writable"));
	assert_int_equal(count_names("damaged"), 0);
	shim_error[SHIM_OPEN] = 0;
	open_and_close();
	assert_seen(20, 1);
}

static void
test_read_errors_of_one_file_lose_nothing(void **state)
{
	int file;

	(void)state;
	for (file = 0; file < 2; file++) {
		fill_and_close(20, 1);
		shim_error[SHIM_READ] = EIO;
		shim_only = path[file];
		open_and_close();
		shim_error[SHIM_READ] = 0;
		shim_only = NULL;
		assert_seen(20, 1);
		assert_int_equal(damaged, 0);
		assert_int_equal(count_names("damaged"), 1 + file);
	}
}

static void
test_what_is_around_a_bad_sector_is_read(void **state)
{
	static const char junk[256];
	int fd;

	(void)state;
	fill_and_close(2000, 1);
	assert_int_equal(unlink(path[1]), 0);
	assert_true((fd = open(path[0], O_WRONLY)) != -1);
	assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
	close(fd);
	shim_error[SHIM_READ] = EIO;
	shim_once = true;
	shim_only = path[0];
	shim_skip = 1;
	open_and_close();
	shim_once = false;
	shim_only = NULL;
	assert_int_equal(damaged, 1);
	assert_true(nseen > 1000);
}

static void
test_all_reads_fail_and_that_is_told(void **state)
{
	(void)state;
	fill_and_close(20, 1);
	shim_error[SHIM_READ] = EIO;
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_int_equal(nseen, 0);
	assert_int_equal(count_names("damaged"), 2);
}

/* Many turns of changes, while nothing can be written. */
static void
test_changes_that_wait_need_no_more_memory(void **state)
{
	struct ledger *l = fixture_open();
	size_t before = 0;
	uint32_t i;

	(void)state;
	fixture_fill(l, 0, 300, 1);
	shim_error[SHIM_WRITE] = ENOSPC;
	for (i = 2; i < 200; i++) {
		put_all(l, 300, i);
		assert_int_equal(ledger_commit(l), -1);
		assert_int_equal(errno, ENOSPC);
		if (i == 10)
			before = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks <= before + 4096);
	assert_whole_elsewhere(300, 1);
	shim_error[SHIM_WRITE] = 0;
	assert_int_equal(ledger_commit(l), 0);
	assert_whole_elsewhere(300, 199);
	put_all(l, 1, 200);
	assert_int_equal(ledger_commit(l), 0); /* the other one, too */
	put_all(l, 300, 201);
	assert_int_equal(ledger_commit(l), 0);
	abandon(l);
	open_and_close();
	assert_seen(300, 201);
}

#define ERROR_TEST(f) \
	cmocka_unit_test_setup_teardown(f, fixture_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ERROR_TEST(test_no_room_for_a_write_is_no_loss),
		ERROR_TEST(test_over_quota_is_no_loss),
		ERROR_TEST(test_failed_write_is_no_loss),
		ERROR_TEST(test_failed_sync_is_no_loss),
		ERROR_TEST(test_disk_that_becomes_read_only_is_no_loss),
		ERROR_TEST(test_after_a_failed_sync_the_file_is_made_anew),
		ERROR_TEST(
		    test_nothing_is_believed_that_cannot_be_synced_at_start),
		ERROR_TEST(test_what_a_killed_run_wrote_is_synced_at_start),
		ERROR_TEST(test_read_only_at_start_is_an_error_that_says_so),
		ERROR_TEST(test_read_errors_of_one_file_lose_nothing),
		ERROR_TEST(test_what_is_around_a_bad_sector_is_read),
		ERROR_TEST(test_all_reads_fail_and_that_is_told),
		ERROR_TEST(test_changes_that_wait_need_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
