/* What a process has left after sandbox_enter; each test is in a child. */
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "calls_rig.h"
#include "sandbox.h"

#define N(a) (sizeof(a) / sizeof(a[0]))
#define NOFD ((unsigned long)-1)
#define HERE ((unsigned long)AT_FDCWD)
#define DATA (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Of each call one that it needs, whatever is returned. */
static const struct attempt allowed[] = {
	{ "openat", { HERE, 0, O_RDONLY } },
	{ "openat", { HERE, 0, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC } },
	{ "openat", { HERE, 0, O_RDONLY | O_DIRECTORY | O_CLOEXEC } },
	{ "openat", { HERE, 0, O_RDWR | O_CLOEXEC } },
	{ "openat",
	    { HERE, 0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600 } },
	{ "openat", { HERE, 0, O_WRONLY | O_CREAT | O_NONBLOCK, 0644 } },
	{ "newfstatat", { NOFD, 0, 0, 0 } },
	{ "readlink", { 0, 0, 0 } },
	{ "getdents64", { NOFD, 0, 0 } },
	{ "sysinfo", { 0 } },
	{ "ioctl", { NOFD, TCGETS, 0 } },
	{ "read", { NOFD, 0, 0 } },
	{ "close", { NOFD } },
	{ "inotify_init1", { IN_CLOEXEC | IN_NONBLOCK } },
	{ "inotify_add_watch", { NOFD, 0, 0 } },
	{ "inotify_rm_watch", { NOFD, 0 } },
	{ "lseek", { NOFD, 0, 0 } },
	{ "write", { NOFD, 0, 0 } },
	{ "ftruncate", { NOFD, 0 } },
	{ "fsync", { NOFD } },
	{ "flock", { NOFD, 0 } },
	{ "fcntl", { NOFD, F_SETLK, 0 } },
	{ "fcntl", { NOFD, F_SETLKW, 0 } },
	{ "fallocate", { NOFD, FALLOC_FL_KEEP_SIZE, 0, 0 } },
	{ "rename", { 0, 0 } },
	{ "unlink", { 0 } },
	{ "getpid", { 0 } },
	{ "pwrite64", { NOFD, 0, 0, 0 } },
	{ "dup2", { NOFD, 0 } },
	{ "dup2", { NOFD, 2 } },
	{ "poll", { 0, 0, 0 } },
	{ "recvfrom", { NOFD, 0, 0, 0, 0, 0 } },
	{ "recvmsg", { NOFD, 0, 0 } },
	{ "sendto", { NOFD, 0, 0, 0, 0, 0 } },
	{ "sendto", { NOFD, 0, 0, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0 } },
	{ "sendmsg", { NOFD, 0, 0 } },
	{ "sendmsg", { NOFD, 0, MSG_NOSIGNAL } },
	{ "sendmmsg", { NOFD, 0, 0, MSG_NOSIGNAL } },
	{ "socket", { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, NOFD } },
	{ "socket", { AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, NOFD } },
	{ "setsockopt", { NOFD, SOL_SOCKET, SO_REUSEADDR, 0, 0 } },
	{ "setsockopt", { NOFD, IPPROTO_IPV6, IPV6_V6ONLY, 0, 0 } },
	{ "bind", { NOFD, 0, 0 } },
	{ "listen", { NOFD, 0 } },
	{ "shutdown", { NOFD, SHUT_RD } },
	{ "clock_gettime", { 0, 0 } },
	{ "gettimeofday", { 0, 0 } },
	{ "time", { 0 } },
	{ "timerfd_create", { 0, 0 } },
	{ "timerfd_settime", { NOFD, 0, 0, 0 } },
	{ "clock_nanosleep", { 0, 0, 0, 0 } },
	{ "restart_syscall", { 0 } },
	{ "brk", { 0 } },
	{ "mmap", { 0, 4096, DATA, ANON, NOFD, 0 } },
	{ "mremap", { 0, 0, 0, 0 } },
	{ "munmap", { 0, 0 } },
	{ "wait4", { NOFD, 0, WNOHANG, 0 } },
	{ "exit_group", { 0 } },
};

