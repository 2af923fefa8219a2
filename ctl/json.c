#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "ban.h"
#include "json.h"
#include "when.h"

void
json_begin(struct json *j, FILE *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
}

/*
 * Decode one UTF-8 sequence of at most n bytes into *c.  Returns its length;
 * 1, and *c the byte, if it is none (cut, overlong, a surrogate, too high).
 */
static size_t
json_decode(const unsigned char *p, size_t n, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = 1, i;
	uint32_t code = 0;

	if (*p >= 0xc0 && *p < 0xf8)
		len = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	*c = *p;
	if (len == 1 || len > n)
		return 1;
	code = *p & (0xffU >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 1;
	*c = code;
	return len;
}

static void
json_put_escape(FILE *out, uint32_t c)
{
	if (c > 0xffff) {
		c -= 0x10000;
		fprintf(out, "\\u%04x", 0xd800 | c >> 10);
		c = 0xdc00 | (c & 0x3ff);
	}
	fprintf(out, "\\u%04x", c);
}

static void
json_put_text(FILE *out, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t used;
	uint32_t c;

	putc('"', out);
	for (; n > 0; p += used, n -= used) {
		used = 1;
		if (*p == '"' || *p == '\\') {
			putc('\\', out);
			putc(*p, out);
		} else if (*p >= 0x20 && *p < 0x7f) {
			putc(*p, out);
		} else {
			used = json_decode(p, n, &c);
			json_put_escape(out, c);
		}
	}
	putc('"', out);
}

/* What stands before a value: a comma, the key. */
static void
json_lead(struct json *j, const char *key)
{
	bool lines = j->depth == 1 && j->closing[0] == ']';

	if (j->depth == 0)
		return;
	if (j->begun[j->depth - 1])
		fputs(lines ? "," : ", ", j->out);
	if (lines)
		putc('\n', j->out);
	j->begun[j->depth - 1] = true;
	if (key != NULL) {
		json_put_text(j->out, key, strlen(key));
		fputs(": ", j->out);
	}
}

static void
json_open(struct json *j, const char *key, char opening, char closing)
{
	assert(j->depth < JSON_DEPTH_MAX);
	json_lead(j, key);
	putc(opening, j->out);
	j->closing[j->depth] = closing;
	j->begun[j->depth] = false;
	j->depth++;
}

void
json_object(struct json *j, const char *key)
{
	json_open(j, key, '{', '}');
}

void
json_array(struct json *j, const char *key)
{
	json_open(j, key, '[', ']');
}

void
json_end(struct json *j)
{
	assert(j->depth > 0);
	j->depth--;
	if (j->depth == 0 && j->closing[0] == ']' && j->begun[0])
		putc('\n', j->out);
	putc(j->closing[j->depth], j->out);
	if (j->depth == 0)
		putc('\n', j->out);
}

void
json_bytes(struct json *j, const char *key, const char *s, size_t n)
{
	json_lead(j, key);
	json_put_text(j->out, s, n);
}

void
json_string(struct json *j, const char *key, const char *s)
{
	if (s == NULL)
		json_null(j, key);
	else
		json_bytes(j, key, s, strlen(s));
}

void
json_number(struct json *j, const char *key, uint64_t n)
{
	json_lead(j, key);
	fprintf(j->out, "%" PRIu64, n);
}

void
json_integer(struct json *j, const char *key, int64_t n)
{
	json_lead(j, key);
	fprintf(j->out, "%" PRId64, n);
}

void
json_bool(struct json *j, const char *key, bool b)
{
	json_lead(j, key);
	fputs(b ? "true" : "false", j->out);
}

void
json_null(struct json *j, const char *key)
{
	json_lead(j, key);
	fputs("null", j->out);
}

void
json_time(struct json *j, const char *key, int64_t t)
{
	char buf[WHEN_STRLEN];

	if (t == 0 || t == BAN_FOR_EVER)
		json_null(j, key);
	else
		json_string(j, key, when_utc(t, buf));
}

void
json_prefix(struct json *j, const char *key, const struct prefix *p)
{
	char buf[PREFIX_STRLEN];

	json_string(j, key, prefix_format(p, buf));
}
