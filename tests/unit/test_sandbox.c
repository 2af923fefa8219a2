/* What a process has left after sandbox_enter; each test is in a child. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "spawn.h"

/* Of both halves of the capability sets, the lower first. */
typedef struct __user_cap_data_struct cap_sets[_LINUX_CAPABILITY_U32S_3];

static int
caps_get(cap_sets sets)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	memset(sets, 0, sizeof(cap_sets));
	return (int)syscall(SYS_capget, &header, sets);
}

static int
caps_set(cap_sets sets)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return (int)syscall(SYS_capset, &header, sets);
}

/* The exit status of a child that is in the sandbox and then does this. */
static int
in_sandbox(int (*check)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	if ((pid = fork()) == 0) {
		sandbox_enter();
		_exit(check());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
two_are_left(void)
{
	const uint32_t both = 1U << CAP_NET_ADMIN | 1U << CAP_DAC_READ_SEARCH;
	cap_sets sets;

	if (caps_get(sets) == -1)
		return 1;
	if (sets[0].permitted != both || sets[0].effective != both)
		return 2;
	if (sets[1].permitted != 0 || sets[1].effective != 0)
		return 3;
	return sets[0].inheritable != 0 || sets[1].inheritable != 0 ? 4 : 0;
}

static void
test_two_capabilities_are_left(void **state)
{
	assert_int_equal(in_sandbox(two_are_left), 0);
}

static int
exec_gives_nothing(void)
{
	int cap, n = 0;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != -1; cap++, n++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0 ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) !=
			0)
			return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	return n > CAP_NET_ADMIN ? 0 : 3;
}

static void
test_exec_would_give_nothing_back(void **state)
{
	assert_int_equal(in_sandbox(exec_gives_nothing), 0);
}

static int
nothing_comes_back(void)
{
	cap_sets sets;

	if (caps_get(sets) == -1)
		return 1;
	sets[0].permitted |= 1U << CAP_SYS_ADMIN;
	if (caps_set(sets) != -1)
		return 2;
	if (caps_get(sets) == -1)
		return 3;
	sets[0].inheritable |= 1U << CAP_SYS_ADMIN;
	if (caps_set(sets) != -1)
		return 4;
	return chroot("/") != -1 ? 5 : 0;
}

static void
test_what_was_given_up_cannot_be_taken_back(void **state)
{
	assert_int_equal(in_sandbox(nothing_comes_back), 0);
}

static int
memory_is_our_own(void)
{
	struct rlimit limit;

	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 1;
	if (getrlimit(RLIMIT_CORE, &limit) == -1 || limit.rlim_max != 0)
		return 2;
	return 0;
}

static void
test_no_core_and_no_debugger(void **state)
{
	assert_int_equal(in_sandbox(memory_is_our_own), 0);
}

static void
test_without_the_capabilities_it_is_fatal(void **state)
{
	cap_sets none;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	memset(none, 0, sizeof(none));
	if ((pid = fork()) == 0) {
		close(2);
		if (caps_set(none) == -1)
			_exit(99);
		sandbox_enter();
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_capabilities_are_left),
		cmocka_unit_test(test_exec_would_give_nothing_back),
		cmocka_unit_test(test_what_was_given_up_cannot_be_taken_back),
		cmocka_unit_test(test_no_core_and_no_debugger),
		cmocka_unit_test(test_without_the_capabilities_it_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
