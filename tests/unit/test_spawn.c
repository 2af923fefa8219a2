/*
 * How the parser is started: a stand-in beside this program reports it.  All
 * happens in a mount namespace with a /run of its own, or is skipped where
 * none can be made.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "channel.h"
#include "log.h"
#include "msg.h"
#include "spawn.h"
#include "spawn_stub.h"

static bool able; /* to have a /run of our own */
static pid_t pid;
static int channel;
static struct spawn_stub_report report;

/* Hide a folder behind an empty one, for this process and its children. */
static int
hide(const char *path)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return -1;
	return mount("tmpfs", path, "tmpfs", 0, "mode=755");
}

/*
 * Into the namespace by a program of its own: in a chroot, /proc/self/exe of
 * this one would lead to a mount that is out of reach.
 */
static void
enter_namespace(char *argv[])
{
	umask(0);
	if (getenv("TEST_SPAWN") != NULL) {
		able = true;
	} else if (geteuid() == 0 && hide("/run") == 0) {
		setenv("TEST_SPAWN", "1", 1);
		execv(argv[0], argv);
	}
}

static void
need_namespace(void)
{
	if (!able)
		skip();
}

/* Start it, and take its report. */
static void
spawn(enum log_target target)
{
	static struct channel_msg m;
	struct pollfd pfd = { .events = POLLIN };

	pid = spawn_parser("mail", target, &channel);
	pfd.fd = channel;
	assert_true(pid > 0);
	assert_int_equal(poll(&pfd, 1, 60000), 1);
	assert_int_equal(channel_recv(channel, &m), 1);
	assert_int_equal(m.hdr.len, sizeof(report));
	memcpy(&report, m.payload, sizeof(report));
}

