#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "command.h"

/* scan on files of its own, with standard output caught in a file. */
static char dir[] = "/tmp/scan.XXXXXX";
static char log_path[64], conf_path[64], out_path[64];
static char printed[16384];

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* One failed login, at that minute of the 24th of November. */
static void
add_failure(const char *client, int minute, const char *user)
{
	FILE *f = fopen(log_path, "a");

	assert_non_null(f);
	fprintf(f,
	    "2026-11-24T%02d:%02d:00.000000+00:00 mx1 postfix/smtpd[%d]: "
	    "warning: unknown[%s]: SASL LOGIN authentication failed: "
	    "(reason unavailable), sasl_username=%s\n",
	    minute / 60, minute % 60, 1000 + minute, client, user);
	fclose(f);
}

static void
add_failures(const char *client, int minute, int n)
{
	while (n-- > 0)
		add_failure(client, minute++, "bob");
}

/* Scan the log, twice if argc is 2. */
static int
scan(struct invocation v)
{
	int saved = dup(STDOUT_FILENO), out, code;
	char *argv[] = { log_path, log_path, NULL };
	ssize_t n;

	out = open(out_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(saved != -1 && out != -1);
	v.name = "scan";
	v.argc = v.argc == 2 ? 2 : 1;
	v.argv = argv;
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	code = command_scan(&v);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = pread(out, printed, sizeof(printed) - 1, 0);
	close(out);
	printed[n > 0 ? n : 0] = '\0';
	return code;
}

static void
assert_lines(const char *conf, const char *want)
{
	struct invocation v = { .lines = true, .conf = conf };

	assert_int_equal(scan(v), 0);
	assert_string_equal(printed, want);
}

static void
assert_bans(const char *conf, const char *want)
{
	struct invocation v = { .quiet = true, .conf = conf };

	assert_int_equal(scan(v), 0);
	assert_string_equal(printed, want);
}

static int
group_setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	snprintf(conf_path, sizeof(conf_path), "%s/conf", dir);
	snprintf(out_path, sizeof(out_path), "%s/out", dir);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	write_text(log_path, "");
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	unlink(log_path);
	unlink(conf_path);
	unlink(out_path);
	return rmdir(dir);
}

static void
test_the_fifth_failure_bans_and_the_fourth_does_not(void **state)
{
	(void)state;
	add_failures("192.0.2.1", 1, 5);
	add_failures("192.0.2.2", 1, 4);
	assert_bans(NULL,
	    "192.0.2.1                2026-11-24 00:05:00 auth       "
	    "       5\n");
}

static void
test_headings_and_sums_are_left_out_when_quiet(void **state)
{
	struct invocation v = { .quiet = false };

	(void)state;
	add_failures("192.0.2.1", 1, 5);
	assert_int_equal(scan(v), 0);
	assert_string_equal(printed,
	    "PREFIX                   BANNED AT           CATEGORY   "
	    "   COUNT\n"
	    "192.0.2.1                2026-11-24 00:05:00 auth       "
	    "       5\n"
	    "5 lines, 5 events, 1 bans\n");
}

static void
test_a_banned_client_is_not_counted_until_its_ban_is_over(void **state)
{
	(void)state;
	write_text(conf_path, "ban for 10m\nban repeat double up to 1d\n");
	add_failures("192.0.2.1", 1, 5);   /* banned 00:05 to 00:15 */
	add_failures("192.0.2.1", 7, 8);   /* up to 00:14 */
	add_failures("192.0.2.1", 15, 30); /* again, to 00:39, at 00:19 */
	assert_bans(conf_path,
	    "192.0.2.1                2026-11-24 00:05:00 auth       "
	    "       5\n"
	    "192.0.2.1                2026-11-24 00:19:00 auth       "
	    "       5\n"
	    "192.0.2.1                2026-11-24 00:43:00 auth       "
	    "       5\n");
}

static void
test_lines_shows_every_offence_of_a_banned_client_too(void **state)
{
	char want[1024] = "", *end = want;
	int i;

	(void)state;
	add_failures("192.0.2.1", 1, 9);
	for (i = 1; i <= 9; i++)
		end += sprintf(end, "%d\t192.0.2.1\tauth\tbob\t-\n", i);
	assert_lines(NULL, want);
}

