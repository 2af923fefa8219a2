#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "scan_file.h"

#define BLOCK ((size_t)256 * 1024) /* that scan_file.c reads at once */

static char dir[] = "/tmp/scan_file.XXXXXX";
static char path[64];

/* What was handed out: the number of lines, and each one's length. */
static struct {
	size_t lines;
	size_t len[16];
	char last[RECOGNISE_LINE_MAX + 1];
} got;

static void
take(const char *line, size_t n)
{
	assert_in_range(n, 0, RECOGNISE_LINE_MAX);
	got.len[got.lines % 16] = n;
	got.lines++;
	memcpy(got.last, line, n);
	got.last[n] = '\0';
}

static void
take_all(struct scan_file *f)
{
	const char *line;
	size_t n;

	memset(&got, 0, sizeof(got));
	while (scan_file_next(f, &line, &n))
		take(line, n);
}

static void
write_file(const char *name, const char *text, size_t n)
{
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void
read_file(void)
{
	struct scan_file f;

	assert_int_equal(scan_file_open(&f, path), 0);
	take_all(&f);
	assert_int_equal(scan_file_close(&f), 0);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int
remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void
test_lines_come_without_their_newlines(void **state)
{
	(void)state;
	write_file("a", "one\n\nthree\n", 11);
	read_file();
	assert_int_equal(got.lines, 3);
	assert_int_equal(got.len[1], 0);
	assert_string_equal(got.last, "three");
}

static void
test_a_last_line_without_newline_counts(void **state)
{
	(void)state;
	write_file("a", "one\ntwo", 7);
	read_file();
	assert_int_equal(got.lines, 2);
	assert_string_equal(got.last, "two");
}

static void
test_an_empty_file_has_no_lines(void **state)
{
	(void)state;
	write_file("a", "", 0);
	read_file();
	assert_int_equal(got.lines, 0);
}

static void
test_a_nul_byte_is_a_byte_of_its_line(void **state)
{
	(void)state;
	write_file("a", "o\0e\n", 4);
	read_file();
	assert_int_equal(got.lines, 1);
	assert_int_equal(got.len[0], 3);
}

/* A long line between two short ones. */
static void
try_long(size_t n, size_t want)
{
	char *text = malloc(n + 8);
	size_t i;

	assert_non_null(text);
	memset(text, 'x', n + 8);
	text[0] = 'a';
	text[1] = '\n';
	for (i = 0; i < 6; i++)
		text[2 + n + i] = "\nlast\n"[i];
	write_file("a", text, n + 8);
	free(text);
	read_file();
	assert_int_equal(got.lines, 3);
	assert_int_equal(got.len[1], want);
	assert_string_equal(got.last, "last");
}

static void
test_lines_over_the_limit_are_cut_and_not_split(void **state)
{
	(void)state;
	try_long(RECOGNISE_LINE_MAX - 1, RECOGNISE_LINE_MAX - 1);
	try_long(RECOGNISE_LINE_MAX, RECOGNISE_LINE_MAX);
	try_long(RECOGNISE_LINE_MAX + 1, RECOGNISE_LINE_MAX);
	try_long(BLOCK - 2, RECOGNISE_LINE_MAX);
	try_long(BLOCK - 3, RECOGNISE_LINE_MAX);
	try_long(4 * BLOCK, RECOGNISE_LINE_MAX);
}

static void
test_lines_over_the_end_of_a_block_are_whole(void **state)
{
	size_t n = 3 * BLOCK, i;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	for (i = 0; i < n; i++)
		text[i] = i % 100 == 99 ? '\n' : 'y';
	write_file("a", text, n);
	free(text);
	read_file();
	assert_int_equal(got.lines, n / 100 + 1);
	for (i = 1; i < 16; i++)
		assert_int_equal(got.len[(got.lines - 1 - i) % 16], 99);
	assert_int_equal(got.len[(got.lines - 1) % 16], n % 100);
}

/* "one" and "two", each with a newline. */
static const char gz[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xcf\x4b\xe5\x2a"
    "\x29\xcf\xe7\x02\x00\xe6\x0b\xba\x12\x08\x00\x00\x00";

static void
test_a_compressed_file_is_read_as_its_text(void **state)
{
	(void)state;
	write_file("a.gz", gz, sizeof(gz) - 1);
	read_file();
	assert_int_equal(got.lines, 2);
	assert_string_equal(got.last, "two");
}

/* Standard error goes nowhere while fn is called. */
static int
quietly(int (*fn)(void))
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	int result;

	assert_true(saved != -1 && null != -1);
	dup2(null, STDERR_FILENO);
	result = fn();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	return result;
}

static int
open_only(void)
{
	struct scan_file f;

	return scan_file_open(&f, path);
}

static int
open_read_close(void)
{
	struct scan_file f;

	assert_int_equal(scan_file_open(&f, path), 0);
	take_all(&f);
	return scan_file_close(&f);
}

static void
test_a_missing_file_is_an_error(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_int_equal(quietly(open_only), -1);
}

static void
test_a_damaged_compressed_file_is_an_error(void **state)
{
	(void)state;
	write_file("a.gz", "no gzip\n", 8);
	assert_int_equal(quietly(open_read_close), -1);
}

static void
test_the_time_is_that_of_the_file(void **state)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };
	struct scan_file f;

	(void)state;
	write_file("a", "x\n", 2);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_int_equal(f.mtime, 1000000000);
	assert_int_equal(scan_file_close(&f), 0);
}

