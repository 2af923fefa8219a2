/*
 * Any bytes as a log, in any pieces: a file that grows, a pipe and a file that
 * scan reads all give the same lines, cut where they are too long.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "input.h"
#include "recognise/recognise.h"
#include "scan_file.h"
#include "stream.h"
#include "tail_lines.h"

#define TEXT_MAX (3 * TAIL_BLOCK)
#define PIPE_MAX 65536 /* bytes that a pipe takes */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The log, and how far a reader has come in it. */
static char text[TEXT_MAX];
static size_t size, at;

/* Bytes of an input stand for themselves, or for many of the same. */
static void
take_text(struct input *in, size_t bytes)
{
	unsigned c, n;

	size = 0;
	while (bytes > 0 && size < TEXT_MAX) {
		c = input_byte(in);
		bytes--;
		n = 1;
		if (c == 0xff && bytes >= 2) {
			n = (input_byte(in) + 1) * 67;
			c = input_byte(in);
			bytes -= 2;
		}
		for (; n > 0 && size < TEXT_MAX; n--)
			text[size++] = (char)c;
	}
}

/* The length of the line at p, and whether it has an end. */
static size_t
line_length(size_t p, bool *whole)
{
	const char *nl = p < size ? memchr(text + p, '\n', size - p) : NULL;

	*whole = nl != NULL;
	return *whole ? (size_t)(nl - text) - p : size - p;
}

/* Exactly the next one has to come. */
static void
expect(const char *line, size_t n, const bool *cut)
{
	bool whole;
	size_t len = line_length(at, &whole), want = len;

	must(at < size);
	if (want > RECOGNISE_LINE_MAX)
		want = RECOGNISE_LINE_MAX;
	must(n == want && memcmp(line, text + at, n) == 0);
	must(cut == NULL || *cut == (len > RECOGNISE_LINE_MAX));
	at += len + whole;
}

static void
on_line(void *arg, const char *line, size_t n, bool cut, bool live)
{
	expect(line, n, &cut);
}

static int64_t
on_time(void *arg, const char *line, size_t n)
{
	return 0;
}

static void
on_open(void *arg, unsigned which)
{
}

static void
on_replayed(void *arg)
{
}

static const struct tail_ops ops = {
	.line = on_line,
	.time = on_time,
	.open = on_open,
	.replayed = on_replayed,
};

/* A line without its end is not handed out, unless it is too long. */
static void
expect_end(bool final)
{
	bool whole;
	size_t len;

	if (at >= size)
		return;
	len = line_length(at, &whole);
	must(!final && !whole && len <= RECOGNISE_LINE_MAX);
}

/* How much is written next. */
static size_t
piece(struct input *in, size_t left)
{
	size_t n = 1 + input_byte(in) * 7U;

	if (n > 1700)
		n *= 60;
	return in->left == 0 || n > left ? left : n;
}

static int
new_file(void)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	must(fd != -1);
	return fd;
}

static void
try_tail(struct input in)
{
	static char block[TAIL_BLOCK];
	const struct tail_sink sink = { &ops, NULL, block, true };
	struct tail_file f;
	int fd = new_file();
	size_t done = 0, n;
	enum tail_read got;

	at = 0;
	while (at < size && text[at] == '\0') /* a hole */
		at++;
	must(tail_file_open(&f, fd, -1) == 0);
	do {
		n = piece(&in, size - done);
		must(pwrite(fd, text + done, n, (off_t)done) == (ssize_t)n);
		done += n;
		while (
		    (got = tail_file_read(&f, &sink, false)) == TAIL_READ_MORE)
			;
		must(got == TAIL_READ_END);
		must(tail_file_behind(&f) <= RECOGNISE_LINE_MAX);
	} while (done < size);
	expect_end(false);
	must(tail_file_read(&f, &sink, true) == TAIL_READ_END);
	expect_end(true);
	tail_file_close(&f);
}

static void
try_stream(struct input in)
{
	struct stream *s = stream_new(&ops, NULL, INT64_MAX);
	int ends[2];
	size_t done = 0, n;

	must(s != NULL && pipe2(ends, O_CLOEXEC) == 0);
	stream_give_pipe(s, ends[0]);
	at = 0;
	while (done < size) {
		n = piece(&in, size - done);
		if (n > PIPE_MAX)
			n = PIPE_MAX;
		must(write(ends[1], text + done, n) == (ssize_t)n);
		done += n;
		while (stream_work(s) == STREAM_MORE)
			;
	}
	expect_end(false);
	close(ends[1]);
	must(stream_work(s) == STREAM_END);
	stream_free(s);
}

static void
try_scan(bool peek)
{
	struct scan_file f;
	char name[64];
	const char *line;
	size_t n;
	int fd = new_file();

	must(pwrite(fd, text, size, 0) == (ssize_t)size);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	at = 0;
	must(scan_file_open(&f, name) == 0);
	if (peek)
		(void)scan_file_peek(&f);
	while (scan_file_next(&f, &line, &n))
		expect(line, n, NULL);
	expect_end(true);
	must(scan_file_close(&f) == 0);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = { data, n };
	unsigned pieces = input_byte(&in), how = input_byte(&in);

	/* Behind the text stands in which pieces it comes. */
	take_text(&in, in.left - (in.left < pieces ? in.left : pieces));
	try_tail(in);
	try_stream(in);
	try_scan((how & 1) != 0);
	return 0;
}
