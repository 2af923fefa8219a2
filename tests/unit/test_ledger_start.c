/*
 * What may stand in the place of a ledger's file at the start: files that are
 * none, that others may write, of other ledgers, and such as make gdbm crash,
 * eat memory, walk round for ever or write what it should not.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_record.h"

/* Linked with --wrap: the calls of the child that reads. */
datum __real_gdbm_nextkey(GDBM_FILE, datum);
datum __wrap_gdbm_nextkey(GDBM_FILE, datum);
int __real_setrlimit(__rlimit_resource_t, const struct rlimit *);
int __wrap_setrlimit(__rlimit_resource_t, const struct rlimit *);

static enum {
	WELL,
	CRASHES,
	SPINS,
	EATS_MEMORY,
	GOES_ROUND,
} reader;

datum
__wrap_gdbm_nextkey(GDBM_FILE db, datum key)
{
	datum first = { NULL, 0 };

	switch (reader) {
	case CRASHES:
		signal(SIGSEGV, SIG_DFL); /* not cmocka's */
		raise(SIGSEGV);
		break;
	case SPINS:
		for (;;)
			;
	case EATS_MEMORY:
		while (first.dptr = malloc(1 << 20), first.dptr != NULL)
			memset(first.dptr, 1, 1 << 20);
		return first;
	case GOES_ROUND:
		first = gdbm_firstkey(db);
		return first;
	default:
		break;
	}
	return __real_gdbm_nextkey(db, key);
}

/* Less time than a real one has. */
int
__wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	const struct rlimit second = { 1, 1 };

	return __real_setrlimit(what, what == RLIMIT_CPU ? &second : limit);
}

/* The ledger is refused, with this said, and nothing was done to it. */
static void
assert_refused(const char *what)
{
	assert_null(fixture_open());
	if (strstr(logged, what) == NULL)
		fail_msg("\"%s\" is not in: %s", what, logged);
	assert_int_equal(count_names("damaged"), 0);
	assert_int_equal(count_names("new"), 0);
}

/* Each file in turn is replaced by what make makes; both stay as they are. */
static void
refused_in_place(void (*make)(const char *), const char *what)
{
	char kept[96];
	int i;

	fill_and_close(20, 1);
	snprintf(kept, sizeof(kept), "%s/kept", dir);
	for (i = 0; i < 2; i++) {
		assert_int_equal(rename(path[i], kept), 0);
		make(path[i]);
		assert_refused(what);
		assert_int_equal(remove(path[i]), 0);
		assert_int_equal(rename(kept, path[i]), 0);
		open_and_close();
		assert_seen(20, 1);
		assert_string_equal(logged, "");
	}
}

static void
make_directory(const char *name)
{
	assert_int_equal(mkdir(name, 0700), 0);
}

static void
make_link(const char *name)
{
	assert_int_equal(symlink("kept", name), 0);
}

static void
make_fifo(const char *name)
{
	assert_int_equal(mkfifo(name, 0600), 0);
}

static void
make_device(const char *name)
{
	assert_int_equal(mknod(name, S_IFCHR | 0600, makedev(1, 5)), 0);
}

static void
make_for_all(const char *name)
{
	fixture_copy("/proc/self/exe", name);
	assert_int_equal(chmod(name, 0622), 0);
}

static void
make_for_group(const char *name)
{
	fixture_copy("/proc/self/exe", name);
	assert_int_equal(chmod(name, 0620), 0);
}

static void
make_of_another(const char *name)
{
	fixture_copy("/proc/self/exe", name);
	assert_int_equal(chown(name, 12345, 0), 0);
}

static void
test_what_is_no_file_is_refused(void **state)
{
	(void)state;
	refused_in_place(make_directory, "not a regular file");
	refused_in_place(make_link, "not a regular file");
	refused_in_place(make_fifo, "not a regular file");
	refused_in_place(make_device, "not a regular file");
}

static void
test_file_that_others_may_write_is_refused(void **state)
{
	(void)state;
	refused_in_place(make_for_all, "others may write it");
	refused_in_place(make_for_group, "others may write it");
	refused_in_place(make_of_another, "others may write it");
}

