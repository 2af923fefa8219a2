/* Whether a text is one JSON value (RFC 8259), of any depth up to a bound. */
#ifndef SMTPBAN_FUZZ_JSON_CHECK_H
#define SMTPBAN_FUZZ_JSON_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define JSON_CHECK_DEPTH 16

struct json_check {
	const char *p;
	const char *end;
};

static inline void
json_check_space(struct json_check *c)
{
	while (c->p < c->end && strchr(" \n\r\t", *c->p) != NULL)
		c->p++;
}

static inline bool
json_check_skip(struct json_check *c, char what)
{
	json_check_space(c);
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

/* After its first quote. */
static inline bool
json_check_string(struct json_check *c)
{
	int i;

	for (; c->p < c->end && *c->p != '"'; c->p++) {
		if ((unsigned char)*c->p < 0x20)
			return false;
		if (*c->p != '\\')
			continue;
		if (++c->p == c->end || strchr("\"\\/bfnrtu", *c->p) == NULL)
			return false;
		if (*c->p != 'u')
			continue;
		for (i = 0; i < 4; i++)
			if (++c->p == c->end || !isxdigit((unsigned char)*c->p))
				return false;
	}
	return c->p < c->end && *c->p++ == '"';
}

static inline bool
json_check_word(struct json_check *c)
{
	static const char *const words[] = { "true", "false", "null" };
	const char *start = c->p;
	size_t i, n;

	for (i = 0; i < 3; i++) {
		n = strlen(words[i]);
		if ((size_t)(c->end - c->p) >= n &&
		    memcmp(c->p, words[i], n) == 0) {
			c->p += n;
			return true;
		}
	}
	if (c->p < c->end && *c->p == '-')
		c->p++;
	while (c->p < c->end && isdigit((unsigned char)*c->p))
		c->p++;
	return c->p > start && c->p[-1] != '-';
}

static inline bool
json_check_value(struct json_check *c, unsigned depth)
{
	bool object;

	if (depth == JSON_CHECK_DEPTH)
		return false;
	if (json_check_skip(c, '"'))
		return json_check_string(c);
	object = json_check_skip(c, '{');
	if (!object && !json_check_skip(c, '['))
		return json_check_word(c);
	if (json_check_skip(c, object ? '}' : ']'))
		return true;
	do {
		if (object &&
		    (!json_check_skip(c, '"') || !json_check_string(c) ||
			!json_check_skip(c, ':')))
			return false;
		if (!json_check_value(c, depth + 1))
			return false;
	} while (json_check_skip(c, ','));
	return json_check_skip(c, object ? '}' : ']');
}

static inline bool
json_check(const char *text, size_t n)
{
	struct json_check c = { text, text + n };

	if (!json_check_value(&c, 0))
		return false;
	json_check_space(&c);
	return c.p == c.end;
}

#endif