static void
test_lines_shows_the_host_and_why_it_does_not_weigh(void **state)
{
	(void)state;
	write_text(conf_path, "whitelist { 192.0.2.7 }\n");
	add_failure("192.0.2.7", 1, "a");
	add_failure("10.1.2.3", 2, "b");
	add_failure("127.0.0.1", 3, "c");
	add_failure("2001:db8::1", 4, "d");
	assert_lines(conf_path,
	    "1\t192.0.2.7\tauth\ta\twhitelisted\n"
	    "2\t10.1.2.3\tauth\tb\tprivate\n"
	    "3\t127.0.0.1\tauth\tc\tloopback\n"
	    "4\t2001:db8::1\tauth\td\t-\n");
}

static void
test_a_category_that_does_not_count_is_not_shown(void **state)
{
	(void)state;
	write_text(conf_path, "count { relay }\n");
	add_failures("192.0.2.1", 1, 9);
	assert_lines(conf_path, "");
	assert_bans(conf_path, "");
}

static void
test_user_names_are_escaped(void **state)
{
	struct invocation v = { .lines = true, .json = true };

	(void)state;
	add_failure("192.0.2.1", 1, "a\tb\x1b[1m\\\xff");
	assert_lines(NULL, "1\t192.0.2.1\tauth\ta\\x09b\\x1b[1m\\\\\\xff\t-\n");
	assert_int_equal(scan(v), 0);
	assert_string_equal(printed,
	    "{\"line\": 1, \"address\": \"192.0.2.1\", \"category\": "
	    "\"auth\", \"user\": \"a\\u0009b\\u001b[1m\\\\\\u00ff\", "
	    "\"spared\": null}\n");
}

static void
test_json_is_a_list_of_bans(void **state)
{
	struct invocation v = { .json = true };

	(void)state;
	assert_int_equal(scan(v), 0);
	assert_string_equal(printed, "[]\n");
	add_failures("2001:db8::1", 1, 5);
	assert_int_equal(scan(v), 0);
	assert_string_equal(printed,
	    "[\n{\"prefix\": \"2001:db8::/64\", "
	    "\"since\": \"2026-11-24T00:05:00Z\", "
	    "\"expires\": \"2026-12-01T00:05:00Z\", \"strikes\": 1, "
	    "\"category\": \"auth\", \"count\": 5}\n]\n");
}

static void
test_the_year_is_that_of_the_file(void **state)
{
	struct timespec times[2] = { { .tv_sec = 1577836800 },
		{ .tv_sec = 1577836800 } }; /* 2020-01-01 00:00 UTC */
	char text[1024] = "";
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		strlcat(text,
		    "Dec 31 23:00:00 mx1 postfix/smtpd[1]: warning: "
		    "unknown[192.0.2.1]: SASL LOGIN authentication failed: x\n",
		    sizeof(text));
	write_text(log_path, text);
	assert_int_equal(utimensat(AT_FDCWD, log_path, times, 0), 0);
	assert_bans(NULL,
	    "192.0.2.1                2019-12-31 23:00:00 auth       "
	    "       5\n");
}

static void
test_line_numbers_begin_anew_in_each_file(void **state)
{
	struct invocation v = { .lines = true, .argc = 2 };

	(void)state;
	add_failure("192.0.2.1", 1, "a");
	add_failure("192.0.2.1", 2, "b");
	assert_int_equal(scan(v), 0);
	assert_string_equal(printed,
	    "1\t192.0.2.1\tauth\ta\t-\n2\t192.0.2.1\tauth\tb\t-\n"
	    "1\t192.0.2.1\tauth\ta\t-\n2\t192.0.2.1\tauth\tb\t-\n");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_fifth_failure_bans_and_the_fourth_does_not),
		TEST(test_headings_and_sums_are_left_out_when_quiet),
		TEST(test_a_banned_client_is_not_counted_until_its_ban_is_over),
		TEST(test_lines_shows_every_offence_of_a_banned_client_too),
		TEST(test_lines_shows_the_host_and_why_it_does_not_weigh),
		TEST(test_a_category_that_does_not_count_is_not_shown),
		TEST(test_user_names_are_escaped),
		TEST(test_json_is_a_list_of_bans),
		TEST(test_the_year_is_that_of_the_file),
		TEST(test_line_numbers_begin_anew_in_each_file),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
