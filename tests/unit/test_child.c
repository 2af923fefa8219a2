/* What is said of a child that ended. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

/* A child that ends with this status, or else by this signal. */
static pid_t
child(int status, int signo)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid != 0)
		return pid;
	if (signo != 0) {
		(void)signal(signo, SIG_DFL);
		(void)raise(signo);
	}
	_exit(status);
}

static void
test_a_status_is_named(void **state)
{
	assert_string_equal(child_wait(child(0, 0)), "status 0");
	assert_string_equal(child_wait(child(3, 0)), "status 3");
}

static void
test_a_signal_is_named(void **state)
{
	assert_string_equal(child_wait(child(0, SIGKILL)),
	    "killed by signal 9");
	assert_string_equal(child_wait(child(0, SIGSYS)),
	    "killed by signal 31 (a forbidden system call)");
}

static void
test_one_that_lives_is_not_waited_for(void **state)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	errno = EPIPE;
	assert_string_equal(child_wait(pid), "it closed its channel");
	assert_int_equal(errno, EPIPE);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
test_no_child_is_not_waited_for(void **state)
{
	errno = EPIPE;
	assert_string_equal(child_wait(getpid()), "it closed its channel");
	assert_int_equal(errno, EPIPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_status_is_named),
		cmocka_unit_test(test_a_signal_is_named),
		cmocka_unit_test(test_one_that_lives_is_not_waited_for),
		cmocka_unit_test(test_no_child_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
