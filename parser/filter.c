/*
 * So often strace -f saw each call, in 48 runs of the parser under the
 * end-to-end tests, from filter_enter on:
 *
 *	write 312060	recvmsg 48561	getsockopt 37584	accept4 35262
 *	close 35211	epoll_ctl 13846	epoll_wait 6801	pread64 4310
 *	sendmmsg 2347	newfstatat 2338	read 1082	mmap 386
 *	getpid 386	munmap 278	brk 210		fcntl 96
 *	getrandom 48	exit_group 46	sendto 6
 *
 * and where "metrics" listens and is read: readv, writev, shutdown, and
 * accept4 with an address.
 *
 * By file: write to standard error only; pread64 and newfstatat of logs; read
 * of watches; getsockopt and accept4 of control clients; recvmsg and sendmmsg
 * of these and the enforcer's channel; fcntl of the listener; sendto to
 * syslogd.  What is allowed and was not seen: read and ioctl of the journal's
 * pipe, as no tracer runs beside that systemd; clock_gettime and its like,
 * where the vDSO has them; mremap; sysinfo, for more than 128 accounts.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "confine.h"
#include "filter.h"

/* clang-format off */
static const struct confine_call filter_calls[] = {
	/* Waiting. */
	CALL(epoll_wait),
	CALL(epoll_ctl),
	/* What the enforcer opened: logs, watches, the journal's pipe. */
	CALL(read),
	CALL(pread64),
	CALL(newfstatat, ARG_IS(3, AT_EMPTY_PATH)), /* fstat(3) of an open file */
	CALL(ioctl, ARG_IS(1, FIONREAD)), /* how much waits in the pipe */
	CALL(close),
	/*
	 * The enforcer and control clients.  With MSG_FASTOPEN, the socket of the
	 * metrics that a reload has closed could call somebody.
	 */
	CALL(recvmsg),
	CALL(sendmmsg, ARG_ONLY(3, MSG_NOSIGNAL)),
	CALL(accept4, ARG_IS(3, SOCK_NONBLOCK | SOCK_CLOEXEC)),
	CALL(getsockopt, ARG_IS(1, SOL_SOCKET), ARG_IS(2, SO_PEERCRED)),
	CALL(fcntl, ARG_IS(1, F_GETFL)),
	CALL(fcntl, ARG_IS(1, F_SETFL), ARG_ONLY(2, O_RDWR | O_NONBLOCK)),
	/* Who reads the metrics, by libevent. */
	CALL(readv),
	CALL(writev),
	CALL(shutdown, ARG_IS(1, SHUT_WR)),
	/* It asks once more by this when a reload has closed the socket. */
	CALL_FAILS(EINVAL, accept),
	/*
	 * It turns the client's address into text: of a link-local one
	 * getnameinfo(3) wants the interface's name, tries sockets of one family
	 * after the other for it, and does without it.
	 */
	CALL_FAILS(EACCES, socket, ARG_IS(1, SOCK_DGRAM | SOCK_CLOEXEC)),
	/* Log lines: to standard error, or to the syslog socket. */
	CALL(write, ARG_IS(0, STDERR_FILENO)),
	CALL(sendto, ARG_NULL(4)),
	/* Keys of hashes.  arc4random(3) asks whether it is a child by now. */
	CALL(getrandom),
	CALL(getpid),
	CALL(sysinfo),          /* to sort many accounts: qsort(3) */
	/* Calls only where the vDSO cannot tell the time. */
	CALL(clock_gettime),
	CALL(gettimeofday),
	CALL(time),
	/* Memory, never to be executed. */
	CALL(brk),
	CALL(mmap, ARG_IS(2, PROT_READ | PROT_WRITE), ARG_IS(3, MAP_PRIVATE | MAP_ANONYMOUS)),
	CALL(mremap),
	CALL(munmap),
	CALL(exit_group),
};
/* clang-format on */

void
filter_enter(void)
{
	confine_calls(filter_calls,
	    sizeof(filter_calls) / sizeof(filter_calls[0]));
}