/* The other side of each condition. */
static const struct attempt forbidden[] = {
	{ "openat", { HERE, 0, O_WRONLY } },
	{ "openat", { HERE, 0, O_RDWR } },
	{ "openat", { HERE, 0, O_RDONLY | O_CREAT, 0600 } },
	{ "openat", { HERE, 0, O_RDONLY | O_TRUNC } },
	{ "openat", { HERE, 0, O_RDWR | O_CREAT | O_CLOEXEC, 0600 } },
	{ "openat",
	    { HERE, 0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0666 } },
	{ "openat",
	    { HERE, 0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		04600 } },
	{ "fallocate", { NOFD, FALLOC_FL_PUNCH_HOLE, 0, 0 } },
	{ "openat", { HERE, 0, O_WRONLY | O_CREAT | O_NONBLOCK, 0755 } },
	{ "openat", { HERE, 0, O_WRONLY | O_APPEND } },
	{ "openat", { HERE, 0, O_TMPFILE | O_RDWR, 0600 } },
	{ "inotify_init1", { 1 } },
	{ "fcntl", { NOFD, F_SETOWN, 1 } },
	{ "fcntl", { NOFD, F_SETFL, O_ASYNC } },
	{ "fcntl", { NOFD, F_DUPFD, 0 } },
	{ "dup2", { NOFD, 3 } },
	{ "ioctl", { 0, TIOCSTI, 0 } },
	{ "ioctl", { 0, FIONREAD, 0 } },
	{ "socket", { AF_INET, SOCK_STREAM, 0 } },
	{ "socket", { AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0 } },
	{ "socket", { AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 0 } },
	{ "socket", { AF_NETLINK, SOCK_STREAM | SOCK_CLOEXEC, 0 } },
	{ "setsockopt", { NOFD, SOL_SOCKET, SO_ATTACH_FILTER, 0, 0 } },
	{ "setsockopt", { NOFD, IPPROTO_IPV6, IPV6_FREEBIND, 0, 0 } },
	{ "setsockopt", { NOFD, IPPROTO_TCP, SO_REUSEADDR, 0, 0 } },
	{ "shutdown", { NOFD, SHUT_RDWR } },
	{ "sendto", { NOFD, 0, 0, MSG_FASTOPEN, 1, 16 } },
	{ "sendmsg", { NOFD, 0, MSG_FASTOPEN } },
	{ "sendmmsg", { NOFD, 0, 0, MSG_FASTOPEN } },
	{ "prctl", { 0 } },
	{ "mmap", { 0, 4096, PROT_READ | PROT_EXEC, ANON, NOFD, 0 } },
	{ "mmap", { 0, 4096, DATA | PROT_EXEC, ANON, NOFD, 0 } },
	{ "mmap", { 0, 4096, DATA, MAP_SHARED, 3, 0 } },
	{ "mprotect", { 0, 4096, PROT_READ | PROT_EXEC } },
};

/* What the numbers say too, once more by name: no way to these. */
static const struct attempt ways[] = {
	{ "execve", { 0 } },
	{ "execveat", { 0 } },
	{ "fork", { 0 } },
	{ "vfork", { 0 } },
	{ "clone", { 0 } },
	{ "clone3", { 0 } },
	{ "kill", { 0, 0 } },
	{ "ptrace", { 0 } },
	{ "process_vm_readv", { 1 } },
	{ "process_vm_writev", { 1 } },
	{ "pidfd_open", { 1 } },
	{ "socket", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "socketpair", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "connect", { NOFD } },
	{ "accept4", { NOFD } },
	{ "mount", { 0 } },
	{ "umount2", { 0 } },
	{ "chroot", { 0 } },
	{ "pivot_root", { 0 } },
	{ "unshare", { 0 } },
	{ "setns", { NOFD } },
	{ "init_module", { 0 } },
	{ "finit_module", { NOFD } },
	{ "bpf", { 0 } },
	{ "io_uring_setup", { 0 } },
	{ "setuid", { 0 } },
	{ "setresuid", { 0 } },
	{ "setgroups", { 0 } },
	{ "capset", { 0 } },
	{ "chmod", { 0 } },
	{ "fchmod", { NOFD } },
	{ "chown", { 0 } },
	{ "link", { 0 } },
	{ "symlink", { 0 } },
	{ "mknod", { 0 } },
	{ "mkdir", { 0 } },
	{ "setxattr", { 0 } },
	{ "open_by_handle_at", { NOFD } },
	{ "truncate", { 0 } },
	{ "clock_settime", { 0 } },
	{ "settimeofday", { 0 } },
	{ "adjtimex", { 0 } },
	{ "clock_adjtime", { 0 } },
	{ "reboot", { 0 } },
	{ "setrlimit", { 0 } },
	{ "keyctl", { 0 } },
};

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* A process that is in the sandbox and waits there. */
struct confined {
	pid_t pid;
	int out; /* closed: it ends */
};

