/* The head of a log line, taken apart by position. */
#include <string.h>

#include "header_parts.h"
#include "journal_json.h"

static void
header_begin(struct header *h)
{
	h->time = 0;
	h->host = "";
	h->host_len = 0;
	h->tag = h->program = NULL;
	h->tag_len = h->program_len = 0;
	h->pid = 0;
	h->repeated = 1;
	h->again = 0;
	h->lines_ago = 0;
	h->own_file = false;
}

static bool
skip_priority(struct cursor *c)
{
	return !cursor_is_at(c, '<') || header_skip_priority(c);
}

static bool
finish(struct header_reader *r, const struct cursor *c, struct header *h)
{
	h->message = c->p;
	h->message_len = cursor_left(c);
	if (h->again == 0)
		header_clean_message(h, &r->entry);
	return true;
}

/* An entry of the journal, in any form. */
static bool
read_entry(struct header_reader *r, struct header *h)
{
	const struct entry *e = &r->entry;
	const char *tag;
	struct cursor c;
	size_t n;

	h->time = entry_time(e);
	if (!entry_is_message(e))
		return false;
	tag = entry_tag(e, &n);
	header_set_tag(h, tag, n);
	h->pid = entry_pid(e);
	h->host = e->host;
	h->host_len = e->host_len;
	c.p = e->message;
	c.end = e->message + e->message_len;
	return finish(r, &c, h);
}

/* True if the line belongs to an entry of an export; *done if it ends it. */
static bool
read_export(struct header_reader *r, const char *line, size_t n,
    struct header *h, bool *done)
{
	enum journal_line what;

	what = journal_export_line(&r->export, &r->entry, line, n);
	if (what == JOURNAL_NONE)
		return false;
	*done = false;
	if (what == JOURNAL_END) {
		*done = read_entry(r, h);
		h->lines_ago = r->export.lines;
	} else
		h->time = entry_time(&r->entry);
	return true;
}

/* No time that we know in front: two forms remain. */
static bool
read_untimed(struct header_reader *r, const char *line, size_t n, int64_t now,
    struct header *h)
{
	struct cursor c = { line, line + n }, stamp;
	bool done;

	h->time = 0;
	if (read_export(r, line, n, h, &done))
		return done;
	if (!header_read_untimed(&c, h))
		return false;
	stamp = c;
	if (stamp_read(&r->clock, &stamp, now, &h->time) != STAMP_PLAIN)
		return false;
	return finish(r, &c, h);
}

/* After the time: whose message is it? */
static bool
read_rest(struct cursor *c, enum stamp_form form, struct header *h)
{
	static const char exim[] = "exim";
	struct cursor start;

	if (!cursor_skip(c, ' ') || !skip_priority(c))
		return false;
	if (cursor_is_at(c, '['))
		header_skip_id(c);
	start = *c;
	if (header_read_names(c, form, h)) {
		if (h->host_len == 0 && h->pid == 0 && h->again == 0 &&
		    header_is_dovecot(&start, h))
			*c = start;
		return true;
	}
	*c = start;
	if (header_is_dovecot(c, h))
		return true;
	if (form != STAMP_PLAIN)
		return false;
	h->pid = h->again = 0;
	h->host_len = 0;
	h->own_file = true;
	header_set_tag(h, exim, sizeof(exim) - 1);
	return true;
}

bool
header_parse(struct header_reader *r, const char *line, size_t n, int64_t now,
    struct header *h)
{
	struct cursor c = { line, line + n };
	enum stamp_form form;
	bool done;

	header_begin(h);
	if (r->export.state != JOURNAL_IDLE &&
	    read_export(r, line, n, h, &done))
		return done;
	if (n == 0)
		return false;
	if (*line == '{')
		return journal_json_read(&r->entry, line, n) &&
		    read_entry(r, h);
	if (!skip_priority(&c))
		return false;
	if (header_is_rfc5424(&c))
		return header_read_rfc5424(&r->clock, &c, now, h) &&
		    finish(r, &c, h);
	form = stamp_read(&r->clock, &c, now, &h->time);
	if (form == STAMP_NONE)
		return read_untimed(r, line, n, now, h);
	return read_rest(&c, form, h) && finish(r, &c, h);
}

int64_t
header_peek_time(const char *line, size_t n, int64_t now)
{
	struct stamp_clock clock = { 0 };
	struct cursor c = { line, line + n };
	struct entry e;
	int64_t t;

	if (n > 0 && *line == '{')
		return journal_json_read(&e, line, n) ? entry_time(&e) : 0;
	t = journal_export_peek(line, n);
	if (t != 0 || !skip_priority(&c))
		return t;
	if (header_is_rfc5424(&c))
		c.p += 2;
	(void)stamp_read(&clock, &c, now, &t);
	return t;
}
