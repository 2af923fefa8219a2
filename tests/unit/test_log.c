#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

/* Standard error is a packet socket here: one write(2) is one packet. */
struct capture {
	int saved;
	int sock;
	char line[8192];
};

static int
setup(void **state)
{
	static struct capture c;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) == -1)
		return -1;
	c.sock = sv[0];
	c.saved = dup(STDERR_FILENO);
	if (c.saved == -1 || dup2(sv[1], STDERR_FILENO) == -1)
		return -1;
	(void)close(sv[1]);
	*state = &c;
	return 0;
}

static int
teardown(void **state)
{
	struct capture *c = *state;

	if (dup2(c->saved, STDERR_FILENO) == -1)
		return -1;
	(void)close(c->saved);
	(void)close(c->sock);
	return 0;
}

/* The next written line, or "" when there is none. */
static const char *
next_line(struct capture *c)
{
	ssize_t n;

	n = recv(c->sock, c->line, sizeof(c->line) - 1, MSG_DONTWAIT);
	c->line[n > 0 ? n : 0] = '\0';
	return c->line;
}

/* Runs first: nothing has called log_init yet. */
static void
test_before_init_lines_go_to_stderr(void **state)
{
	log_info("early");
	assert_string_equal(next_line(*state), "smtpban: early\n");
	log_verbose("not asked for");
	assert_string_equal(next_line(*state), "");
}

static void
test_stderr_lines_have_the_program_in_front(void **state)
{
	log_init("smtpband", LOG_TO_STDERR, LOG_NORMAL);
	log_info("banned %s for %us", "192.0.2.7", 60U);
	assert_string_equal(next_line(*state),
	    "smtpband: banned 192.0.2.7 for 60s\n");
	log_warnx("100%% sure");
	assert_string_equal(next_line(*state), "smtpband: 100% sure\n");
	assert_string_equal(next_line(*state), "");
}

static void
test_each_target_has_a_name_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(log_target_name(LOG_TO_STDERR), "stderr");
	assert_string_equal(log_target_name(LOG_TO_MANAGER), "manager");
	assert_string_equal(log_target_name(LOG_TO_SYSLOG), "syslog");
	assert_null(log_target_name(LOG_TO_SYSLOG + 1));
}

static void
test_manager_lines_have_their_priority_in_front(void **state)
{
	log_init("smtpband", LOG_TO_MANAGER, LOG_EVERY_LINE);
	log_info("a");
	assert_string_equal(next_line(*state), "<6>a\n");
	log_warnx("b");
	assert_string_equal(next_line(*state), "<4>b\n");
	errno = ENOENT;
	log_warn("c");
	assert_string_equal(next_line(*state),
	    "<4>c: No such file or directory\n");
	log_verbose("d");
	assert_string_equal(next_line(*state), "<7>d\n");
	log_line("e");
	assert_string_equal(next_line(*state), "<7>e\n");
}

/* What comes out at a level: one letter for each kind of line. */
static void
assert_kinds(struct capture *c, int level, const char *want)
{
	char got[8] = "";
	const char *line;
	size_t n = 0;

	log_set_level(level);
	assert_int_equal(log_level(), level);
	log_warn("w");
	log_warnx("x");
	log_info("i");
	log_verbose("v");
	log_line("l");
	while (*(line = next_line(c)) != '\0' && n < sizeof(got) - 1)
		got[n++] = line[3]; /* behind "t: " */
	assert_string_equal(got, want);
}

static void
test_the_level_chooses_the_lines(void **state)
{
	log_init("t", LOG_TO_STDERR, LOG_BRIEF);
	assert_int_equal(log_level(), LOG_BRIEF);
	assert_kinds(*state, LOG_BRIEF, "wx");
	assert_kinds(*state, LOG_NORMAL, "wxi");
	assert_kinds(*state, LOG_VERBOSE, "wxiv");
	assert_kinds(*state, LOG_EVERY_LINE, "wxivl");
}

static void
test_errno_is_kept(void **state)
{
	struct capture *c = *state;

	log_init("t", LOG_TO_STDERR, LOG_EVERY_LINE);
	errno = ENOSPC;
	log_warn("ledger %s", "bans.db");
	assert_int_equal(errno, ENOSPC);
	assert_string_equal(next_line(c),
	    "t: ledger bans.db: No space left on device\n");
	/* Even where the line cannot be written. */
	(void)shutdown(c->sock, SHUT_RD);
	(void)close(STDERR_FILENO);
	errno = ENOSPC;
	log_warn("w");
	log_warnx("x");
	log_info("i");
	log_line("l");
	assert_int_equal(errno, ENOSPC);
}