static void
test_directory_that_others_may_write_is_refused(void **state)
{
	(void)state;
	fill_and_close(20, 1);
	assert_int_equal(chmod(dir, 0770), 0);
	assert_refused("others may write its directory");
	assert_int_equal(chmod(dir, 0707), 0);
	assert_refused("others may write its directory");
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(chown(dir, 12345, 0), 0);
	assert_refused("others may write its directory");
	assert_int_equal(chown(dir, 0, 0), 0);
	open_and_close();
	assert_seen(20, 1);
}

static void
test_what_stands_in_the_way_of_a_new_file_is_not_followed(void **state)
{
	char victim[96], fresh[96];
	struct ledger *l;

	(void)state;
	fill_and_close(20, 1);
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path[0]);
	assert_int_equal(symlink(victim, fresh), 0);
	snprintf(fresh, sizeof(fresh), "%s.new", path[1]);
	assert_int_equal(symlink(victim, fresh), 0);
	l = fixture_open();
	fixture_fill(l, 0, 20, 2);
	fixture_fill(l, 0, 20, 3);
	ledger_close(l);
	assert_int_equal(access(victim, F_OK), -1);
	open_and_close();
	assert_seen(20, 3);
}

/* Both are read in no time, and kept. */
static void
test_huge_sparse_file_is_no_burden(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 1);
		assert_int_equal(truncate(path[i], (off_t)1 << 40), 0);
		open_and_close();
		assert_seen(20, 1);
		assert_int_equal(damaged, 0);
		assert_true(fixture_size(path[i]) < 100000);
	}
	fill_and_close(20, 1);
	assert_int_equal(truncate(path[0], (off_t)1 << 40), 0);
	assert_int_equal(truncate(path[1], (off_t)1 << 40), 0);
	open_and_close();
	assert_seen(20, 1);
	assert_int_equal(damaged, 1);
}

static void
test_files_that_changed_places_are_as_good(void **state)
{
	struct ledger *l = fixture_open();
	char third[96];

	(void)state;
	snprintf(third, sizeof(third), "%s/third", dir);
	fixture_fill(l, 0, 20, 1);
	fixture_fill(l, 0, 20, 2);
	abandon(l);
	assert_int_equal(rename(path[0], third), 0);
	assert_int_equal(rename(path[1], path[0]), 0);
	assert_int_equal(rename(third, path[1]), 0);
	l = fixture_open();
	assert_seen(20, 2);
	assert_string_equal(logged, "");
	fixture_fill(l, 0, 20, 3);
	abandon(l);
	open_and_close();
	assert_seen(20, 3);
}

static void
test_copy_in_the_place_of_the_other_is_as_good(void **state)
{
	struct ledger *l;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 1);
		fixture_copy(path[i], path[!i]);
		l = fixture_open();
		assert_seen(20, 1);
		assert_string_equal(logged, "");
		fixture_fill(l, 0, 30, 2);
		abandon(l);
		open_and_close();
		assert_seen(30, 2);
		fixture_remove("bans");
	}
}

/* A file of another ledger, or of another age: nothing of either is lost. */
static void
strangers(unsigned commits, int place)
{
	char other[96];
	struct ledger *l;

	snprintf(other, sizeof(other), "%s/other", dir);
	fill_and_close(30, 7);
	fixture_copy(path[0], other);
	fixture_remove("bans");
	l = fixture_open();
	while (commits-- > 0)
		fixture_fill(l, 10, 20, 9);
	ledger_close(l);
	fixture_copy(other, path[place]);
	l = fixture_open();
	assert_non_null(l);
	assert_int_equal(damaged, 0);
	assert_non_null(strstr(logged, "not of the same ledger"));
	assert_int_equal(count_names("damaged"), 2);
	assert_int_equal(nseen, 30);
	fixture_fill(l, 0, 30, 11);
	abandon(l);
	open_and_close();
	assert_seen(30, 11);
	assert_int_equal(count_names("damaged"), 2);
	fixture_remove("bans");
}

static void
test_file_of_another_host_is_read_too_and_kept(void **state)
{
	unsigned commits;

	(void)state;
	for (commits = 1; commits < 5; commits++) {
		strangers(commits, 0);
		strangers(commits, 1);
	}
}