static void
confined_begin(struct confined *c)
{
	int in[2], out[2];
	char byte;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	if ((c->pid = fork()) == 0) {
		close(in[1]);
		close(out[0]);
		sandbox_enter();
		_exit(write(out[1], "", 1) == 1 && read(in[0], &byte, 1) == 0 ?
			0 :
			1);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(read(out[0], &byte, 1), 1);
	close(out[0]);
	c->out = in[1];
}

static void
confined_end(struct confined *c)
{
	int status;

	close(c->out);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	assert_int_equal(status, 0);
}

/* What follows "name" in one of its files in /proc, without the space. */
static const char *
told(const struct confined *c, const char *file, const char *name)
{
	static char line[256];
	char path[64], *value = line, *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)c->pid, file);
	assert_non_null(f = fopen(path, "re"));
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			break;
	fclose(f);
	value += strlen(name);
	value += strspn(value, " \t");
	for (end = strchr(value, '\0'); end > value && end[-1] <= ' '; end--)
		end[-1] = '\0';
	return value;
}

/* CAP_DAC_READ_SEARCH is 2, CAP_NET_ADMIN is 12. */
static void
test_two_capabilities_are_left(void **state)
{
	struct confined c;

	need_root();
	confined_begin(&c);
	assert_string_equal(told(&c, "status", "CapPrm:"), "0000000000001004");
	assert_string_equal(told(&c, "status", "CapEff:"), "0000000000001004");
	assert_string_equal(told(&c, "status", "CapInh:"), "0000000000000000");
	assert_string_equal(told(&c, "status", "CapBnd:"), "0000000000000000");
	assert_string_equal(told(&c, "status", "CapAmb:"), "0000000000000000");
	confined_end(&c);
}

static void
test_the_kernel_shows_filter_and_limits(void **state)
{
	struct confined c;

	need_root();
	confined_begin(&c);
	assert_string_equal(told(&c, "status", "NoNewPrivs:"), "1");
	assert_string_equal(told(&c, "status", "Seccomp:"), "2");
	assert_int_equal(
	    strncmp(told(&c, "limits", "Max core file size"), "0 ", 2), 0);
	assert_int_equal(strncmp(told(&c, "limits", "Max processes"), "0 ", 2),
	    0);
	assert_int_equal(
	    strncmp(told(&c, "limits", "Max open files"), "1024 ", 5), 0);
	confined_end(&c);
}

static void
test_what_it_needs_may_be_called(void **state)
{
	need_root();
	calls_assert_live(sandbox_enter, allowed, N(allowed));
}

static void
test_every_other_number_ends_it(void **state)
{
	need_root();
	calls_assert_others_die(sandbox_enter, allowed, N(allowed));
}

static void
test_other_arguments_end_it(void **state)
{
	need_root();
	calls_assert_die(sandbox_enter, forbidden, N(forbidden));
}

static void
test_no_way_to_programs_sockets_or_other_powers(void **state)
{
	need_root();
	calls_assert_die(sandbox_enter, ways, N(ways));
}

static void
test_no_way_by_another_architecture(void **state)
{
	need_root();
	calls_assert_foreign_die(sandbox_enter);
}

static void
test_without_the_capabilities_it_is_fatal(void **state)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
	int status;
	pid_t pid;

	need_root();
	memset(none, 0, sizeof(none));
	if ((pid = fork()) == 0) {
		close(2);
		if (syscall(SYS_capset, &header, none) == -1)
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
		cmocka_unit_test(test_the_kernel_shows_filter_and_limits),
		cmocka_unit_test(test_what_it_needs_may_be_called),
		cmocka_unit_test(test_every_other_number_ends_it),
		cmocka_unit_test(test_other_arguments_end_it),
		cmocka_unit_test(
		    test_no_way_to_programs_sockets_or_other_powers),
		cmocka_unit_test(test_no_way_by_another_architecture),
		cmocka_unit_test(test_without_the_capabilities_it_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