static void
test_unprintable_bytes_become_question_marks(void **state)
{
	log_init("t", LOG_TO_STDERR, LOG_NORMAL);
	log_info("a\nb\rc\x1b[31m\x7f\xc3\xa9\t~ z");
	assert_string_equal(next_line(*state), "t: a?b?c?[31m????~ z\n");
	assert_string_equal(next_line(*state), "");
}

static void
test_a_long_line_is_cut_and_still_one_line(void **state)
{
	static char text[10000];
	const char *line;
	size_t n;

	memset(text, 'x', sizeof(text) - 1);
	log_init("t", LOG_TO_STDERR, LOG_NORMAL);
	log_info("%s", text);
	line = next_line(*state);
	n = strlen(line);
	assert_int_equal(n, 4096);
	assert_memory_equal(line, "t: xxx", 6);
	assert_string_equal(line + n - 3, "xx\n");
	errno = EIO;
	log_warn("%s", text);
	n = strlen(next_line(*state));
	assert_int_equal(n, 4096);
	assert_string_equal(next_line(*state), "");
	log_init("t", LOG_TO_MANAGER, LOG_NORMAL);
	log_info("%s", text);
	line = next_line(*state);
	assert_int_equal(strlen(line), 4096);
	assert_memory_equal(line, "<6>xxx", 6);
}

static int
exit_status_of(void (*end)(void))
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		end();
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
end_fatal(void)
{
	errno = EACCES;
	fatal("open %s", "f");
}

static void
end_fatalx(void)
{
	errno = EACCES;
	fatalx("type %u", 9U);
}

static void
test_fatal_logs_and_exits_with_1(void **state)
{
	log_init("t", LOG_TO_MANAGER, LOG_BRIEF);
	assert_int_equal(exit_status_of(end_fatal), 1);
	assert_string_equal(next_line(*state),
	    "<2>open f: Permission denied\n");
	assert_int_equal(exit_status_of(end_fatalx), 1);
	assert_string_equal(next_line(*state), "<2>type 9\n");
}

static void
test_quoted_text_cannot_leave_its_quotes(void **state)
{
	static const char src[] = "a\"b\\c\n\0\x7f\xff ~";
	char dst[64];

	(void)state;
	assert_ptr_equal(log_quote(dst, sizeof(dst), src, sizeof(src) - 1),
	    dst);
	assert_string_equal(dst, "\"a\\x22b\\x5cc\\x0a\\x00\\x7f\\xff ~\"");
	assert_string_equal(log_quote(dst, sizeof(dst), "", 0), "\"\"");
	assert_string_equal(log_quote(dst, sizeof(dst), "abcdef", 3),
	    "\"abc\"");
}

static void
test_quoted_text_is_cut_to_fit(void **state)
{
	/* By size of dst: an escape comes out whole or not at all. */
	static const char *const want[] = { NULL, "", "", "\"\"", "\"a\"",
		"\"a\"", "\"a\"", "\"a\"", "\"a\\x00\"", "\"a\\x00b\"",
		"\"a\\x00bc\"", "\"a\\x00bc\"" };
	size_t size;
	char *dst;

	(void)state;
	for (size = 0; size < sizeof(want) / sizeof(want[0]); size++) {
		dst = malloc(size > 0 ? size : 1);
		assert_non_null(dst);
		assert_ptr_equal(log_quote(dst, size, "a\0bc", 4), dst);
		if (want[size] != NULL)
			assert_string_equal(dst, want[size]);
		free(dst);
	}
}

#define CAPTURED(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURED(test_before_init_lines_go_to_stderr),
		CAPTURED(test_stderr_lines_have_the_program_in_front),
		cmocka_unit_test(test_each_target_has_a_name_of_its_own),
		CAPTURED(test_manager_lines_have_their_priority_in_front),
		CAPTURED(test_the_level_chooses_the_lines),
		CAPTURED(test_errno_is_kept),
		CAPTURED(test_unprintable_bytes_become_question_marks),
		CAPTURED(test_a_long_line_is_cut_and_still_one_line),
		CAPTURED(test_fatal_logs_and_exits_with_1),
		cmocka_unit_test(test_quoted_text_cannot_leave_its_quotes),
		cmocka_unit_test(test_quoted_text_is_cut_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
