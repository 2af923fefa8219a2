/* The head of a log line, taken apart by position. */
#include <string.h>

#include "header.h"

#define TIMES_MAX 1000000

/* "<22>" in front, or "<mail.info>" after the time, is passed over. */
static bool
skip_priority(struct cursor *c)
{
	const char *close;

	if (c->p == c->end || *c->p != '<')
		return true;
	close = memchr(c->p, '>', (size_t)(c->end - c->p));
	if (close == NULL || close - c->p > 24)
		return false;
	c->p = close + 1;
	(void)cursor_skip(c, ' ');
	return true;
}

/* Solaris: "[ID 197553 mail.info] ". */
static void
skip_id(struct cursor *c)
{
	const char *close;

	if (c->end - c->p < 4 || memcmp(c->p, "[ID ", 4) != 0)
		return;
	close = memchr(c->p, ']', (size_t)(c->end - c->p));
	if (close == NULL || close - c->p > 48)
		return;
	c->p = close + 1;
	(void)cursor_skip(c, ' ');
}

/*
 * TAG: or TAG[PID]: of n bytes.  A tag holds no colon, so a host that is an
 * IPv6 address is none.
 */
static bool
read_tag(const char *word, size_t n, struct header *h)
{
	struct cursor c;
	const char *slash;
	size_t len;

	for (len = 0; len < n; len++)
		if (word[len] == ':' || word[len] == '[')
			break;
	if (len == 0 || len == n)
		return false;
	c.p = word + len;
	c.end = word + n;
	h->pid = 0;
	if (cursor_skip(&c, '[') &&
	    (!cursor_number(&c, &h->pid) || !cursor_skip(&c, ']')))
		return false;
	if (!cursor_skip(&c, ':') || c.p != c.end)
		return false;
	h->tag = word;
	h->tag_len = len;
	slash = memrchr(word, '/', len);
	h->program = slash != NULL ? slash + 1 : word;
	h->program_len = len - (size_t)(h->program - word);
	return true;
}

/* The host, which decides nothing, may be missing. */
static bool
read_host_and_tag(struct cursor *c, struct header *h)
{
	const char *space;
	size_t len;
	int words;

	for (words = 0; words < 2; words++) {
		space = memchr(c->p, ' ', (size_t)(c->end - c->p));
		len = (size_t)((space != NULL ? space : c->end) - c->p);
		if (read_tag(c->p, len, h)) {
			c->p += len;
			(void)cursor_skip(c, ' ');
			return true;
		}
		if (space == NULL)
			return false;
		c->p = space + 1;
		skip_id(c);
	}
	return false;
}

/* rsyslog folds equal lines: "message repeated 3 times: [ MESSAGE]". */
static void
unfold_repeated(struct header *h)
{
	static const char head[] = "message repeated ", tail[] = " times: [ ";
	struct cursor c = { h->message, h->message + h->message_len };
	uint32_t times;

	if (h->message_len < sizeof(head) + sizeof(tail) ||
	    memcmp(c.p, head, sizeof(head) - 1) != 0)
		return;
	c.p += sizeof(head) - 1;
	if (!cursor_number(&c, &times) || times == 0 ||
	    (size_t)(c.end - c.p) < sizeof(tail) - 1 ||
	    memcmp(c.p, tail, sizeof(tail) - 1) != 0)
		return;
	c.p += sizeof(tail) - 1;
	if (c.end > c.p && c.end[-1] == ']')
		c.end--;
	h->message = c.p;
	h->message_len = (size_t)(c.end - c.p);
	h->repeated = times < TIMES_MAX ? times : TIMES_MAX;
}

bool
header_parse(struct stamp_clock *clock, const char *line, size_t n, int64_t now,
    struct header *h)
{
	struct cursor c = { line, line + n };

	h->time = 0;
	if (!skip_priority(&c) || !stamp_read(clock, &c, now, &h->time))
		return false;
	if (!cursor_skip(&c, ' ') || !skip_priority(&c))
		return false;
	skip_id(&c);
	if (!read_host_and_tag(&c, h))
		return false;
	skip_id(&c);
	h->message = c.p;
	h->message_len = (size_t)(c.end - c.p);
	h->repeated = 1;
	unfold_repeated(h);
	return true;
}
