/*
 * What the enforcer still may do: see sandbox.h.
 *
 * So often strace -f saw each call, in 48 runs of smtpband under the end-to-end
 * tests, from sandbox_enter on:
 *
 *	write 154958	recvfrom 112451	lseek 93156	recvmsg 21949
 *	newfstatat 7224	sendmmsg 5239	read 2928	poll 2637
 *	sendto 1572	fsync 1346	sendmsg 1052	close 599
 *	getdents64 424	openat 373	inotify_add_watch 250
 *	readlink 246	wait4 117	timerfd_settime 115	flock 100
 *	brk 77		unlink 66	timerfd_create 52	exit_group 48
 *	clock_nanosleep 45	munmap 43	rename 20	fallocate 20
 *	dup2 9		ftruncate 6	pwrite64 3	getpid 3
 *	restart_syscall 2	inotify_rm_watch 1	inotify_init1 1
 *
 * By file: of write 134000 to the ledger's two files, 20700 log lines; lseek
 * to the ledger's only; openat of folders for rotated logs 212, logs 64,
 * resolv.conf 42, new ledger files 20, configuration 16; recvfrom and sendto
 * on netlink; recvmsg, sendmsg and sendmmsg on the parser's channel.  What is
 * allowed and was not seen: clock_gettime and its like, where the vDSO has
 * them, mmap and mremap (a large configuration, many bans), fcntl, ioctl and
 * sysinfo.  test_sandbox_paths.sh goes where these are needed.
 */
#include <cap-ng.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "sandbox.h"

/*
 * Each log has a watch, and twice as many while a reload changes them all; the
 * rest are ledger, sockets and timer: 100 would do.  But as many may be on
 * their way from all of root's processes together, or ours stay here.
 */
#define FILES_MAX 1024

#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)

/* clang-format off */
static const struct confine_call sandbox_calls[] = {
	/* Files: configuration, whitelists, resolvers and logs are read. */
	CALL(openat, ARG_WITHOUT(2, WRITING)),
	CALL(newfstatat),
	CALL(readlink),         /* where a log's links lead */
	CALL(getdents64),       /* rotated logs, */
	CALL(sysinfo),          /* and to sort many of them: qsort(3) */
	CALL(read),
	CALL(ioctl, ARG_IS(1, TCGETS)), /* stdio, of a device: /dev/null, say */
	CALL(close),
	CALL(inotify_init1, ARG_ONLY(0, IN_CLOEXEC | IN_NONBLOCK)),
	CALL(inotify_add_watch),
	CALL(inotify_rm_watch),
	/* The ledger's are made and written by gdbm, /dev/null is for detaching. */
	CALL(openat, ARG_IS(2, O_RDWR | O_CLOEXEC)),
	CALL(openat, ARG_IS(2, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC),
	    ARG_IS(3, 0600)),
	CALL(lseek),
	CALL(write),            /* log lines, too */
	CALL(ftruncate),
	CALL(fsync),
	CALL(flock),
	CALL(fcntl, ARG_IS(1, F_SETLK)), /* gdbm, where flock fails */
	CALL(fcntl, ARG_IS(1, F_SETLKW)),
	CALL(fallocate, ARG_IS(1, FALLOC_FL_KEEP_SIZE)), /* is there room? */
	CALL(rename),
	CALL(unlink),           /* the control socket and pid file, at the end */
	/* The pid file, and the end of standard input and output. */
	CALL(openat, ARG_IS(2, O_WRONLY | O_CREAT | O_NONBLOCK), ARG_IS(3, 0644)),
	CALL(getpid),
	CALL(pwrite64),
	CALL(dup2, ARG_IS(1, STDIN_FILENO)),
	CALL(dup2, ARG_IS(1, STDOUT_FILENO)),
	CALL(dup2, ARG_IS(1, STDERR_FILENO)),
	/*
	 * Sockets: the parser's, the kernel's, the service manager's, syslog's.
	 * Not with MSG_FASTOPEN, which connects.
	 */
	CALL(poll),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(sendto, ARG_ONLY(3, MSG_NOSIGNAL | MSG_DONTWAIT)),
	CALL(sendmsg, ARG_ONLY(2, MSG_NOSIGNAL)),
	CALL(sendmmsg, ARG_ONLY(3, MSG_NOSIGNAL)),
	/* Where a reload wants the metrics: it may be called, and calls nobody. */
	CALL(socket, ARG_IS(0, AF_INET), ARG_IS(1, SOCK_STREAM | SOCK_CLOEXEC)),
	CALL(socket, ARG_IS(0, AF_INET6), ARG_IS(1, SOCK_STREAM | SOCK_CLOEXEC)),
	CALL(setsockopt, ARG_IS(1, SOL_SOCKET), ARG_IS(2, SO_REUSEADDR)),
	CALL(setsockopt, ARG_IS(1, IPPROTO_IPV6), ARG_IS(2, IPV6_V6ONLY)),
	CALL(bind),
	CALL(listen),
	CALL(shutdown, ARG_IS(1, SHUT_RD)),
	/* Time.  The first ones are calls only where the vDSO cannot tell. */
	CALL(clock_gettime),
	CALL(gettimeofday),
	CALL(time),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(clock_nanosleep),
	CALL(restart_syscall),  /* poll, after SIGSTOP and SIGCONT */
	/* Memory, never to be executed. */
	CALL(brk),
	CALL(mmap, ARG_IS(2, PROT_READ | PROT_WRITE), ARG_IS(3, MAP_PRIVATE | MAP_ANONYMOUS)),
	CALL(mremap),
	CALL(munmap),
	/* The children's end, and the own. */
	CALL(wait4),
	CALL(exit_group),
};
/* clang-format on */

/* Routes; and logs of others, which a container may not let even root read. */
static void
keep_two_capabilities(void)
{
	const capng_type_t both = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
	bool reads = capng_get_caps_process() == 0 &&
	    capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH);

	capng_clear(CAPNG_SELECT_ALL);
	if (capng_update(CAPNG_ADD, both, CAP_NET_ADMIN) != 0 ||
	    (reads &&
		capng_update(CAPNG_ADD, both, CAP_DAC_READ_SEARCH) != 0) ||
	    capng_apply(CAPNG_SELECT_ALL) != 0)
		fatalx("cannot give up capabilities");
	if (!reads)
		log_warnx("CAP_DAC_READ_SEARCH is missing: logs that root may "
			  "not read by their mode cannot be followed");
}

void
sandbox_enter(void)
{
	keep_two_capabilities();
	confine_limits(FILES_MAX);
	confine_calls(sandbox_calls,
	    sizeof(sandbox_calls) / sizeof(sandbox_calls[0]));
}
