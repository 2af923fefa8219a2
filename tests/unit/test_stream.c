#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "msg.h"
#include "recognise/recognise.h"
#include "stream.h"

#define STARTED 1790000000

static struct rig {
	struct stream *stream;
	int in; /* the end that journalctl would write */
	unsigned opened, replayed, lines, live, cut;
	char text[512]; /* the lines, a bar after each; '!' before live ones */
	size_t longest;
} rig;

static void
line(void *arg, const char *text, size_t n, bool cut, bool live)
{
	size_t used = strlen(rig.text);

	assert_ptr_equal(arg, &rig);
	rig.lines++;
	rig.live += live;
	rig.cut += cut;
	rig.longest = n > rig.longest ? n : rig.longest;
	if (n < 100 && used + n + 3 < sizeof(rig.text))
		snprintf(rig.text + used, sizeof(rig.text) - used, "%s%.*s|",
		    live ? "!" : "", (int)n, text);
}

/* A line that begins with digits has that time. */
static int64_t
line_time(void *arg, const char *text, size_t n)
{
	assert_ptr_equal(arg, &rig);
	return n >= 10 && text[0] == '1' ? strtoll(text, NULL, 10) : 0;
}

static void
open_log(void *arg, unsigned which)
{
	assert_ptr_equal(arg, &rig);
	assert_int_equal(which, MSG_CURRENT);
	rig.opened++;
}

static void
replayed(void *arg)
{
	assert_ptr_equal(arg, &rig);
	rig.replayed++;
}

static const struct tail_ops ops = {
	.line = line,
	.time = line_time,
	.open = open_log,
	.replayed = replayed,
};

static int
setup(void **state)
{
	int fd[2];

	memset(&rig, 0, sizeof(rig));
	if (pipe2(fd, O_CLOEXEC) == -1 ||
	    (rig.stream = stream_new(&ops, &rig, STARTED)) == NULL)
		return -1;
	rig.in = fd[1];
	stream_start(rig.stream);
	stream_give_pipe(rig.stream, fd[0]);
	return 0;
}

static int
teardown(void **state)
{
	stream_free(rig.stream);
	return rig.in == -1 ? 0 : close(rig.in);
}

static void
put(const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(write(rig.in, text, n), n);
}

/* All that is there. */
static enum stream_read
read_all(void)
{
	enum stream_read r;

	do
		r = stream_work(rig.stream);
	while (r == STREAM_MORE);
	return r;
}

static void
test_it_is_asked_for_once_and_never_blocks(void **state)
{
	assert_int_equal(rig.opened, 1);
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_int_equal(rig.lines, 0);
	assert_int_equal(stream_error(rig.stream), 0);
}

static void
test_lines_are_whole_however_they_come(void **state)
{
	put("one\ntw");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_string_equal(rig.text, "one|");
	put("o");
	assert_int_equal(read_all(), STREAM_EMPTY);
	put("\n\nthree\nfo");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_string_equal(rig.text, "one|two||three|");
}

/* One of n letters, written piece by piece, as the pipe takes them. */
static void
put_long(size_t n)
{
	static const char letters[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	size_t k;

	while (n > 0) {
		k = n < 32 ? n : 32;
		assert_int_equal(write(rig.in, letters, k), k);
		n -= k;
	}
}

static void
test_a_line_is_cut_at_the_limit_and_its_rest_passed_over(void **state)
{
	int i;

	put_long(RECOGNISE_LINE_MAX);
	put("\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_int_equal(rig.lines, 1);
	assert_int_equal(rig.cut, 0);
	for (i = 0; i < 20; i++) {
		put_long(50000);
		assert_int_equal(read_all(), STREAM_EMPTY);
	}
	assert_int_equal(rig.lines, 2);
	assert_int_equal(rig.cut, 1);
	assert_int_equal(rig.longest, RECOGNISE_LINE_MAX);
	put("\nafter\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_string_equal(rig.text, "after|");
}

static void
test_the_first_line_of_our_own_time_ends_the_replay(void **state)
{
	put("1789999999.999999 a\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_false(stream_is_live(rig.stream));
	put("no time\n1790000000.000001 b\n1789999999.0 c\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_true(stream_is_live(rig.stream));
	assert_int_equal(rig.replayed, 1);
	assert_string_equal(rig.text,
	    "1789999999.999999 a|no time|!1790000000.000001 b|"
	    "!1789999999.0 c|");
}

static void
test_a_rest_ends_the_replay_once(void **state)
{
	put("1789999999.0 a\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	stream_rest(rig.stream);
	stream_rest(rig.stream);
	assert_int_equal(rig.replayed, 1);
	put("1789999999.0 b\n");
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_string_equal(rig.text, "1789999999.0 a|!1789999999.0 b|");
}

static void
test_what_is_behind_is_counted(void **state)
{
	put("1234567\n");
	assert_int_equal(stream_behind(rig.stream), 8);
	assert_int_equal(read_all(), STREAM_EMPTY);
	assert_int_equal(stream_behind(rig.stream), 0);
}

static void
test_the_end_of_the_writer_is_told_after_its_last_line(void **state)
{
	put("last\n");
	close(rig.in);
	rig.in = -1;
	assert_int_equal(read_all(), STREAM_END);
	assert_string_equal(rig.text, "last|");
	assert_int_equal(stream_error(rig.stream), EPIPE);
}

static void
test_the_writer_ends_when_nobody_reads(void **state)
{
	stream_free(rig.stream);
	rig.stream = NULL;
	assert_int_equal(write(rig.in, "x", 1), -1);
	assert_int_equal(errno, EPIPE);
}

static void
test_without_a_pipe_nobody_waits_for_it(void **state)
{
	struct stream *s = stream_new(&ops, &rig, STARTED);

	stream_give_none(s, ENOENT);
	assert_int_equal(rig.replayed, 1);
	assert_int_equal(stream_error(s), ENOENT);
	assert_int_equal(stream_fd(s), -1);
	assert_int_equal(stream_behind(s), 0);
	stream_free(s);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_asked_for_once_and_never_blocks),
		TEST(test_lines_are_whole_however_they_come),
		TEST(test_a_line_is_cut_at_the_limit_and_its_rest_passed_over),
		TEST(test_the_first_line_of_our_own_time_ends_the_replay),
		TEST(test_a_rest_ends_the_replay_once),
		TEST(test_what_is_behind_is_counted),
		TEST(test_the_end_of_the_writer_is_told_after_its_last_line),
		TEST(test_the_writer_ends_when_nobody_reads),
		TEST(test_without_a_pipe_nobody_waits_for_it),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