static void
test_older_backup_of_one_file_changes_nothing(void **state)
{
	char backup[96];
	struct ledger *l;
	int i;

	(void)state;
	snprintf(backup, sizeof(backup), "%s/backup", dir);
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 1);
		fixture_copy(path[i], backup);
		l = fixture_open();
		fixture_fill(l, 0, 20, 2);
		fixture_fill(l, 0, 20, 3);
		fixture_fill(l, 0, 20, 4);
		ledger_close(l);
		fixture_copy(backup, path[i]);
		open_and_close();
		assert_seen(20, 4);
		fixture_remove("bans");
	}
}

static void
test_only_the_newest_damaged_files_are_kept(void **state)
{
	int round;

	(void)state;
	fill_and_close(20, 1);
	for (round = 1; round < 8; round++) {
		assert_int_equal(truncate(path[round % 2], 5000 + round), 0);
		open_and_close();
		assert_seen(20, 1);
		assert_non_null(strstr(logged, "damaged, kept as"));
		assert_int_equal(count_names("damaged"), round < 4 ? round : 4);
	}
}

/* The child that reads does not end as it should, with one file and both. */
static void
reader_fails(int how)
{
	fill_and_close(20, 1);
	reader = how;
	open_and_close();
	reader = WELL;
	assert_int_equal(damaged, 1);
	assert_seen(20, 1); /* by their bytes */
	assert_int_equal(count_names("damaged"), 2);
	fixture_remove("damaged");
	open_and_close();
	assert_seen(20, 1);
	assert_string_equal(logged, "");
}

static void
test_reader_that_crashes_harms_nobody(void **state)
{
	(void)state;
	reader_fails(CRASHES);
}

static void
test_reader_that_spins_is_ended(void **state)
{
	(void)state;
	reader_fails(SPINS);
}

static void
test_reader_that_eats_memory_is_ended(void **state)
{
	(void)state;
#ifndef __SANITIZE_ADDRESS__ /* there is no limit then */
	reader_fails(EATS_MEMORY);
#endif
}

static void
test_reader_that_goes_round_is_ended(void **state)
{
	(void)state;
	reader_fails(GOES_ROUND);
}

static void
flip(const char *file, off_t at, uint8_t bits)
{
	int fd = open(file, O_RDWR);
	uint8_t byte;

	assert_true(fd != -1);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= bits;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/*
 * A bit of the header, of what is free in the file and of the directory: in
 * some of them gdbm reads all, and goes wrong when it writes.  We never do.
 */
static void
test_no_flipped_bit_makes_a_write_go_wrong(void **state)
{
	char good[2][96];
	struct ledger *l;
	off_t at;
	int i;

	(void)state;
	fill_and_close(100, 1);
	for (i = 0; i < 2; i++) {
		snprintf(good[i], sizeof(good[i]), "%s/good%d", dir, i);
		fixture_copy(path[i], good[i]);
	}
	for (at = 0; at < 4200; at += at < 44 ? 1 : 211) {
		for (i = 0; i < 2; i++) {
			fixture_copy(good[i], path[i]);
			flip(path[i], at, (uint8_t)(1 << at % 8));
		}
		l = fixture_open();
		assert_non_null(l);
		assert_seen(100, 1);
		fixture_fill(l, 50, 200, 2);
		fixture_fill(l, 0, 100, 2);
		abandon(l);
		assert_true(fixture_size(path[0]) < 200000);
		assert_true(fixture_size(path[1]) < 200000);
		open_and_close();
		assert_seen(200, 2);
		fixture_remove("damaged");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_no_file_is_refused),
		TEST(test_file_that_others_may_write_is_refused),
		TEST(test_directory_that_others_may_write_is_refused),
		TEST(test_what_stands_in_the_way_of_a_new_file_is_not_followed),
		TEST(test_huge_sparse_file_is_no_burden),
		TEST(test_files_that_changed_places_are_as_good),
		TEST(test_copy_in_the_place_of_the_other_is_as_good),
		TEST(test_file_of_another_host_is_read_too_and_kept),
		TEST(test_older_backup_of_one_file_changes_nothing),
		TEST(test_only_the_newest_damaged_files_are_kept),
		TEST(test_reader_that_crashes_harms_nobody),
		TEST(test_reader_that_spins_is_ended),
		TEST(test_reader_that_eats_memory_is_ended),
		TEST(test_reader_that_goes_round_is_ended),
		TEST(test_no_flipped_bit_makes_a_write_go_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