/* Each side sees the other's end: nobody else holds a copy of theirs. */
static void
reap(void)
{
	static struct channel_msg m;
	int status;

	assert_int_equal(shutdown(channel, SHUT_WR), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(channel_recv(channel, &m), 0);
	close(channel);
}

/* The i-th word of command line and environment. */
static const char *
word(unsigned i)
{
	const char *w = report.words;

	assert_true(i < report.nwords);
	while (i-- > 0)
		w += strlen(w) + 1;
	return w;
}

static void
test_the_command_line_tells_user_folder_and_log(void **state)
{
	static const char *const words[] = { "smtpban-parser", "-u", "mail",
		"-c", "/run/smtpban/empty", "-t", "manager", "-v", "2" };
	unsigned i, n = sizeof(words) / sizeof(words[0]);

	need_namespace();
	log_set_level(LOG_EVERY_LINE);
	spawn(LOG_TO_MANAGER);
	assert_int_equal(report.nargs, n);
	for (i = 0; i < n; i++)
		assert_string_equal(word(i), words[i]);
	reap();
	log_set_level(LOG_BRIEF);
	spawn(LOG_TO_STDERR);
	assert_string_equal(word(6), "stderr");
	assert_string_equal(word(8), "-1");
	reap();
	log_set_level(LOG_NORMAL);
	spawn(LOG_TO_SYSLOG);
	assert_string_equal(word(6), "syslog");
	reap();
}

/* The environment's words, but for one that the sanitizer needs. */
static unsigned
environment(void)
{
	unsigned n = report.nwords - report.nargs;

	if (n > 0 && strncmp(word(report.nwords - 1), "ASAN_", 5) == 0)
		n--;
	return n;
}

static void
test_the_environment_is_made_anew(void **state)
{
	need_namespace();
	setenv("LD_PRELOAD_OF_AN_ATTACKER", "x", 1);
	unsetenv("TZ");
	spawn(LOG_TO_STDERR);
	assert_int_equal(environment(), 2);
	assert_string_equal(word(report.nargs), "LC_ALL=C");
	assert_string_equal(word(report.nargs + 1), "TZ=:/etc/localtime");
	reap();
	setenv("TZ", "Europe/Berlin", 1);
	spawn(LOG_TO_STDERR);
	assert_int_equal(environment(), 2);
	assert_string_equal(word(report.nargs + 1), "TZ=Europe/Berlin");
	reap();
	unsetenv("TZ");
	unsetenv("LD_PRELOAD_OF_AN_ATTACKER");
}

/* Free this descriptor; returns a copy of what it was, or -1. */
static int
set_aside(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	(void)close(fd);
	return copy;
}

static void
bring_back(int fd, int copy)
{
	if (copy == -1)
		return;
	assert_int_equal(dup2(copy, fd), fd);
	close(copy);
}

static void
test_it_has_the_channel_and_the_standard_descriptors_only(void **state)
{
	int fd[20];
	unsigned i;

	need_namespace();
	for (i = 0; i < 20; i++)
		fd[i] = open("/", O_RDONLY);
	spawn(LOG_TO_STDERR);
	assert_int_equal(report.fds, 0xf);
	reap();
	for (i = 0; i < 20; i++)
		close(fd[i]);
}

/* Which descriptors are /dev/null, while our standard error is a folder. */
static uint64_t
nulls_with(enum log_target target)
{
	int fd, error = set_aside(2);

	fd = open("/", O_RDONLY | O_CLOEXEC);
	(void)dup2(fd, 2);
	spawn(target);
	reap();
	if (fd != 2)
		close(fd);
	bring_back(2, error);
	return report.nulls;
}

/* Who waits for the end of our output must not wait for the parser. */
static void
test_only_errors_may_go_where_ours_go(void **state)
{
	need_namespace();
	assert_int_equal(nulls_with(LOG_TO_STDERR), 0x3);
	assert_int_equal(nulls_with(LOG_TO_MANAGER), 0x3);
	assert_int_equal(nulls_with(LOG_TO_SYSLOG), 0x7);
}

static void
test_the_channel_may_be_on_its_number_already(void **state)
{
	int input, other;

	need_namespace();
	input = set_aside(0);
	other = set_aside(MSG_PARSER_FD);
	spawn(LOG_TO_STDERR);
	assert_int_equal(channel, 0); /* so the other end was 3 */
	assert_int_equal(report.fds, 0xf);
	reap();
	bring_back(0, input);
	bring_back(MSG_PARSER_FD, other);
}

static void
test_our_end_does_not_block_and_is_not_inherited(void **state)
{
	need_namespace();
	spawn(LOG_TO_STDERR);
	assert_true((fcntl(channel, F_GETFL) & O_NONBLOCK) != 0);
	assert_int_equal(fcntl(channel, F_GETFD), FD_CLOEXEC);
	reap();
}

static void
test_its_folder_is_made_and_may_be_there(void **state)
{
	struct stat st;

	need_namespace();
	(void)rmdir(SPAWN_CHROOT);
	(void)rmdir("/run/smtpban");
	spawn(LOG_TO_STDERR);
	reap();
	assert_int_equal(stat(SPAWN_CHROOT, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0755);
	spawn(LOG_TO_STDERR);
	reap();
}

/* The exit status of a child to which the parser, or its folder, is denied. */
static int
status_without(const char *path)
{
	int status;
	pid_t child;

	if ((child = fork()) == 0) {
		close(2);
		if (hide(path) == -1 ||
		    (strcmp(path, "/run") == 0 &&
			symlink("x", "/run/smtpban") == -1))
			_exit(99);
		(void)spawn_parser("mail", LOG_TO_STDERR, &channel);
		_exit(42);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_without_the_parser_it_is_fatal(void **state)
{
	char path[PATH_MAX];
	ssize_t n;

	need_namespace();
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	assert_true(n > 0);
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	assert_int_equal(status_without(path), 1);
}

static void
test_without_a_folder_it_is_fatal(void **state)
{
	need_namespace();
	assert_int_equal(status_without("/run"), 1);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_the_command_line_tells_user_folder_and_log),
		cmocka_unit_test(test_the_environment_is_made_anew),
		cmocka_unit_test(test_only_errors_may_go_where_ours_go),
		cmocka_unit_test(
		    test_it_has_the_channel_and_the_standard_descriptors_only),
		cmocka_unit_test(test_the_channel_may_be_on_its_number_already),
		cmocka_unit_test(
		    test_our_end_does_not_block_and_is_not_inherited),
		cmocka_unit_test(test_its_folder_is_made_and_may_be_there),
		cmocka_unit_test(test_without_the_parser_it_is_fatal),
		cmocka_unit_test(test_without_a_folder_it_is_fatal),
	};

	enter_namespace(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
