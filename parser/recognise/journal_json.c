/* journalctl -o json: an object a line. */
#include <string.h>

#include "cursor.h"
#include "journal_json.h"
#include "recognise.h"

/* Where a value is put; what does not fit is only counted. */
struct sink {
	char *room;
	size_t size;
	size_t n;
};

static void
put(struct sink *s, unsigned c)
{
	if (s->n < s->size)
		s->room[s->n] = (char)c;
	s->n++;
}

static void
put_utf8(struct sink *s, unsigned c)
{
	if (c < 0x80) {
		put(s, c);
		return;
	}
	if (c < 0x800) {
		put(s, 0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			put(s, 0xe0 | c >> 12);
		} else {
			put(s, 0xf0 | c >> 18);
			put(s, 0x80 | (c >> 12 & 0x3f));
		}
		put(s, 0x80 | (c >> 6 & 0x3f));
	}
	put(s, 0x80 | (c & 0x3f));
}

static void
skip_space(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
}

/* Four hexadecimal digits. */
static bool
read_hex(struct cursor *c, unsigned *value)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *digit;
	int i;

	*value = 0;
	if (cursor_left(c) < 4) {
		c->p = c->end;
		return false;
	}
	for (i = 0; i < 4; i++, c->p++) {
		digit = memchr(digits, *c->p, sizeof(digits) - 1);
		if (digit == NULL)
			return false;
		*value = *value << 4 | ((unsigned)(digit - digits) & 15);
	}
	return true;
}

/* After "\u": of two surrogates one character; a lone one is a U+FFFD. */
static bool
read_unicode(struct cursor *c, struct sink *s)
{
	struct cursor ahead;
	unsigned high, low;

	if (!read_hex(c, &high))
		return false;
	ahead = *c;
	if (high >= 0xd800 && high < 0xdc00 && cursor_skip(&ahead, '\\') &&
	    cursor_skip(&ahead, 'u') && read_hex(&ahead, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		*c = ahead;
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	} else if (high >= 0xd800 && high < 0xe000)
		high = 0xfffd;
	put_utf8(s, high);
	return true;
}

static bool
read_escape(struct cursor *c, struct sink *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (c->p == c->end)
		return false;
	if (cursor_skip(c, 'u'))
		return read_unicode(c, s);
	which = memchr(from, *c->p, sizeof(from) - 1);
	if (which == NULL)
		return false;
	put(s, (unsigned char)to[which - from]);
	c->p++;
	return true;
}

/* A string, after its first quote. */
static bool
read_string(struct cursor *c, struct sink *s)
{
	unsigned char b;

	while (c->p < c->end) {
		b = (unsigned char)*c->p++;
		if (b == '"')
			return true;
		if (b < 0x20)
			return false;
		if (b != '\\')
			put(s, b);
		else if (!read_escape(c, s))
			return false;
	}
	return false;
}

/* Bytes of an array, after its bracket: "1,2,3]".  Nothing else. */
static bool
read_bytes(struct cursor *c, struct sink *s)
{
	uint32_t byte;

	skip_space(c);
	if (cursor_skip(c, ']'))
		return true;
	do {
		skip_space(c);
		if (!cursor_number(c, &byte) || byte > 255)
			return false;
		put(s, byte);
		skip_space(c);
	} while (cursor_skip(c, ','));
	return cursor_skip(c, ']');
}

/* "null", "-12.5e3" */
static bool
skip_word(struct cursor *c)
{
	const char *start = c->p;

	for (; c->p < c->end; c->p++)
		if (!chars_is_digit(*c->p) && (*c->p < 'a' || *c->p > 'z') &&
		    *c->p != '-' && *c->p != '+' && *c->p != '.' &&
		    *c->p != 'E')
			break;
	return c->p > start;
}

/* Whatever value it is.  Brackets are counted, not paired: nothing is read. */
static bool
skip_value(struct cursor *c)
{
	struct sink none = { NULL, 0, 0 };
	size_t depth = 0;

	while (c->p < c->end) {
		skip_space(c);
		if (c->p == c->end)
			return false;
		if (*c->p == '[' || *c->p == '{') {
			c->p++;
			depth++;
			continue;
		}
		if (depth > 0 && (*c->p == ',' || *c->p == ':')) {
			c->p++;
			continue;
		}
		if (depth > 0 && (*c->p == ']' || *c->p == '}')) {
			c->p++;
			depth--;
		} else if (cursor_skip(c, '"')) {
			if (!read_string(c, &none))
				return false;
		} else if (!skip_word(c))
			return false;
		if (depth == 0)
			return true;
	}
	return false;
}

/* The value of a field that is looked at. */
static bool
read_value(struct cursor *c, struct entry *e, enum entry_field field)
{
	struct cursor start = *c;
	struct sink s = { NULL, 0, 0 };

	s.room = entry_room(e, field, &s.size);
	if (cursor_skip(c, '"')) {
		if (!read_string(c, &s))
			return false;
	} else if (!cursor_skip(c, '[')) {
		while (c->p < c->end && chars_is_digit(*c->p))
			put(&s, (unsigned char)*c->p++);
		if (s.n == 0)
			return skip_value(
			    c); /* null: too long for journalctl */
		if (c->p == c->end)
			return false; /* there may have been more digits */
	} else if (!read_bytes(c, &s)) {
		*c = start; /* several values, or something stranger */
		if (!skip_value(c))
			return false;
		entry_spoil(e, field);
		return true;
	}
	entry_take(e, field, s.n);
	return true;
}

/* "NAME": VALUE */
static bool
read_field(struct cursor *c, struct entry *e)
{
	struct sink none = { NULL, 0, 0 };
	enum entry_field field;
	const char *name;

	skip_space(c);
	if (!cursor_skip(c, '"'))
		return false;
	name = c->p;
	if (!read_string(c, &none))
		return false;
	field = entry_field(name, (size_t)(c->p - 1 - name));
	skip_space(c);
	if (!cursor_skip(c, ':'))
		return false;
	skip_space(c);
	return field == ENTRY_OTHER ? skip_value(c) : read_value(c, e, field);
}

static bool
read_object(struct cursor *c, struct entry *e)
{
	if (!cursor_skip(c, '{'))
		return false;
	do {
		if (!read_field(c, e))
			return false;
		skip_space(c);
	} while (cursor_skip(c, ','));
	if (!cursor_skip(c, '}'))
		return false;
	skip_space(c);
	return c->p == c->end;
}

bool
journal_json_read(struct entry *e, const char *line, size_t n)
{
	struct cursor c = { line, line + n };

	entry_begin(e);
	if (read_object(&c, e))
		return true;
	return n >= RECOGNISE_LINE_MAX && c.p == c.end;
}
