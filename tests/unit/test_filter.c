/* The parser's filter, tried call by call; each try is in a child. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "calls_rig.h"
#include "filter.h"

#define N(a) (sizeof(a) / sizeof(a[0]))
#define NOFD ((unsigned long)-1)
#define DATA (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Whatever they return: they may be made. */
static const struct attempt allowed[] = {
	{ "epoll_wait", { NOFD, 0, 1, 0 } },
	{ "epoll_ctl", { NOFD, 1, NOFD, 0 } },
	{ "read", { NOFD, 0, 0 } },
	{ "pread64", { NOFD, 0, 0, 0 } },
	{ "newfstatat", { NOFD, 0, 0, AT_EMPTY_PATH } },
	{ "ioctl", { NOFD, FIONREAD, 0 } },
	{ "close", { NOFD } },
	{ "recvmsg", { NOFD, 0, 0 } },
	{ "sendmmsg", { NOFD, 0, 0, MSG_NOSIGNAL } },
	{ "accept4", { NOFD, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC } },
	{ "accept4", { NOFD, 1, 1, SOCK_NONBLOCK | SOCK_CLOEXEC } },
	{ "getsockopt", { NOFD, SOL_SOCKET, SO_PEERCRED, 0, 0 } },
	{ "readv", { NOFD, 0, 0 } },
	{ "writev", { NOFD, 0, 0 } },
	{ "shutdown", { NOFD, SHUT_WR } },
	{ "accept", { NOFD, 1, 1 } },
	{ "socket", { AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0 } },
	{ "fcntl", { NOFD, F_GETFL } },
	{ "fcntl", { NOFD, F_SETFL, O_RDWR | O_NONBLOCK } },
	{ "write", { 2, 0, 0 } },
	{ "sendto", { NOFD, 0, 0, MSG_NOSIGNAL, 0, 0 } },
	{ "getrandom", { 0, 0, 0 } },
	{ "getpid", { 0 } },
	{ "sysinfo", { 0 } },
	{ "clock_gettime", { 0, 0 } },
	{ "gettimeofday", { 0, 0 } },
	{ "time", { 0 } },
	{ "brk", { 0 } },
	{ "mmap", { 0, 4096, DATA, ANON, NOFD, 0 } },
	{ "mremap", { 0, 0, 0, 0 } },
	{ "munmap", { 0, 0 } },
	{ "exit_group", { 0 } },
};

/* The other side of each condition. */
static const struct attempt forbidden[] = {
	{ "newfstatat", { NOFD, 0, 0, 0 } },
	{ "newfstatat", { NOFD, 0, 0, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW } },
	{ "ioctl", { NOFD, TIOCSTI, 0 } },
	{ "ioctl", { NOFD, FIONREAD + 1, 0 } },
	{ "accept4", { NOFD, 0, 0, 1 } },
	{ "shutdown", { NOFD, SHUT_RD } },
	{ "socket", { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0 } },
	{ "socket", { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 } },
	{ "socket", { AF_INET, SOCK_RAW | SOCK_CLOEXEC, 0 } },
	{ "socket", { AF_INET, SOCK_DGRAM, 0 } },
	{ "getsockopt", { NOFD, SOL_SOCKET, SO_TYPE, 0, 0 } },
	{ "getsockopt", { NOFD, SOL_SOCKET + 1, SO_PEERCRED, 0, 0 } },
	{ "fcntl", { NOFD, F_DUPFD } },
	{ "fcntl", { NOFD, F_SETOWN, 1 } },
	{ "fcntl", { NOFD, F_SETFL, O_ASYNC } },
	{ "write", { 1, 0, 0 } },
	{ "write", { 3, 0, 0 } },
	{ "sendto", { NOFD, 0, 0, 0, 1, 16 } },
	{ "sendmmsg", { NOFD, 0, 0, MSG_FASTOPEN } },
	{ "mmap", { 0, 4096, PROT_READ | PROT_EXEC, ANON, NOFD, 0 } },
	{ "mmap", { 0, 4096, DATA | PROT_EXEC, ANON, NOFD, 0 } },
	{ "mmap", { 0, 4096, DATA, MAP_SHARED | MAP_ANONYMOUS, NOFD, 0 } },
	{ "mmap", { 0, 4096, DATA, MAP_PRIVATE, 3, 0 } },
	{ "mprotect", { 0, 4096, PROT_READ | PROT_EXEC } },
};

