#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cap-ng.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "privdrop.h"

#define NOBODY 65534

struct rig {
	char dir[64];
};

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return -1;
	(void)strlcpy(r->dir, "/tmp/smtpban-privdrop.XXXXXX", sizeof(r->dir));
	if (mkdtemp(r->dir) == NULL || chmod(r->dir, 0755) == -1)
		return -1;
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/file", r->dir);
	(void)unlink(path);
	(void)rmdir(r->dir);
	free(r);
	return 0;
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static const char *
refusal(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why;

	assert_int_not_equal(fd, -1);
	why = privdrop_refuse_dir(fd);
	close(fd);
	return why;
}

static void
test_empty_directory_of_root_will_do(void **state)
{
	struct rig *r = *state;

	need_root();
	assert_null(refusal(r->dir));
}

static void
test_directory_others_may_write_is_refused(void **state)
{
	struct rig *r = *state;

	need_root();
	assert_int_equal(chmod(r->dir, 0775), 0);
	assert_string_equal(refusal(r->dir), "is writable by others");
	assert_int_equal(chmod(r->dir, 0757), 0);
	assert_string_equal(refusal(r->dir), "is writable by others");
}

static void
test_directory_of_another_user_is_refused(void **state)
{
	struct rig *r = *state;

	need_root();
	assert_int_equal(chown(r->dir, NOBODY, 0), 0);
	assert_string_equal(refusal(r->dir), "does not belong to root");
}

static void
test_directory_with_a_file_is_refused(void **state)
{
	struct rig *r = *state;
	char path[80];
	int fd;

	need_root();
	(void)snprintf(path, sizeof(path), "%s/file", r->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	close(fd);
	assert_string_equal(refusal(r->dir), "is not empty");
	assert_string_equal(refusal(path), "is not a directory");
}

/* What /proc tells of a process, as a number in the given base. */
static long long
status_value(FILE *f, const char *name, int base)
{
	char line[256];
	size_t n = strlen(name);

	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			return strtoll(line + n + 1, NULL, base);
	return -1;
}

/* Runs confined.  Returns the number of the first thing that is not so. */
static int
confined_check(FILE *status)
{
	struct rlimit limit;
	gid_t groups[4];

	if (status_value(status, "CapEff", 16) != 0 ||
	    status_value(status, "CapPrm", 16) != 0 ||
	    status_value(status, "CapInh", 16) != 0 ||
	    status_value(status, "CapAmb", 16) != 0)
		return 1;
	if (status_value(status, "CapBnd", 16) != 0)
		return 2;
	if (status_value(status, "NoNewPrivs", 10) != 1)
		return 3;
	if (status_value(status, "Uid", 10) != NOBODY ||
	    status_value(status, "Gid", 10) != NOBODY)
		return 4;
	if (getgroups(4, groups) != 1 || groups[0] != NOBODY)
		return 5;
	if (setuid(0) != -1 || setgid(0) != -1)
		return 6;
	if (access("/proc", F_OK) != -1 || access("/..", F_OK) == -1)
		return 7;
	if (getrlimit(RLIMIT_NPROC, &limit) == -1 || limit.rlim_max != 0)
		return 8;
	if (getrlimit(RLIMIT_CORE, &limit) == -1 || limit.rlim_max != 0)
		return 9;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 10;
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_max > 1024)
		return 11;
	return 0;
}

/* What a service manager may hand on, and a change of user does not end. */
static bool
has_more_capabilities(void)
{
	capng_get_caps_process();
	return capng_update(CAPNG_ADD, CAPNG_INHERITABLE | CAPNG_AMBIENT,
		   CAP_NET_ADMIN) == 0 &&
	    capng_apply(CAPNG_SELECT_ALL) == 0 &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0, 0) ==
	    1;
}

static int
exit_status(pid_t pid)
{
	int status;

	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* fatalx exits, and what it says is expected. */
static pid_t
fork_quiet(void)
{
	pid_t pid = fork();
	int null;

	if (pid != 0)
		return pid;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null == -1 || dup2(null, STDERR_FILENO) == -1)
		_exit(99);
	return 0;
}

static void
test_confined_process_has_nothing_left(void **state)
{
	struct rig *r = *state;
	FILE *status;
	pid_t pid;

	need_root();
	pid = fork();
	if (pid == 0) {
		status = fopen("/proc/self/status", "re");
		if (status == NULL || setvbuf(status, NULL, _IONBF, 0) != 0 ||
		    !has_more_capabilities())
			_exit(99);
		privdrop_confine(r->dir, NOBODY, NOBODY);
		_exit(confined_check(status));
	}
	assert_int_equal(exit_status(pid), 0);
}

static void
test_root_is_no_user_to_become(void **state)
{
	struct rig *r = *state;
	pid_t pid;

	need_root();
	pid = fork_quiet();
	if (pid == 0) {
		privdrop_confine(r->dir, 0, NOBODY);
		_exit(42);
	}
	assert_int_not_equal(exit_status(pid), 42);
	pid = fork_quiet();
	if (pid == 0) {
		privdrop_confine(r->dir, NOBODY, 0);
		_exit(42);
	}
	assert_int_not_equal(exit_status(pid), 42);
}

static void
test_bad_directory_ends_the_process(void **state)
{
	struct rig *r = *state;
	pid_t pid;

	need_root();
	assert_int_equal(chmod(r->dir, 0777), 0);
	pid = fork_quiet();
	if (pid == 0) {
		privdrop_confine(r->dir, NOBODY, NOBODY);
		_exit(42);
	}
	assert_int_not_equal(exit_status(pid), 42);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty_directory_of_root_will_do),
		TEST(test_directory_others_may_write_is_refused),
		TEST(test_directory_of_another_user_is_refused),
		TEST(test_directory_with_a_file_is_refused),
		TEST(test_confined_process_has_nothing_left),
		TEST(test_root_is_no_user_to_become),
		TEST(test_bad_directory_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
