#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pty.h>

#include "scan_progress.h"

static char line[SCAN_PROGRESS_LEN];

static void
test_a_bar_a_percentage_a_rate_and_what_is_left(void **state)
{
	(void)state;
	assert_string_equal(scan_progress_format(line, 80, 500000000,
				1000000000, 2500000, 2000),
	    "[==================                  ]  50 % of 1.0 GB, "
	    "1.2 Mlines/s, 0:02 left");
	assert_string_equal(scan_progress_format(line, 80, 0, 999, 0, 1500),
	    "[                                        ]   0 % of 999 B, "
	    "0 lines/s, -:-- left");
	scan_progress_format(line, 80, 1, 1000, 47, 10000);
	assert_non_null(strstr(line, "2:46:30 left"));
}

static void
test_of_a_pipe_only_the_amount_is_known(void **state)
{
	(void)state;
	assert_string_equal(
	    scan_progress_format(line, 80, 12345678, -1, 1234, 1000),
	    "12 MB, 1.2 klines/s");
}

static void
test_a_log_that_grows_meanwhile_is_all_there(void **state)
{
	(void)state;
	scan_progress_format(line, 80, 2000, 1000, 10, 1000);
	assert_non_null(strstr(line, "100 %"));
	assert_non_null(strstr(line, "0:00 left"));
}

static void
test_no_line_is_wider_than_the_terminal(void **state)
{
	unsigned columns;

	(void)state;
	for (columns = 0; columns < 200; columns++) {
		scan_progress_format(line, columns, INT64_MAX / 2, INT64_MAX,
		    UINT64_MAX / 2000, 1000);
		assert_in_range(strlen(line), 0,
		    columns > 80    ? 79 :
			columns > 0 ? columns - 1 :
				      0);
		scan_progress_format(line, columns, INT64_MAX, -1, 1, 1000);
		assert_in_range(strlen(line), 0, columns > 0 ? columns : 0);
	}
}

/* Standard error on a terminal of its own; what it shows in the end. */
static char shown[512];

/* All that was written to it until the other end was closed. */
static void
read_shown(int master)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(master, shown + used, sizeof(shown) - 1 - used)) > 0)
		used += (size_t)n;
	shown[used] = '\0';
}

static bool
run_on_terminal(const char *term, int64_t until)
{
	struct scan_progress p;
	int saved = dup(STDERR_FILENO), master, slave;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	dup2(slave, STDERR_FILENO);
	setenv("TERM", term, 1);
	scan_progress_begin(&p, 5000);
	p.total = 100;
	scan_progress_tell(&p, 50, 10, until);
	scan_progress_tell(&p, 60, 10, until + 1);
	scan_progress_end(&p);
	scan_progress_tell(&p, 70, 10, until + 10000);
	(void)!write(STDERR_FILENO, "$", 1);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(slave);
	read_shown(master);
	close(master);
	return strcmp(shown, "$") != 0;
}

static void
test_it_shows_itself_after_a_second_and_is_erased(void **state)
{
	(void)state;
	assert_false(run_on_terminal("xterm", 5998));
	assert_true(run_on_terminal("xterm", 6000));
	assert_int_equal(strncmp(shown, "\r\033[K[", 5), 0);
	assert_non_null(strstr(shown, "50 %"));
	assert_null(strstr(shown, "60 %")); /* a few times a second */
	assert_null(strstr(shown, "70 %"));
	assert_string_equal(shown + strlen(shown) - 5, "\r\033[K$");
}

static void
test_a_signal_ends_the_program_and_erases_the_line(void **state)
{
	struct scan_progress p;
	int master, slave, status;
	pid_t child;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	setenv("TERM", "xterm", 1);
	if ((child = fork()) == 0) {
		dup2(slave, STDERR_FILENO);
		signal(SIGINT, SIG_DFL);
		scan_progress_begin(&p, 0);
		scan_progress_tell(&p, 50, 10, 2000);
		raise(SIGINT);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	close(slave);
	read_shown(master);
	assert_non_null(strstr(shown, "lines/s"));
	assert_string_equal(shown + strlen(shown) - 4, "\r\033[K");
	close(master);
}

static void
test_a_terminal_that_cannot_erase_has_none(void **state)
{
	(void)state;
	assert_false(run_on_terminal("dumb", 9000));
	assert_false(run_on_terminal("", 9000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_bar_a_percentage_a_rate_and_what_is_left),
		cmocka_unit_test(test_of_a_pipe_only_the_amount_is_known),
		cmocka_unit_test(test_a_log_that_grows_meanwhile_is_all_there),
		cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
		cmocka_unit_test(
		    test_it_shows_itself_after_a_second_and_is_erased),
		cmocka_unit_test(
		    test_a_signal_ends_the_program_and_erases_the_line),
		cmocka_unit_test(test_a_terminal_that_cannot_erase_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