/* What the numbers say too, once more by name: no way to these. */
static const struct attempt ways[] = {
	{ "open", { 0 } },
	{ "openat", { 0 } },
	{ "openat2", { 0 } },
	{ "creat", { 0 } },
	{ "link", { 0 } },
	{ "unlink", { 0 } },
	{ "rename", { 0 } },
	{ "chmod", { 0 } },
	{ "fchmod", { NOFD } },
	{ "mknod", { 0 } },
	{ "truncate", { 0 } },
	{ "ftruncate", { NOFD } },
	{ "mount", { 0 } },
	{ "chroot", { 0 } },
	{ "pwrite64", { NOFD } },
	{ "socket", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "socketpair", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "connect", { NOFD } },
	{ "bind", { NOFD } },
	{ "listen", { NOFD } },
	{ "sendmsg", { NOFD } },
	{ "fork", { 0 } },
	{ "vfork", { 0 } },
	{ "clone", { 0 } },
	{ "clone3", { 0 } },
	{ "execve", { 0 } },
	{ "execveat", { 0 } },
	{ "kill", { 0, 0 } },
	{ "tgkill", { 1, 1, 0 } },
	{ "ptrace", { 0 } },
	{ "process_vm_readv", { 1 } },
	{ "process_vm_writev", { 1 } },
	{ "pidfd_open", { 1 } },
	{ "pidfd_getfd", { NOFD } },
	{ "io_uring_setup", { 0 } },
	{ "bpf", { 0 } },
	{ "clock_settime", { 0 } },
	{ "settimeofday", { 0 } },
	{ "adjtimex", { 0 } },
	{ "clock_adjtime", { 0 } },
	{ "prctl", { 0 } },
	{ "seccomp", { 0 } },
	{ "setrlimit", { 0 } },
	{ "prlimit64", { 0 } },
};

static void
test_what_it_needs_may_be_called(void **state)
{
	calls_assert_live(filter_enter, allowed, N(allowed));
}

static void
test_every_other_number_ends_it(void **state)
{
	calls_assert_others_die(filter_enter, allowed, N(allowed));
}

static void
test_other_arguments_end_it(void **state)
{
	calls_assert_die(filter_enter, forbidden, N(forbidden));
}

static void
test_no_way_to_files_sockets_processes_or_the_clock(void **state)
{
	calls_assert_die(filter_enter, ways, N(ways));
}

/* The calls are not made: no descriptor comes of them. */
static void
enter_and_ask_for_a_socket(void)
{
	filter_enter();
	if (socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) != -1 ||
	    errno != EACCES || accept(-1, NULL, NULL) != -1 || errno != EINVAL)
		(void)syscall(SYS_openat, 0, 0, 0, 0); /* which ends it */
}

static void
test_a_socket_is_refused_without_an_end(void **state)
{
	const unsigned long none[6] = { 0 };

	assert_true(
	    WIFEXITED(calls_try(enter_and_ask_for_a_socket, SYS_getpid, none)));
}

static void
test_no_way_by_another_architecture(void **state)
{
	calls_assert_foreign_die(filter_enter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_needs_may_be_called),
		cmocka_unit_test(test_every_other_number_ends_it),
		cmocka_unit_test(test_other_arguments_end_it),
		cmocka_unit_test(
		    test_no_way_to_files_sockets_processes_or_the_clock),
		cmocka_unit_test(test_a_socket_is_refused_without_an_end),
		cmocka_unit_test(test_no_way_by_another_architecture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
