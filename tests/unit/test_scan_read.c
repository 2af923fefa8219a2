#include <sys/resource.h>
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

#include "recognise/recognise.h"
#include "scan_read.h"

/*
 * Lines are "TIME WORD"; those whose word is in capitals say something.  What
 * they say, in the order in which it is played, ends up in said; all words in
 * the order of reading in seen.
 */
static char dir[] = "/tmp/scan_read.XXXXXX";
static char paths[4][64];
static char *names[4];
static char said[512], seen[512];
static unsigned open_inputs;

static void
begin(void *arg, struct scan_input *in)
{
	assert_ptr_equal(arg, said);
	open_inputs++;
	in->user = calloc(1, 64);
	assert_non_null(in->user);
}

static int64_t
line(void *arg, struct scan_input *in, const char *text, size_t n, bool *says)
{
	const char *word = memrchr(text, ' ', n);
	size_t len;

	assert_ptr_equal(arg, said);
	assert_non_null(word);
	word++;
	len = n - (size_t)(word - text);
	snprintf(in->user, 64, "%.*s ", (int)len, word);
	strlcat(seen, in->user, sizeof(seen));
	*says = *word >= 'A' && *word <= 'Z';
	return recognise_peek_time(text, n, in->file.mtime);
}

static void
play(void *arg, struct scan_input *in)
{
	assert_ptr_equal(arg, said);
	strlcat(said, in->user, sizeof(said));
}

static void
end(void *arg, struct scan_input *in)
{
	assert_ptr_equal(arg, said);
	open_inputs--;
	free(in->user);
}

static const struct scan_read_ops ops = { begin, line, play, end };

static void
write_text(unsigned i, const char *text)
{
	FILE *f = fopen(paths[i], "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The n-th file: words at those minutes of an hour in the past. */
static void
write_words(unsigned i, const char *words)
{
	FILE *f = fopen(paths[i], "w");
	int minute, used;
	char word[16];

	assert_non_null(f);
	for (; sscanf(words, "%d%15s%n", &minute, word, &used) == 2;
	     words += used)
		if (minute < 0)
			fprintf(f, "no time: %s\n", word);
		else
			fprintf(f, "2024-11-24T10:%02d:00+00:00 mx1 x: %s\n",
			    minute, word);
	fclose(f);
}

static int
read_files(int n, bool as_given)
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	int result;

	said[0] = seen[0] = '\0';
	dup2(null, STDERR_FILENO);
	result = scan_read(names, n, as_given, &ops, said, NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	assert_int_equal(open_inputs, 0);
	return result;
}

static int
group_setup(void **state)
{
	unsigned i;

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	for (i = 0; i < 4; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%u", dir, i);
		names[i] = paths[i];
	}
	return 0;
}

static int
teardown(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		unlink(paths[i]);
		names[i] = paths[i];
	}
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void
test_rotated_files_are_read_by_the_time_of_their_first_line(void **state)
{
	(void)state;
	write_words(0, "30 E 31 f 40 G");
	write_words(1, "-1 a 10 B 11 C 29 D");
	write_words(2, "50 H");
	assert_int_equal(read_files(3, false), 0);
	assert_string_equal(seen, "a B C D E f G H ");
	assert_string_equal(said, "B C D E G H ");
}

static void
test_as_given_is_one_after_the_other(void **state)
{
	(void)state;
	write_words(0, "30 C 31 d");
	write_words(1, "10 A 35 B");
	assert_int_equal(read_files(2, true), 0);
	assert_string_equal(seen, "C d A B ");
	assert_string_equal(said, "C A B ");
}

static void
test_what_overlaps_is_said_in_the_order_of_time(void **state)
{
	(void)state;
	write_words(0, "10 A 12 b 14 D 20 x 30 H");
	write_words(1, "13 C 15 E 15 F 40 I");
	write_words(2, "29 G 41 J");
	assert_int_equal(read_files(3, false), 0);
	assert_string_equal(said, "A C D E F G H I J ");
}

static void
test_of_equal_times_the_file_given_first_comes_first(void **state)
{
	(void)state;
	write_words(0, "10 A 11 C");
	write_words(1, "10 B 11 D");
	assert_int_equal(read_files(2, false), 0);
	assert_string_equal(said, "A B C D ");
}

static void
test_a_line_without_time_stays_with_the_one_before_it(void **state)
{
	(void)state;
	write_words(0, "10 A -1 B -1 C 20 E");
	write_words(1, "11 D 21 F");
	assert_int_equal(read_files(2, false), 0);
	assert_string_equal(said, "A B C D E F ");
}

static void
test_a_time_from_the_future_stops_no_other_file(void **state)
{
	(void)state;
	write_text(0,
	    "2024-11-24T10:10:00+00:00 mx1 x: A\n"
	    "2999-11-24T10:10:00+00:00 mx1 x: B\n"
	    "2024-11-24T10:12:00+00:00 mx1 x: D\n");
	write_words(1, "11 C 13 E");
	assert_int_equal(read_files(2, false), 0);
	assert_string_equal(said, "A B C D E ");
}

static void
test_what_cannot_be_read_is_passed_over(void **state)
{
	(void)state;
	write_words(0, "10 A");
	write_words(2, "20 B");
	names[3] = dir;
	assert_int_equal(read_files(4, false), -1);
	assert_string_equal(said, "A B ");
	assert_int_equal(read_files(4, true), -1);
	assert_string_equal(said, "A B ");
	assert_int_equal(read_files(1, false), 0);
}

#define MANY 50

static void
test_there_may_be_more_files_than_descriptors(void **state)
{
	struct rlimit limit, few;
	char *many[MANY];
	unsigned i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		assert_true(asprintf(&many[i], "%s/many%u", dir, i) != -1);
		snprintf(paths[0], sizeof(paths[0]), "%s", many[i]);
		snprintf(seen, sizeof(seen), "%u %c", (i * 7) % MANY,
		    'A' + (char)(i % 26));
		write_words(0, seen);
	}
	said[0] = '\0';
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = 20;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(scan_read(many, MANY, false, &ops, said, NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(strlen(said), MANY * 2);
	for (i = 0; i < MANY; i++) {
		unlink(many[i]);
		free(many[i]);
	}
	snprintf(paths[0], sizeof(paths[0]), "%s/0", dir);
}

/* Standard input is a pipe that can be read only once. */
static void
test_standard_input_is_sorted_in_without_loss(void **state)
{
	static const char text[] = "2024-11-24T10:05:00+00:00 mx1 x: A\n"
				   "2024-11-24T10:12:00+00:00 mx1 x: C\n";
	int saved = dup(STDIN_FILENO), ends[2];
	static char dash[] = "-";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, sizeof(text) - 1),
	    sizeof(text) - 1);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	write_words(0, "10 B");
	names[1] = dash;
	assert_int_equal(read_files(2, false), 0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_string_equal(said, "A B C ");
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_rotated_files_are_read_by_the_time_of_their_first_line),
		TEST(test_as_given_is_one_after_the_other),
		TEST(test_what_overlaps_is_said_in_the_order_of_time),
		TEST(test_of_equal_times_the_file_given_first_comes_first),
		TEST(test_a_line_without_time_stays_with_the_one_before_it),
		TEST(test_a_time_from_the_future_stops_no_other_file),
		TEST(test_what_cannot_be_read_is_passed_over),
		TEST(test_there_may_be_more_files_than_descriptors),
		TEST(test_standard_input_is_sorted_in_without_loss),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
