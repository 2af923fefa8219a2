/* journalctl -o export: an entry of many lines, ended by an empty one. */
#include <string.h>

#include "cursor.h"
#include "journal_export.h"
#include "recognise.h"

#define NAME_MAX_LEN 64
#define LENGTH_BYTES 8
#define LENGTH_MAX   ((uint64_t)1 << 30) /* journald has less */
#define MICROSECONDS 1000000

static const char cursor_name[] = "__CURSOR=";

/* Length of the field name that the line begins with: A-Z, 0-9, _. */
static size_t
name_length(const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < n && i <= NAME_MAX_LEN; i++)
		if (line[i] != '_' && (line[i] < 'A' || line[i] > 'Z') &&
		    (i == 0 || !chars_is_digit(line[i])))
			break;
	return i <= NAME_MAX_LEN ? i : 0;
}

/* The value of an attribute in a cursor: "s=...;i=...;b=...;t=...". */
static struct cursor
cursor_value(const char *line, size_t n, char name)
{
	struct cursor c = { line + sizeof(cursor_name) - 1, line + n };
	const char *end;

	for (;;) {
		end = memchr(c.p, ';', cursor_left(&c));
		if (cursor_left(&c) > 2 && c.p[0] == name && c.p[1] == '=') {
			c.p += 2;
			if (end != NULL)
				c.end = end;
			return c;
		}
		if (end == NULL)
			break;
		c.p = end + 1;
	}
	c.p = c.end;
	return c;
}

static bool
is_cursor(const char *line, size_t n)
{
	return n >= sizeof(cursor_name) &&
	    memcmp(line, cursor_name, sizeof(cursor_name) - 1) == 0;
}

static void
keep_id(const struct cursor *value, char id[JOURNAL_ID_LEN])
{
	memset(id, 0, JOURNAL_ID_LEN);
	if (cursor_left(value) == JOURNAL_ID_LEN)
		memcpy(id, value->p, JOURNAL_ID_LEN);
}

static bool
has_id(const struct cursor *value, const char id[JOURNAL_ID_LEN])
{
	return cursor_left(value) == JOURNAL_ID_LEN && id[0] != '\0' &&
	    memcmp(value->p, id, JOURNAL_ID_LEN) == 0;
}

/*
 * Does this cursor name the journal, or the boot, of the last one?  These ids
 * are random, and no client knows them: a line in the value of a field, where
 * a client may have written anything, is not taken for the start of an entry.
 */
static bool
same_journal(const struct journal_export *x, const char *line, size_t n)
{
	struct cursor id, boot;

	if (!x->known || !is_cursor(line, n))
		return false;
	id = cursor_value(line, n, 's');
	boot = cursor_value(line, n, 'b');
	return has_id(&id, x->id) || has_id(&boot, x->boot);
}

static void
begin_entry(struct journal_export *x, struct entry *e)
{
	entry_begin(e);
	x->state = JOURNAL_FIELDS;
	x->lines = 0;
	x->cursor = false;
}

static void
take_cursor(struct journal_export *x, struct entry *e, const char *line,
    size_t n)
{
	struct cursor id, boot;

	if (x->cursor) /* the one before has no end */
		begin_entry(x, e);
	id = cursor_value(line, n, 's');
	boot = cursor_value(line, n, 'b');
	keep_id(&id, x->id);
	keep_id(&boot, x->boot);
	x->cursor = x->known = true;
}

static void
put(struct journal_export *x, struct entry *e, const char *p, size_t n)
{
	uint64_t done = x->length - x->left;
	size_t size;
	char *room;

	room = entry_room(e, x->field, &size);
	if (done < size)
		memcpy(room + done, p, n < size - done ? n : size - done);
	x->left -= n;
}

/* A field is there, whole. */
static void
take(struct journal_export *x, struct entry *e)
{
	entry_take(e, x->field, (size_t)x->length);
	x->state = JOURNAL_FIELDS;
}

/*
 * "NAME=VALUE", or "NAME" before a length.  A word alone is no such thing in a
 * stream that never had a cursor.
 */
static bool
take_field(struct journal_export *x, struct entry *e, const char *line,
    size_t n)
{
	size_t name = name_length(line, n);

	if (name == 0 || (name < n && line[name] != '=') ||
	    (name == n && !x->known))
		return false;
	x->field = entry_field(line, name);
	if (x->field == ENTRY_MESSAGE)
		x->lines = 0;
	x->length = 0;
	if (name == n) {
		x->nlength = 0;
		x->state = JOURNAL_LENGTH;
		return true;
	}
	if (is_cursor(line, n))
		take_cursor(x, e, line, n);
	x->length = x->left = n - name - 1;
	put(x, e, line + name + 1, n - name - 1);
	take(x, e);
	return true;
}

/* A line, or a newline, within a binary field. */
static void
take_bytes(struct journal_export *x, struct entry *e, const char *p, size_t n)
{
	size_t some;

	for (; x->state == JOURNAL_LENGTH && n > 0; p++, n--) {
		x->length |= (uint64_t)(unsigned char)*p << 8 * x->nlength;
		if (++x->nlength < LENGTH_BYTES)
			continue;
		x->left = x->length;
		x->state =
		    x->length <= LENGTH_MAX ? JOURNAL_DATA : JOURNAL_LOST;
	}
	if (x->state != JOURNAL_DATA || n == 0)
		return;
	some = x->left < n ? (size_t)x->left : n;
	put(x, e, p, some);
	if (some == n)
		return;
	if (n - some == 1 && p[some] == '\n')
		take(x, e);
	else
		x->state = JOURNAL_LOST; /* it should have ended here */
}

static void
take_binary(struct journal_export *x, struct entry *e, const char *line,
    size_t n)
{
	if (n >= RECOGNISE_LINE_MAX)
		x->state = JOURNAL_LOST; /* how long was it really? */
	take_bytes(x, e, line, n);
	take_bytes(x, e, "\n", 1);
}

static enum journal_line
take_line(struct journal_export *x, struct entry *e, const char *line, size_t n)
{
	if (n == 0) {
		x->state = JOURNAL_IDLE;
		return JOURNAL_END;
	}
	if (take_field(x, e, line, n))
		return JOURNAL_PART;
	x->state = JOURNAL_IDLE;
	return JOURNAL_NONE;
}

enum journal_line
journal_export_line(struct journal_export *x, struct entry *e, const char *line,
    size_t n)
{
	size_t name;

	if (x->state == JOURNAL_IDLE) {
		name = name_length(line, n);
		if (name == 0 || name == n || line[name] != '=')
			return JOURNAL_NONE;
		begin_entry(x, e);
	} else if (x->state != JOURNAL_FIELDS && same_journal(x, line, n))
		begin_entry(x, e);
	if (x->lines < UINT32_MAX)
		x->lines++;
	if (x->state == JOURNAL_FIELDS)
		return take_line(x, e, line, n);
	take_binary(x, e, line, n);
	return JOURNAL_PART;
}

int64_t
journal_export_peek(const char *line, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	struct cursor c;
	const char *digit;
	uint64_t t = 0;

	if (!is_cursor(line, n))
		return 0;
	c = cursor_value(line, n, 't');
	if (cursor_left(&c) == 0 || cursor_left(&c) > 14)
		return 0;
	for (; c.p < c.end; c.p++) {
		digit = memchr(digits, *c.p, sizeof(digits) - 1);
		if (digit == NULL)
			return 0;
		t = t << 4 | (uint64_t)(digit - digits);
	}
	return (int64_t)(t / MICROSECONDS);
}