static void
test_a_directory_is_an_error(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s", dir);
	assert_int_equal(quietly(open_only), -1);
}

static void
test_the_first_time_is_looked_up_without_taking_a_line(void **state)
{
	static const char text[] = "garbage\n\n"
				   "2026-11-24T00:00:07+00:00 mx1 a: b\n"
				   "2026-11-24T00:00:09+00:00 mx1 a: b";
	struct scan_file f;

	(void)state;
	write_file("a", text, sizeof(text) - 1);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_true(scan_file_is_regular(&f));
	assert_int_equal(scan_file_peek(&f), 1795478407);
	take_all(&f);
	assert_int_equal(got.lines, 4);
	assert_int_equal(scan_file_close(&f), 0);
	write_file("a", "garbage", 7);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_int_equal(scan_file_peek(&f), 0);
	assert_int_equal(scan_file_close(&f), 0);
}

static void
test_leaving_a_compressed_file_is_no_error(void **state)
{
	char command[256];
	const char *line;
	struct scan_file f;
	size_t n;

	(void)state;
	snprintf(command, sizeof(command),
	    "yes | head -n 2000000 | gzip >%s/a.gz", dir);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof(path), "%s/a.gz", dir);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_true(scan_file_next(&f, &line, &n));
	assert_int_equal(scan_file_close(&f), 0);
}

static void
test_progress_is_of_the_file_on_the_disk(void **state)
{
	struct scan_file f;

	(void)state;
	write_file("a", "one\ntwo\n", 8);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_int_equal(f.size, 8);
	assert_int_equal(scan_file_done(&f), 0);
	take_all(&f);
	assert_int_equal(scan_file_done(&f), 8);
	assert_int_equal(scan_file_close(&f), 0);
	unlink(path);
	write_file("a.gz", gz, sizeof(gz) - 1);
	assert_int_equal(scan_file_open(&f, path), 0);
	assert_int_equal(f.size, sizeof(gz) - 1);
	take_all(&f);
	assert_int_equal(f.taken, 8);
	assert_int_equal(scan_file_done(&f), sizeof(gz) - 1);
	assert_int_equal(scan_file_close(&f), 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, remove_file)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines_come_without_their_newlines),
		TEST(test_a_last_line_without_newline_counts),
		TEST(test_an_empty_file_has_no_lines),
		TEST(test_a_nul_byte_is_a_byte_of_its_line),
		TEST(test_lines_over_the_limit_are_cut_and_not_split),
		TEST(test_lines_over_the_end_of_a_block_are_whole),
		TEST(test_a_compressed_file_is_read_as_its_text),
		TEST(test_a_missing_file_is_an_error),
		TEST(test_a_damaged_compressed_file_is_an_error),
		TEST(test_the_time_is_that_of_the_file),
		cmocka_unit_test(test_a_directory_is_an_error),
		TEST(test_the_first_time_is_looked_up_without_taking_a_line),
		TEST(test_leaving_a_compressed_file_is_no_error),
		TEST(test_progress_is_of_the_file_on_the_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
