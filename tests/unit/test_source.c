#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"
#include "source.h"

/* How many inotify descriptors there may still be: see enforcer.cmake. */
static int room = 1000;
int __real_inotify_init1(int);
int __wrap_inotify_init1(int);
int
__wrap_inotify_init1(int flags)
{
	if (room-- > 0)
		return __real_inotify_init1(flags);
	errno = EMFILE;
	return -1;
}

static char dir[64], path[128];
static struct conf conf;
static struct sources all;

static void
write_file(const char *suffix, const char *text, time_t when)
{
	const struct timespec times[2] = { { when, 0 }, { when, 0 } };
	char name[256];
	int fd;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	if (when != 0)
		assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static int
setup(void **state)
{
	strlcpy(dir, "/tmp/smtpban-source.XXXXXX", sizeof(dir));
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/mail.log", dir);
	conf.logs[0] = path;
	conf.nlogs = 1;
	assert_int_equal(sources_configure(&all, &conf), 0);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	conf.nlogs = 0;
	assert_int_equal(sources_configure(&all, &conf), 0);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void
assert_reads(int fd, const char *text)
{
	char buf[64];
	ssize_t n;

	assert_true(fd != -1);
	n = read(fd, buf, sizeof(buf));
	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
	close(fd);
}

static void
test_the_newest_rotated_file_is_found(void **state)
{
	write_file("", "now", 0);
	assert_int_equal(source_open(&all.v[0], MSG_ROTATED), -1);
	assert_int_equal(errno, ENOENT);
	write_file(".1.gz", "packed", 900);
	write_file(".10", "ten", 900);
	write_file("-2026", "odd", 900);
	write_file("-20261124.gz", "packed", 900);
	assert_int_equal(source_open(&all.v[0], MSG_ROTATED), -1);
	write_file(".0", "zero", 100);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "zero");
	write_file(".1", "one", 200);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "one");
	write_file("-20261123", "dated", 300);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "dated");
	write_file("-20261124", "later", 400);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "later");
	write_file("-2026112418", "with hour", 500);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "with hour");
}

/* By when they were written, whatever their names; equal ones by name. */
static void
test_older_rotated_files_are_found_one_by_one(void **state)
{
	write_file(".1", "newest", 500);
	write_file(".3", "third", 300);
	write_file(".2", "second", 300);
	write_file(".9", "last", 100);
	write_file("-20261124", "between", 200);
	write_file(".10", "no", 250);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "newest");
	assert_reads(source_open(&all.v[0], MSG_ROTATED + 1), "second");
	assert_reads(source_open(&all.v[0], MSG_ROTATED + 2), "third");
	assert_reads(source_open(&all.v[0], MSG_ROTATED + 3), "between");
	assert_reads(source_open(&all.v[0], MSG_ROTATED + 4), "last");
	assert_int_equal(source_open(&all.v[0], MSG_ROTATED + 5), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(source_open(&all.v[0], MSG_ROTATED_LAST), -1);
}

