/*
 * How journalctl is started: a stand-in reports it.  Without root, who alone
 * can change users, the tests are skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW     1790000000
#define GROUP   4711
#define MACHINE "00112233445566778899aabbccddeeff"

struct group *__wrap_getgrnam(const char *);
int __wrap_access(const char *, int);
int __real_open(const char *, int, ...);
int __wrap_open(const char *, int, ...);

static struct enforcer e;
static struct conf conf;
static char user[] = "mail", journal[] = MSG_JOURNAL, file[] = "/var/log/m";
static char report[4096];
char journal_stub_path[64] = "/tmp/smtpban-journal.XXXXXX/stub";
static bool no_group, no_program;
static pid_t pid; /* of the stand-in, if it was started */

struct group *
__wrap_getgrnam(const char *name)
{
	static struct group group = { .gr_gid = GROUP };

	assert_string_equal(name, "systemd-journal");
	return no_group ? NULL : &group;
}

int
__wrap_access(const char *path, int mode)
{
	assert_int_equal(mode, X_OK);
	errno = ENOENT;
	return no_program ? -1 : 0;
}

static int64_t now;

/* This machine's name is ours. */
int
__wrap_open(const char *path, int flags, ...)
{
	int fd[2];

	if (strcmp(path, "/etc/machine-id") != 0)
		return __real_open(path, flags, 0755);
	if (pipe(fd) == -1 || write(fd[1], MACHINE "\n", 33) != 33)
		return -1;
	return fd[0];
}

