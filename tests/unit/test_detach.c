/* Who started us learns by the exit status of the process that he started. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "detach.h"

static char dir[64], control[96], pidfile[96];
static int said[2]; /* the daemon says what it found, a struct daemon */
static int stop[2]; /* it goes on when this is closed */

struct daemon {
	pid_t pid;
	bool leads;   /* a session of its own */
	bool at_root; /* its working directory is / */
	bool silent;  /* standard descriptors are /dev/null */
};

static int
setup(void **state)
{
	strlcpy(dir, "/tmp/smtpban-detach.XXXXXX", sizeof(dir));
	if (mkdtemp(dir) == NULL || pipe2(said, O_CLOEXEC) == -1 ||
	    pipe2(stop, O_CLOEXEC) == -1)
		return -1;
	snprintf(control, sizeof(control), "%s/a.sock", dir);
	snprintf(pidfile, sizeof(pidfile), "%s/a.pid", dir);
	/* Ours to wait for, when its parent is gone. */
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int
teardown(void **state)
{
	close(said[0]);
	close(stop[1]);
	return rmdir(dir);
}

static bool
is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 &&
	    st.st_rdev == null.st_rdev;
}

static void
look(struct daemon *d)
{
	char cwd[2];

	d->pid = getpid();
	d->leads = getsid(0) == getpid();
	d->at_root = getcwd(cwd, sizeof(cwd)) != NULL;
	d->silent = is_null(0) && is_null(1) && is_null(2);
}

/* What smtpband does, with all well or with a start that fails. */
static void
daemon_run(bool well)
{
	struct daemon d;
	char byte;

	close(stop[1]);
	detach_begin();
	if (!well)
		_exit(3);
	detach_ready(control);
	look(&d);
	if (write(said[1], &d, sizeof(d)) != sizeof(d) ||
	    read(stop[0], &byte, 1) != 0)
		_exit(4);
	detach_end();
	_exit(0);
}

/* Returns the process that who started it waits for. */
static pid_t
daemon_start(bool well)
{
	pid_t pid;

	if ((pid = fork()) == 0)
		daemon_run(well);
	assert_int_not_equal(pid, -1);
	close(said[1]);
	close(stop[0]);
	return pid;
}

static int
exit_status(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_the_parent_succeeds_when_the_daemon_is_ready(void **state)
{
	struct daemon d;
	pid_t pid = daemon_start(true);

	assert_int_equal(exit_status(pid), 0);
	assert_int_equal(read(said[0], &d, sizeof(d)), sizeof(d));
	assert_int_not_equal(d.pid, pid);
	assert_true(d.leads);
	assert_true(d.at_root);
	assert_true(d.silent);
	assert_int_equal(kill(d.pid, 0), 0);
	close(stop[1]);
	assert_int_equal(exit_status(d.pid), 0);
}

static void
test_the_pid_file_is_beside_the_socket_while_it_runs(void **state)
{
	char text[32] = "";
	struct daemon d;
	int fd;

	assert_int_equal(exit_status(daemon_start(true)), 0);
	assert_int_equal(read(said[0], &d, sizeof(d)), sizeof(d));
	fd = open(pidfile, O_RDONLY | O_CLOEXEC);
	assert_true(fd != -1);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	assert_int_equal(strtol(text, NULL, 10), d.pid);
	close(stop[1]);
	assert_int_equal(exit_status(d.pid), 0);
	assert_int_equal(access(pidfile, F_OK), -1);
}

static void
test_the_parent_fails_when_the_daemon_does(void **state)
{
	int status;

	assert_int_equal(exit_status(daemon_start(false)), 1);
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_int_equal(access(pidfile, F_OK), -1);
}

static void
test_a_socket_without_a_suffix_or_in_a_folder_with_one(void **state)
{
	struct daemon d;

	snprintf(control, sizeof(control), "%s/x.d", dir);
	assert_int_equal(mkdir(control, 0700), 0);
	snprintf(control, sizeof(control), "%s/x.d/a", dir);
	snprintf(pidfile, sizeof(pidfile), "%s/x.d/a.pid", dir);
	assert_int_equal(exit_status(daemon_start(true)), 0);
	assert_int_equal(read(said[0], &d, sizeof(d)), sizeof(d));
	assert_int_equal(access(pidfile, F_OK), 0);
	close(stop[1]);
	assert_int_equal(exit_status(d.pid), 0);
	*strrchr(control, '/') = '\0';
	assert_int_equal(rmdir(control), 0);
}

static void
test_in_the_foreground_nothing_is_written(void **state)
{
	detach_ready(control);
	assert_int_equal(access(pidfile, F_OK), -1);
	detach_end();
	close(said[1]);
	close(stop[0]);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_parent_succeeds_when_the_daemon_is_ready),
		TEST(test_the_pid_file_is_beside_the_socket_while_it_runs),
		TEST(test_the_parent_fails_when_the_daemon_does),
		TEST(test_a_socket_without_a_suffix_or_in_a_folder_with_one),
		TEST(test_in_the_foreground_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
