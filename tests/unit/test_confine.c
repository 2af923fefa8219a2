/* What both processes give up; each test is in a child. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confine.h"

#define FILES 64

/* The waitpid(2) status of a child that does this. */
static int
in_child(int (*check)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		_exit(check());
	}
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
limits_are_set(void)
{
	static const __rlimit_resource_t none[] = { RLIMIT_CORE, RLIMIT_NPROC,
		RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE };
	struct rlimit limit;
	int i;

	confine_limits(FILES);
	for (i = 0; i < 4; i++)
		if (getrlimit(none[i], &limit) == -1 || limit.rlim_cur != 0 ||
		    limit.rlim_max != 0)
			return i + 1;
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur != FILES ||
	    limit.rlim_max != FILES)
		return 5;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 6;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 7;
}

static void
test_limits_dumps_and_new_privileges(void **state)
{
	assert_int_equal(in_child(limits_are_set), 0);
}

/* A host may allow less than we ask for, or have set less for now. */
static int
less_will_do(void)
{
	struct rlimit limit = { 10, FILES / 2 };

	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 1;
	confine_limits(FILES);
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 2;
	return limit.rlim_cur == FILES / 2 && limit.rlim_max == FILES / 2 ? 0 :
									    3;
}

static void
test_a_lower_limit_of_descriptors_stays(void **state)
{
	assert_int_equal(in_child(less_will_do), 0);
}

static const struct confine_call few[] = {
	CALL(exit_group),
	CALL(rt_sigprocmask),
	CALL(getppid),
	CALL(dup, ARG_IS(0, 7)),
	CALL(dup2, ARG_IS(0, -1), ARG_ONLY(1, 5)),
	CALL(dup3, ARG_WITHOUT(2, 2)),
	CALL(dup3, ARG_IS(0, 9)),
	CALL(umask, ARG_NULL(0)),
};

static long number, arg[3];

static int
call_in_filter(void)
{
	confine_calls(few, sizeof(few) / sizeof(few[0]));
	(void)syscall(number, arg[0], arg[1], arg[2]);
	return 0;
}

static int
try(long nr, long a, long b, long c)
{
	int status;

	number = nr;
	arg[0] = a;
	arg[1] = b;
	arg[2] = c;
	status = in_child(call_in_filter);
	assert_true(
	    status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS));
	return status == 0;
}

static void
test_conditions(void **state)
{
	const long upper = 1L << 40; /* of the register, which int has not */

	assert_true(try(SYS_getppid, 1, 2, 3));
	assert_false(try(SYS_getsid, 0, 0, 0));
	assert_true(try(SYS_dup, 7, 0, 0));
	assert_true(try(SYS_dup, 7 | upper, 0, 0));
	assert_false(try(SYS_dup, 6, 0, 0));
	/* Both of two; a negative number in 32 bits, or in 64. */
	assert_true(try(SYS_dup2, -1, 5, 0));
	assert_true(try(SYS_dup2, UINT32_MAX, 4, 0));
	assert_false(try(SYS_dup2, -1, 2, 0));
	assert_false(try(SYS_dup2, 0, 1, 0));
	/* Either of two. */
	assert_true(try(SYS_dup3, -1, -1, 1));
	assert_true(try(SYS_dup3, 9, -1, 2));
	assert_false(try(SYS_dup3, -1, -1, 2));
	/* A pointer counts in full. */
	assert_true(try(SYS_umask, 0, 0, 0));
	assert_false(try(SYS_umask, upper, 0, 0));
}

static int gate[2];

static void *
breach_later(void *unused)
{
	char byte;

	(void)unused;
	if (read(gate[0], &byte, 1) == 1)
		(void)syscall(number, 0);
	return NULL;
}

/* The thread was there before, and is not the one that is confined. */
static int
thread_breaks_out(void)
{
	static const struct confine_call with_threads[] = { CALL(exit_group),
		CALL(read), CALL(write), CALL(futex), CALL(exit), CALL(madvise),
		CALL(munmap), CALL(rt_sigprocmask), CALL(rseq),
		CALL(set_robust_list) };
	pthread_t thread;

	if (pipe(gate) == -1 ||
	    pthread_create(&thread, NULL, breach_later, NULL) != 0)
		return 1;
	confine_calls(with_threads,
	    sizeof(with_threads) / sizeof(with_threads[0]));
	if (write(gate[1], "", 1) != 1 || pthread_join(thread, NULL) != 0)
		return 2;
	return 0;
}

static void
assert_thread_ends_all(long nr)
{
	int status;

	number = nr;
	status = in_child(thread_breaks_out);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void
test_all_threads_are_confined_and_die_together(void **state)
{
	assert_thread_ends_all(SYS_getsid);
#ifdef __x86_64__
	/* Of an architecture that is not ours: x32. */
	assert_thread_ends_all(0x40000000L | SYS_getpid);
#endif
}

static int
filter_fails(void)
{
	static const struct confine_call bad[] = { { .number = -1 } };

	close(STDERR_FILENO);
	confine_calls(bad, 1);
	return 42;
}

static void
test_a_filter_that_cannot_be_is_fatal(void **state)
{
	int status = in_child(filter_fails);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_dumps_and_new_privileges),
		cmocka_unit_test(test_a_lower_limit_of_descriptors_stays),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(
		    test_all_threads_are_confined_and_die_together),
		cmocka_unit_test(test_a_filter_that_cannot_be_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