int64_t
clock_wall(void)
{
	return now;
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	memset(&conf, 0, sizeof(conf));
	conf_default_policy(&conf.policy);
	conf.policy.known_for = 3600;
	conf.user = user;
	conf.logs[0] = file;
	conf.logs[1] = journal;
	conf.nlogs = 2;
	e.conf = &conf;
	e.target = LOG_TO_MANAGER;
	e.sources.v[1].path = file;
	e.sources.v[1].inotify = 100;
	e.sources.v[3].path = journal;
	e.sources.v[3].inotify = -1;
	no_group = no_program = false;
	now = NOW;
	return 0;
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* Take its report from the pipe. */
static void
start(void)
{
	struct pollfd pfd = { .events = POLLIN };
	size_t have = 0;
	ssize_t n;

	journal_start(&e);
	pfd.fd = e.sources.v[3].pipe;
	assert_true(pfd.fd > 2);
	memset(report, 0, sizeof(report));
	while (strstr(report, "end\n") == NULL) {
		assert_int_equal(poll(&pfd, 1, 60000), 1);
		n = read(pfd.fd, report + have, sizeof(report) - 1 - have);
		assert_true(n > 0);
		have += (size_t)n;
	}
}

/* Its end, by itself or by us; returns the status of waitpid(2). */
static int
reap(int with)
{
	int status;

	if (with != 0)
		assert_int_equal(kill(pid, with), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(e.sources.v[3].pipe);
	return status;
}

static void
has(const char *line)
{
	if (strstr(report, line) == NULL)
		fail_msg("no \"%s\" in:\n%s", line, report);
}

/* How many lines begin so. */
static unsigned
number_of(const char *word)
{
	const char *p = report;
	unsigned n = 0;

	for (; (p = strstr(p, word)) != NULL; p++)
		n += p == report || p[-1] == '\n';
	return n;
}

/* The stand-in is this process's only child. */
static void
find_child(void)
{
	char path[64], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd != -1);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
}

static void
test_the_command_line_asks_for_the_window_and_all_after(void **state)
{
	need_root();
	start();
	find_child();
	has("argument journalctl\n");
	has("argument --system\n");
	has("argument --follow\n");
	has("argument --no-tail\n");
	has("argument --since=@1789913600\n"); /* a day before */
	has("argument --merge\n");
	has("argument _MACHINE_ID=" MACHINE "\n");
	has("argument --output=short-unix\n");
	has("argument --all\n");
	has("argument --no-pager\n");
	has("argument --quiet\n");
	assert_int_equal(number_of("argument"), 11);
	(void)reap(SIGTERM);
}

/* A time before that would end it at once. */
static void
test_after_a_boot_in_1970_it_asks_for_all(void **state)
{
	need_root();
	now = 3600;
	start();
	find_child();
	has("argument --since=@0\n");
	(void)reap(SIGTERM);
}

static void
test_it_has_no_right_but_to_read_the_journal(void **state)
{
	const struct passwd *pw = getpwnam(user);
	char ids[128];

	need_root();
	assert_non_null(pw);
	setenv("SYSTEMD_PAGER", "an attacker's", 1);
	start();
	find_child();
	snprintf(ids, sizeof(ids), "users %u %u %u\n", pw->pw_uid, pw->pw_uid,
	    pw->pw_uid);
	has(ids);
	has("groups 4711 4711 4711 4711\n");
	has("new_privs 0\n");
	has("descriptors 0 1 2\n");
	has("environment LC_ALL=C\n");
	assert_int_equal(number_of("environment"), 1);
	(void)reap(SIGTERM);
	unsetenv("SYSTEMD_PAGER");
}

/* The signals that the enforcer reads, it has to suffer. */
static void
test_it_can_be_ended(void **state)
{
	sigset_t set, before;

	need_root();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
	(void)signal(SIGPIPE, SIG_IGN);
	start();
	find_child();
	has("ignored 0\n");
	(void)signal(SIGPIPE, SIG_DFL);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	has("blocked 0\n");
	assert_int_equal(WTERMSIG(reap(SIGTERM)), SIGTERM);
}

static void
test_it_ends_with_the_enforcer(void **state)
{
	need_root();
	start();
	find_child();
	has("death 9\n");
	(void)reap(SIGKILL);
}

static void
test_its_pipe_is_not_inherited(void **state)
{
	need_root();
	start();
	find_child();
	assert_int_equal(fcntl(e.sources.v[3].pipe, F_GETFD), FD_CLOEXEC);
	assert_int_equal(e.sources.v[1].pipe, 0);
	(void)reap(SIGTERM);
}

static void
test_without_the_journal_nothing_is_started(void **state)
{
	conf.nlogs = 1;
	no_program = true;
	journal_start(&e);
	assert_int_equal(e.sources.v[3].pipe, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* What a start says on standard error, as it ends the process. */
static void
assert_fatal(const char *what)
{
	char said[256] = "";
	int fd[2], status;
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	if ((child = fork()) == 0) {
		(void)dup2(fd[1], 2);
		journal_start(&e);
		_exit(42);
	}
	close(fd[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(read(fd[0], said, sizeof(said) - 1) > 0);
	close(fd[0]);
	assert_non_null(strstr(said, what));
}

static void
test_what_is_missing_is_named(void **state)
{
	no_program = true;
	assert_fatal(journal_stub_path);
	assert_fatal(": No such file");
	no_program = false;
	no_group = true;
	assert_fatal("the group \"systemd-journal\"");
	no_group = false;
	strlcpy(user, "root", sizeof(user));
	assert_fatal("needs the user \"root\"");
	strlcpy(user, "mail", sizeof(user));
}

/*
 * The stand-in stands in for a program that everybody may run; the build tree
 * can lie where its user may not go.
 */
static int
group_setup(void **state)
{
	char *slash = strrchr(journal_stub_path, '/');
	char buf[65536];
	int from, to;
	ssize_t n;

	*slash = '\0';
	if (mkdtemp(journal_stub_path) == NULL ||
	    chmod(journal_stub_path, 0755) == -1)
		return -1;
	*slash = '/';
	from = open(JOURNAL_STUB, O_RDONLY | O_CLOEXEC);
	to = open(journal_stub_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (from == -1 || to == -1 || fchmod(to, 0755) == -1)
		return -1;
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			return -1;
	close(from);
	close(to);
	return n == 0 ? 0 : -1;
}

static int
group_teardown(void **state)
{
	if (unlink(journal_stub_path) == -1)
		return -1;
	*strrchr(journal_stub_path, '/') = '\0';
	return rmdir(journal_stub_path);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_the_command_line_asks_for_the_window_and_all_after),
		TEST(test_after_a_boot_in_1970_it_asks_for_all),
		TEST(test_it_has_no_right_but_to_read_the_journal),
		TEST(test_it_can_be_ended),
		TEST(test_it_ends_with_the_enforcer),
		TEST(test_its_pipe_is_not_inherited),
		TEST(test_without_the_journal_nothing_is_started),
		TEST(test_what_is_missing_is_named),
	};

	log_init("test", LOG_TO_STDERR, LOG_NORMAL);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
