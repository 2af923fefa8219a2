/* RFC 5424: VERSION TIME HOST APP-NAME PROCID MSGID STRUCTURED-DATA MSG. */
#include <string.h>

#include "header_parts.h"

#define FIELD_MAX 255

/* The next field and the space after it, of which the cursor is past. */
static bool
read_field(struct cursor *c, const char **field, size_t *n)
{
	size_t left = cursor_left(c);
	const char *space;

	space = memchr(c->p, ' ', left < FIELD_MAX + 1 ? left : FIELD_MAX + 1);
	if (space == NULL || space == c->p)
		return false;
	*field = c->p;
	*n = (size_t)(space - c->p);
	c->p = space + 1;
	return true;
}

static bool
is_nil(const char *field, size_t n)
{
	return n == 1 && *field == '-';
}

/*
 * "-", or any number of [id name="value" ...]; in a value a backslash takes
 * away the meaning of the ", ] or \ after it.
 */
static bool
skip_data(struct cursor *c)
{
	bool quoted = false;

	if (cursor_skip(c, '-'))
		return true;
	if (c->p == c->end || *c->p != '[')
		return false;
	while (cursor_skip(c, '[')) {
		for (; c->p < c->end && (quoted || *c->p != ']'); c->p++)
			if (*c->p == '"')
				quoted = !quoted;
			else if (quoted && *c->p == '\\' && c->p + 1 < c->end)
				c->p++;
		if (!cursor_skip(c, ']'))
			return false;
	}
	return true;
}

static void
read_process(struct header *h, const char *field, size_t n)
{
	struct cursor c = { field, field + n };
	uint32_t pid;

	h->pid = cursor_number(&c, &pid) && c.p == c.end ? pid : 0;
}

/* An absent time is "-". */
static bool
read_time(struct stamp_clock *clock, struct cursor *c, int64_t now,
    struct header *h)
{
	return (cursor_skip(c, '-') ||
		   stamp_read(clock, c, now, &h->time) == STAMP_ISO) &&
	    cursor_skip(c, ' ');
}

bool
header_is_rfc5424(const struct cursor *c)
{
	return cursor_left(c) > 2 && c->p[0] == '1' && c->p[1] == ' ';
}

bool
header_read_rfc5424(struct stamp_clock *clock, struct cursor *c, int64_t now,
    struct header *h)
{
	const char *field;
	size_t n;

	c->p += 2;
	if (!read_time(clock, c, now, h) || !read_field(c, &field, &n))
		return false;
	h->host = field;
	h->host_len = n;
	if (!read_field(c, &field, &n) || is_nil(field, n))
		return false;
	header_set_tag(h, field, n);
	if (!read_field(c, &field, &n))
		return false;
	read_process(h, field, n);
	if (!read_field(c, &field, &n) || !skip_data(c))
		return false;
	if (c->p < c->end && *c->p != ' ')
		return false;
	while (cursor_skip(c, ' ')) /* the sender's own, from its tag */
		;
	(void)cursor_skip_text(c, "\xef\xbb\xbf"); /* a byte order mark */
	return true;
}
