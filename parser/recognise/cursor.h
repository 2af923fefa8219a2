/* Reading a line byte by byte, never past its end. */
#ifndef SMTPBAN_CURSOR_H
#define SMTPBAN_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "chars.h"

struct cursor {
	const char *p;
	const char *end;
};

static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool
cursor_is_at(const struct cursor *c, char what)
{
	return c->p < c->end && *c->p == what;
}

static inline bool
cursor_skip(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

/* Past the constant text, which is not empty; false if something else is there. */
static inline bool
cursor_skip_text(struct cursor *c, const char *text)
{
	const char *p = chars_take(c->p, c->end, text);

	if (p == NULL)
		return false;
	c->p = p;
	return true;
}

/* A number of up to nine digits; false if there is none. */
static inline bool
cursor_number(struct cursor *c, uint32_t *number)
{
	const char *p = c->p, *start = p;
	uint32_t n = 0;

	while (p < c->end && chars_is_digit(*p) && p - start < 9)
		n = n * 10 + (uint32_t)(*p++ - '0');
	*number = n;
	c->p = p;
	return p > start;
}

/* Past any number of digits; how many they were. */
static inline size_t
cursor_skip_digits(struct cursor *c)
{
	const char *start = c->p;

	c->p = chars_skip_digits(c->p, c->end);
	return (size_t)(c->p - start);
}

#endif
