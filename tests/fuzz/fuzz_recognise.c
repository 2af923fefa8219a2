/*
 * libFuzzer: whatever the lines are, the recogniser survives them, reads
 * nothing outside them, and what it says of them holds together.
 * recognise.dict has the words of the rule table, for -dict=.
 */
#include <stdlib.h>
#include <string.h>

#include "recognise/recognise.h"

#define NOW 1795651200 /* 26 November 2026 */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_event(const struct event *ev, const char *line, size_t n)
{
	if (!prefix_is_valid(&ev->client) || ev->rule == NULL ||
	    ev->count == 0 || ev->client.len != prefix_maxlen(&ev->client))
		abort();
	if ((ev->kind == EVENT_FAILURE) != (ev->category != CATEGORY_NONE) ||
	    ev->category >= CATEGORY_COUNT)
		abort();
	if (ev->user != NULL &&
	    (ev->user < line || ev->user_len == 0 ||
		ev->user + ev->user_len > line + n))
		abort();
}

static void
try_line(struct recognise *r, const uint8_t *data, size_t n)
{
	struct event ev;
	char *line = malloc(n + (n == 0)); /* so that its end is watched */

	if (line == NULL)
		return;
	memcpy(line, data, n);
	(void)recognise_peek_time(line, n, NOW);
	if (recognise_line(r, line, n, NOW, &ev))
		check_event(&ev, line, n);
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recognise *r;
	const uint8_t *nl;
	size_t n;

	if (r == NULL &&
	    (r = recognise_new(recognise_rules_new(), NULL)) == NULL)
		return 0;
	while (size > 0) {
		nl = memchr(data, '\n', size);
		n = nl != NULL ? (size_t)(nl - data) : size;
		try_line(r, data, n);
		n += nl != NULL;
		data += n;
		size -= n;
	}
	return 0;
}
