#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_record.h"

static void
test_absent_ledger_is_created_empty(void **state)
{
	struct stat st;

	(void)state;
	open_and_close();
	assert_int_equal(nseen, 0);
	assert_int_equal(damaged, -1); /* there was none */
	assert_int_equal(stat(path[0], &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(stat(path[1], &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(count_names("bans"), 3); /* with the lock */
}

static void
test_last_directory_is_created_but_no_more(void **state)
{
	struct stat st;

	(void)state;
	snprintf(path[0], sizeof(path[0]), "%s/a/b/bans.db", dir);
	assert_null(fixture_open());
	assert_true(logged[0] != '\0');
	snprintf(path[0], sizeof(path[0]), "%s/a/bans.db", dir);
	open_and_close();
	snprintf(path[0], sizeof(path[0]), "%s/a", dir);
	assert_int_equal(stat(path[0], &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
}

static void
test_path_too_long_is_refused(void **state)
{
	char name[PATH_MAX];
	int said = 0;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[PATH_MAX - 2] = '\0';
	logged[0] = '\0';
	assert_null(ledger_open(name, NULL, NULL, NULL, &said));
	assert_true(logged[0] != '\0');
}

static void
test_file_that_cannot_be_opened_is_not_damaged(void **state)
{
	struct rlimit old, few;
	int fd;

	(void)state;
	fill_and_close(20, 1);
	assert_true((fd = open("/dev/null", O_RDONLY)) != -1);
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur =
	    (rlim_t)fd + 1; /* the directory's is the last; none for the lock */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_null(fixture_open());
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_true(logged[0] != '\0');
	assert_int_equal(count_names("damaged"), 0);
	open_and_close();
	assert_seen(20, 1);
	assert_string_equal(logged, "");
}

static void
test_records_come_back(void **state)
{
	(void)state;
	fill_and_close(300, 5);
	open_and_close();
	assert_seen(300, 5);
	assert_int_equal(damaged, 0);
}

static void
test_ended_ban_comes_back_whole(void **state)
{
	struct ledger *l = fixture_open();
	struct ban b = model_ban(1, 7);

	(void)state;
	b.state = BAN_ENDED;
	b.strikes = 12;
	b.released = 1764100000;
	b.allowed = 1764200000;
	b.flags = BAN_MANUAL | BAN_FOREIGN | BAN_UNWRITTEN;
	assert_int_equal(fixture_put(l, &b), 0);
	ledger_close(l); /* which commits */
	open_and_close();
	assert_int_equal(nseen, 1);
	b.flags = BAN_MANUAL;
	assert_memory_equal(&seen[0], &b, sizeof(b));
}

static void
test_ban_out_of_bounds_is_not_put(void **state)
{
	struct ledger *l = fixture_open();
	struct ban b = model_ban(1, 7);

	(void)state;
	b.state = 4;
	assert_int_equal(fixture_put(l, &b), -1);
	assert_int_equal(errno, EINVAL);
	b.state = BAN_FORGOTTEN;
	b.prefix.len = 33;
	assert_int_equal(fixture_put(l, &b), -1);
	assert_int_equal(ledger_pending(l), 0);
	ledger_close(l);
}

static void
test_last_put_of_a_batch_holds(void **state)
{
	struct ledger *l = fixture_open();
	struct ban b;
	uint32_t count;

	(void)state;
	for (count = 1; count <= 9; count++) {
		b = model_ban(0, count);
		assert_int_equal(fixture_put(l, &b), 0);
		b.state = BAN_FORGOTTEN;
		if (count % 2 == 0)
			assert_int_equal(fixture_put(l, &b), 0);
	}
	assert_int_equal(ledger_commit(l), 0);
	abandon(l);
	open_and_close();
	assert_seen(1, 9);
}

static void
test_clock_gone_back_does_not_keep_the_old(void **state)
{
	struct ledger *l = fixture_open();

	(void)state;
	fixture_fill(l, 0, 10, 500);
	fixture_fill(l, 0, 10, 3); /* since is earlier */
	ledger_close(l);
	open_and_close();
	assert_seen(10, 3);
}

static void
test_forgotten_records_vanish(void **state)
{
	struct ledger *l = fixture_open();
	struct ban b;
	unsigned n;

	(void)state;
	fixture_fill(l, 0, 50, 2);
	for (n = 20; n < 60; n++) { /* the last ten were never there */
		b = model_ban(n, 2);
		b.state = BAN_FORGOTTEN;
		b.strikes = 0;
		assert_int_equal(fixture_put(l, &b), 0);
	}
	assert_int_equal(ledger_commit(l), 0);
	abandon(l);
	open_and_close();
	assert_seen(20, 2);
	open_and_close();
	assert_seen(20, 2);
}

static void
test_ten_thousand_in_one_commit(void **state)
{
	struct ledger *l = fixture_open();

	(void)state;
	fixture_fill(l, 0, 10000, 1);
	assert_true(ledger_bytes(l) >= 10000 * LEDGER_RECORD_LEN);
	assert_int_equal(ledger_bytes(l),
	    fixture_size(path[0]) + fixture_size(path[1]));
	abandon(l);
	open_and_close();
	assert_seen(10000, 1);
	assert_int_equal(damaged, 0);
}

static void
test_each_commit_alone_survives(void **state)
{
	struct ledger *l;
	unsigned n;

	(void)state;
	for (n = 0; n < 12; n++) {
		l = fixture_open();
		assert_seen(n, 4);
		fixture_fill(l, n, n + 1, 4);
		if (n % 4 == 3)
			ledger_close(l);
		else
			abandon(l);
	}
	open_and_close();
	assert_seen(12, 4);
}

static void
test_many_commits_without_close(void **state)
{
	struct ledger *l = fixture_open();
	unsigned n;

	(void)state;
	for (n = 0; n < 40; n++)
		fixture_fill(l, 5 * n, 5 * n + 5, 4);
	abandon(l);
	open_and_close();
	assert_seen(200, 4);
}

static void
test_clean_close_leaves_two_equal_files(void **state)
{
	struct ledger *l;
	unsigned round;
	int i;

	(void)state;
	for (round = 1; round < 4; round++) {
		l = fixture_open();
		fixture_fill(l, 0, 50, round);
		if (round == 2) {
			abandon(l); /* they differ by one commit */
			l = fixture_open();
			assert_string_equal(logged, "");
		}
		ledger_close(l);
		for (i = 0; i < 2; i++) {
			assert_int_equal(unlink(path[i]), 0);
			open_and_close();
			assert_seen(50, round);
		}
	}
}

static void
test_second_daemon_is_refused(void **state)
{
	struct ledger *l = fixture_open();
	pid_t pid;
	int status, i;

	(void)state;
	fixture_fill(l, 0, 5, 1);
	for (i = 0; i < 2; i++) {
		assert_true((pid = fork()) != -1);
		if (pid == 0) /* our own copy of the lock is the parent's */
			_exit(fixture_open() != NULL ||
			    strstr(logged, "another smtpband uses it") == NULL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		fixture_fill(l, 5, 10, 1); /* undisturbed, and roles swap */
	}
	ledger_close(l);
	open_and_close();
	assert_seen(10, 1);
}

/* Whether another process may open the ledger; logged is what it says. */
static void
assert_refused_elsewhere(const char *what)
{
	int status;
	pid_t pid = fork();

	assert_true(pid != -1);
	if (pid == 0)
		_exit(fixture_open() != NULL || strstr(logged, what) == NULL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Without the lock file; and one file is locked, or both. */
static void
test_second_daemon_is_refused_by_either_file(void **state)
{
	struct ledger *l;
	unsigned commits;
	char lock[96];

	(void)state;
	snprintf(lock, sizeof(lock), "%s.lock", path[0]);
	fill_and_close(20, 1);
	for (commits = 1; commits < 4; commits++) {
		l = fixture_open();
		fixture_fill(l, 0, 20, commits);
		if (commits > 1)
			fixture_fill(l, 0, 20, commits);
		if (commits > 2)
			fixture_fill(l, 0, 20, commits);
		assert_int_equal(unlink(lock), 0);
		assert_refused_elsewhere("another program uses it");
		ledger_close(l);
	}
}

static void
test_file_that_an_editor_has_open_is_left_alone(void **state)
{
	GDBM_FILE db;
	int i;

	(void)state;
	fill_and_close(20, 1);
	for (i = 0; i < 2; i++) {
		db = gdbm_open(path[i], 0, GDBM_WRITER, 0, NULL);
		assert_non_null(db);
		assert_refused_elsewhere("another program uses it");
		gdbm_close(db);
	}
	open_and_close();
	assert_seen(20, 1);
	assert_string_equal(logged, "");
}

static void
forget(struct ledger *l, unsigned from, unsigned to)
{
	struct ban b;
	unsigned n;

	for (n = from; n < to; n++) {
		b = model_ban(n, 1);
		b.state = BAN_FORGOTTEN;
		assert_int_equal(fixture_put(l, &b), 0);
		if (n % 4096 == 0)
			assert_int_equal(ledger_commit(l), 0);
	}
	assert_int_equal(ledger_commit(l), 0);
}

static void
test_files_shrink_after_mass_expiry(void **state)
{
	struct ledger *l;
	uint64_t small, large, now;

	(void)state;
	fill_and_close(100, 1);
	small = (uint64_t)(fixture_size(path[0]) + fixture_size(path[1]));
	l = fixture_open();
	fixture_fill(l, 0, 20000, 1);
	fixture_fill(l, 0, 20000, 1);
	large = ledger_bytes(l);
	assert_true(large > 20 * small);
	forget(l, 100, 20000);
	fixture_fill(l, 0, 100, 1);
	fixture_fill(l, 0, 100, 1);
	now = ledger_bytes(l);
	print_message("%ju bytes of 100 bans, %ju of 20,000, %ju of the 100 "
		      "that are left\n",
	    (uintmax_t)small, (uintmax_t)large, (uintmax_t)now);
	assert_true(now < 4 * small);
	abandon(l);
	open_and_close();
	assert_seen(100, 1);
}

static void
test_files_do_not_grow_by_coming_and_going(void **state)
{
	struct ledger *l = fixture_open();
	uint64_t before = 0;
	unsigned round;

	(void)state;
	for (round = 0; round < 200; round++) {
		fixture_fill(l, 0, 100, 1);
		forget(l, round % 3 * 20, 50 + round % 3 * 20);
		if (round == 10)
			before = ledger_bytes(l);
	}
	assert_true(ledger_bytes(l) <= 2 * before);
	ledger_close(l);
}

/*
 * 500 prefixes of one /32 whose texts are alike for gdbm's hash, which adds
 * the characters, each moved left by 5 bits times its place, modulo 24: those
 * of the last 16 bits count twice as much as those of the 16 before.
 */
static void
test_prefixes_chosen_for_their_hash_are_stored(void **state)
{
	struct ledger *l = fixture_open();
	char text[PREFIX_STRLEN];
	struct ban b = model_ban(0, 1);
	unsigned n, d[4], i, rest, stored = 0;

	(void)state;
	for (n = 0; n < 625; n++) {
		for (i = 0, rest = n; i < 4; i++, rest /= 5)
			d[i] = 1 + rest % 5;
		if (d[0] == 5) /* the first digit would be 0 */
			continue;
		snprintf(text, sizeof(text), "2001:db8:%u%u%u%u:%u%u%u%u::/64",
		    10 - 2 * d[0], 10 - 2 * d[1], 10 - 2 * d[2], 10 - 2 * d[3],
		    d[0], d[1], d[2], d[3]);
		assert_null(prefix_parse(text, &b.prefix));
		assert_int_equal(fixture_put(l, &b), 0);
		assert_int_equal(ledger_commit(l), 0);
		stored++;
	}
	assert_int_equal(stored, 500);
	assert_true(ledger_bytes(l) < 1000000);
	abandon(l);
	open_and_close();
	assert_int_equal(nseen, 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_absent_ledger_is_created_empty),
		TEST(test_last_directory_is_created_but_no_more),
		TEST(test_path_too_long_is_refused),
		TEST(test_file_that_cannot_be_opened_is_not_damaged),
		TEST(test_records_come_back),
		TEST(test_ended_ban_comes_back_whole),
		TEST(test_ban_out_of_bounds_is_not_put),
		TEST(test_last_put_of_a_batch_holds),
		TEST(test_clock_gone_back_does_not_keep_the_old),
		TEST(test_forgotten_records_vanish),
		TEST(test_ten_thousand_in_one_commit),
		TEST(test_each_commit_alone_survives),
		TEST(test_many_commits_without_close),
		TEST(test_clean_close_leaves_two_equal_files),
		TEST(test_second_daemon_is_refused),
		TEST(test_second_daemon_is_refused_by_either_file),
		TEST(test_file_that_an_editor_has_open_is_left_alone),
		TEST(test_files_shrink_after_mass_expiry),
		TEST(test_files_do_not_grow_by_coming_and_going),
		TEST(test_prefixes_chosen_for_their_hash_are_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