static void
test_only_regular_files_are_opened(void **state)
{
	assert_int_equal(source_open(&all.v[1], MSG_CURRENT), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
}

static bool seen; /* by events: some of another watch */

/* The mask of the events that wait on the source, by watch. */
static uint32_t
events(int wd)
{
	char buf[4096] __attribute__((aligned(8)));
	const struct inotify_event *ev;
	uint32_t mask = 0;
	ssize_t n, i;

	seen = false;
	n = read(all.v[0].inotify, buf, sizeof(buf));
	for (i = 0; i < n; i += (ssize_t)(sizeof(*ev) + ev->len)) {
		ev = (const void *)(buf + i);
		if (ev->wd == wd)
			mask |= ev->mask;
		else
			seen = true;
	}
	return mask;
}

static void
test_the_opened_file_is_watched_under_any_name(void **state)
{
	char to[160];
	int fd;

	write_file("", "a", 0);
	fd = source_open(&all.v[0], MSG_CURRENT);
	assert_true(fd != -1);
	snprintf(to, sizeof(to), "%s.1", path);
	assert_int_equal(rename(path, to), 0);
	(void)events(0);
	write_file(".1", "late", 0);
	assert_true(events(all.v[0].file) & IN_MODIFY);
	close(fd);
}

static void
test_a_missing_folder_is_waited_for_in_the_one_above(void **state)
{
	char sub[96], below[160];

	snprintf(sub, sizeof(sub), "%s/a", dir);
	snprintf(below, sizeof(below), "%s/a/b/mail.log", dir);
	conf.logs[0] = below;
	assert_int_equal(sources_configure(&all, &conf), 0);
	assert_true(source_watch(&all.v[0]));
	assert_string_equal(all.v[0].name, "a");
	assert_false(source_watch(&all.v[0]));
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_true(events(all.v[0].dir) & IN_CREATE);
	assert_true(source_watch(&all.v[0]));
	assert_string_equal(all.v[0].name, "b");
	strlcat(sub, "/b", sizeof(sub));
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_true(source_watch(&all.v[0]));
	assert_string_equal(all.v[0].name, "mail.log");
}

static void
test_a_link_is_watched_where_it_is_and_where_it_leads(void **state)
{
	char sub[96], to[160];

	snprintf(sub, sizeof(sub), "%s/real", dir);
	snprintf(to, sizeof(to), "%s/real/log", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("real/log", path), 0); /* it dangles */
	assert_true(source_watch(&all.v[0]));
	assert_string_equal(all.v[0].name, "");
	assert_int_equal(events(all.v[0].dir), 0);
	assert_int_equal(close(creat(to, 0600)), 0);
	assert_true(events(all.v[0].dir) & IN_CREATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(events(all.v[0].dir), 0);
	assert_true(seen);
}

static void
test_the_rotated_file_of_a_link_is_beside_the_log(void **state)
{
	char sub[96];

	snprintf(sub, sizeof(sub), "%s/[1]*", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("[1]*/log", path), 0);
	snprintf(path, sizeof(path), "%s/[1]*/log", dir);
	write_file(".1", "one", 200);
	assert_reads(source_open(&all.v[0], MSG_ROTATED), "one");
}

static void
test_a_path_keeps_its_index_over_reloads(void **state)
{
	char other[] = "/tmp/other.log", journal[] = MSG_JOURNAL;
	int inotify = all.v[0].inotify;

	conf.logs[0] = other;
	conf.logs[1] = path;
	conf.logs[2] = journal;
	conf.nlogs = 3;
	assert_int_equal(sources_configure(&all, &conf), 0);
	assert_string_equal(all.v[0].path, path);
	assert_int_equal(all.v[0].inotify, inotify);
	assert_string_equal(all.v[1].path, MSG_JOURNAL);
	assert_string_equal(all.v[2].path, other);
	conf.nlogs = 1;
	assert_int_equal(sources_configure(&all, &conf), 0);
	assert_null(all.v[0].path);
	assert_null(all.v[1].path);
	assert_string_equal(all.v[2].path, other);
}

static void
test_the_journal_is_its_pipe_once_and_nothing_else(void **state)
{
	char journal[] = MSG_JOURNAL;
	int fd;

	assert_int_equal(chdir(dir), 0); /* in which files have its name */
	strlcpy(path, "journal", sizeof(path));
	write_file("", "no", 0);
	write_file(".1", "no", 100);
	conf.logs[0] = journal;
	room = 0;
	assert_int_equal(sources_configure(&all, &conf), 0);
	room = 1000;
	assert_int_equal(all.v[0].inotify, -1);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
	assert_int_equal(errno, ENOENT);
	all.v[0].pipe = fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(source_open(&all.v[0], MSG_ROTATED), -1);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), fd);
	assert_int_equal(source_open(&all.v[0], MSG_CURRENT), -1);
	all.v[0].pipe = fd; /* as if the parser had not asked yet */
	assert_int_equal(chdir("/"), 0);
	snprintf(path, sizeof(path), "%s/mail.log", dir);
	conf.logs[0] = path;
	assert_int_equal(sources_configure(&all, &conf), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
test_without_room_for_all_nothing_changes(void **state)
{
	static char b[] = "/tmp/b", c[] = "/tmp/c", d[] = "/tmp/d";
	struct conf both = { .logs = { path, b }, .nlogs = 2 };
	struct conf one = { .logs = { b }, .nlogs = 1 };
	struct conf two = { .logs = { b, c }, .nlogs = 2 };
	struct conf others = { .logs = { d, path }, .nlogs = 2 };

	assert_int_equal(sources_configure(&all, &both), 0);
	assert_int_equal(sources_configure(&all, &one), 0);
	assert_int_equal(sources_configure(&all, &two), 0);
	room = 1;
	assert_int_equal(sources_configure(&all, &others), -1);
	room = 1000;
	assert_string_equal(all.v[0].path, c);
	assert_string_equal(all.v[1].path, b);
	assert_null(all.v[2].path);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_older_rotated_files_are_found_one_by_one),
		TEST(test_the_newest_rotated_file_is_found),
		TEST(test_only_regular_files_are_opened),
		TEST(test_the_opened_file_is_watched_under_any_name),
		TEST(test_a_missing_folder_is_waited_for_in_the_one_above),
		TEST(test_a_link_is_watched_where_it_is_and_where_it_leads),
		TEST(test_the_rotated_file_of_a_link_is_beside_the_log),
		TEST(test_a_path_keeps_its_index_over_reloads),
		TEST(test_the_journal_is_its_pipe_once_and_nothing_else),
		TEST(test_without_room_for_all_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
