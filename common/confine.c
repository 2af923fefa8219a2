#include <errno.h>
#include <sys/prctl.h>

#include "confine.h"
#include "log.h"

#ifdef CONFINE_SANITIZED
/*
 * What the sanitizers' runtimes do beside the program: to watch memory, to
 * write a report with a stack trace, and to look for leaks at the end, for
 * which a thread stops all others.  Only builds for tests have it.
 */
static const struct confine_call sanitizer_calls[] = {
	CALL(clone),
	CALL(close),
	CALL(exit),
	CALL(fcntl),
	CALL(futex),
	CALL(getdents),
	CALL(getpid),
	CALL(getppid),
	CALL(getrlimit),
	CALL(gettid),
	CALL(ioctl),
	CALL(lseek),
	CALL(madvise),
	CALL(mmap),
	CALL(mprotect),
	CALL(munmap),
	CALL(newfstatat),
	CALL(open),
	CALL(openat),
	CALL(prctl),
	CALL(prlimit64),
	CALL(ptrace),
	CALL(read),
	CALL(readlink),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(sched_yield),
	CALL(sigaltstack),
	CALL(stat),
	CALL(wait4),
	CALL(write),
};

#ifdef __clang__
const char *__asan_default_options(void);

/* Its stack traces would be made by another program. */
const char *
__asan_default_options(void)
{
	return "external_symbolizer_path=";
}
#endif
#endif

void
confine_limits(rlim_t files)
{
	/* Not the size of files: standard error may be one. */
	static const __rlimit_resource_t none[] = { RLIMIT_CORE, RLIMIT_NPROC,
		RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE };
	struct rlimit limit = { 0, 0 };
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (setrlimit(none[i], &limit) == -1)
			fatal("limit of resource %d", (int)none[i]);
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		fatal("limit of descriptors");
	if (limit.rlim_max > files)
		limit.rlim_max = files;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		fatal("limit of descriptors");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("dumps and new privileges");
}

/* Returns 0, or a negative errno. */
static int
calls_allow(scmp_filter_ctx filter, const struct confine_call *calls, size_t n)
{
	unsigned conditions;
	uint32_t action;
	int error = 0;

	for (; n > 0 && error == 0; n--, calls++) {
		conditions = 0;
		while (conditions < CONFINE_CONDITIONS &&
		    calls->when[conditions].op != _SCMP_CMP_MIN)
			conditions++;
		action = calls->error == 0 ? SCMP_ACT_ALLOW :
					     SCMP_ACT_ERRNO(calls->error);
		error = seccomp_rule_add_array(filter, action, calls->number,
		    conditions, calls->when);
	}
	return error;
}

/* Returns 0, or a negative errno. */
static int
calls_load(scmp_filter_ctx filter, const struct confine_call *calls, size_t n)
{
	int error;

	/* The library's own default would end only the thread. */
	error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = calls_allow(filter, calls, n);
#ifdef CONFINE_SANITIZED
	if (error == 0)
		error = calls_allow(filter, sanitizer_calls,
		    sizeof(sanitizer_calls) / sizeof(sanitizer_calls[0]));
#endif
	return error == 0 ? seccomp_load(filter) : error;
}

void
confine_calls(const struct confine_call *calls, size_t n)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int error = filter == NULL ? -ENOSYS : calls_load(filter, calls, n);

	if (error != 0) {
		errno = -error;
		fatal("filter of system calls");
	}
	seccomp_release(filter);
}
