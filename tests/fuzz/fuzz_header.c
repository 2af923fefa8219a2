/*
 * The head of any line, in all the forms of header.h: its texts lie within
 * the line, or in the reader; its time is sane; and what the lines before
 * left in a reader does not change what is read.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "input.h"
#include "recognise/header.h"

#define NOW        1795651200            /* 26 November 2026 */
#define YEAR_10000 (int64_t)253402300800 /* no time is that late */
#define REPEATED   1000000

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	return 0;
}

/* A line, and the reader that took it. */
struct taken {
	const struct header_reader *reader;
	const char *line;
	size_t n;
};

static bool
is_part_of(const char *p, size_t n, const void *whole, size_t size)
{
	const char *begin = whole;

	return p >= begin && p <= begin + size &&
	    n <= (size_t)(begin + size - p);
}

static bool
is_word(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(p, word, n) == 0;
}

static void
check_text(const struct taken *t, const char *p, size_t n)
{
	if (n == 0 || is_part_of(p, n, t->line, t->n))
		return;
	must(is_part_of(p, n, &t->reader->entry, sizeof(t->reader->entry)) ||
	    is_word(p, n, "exim") || is_word(p, n, "dovecot"));
}

static void
check_header(const struct taken *t, const struct header *h)
{
	check_text(t, h->host, h->host_len);
	if (h->tag == NULL) { /* "last message repeated ... times" */
		must(h->again != 0 && h->tag_len == 0);
		return;
	}
	check_text(t, h->tag, h->tag_len);
	must(is_part_of(h->program, h->program_len, h->tag, h->tag_len));
	must(h->program + h->program_len == h->tag + h->tag_len);
	must(memchr(h->program, '/', h->program_len) == NULL);
	must(h->repeated >= 1 && h->repeated <= REPEATED);
	if (h->again == 0)
		check_text(t, h->message, h->message_len);
}

static bool
is_same_text(const char *a, size_t na, const char *b, size_t nb)
{
	return na == nb && (na == 0 || memcmp(a, b, na) == 0);
}

static void
check_same(const struct header *a, const struct header *b)
{
	must(is_same_text(a->host, a->host_len, b->host, b->host_len));
	must(is_same_text(a->tag, a->tag_len, b->tag, b->tag_len));
	must(a->pid == b->pid && a->repeated == b->repeated);
	must(a->again == b->again && a->own_file == b->own_file);
	must(a->lines_ago == b->lines_ago);
	if (a->again == 0)
		must(is_same_text(a->message, a->message_len, b->message,
		    b->message_len));
}

/* Whether the line is of an export: what came before it decides. */
static bool
is_of_export(const struct header_reader *r)
{
	return r->export.state != JOURNAL_IDLE;
}

static void
try_line(struct header_reader *r, const char *line, size_t n)
{
	static struct header_reader fresh;
	const struct taken old = { r, line, n }, new = { &fresh, line, n };
	struct header h, again;
	bool export = is_of_export(r), whole, same;
	int64_t peeked = header_peek_time(line, n, NOW);

	must(peeked >= 0 && peeked < YEAR_10000);
	whole = header_parse(r, line, n, NOW, &h);
	must(h.time >= 0 && h.time < YEAR_10000);
	if (whole)
		check_header(&old, &h);
	if (export || is_of_export(r))
		return;
	memset(&fresh, 0, sizeof(fresh));
	same = header_parse(&fresh, line, n, NOW, &again);
	must(same == whole && again.time == h.time);
	if (!whole)
		return;
	check_header(&new, &again);
	check_same(&h, &again);
	must(peeked == 0 || h.time == 0 || peeked == h.time);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct header_reader r;
	const uint8_t *nl;
	char *line;
	size_t n;

	memset(&r, 0, sizeof(r));
	while (size > 0) {
		nl = memchr(data, '\n', size);
		n = nl != NULL ? (size_t)(nl - data) : size;
		line = malloc(n + (n == 0)); /* so that its end is watched */
		must(line != NULL);
		memcpy(line, data, n);
		try_line(&r, line, n);
		free(line);
		n += nl != NULL;
		data += n;
		size -= n;
	}
	return 0;
}
