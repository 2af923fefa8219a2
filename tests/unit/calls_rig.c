#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "calls_rig.h"
#include "confine.h"

#define NUMBERS_MAX 600 /* Linux is at 470 */
#define X32         0x40000000L

/*
 * uretprobe(2) and uprobe(2): newer kernels let them past any filter.  They are
 * for the kernel's own trampoline, and fail or kill when called from elsewhere.
 */
#ifdef __x86_64__
#define IS_PROBE(number) ((number) == 335 || (number) == 336)
#else
#define IS_PROBE(number) false
#endif

/*
 * No descriptor, address or process: should a filter be broken, then most
 * calls fail.  0 would be our standard input, and fchmod(0, 0) /dev/null's end.
 */
static const unsigned long harmless[6] = { -1UL, -1UL, -1UL, -1UL, -1UL, -1UL };

/* The sanitizers' own calls die in no build with them. */
static const char *const sanitizers[] = {
#ifdef CONFINE_SANITIZED
	"clone", "close", "exit", "fcntl", "futex", "getdents", "getpid",
	"getppid", "getrlimit", "gettid", "ioctl", "lseek", "madvise", "mmap",
	"mprotect", "munmap", "newfstatat", "open", "openat", "prctl",
	"prlimit64", "ptrace", "read", "readlink", "rt_sigaction",
	"rt_sigprocmask", "sched_yield", "sigaltstack", "stat", "wait4",
	"write",
#endif
	NULL
};

static bool
is_sanitizers(const char *name)
{
	const char *const *s;

	for (s = sanitizers; *s != NULL; s++)
		if (strcmp(*s, name) == 0)
			return true;
	return false;
}

int
calls_number(const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number < 0 ? -1 : number;
}

static int
wait_for(pid_t pid)
{
	int status;

	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

int
calls_try(void (*enter)(void), long number, const unsigned long arg[6])
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20); /* should it wait for something */
		(void)setsid();
		enter();
		(void)syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4],
		    arg[5]);
		_exit(0);
	}
	return wait_for(pid);
}

static bool
died(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

void
calls_assert_live(void (*enter)(void), const struct attempt *a, size_t n)
{
	int status, bad = 0;

	for (; n > 0; n--, a++) {
		assert_int_not_equal(calls_number(a->name), -1);
		status = calls_try(enter, calls_number(a->name), a->arg);
		if (status == 0)
			continue;
		print_error("%s(%lu, %lu, ...): status %x\n", a->name,
		    a->arg[0], a->arg[1], (unsigned)status);
		bad++;
	}
	assert_int_equal(bad, 0);
}

void
calls_assert_die(void (*enter)(void), const struct attempt *a, size_t n)
{
	int status, bad = 0;

	for (; n > 0; n--, a++) {
		if (is_sanitizers(a->name))
			continue;
		assert_int_not_equal(calls_number(a->name), -1);
		status = calls_try(enter, calls_number(a->name), a->arg);
		if (died(status))
			continue;
		print_error("%s(%lu, %lu, %lu, ...): status %x\n", a->name,
		    a->arg[0], a->arg[1], a->arg[2], (unsigned)status);
		bad++;
	}
	assert_int_equal(bad, 0);
}

void
calls_assert_others_die(void (*enter)(void), const struct attempt *a, size_t n)
{
	bool spared[NUMBERS_MAX] = { false };
	const char *const *s;
	int i, status, bad = 0;

	for (; n > 0; n--, a++)
		if (calls_number(a->name) != -1)
			spared[calls_number(a->name)] = true;
	for (s = sanitizers; *s != NULL; s++)
		if (calls_number(*s) != -1)
			spared[calls_number(*s)] = true;
	for (i = 0; i < NUMBERS_MAX; i++) {
		if (spared[i] || IS_PROBE(i))
			continue;
		status = calls_try(enter, i, harmless);
		if (died(status))
			continue;
		print_error("call %d: status %x\n", i, (unsigned)status);
		bad++;
	}
	assert_int_equal(bad, 0);
}

#ifdef __x86_64__
/* getpid(2) by the 32-bit way, of which not each kernel knows. */
static int
old_getpid(void)
{
	int result = 20;

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return result;
}

static int
try_old(void (*enter)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		if (enter != NULL)
			enter();
		_exit(old_getpid() > 0 ? 0 : 1);
	}
	return wait_for(pid);
}

void
calls_assert_foreign_die(void (*enter)(void))
{
	int i;

	for (i = 0; i < NUMBERS_MAX; i += 13)
		assert_true(died(calls_try(enter, X32 | i, harmless)));
	if (try_old(NULL) == 0)
		assert_true(died(try_old(enter)));
	else
		print_message("this kernel has no calls of 32 bits\n");
}
#else
void
calls_assert_foreign_die(void (*enter)(void))
{
	(void)enter;
	skip();
}
#endif
