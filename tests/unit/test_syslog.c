/* Log lines to syslogd, which is the test: a socket that comes and goes. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

#define LONG_LINE 9000

static int syslogd = -1;

static void
syslogd_start(void)
{
	static const struct sockaddr_un sun = { AF_UNIX, LOG_DEVICE };

	(void)unlink(LOG_DEVICE);
	syslogd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_not_equal(syslogd, -1);
	assert_int_equal(
	    bind(syslogd, (const struct sockaddr *)&sun, sizeof(sun)), 0);
}

static void
syslogd_end(void)
{
	close(syslogd);
	syslogd = -1;
}

/* The next datagram, or "". */
static const char *
got(void)
{
	static char line[2 * LONG_LINE];
	ssize_t n = recv(syslogd, line, sizeof(line) - 1, 0);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

/* What comes after the header: "<29>Nov 25 01:02:03 t[7]: text". */
static const char *
got_text(void)
{
	const char *line = got(), *text = strstr(line, "]: ");

	return text == NULL ? line : text + 3;
}

static int
setup(void **state)
{
	log_init("t", LOG_TO_SYSLOG, LOG_NORMAL);
	log_open();
	return 0;
}

static int
teardown(void **state)
{
	/* Whatever is still lost is told here. */
	syslogd_start();
	log_info("end");
	syslogd_end();
	return 0;
}

static void
test_a_line_has_the_form_of_syslog(void **state)
{
	char want[80], later[80];
	time_t now = time(NULL);
	const char *line;

	syslogd_start();
	strftime(want, sizeof(want), "<30>%b %e %T", localtime(&now));
	log_info("50%% of %d", 7);
	line = got();
	now = time(NULL);
	strftime(later, sizeof(later), "<30>%b %e %T", localtime(&now));
	assert_true(strncmp(line, want, strlen(want)) == 0 ||
	    strncmp(line, later, strlen(later)) == 0);
	snprintf(later, sizeof(later), " t[%d]: 50%% of 7", (int)getpid());
	assert_string_equal(line + strlen(want), later);
	log_warnx("%s", "%n\n");
	line = got();
	assert_true(strncmp(line, "<28>", 4) == 0); /* daemon, warning */
	assert_string_equal(strstr(line, "]: "), "]: %n?");
	assert_string_equal(got(), "");
	syslogd_end();
}

static void
test_a_syslogd_that_was_restarted_gets_the_next_line(void **state)
{
	syslogd_start();
	log_info("before");
	assert_string_equal(got_text(), "before");
	syslogd_end();
	syslogd_start();
	log_info("after");
	assert_string_equal(got_text(), "after");
	assert_int_equal(log_lost(), 0);
	syslogd_end();
}

static void
test_lines_that_were_lost_are_counted_and_told(void **state)
{
	syslogd_start();
	syslogd_end();
	log_info("one");
	log_warnx("two");
	assert_int_equal(unlink(LOG_DEVICE), 0);
	log_info("three");
	assert_int_equal(log_lost(), 3);
	syslogd_start();
	log_info("four");
	assert_string_equal(got_text(),
	    "3 log lines were lost: syslogd did not take them");
	assert_string_equal(got_text(), "four");
	assert_int_equal(log_lost(), 0);
	log_info("five");
	assert_string_equal(got_text(), "five");
	syslogd_end();
}

/* One that does not read holds us up once, and not for long. */
static void
test_a_syslogd_that_hangs_is_not_waited_for(void **state)
{
	int i;

	syslogd_start();
	alarm(60); /* the end of a test that blocks */
	for (i = 0; i < 20000; i++)
		log_info("line %d", i);
	alarm(0);
	assert_true(log_lost() > 15000);
	while (strcmp(got(), "") != 0)
		;
	log_info("again");
	assert_non_null(strstr(got(), "log lines were lost"));
	assert_string_equal(got_text(), "again");
	syslogd_end();
}

static void
test_a_connected_one_keeps_to_the_first_syslogd(void **state)
{
	syslogd_start();
	log_connect();
	assert_int_equal(unlink(LOG_DEVICE), 0); /* as if by a chroot */
	log_info("still");
	assert_string_equal(got_text(), "still");
	syslogd_end();
	syslogd_start();
	log_info("gone");
	assert_string_equal(got(), "");
	assert_int_equal(log_lost(), 1);
	syslogd_end();
}

static void
test_nobody_at_the_start_is_no_reason_to_end(void **state)
{
	(void)unlink(LOG_DEVICE);
	log_connect();
	log_info("lost");
	assert_int_equal(log_lost(), 2); /* and the one before */
}

static void
test_a_long_line_is_cut(void **state)
{
	char *text = malloc(LONG_LINE);

	assert_non_null(text);
	memset(text, 'x', LONG_LINE);
	text[LONG_LINE - 1] = '\0';
	syslogd_start();
	log_info("%s", text);
	assert_int_equal(strspn(got_text(), "x"), 4095);
	free(text);
	syslogd_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LAST(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_line_has_the_form_of_syslog),
		TEST(test_a_syslogd_that_was_restarted_gets_the_next_line),
		TEST(test_lines_that_were_lost_are_counted_and_told),
		TEST(test_a_syslogd_that_hangs_is_not_waited_for),
		TEST(test_a_long_line_is_cut),
		/* These cannot be undone. */
		LAST(test_a_connected_one_keeps_to_the_first_syslogd),
		LAST(test_nobody_at_the_start_is_no_reason_to_end),
	};
	char dir[] = "/tmp/smtpban-syslog.XXXXXX";
	int failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(LOG_DEVICE);
	(void)rmdir(dir);
	return failed;
}
