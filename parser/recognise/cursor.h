/* Reading a line byte by byte, never past its end. */
#ifndef SMTPBAN_CURSOR_H
#define SMTPBAN_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct cursor {
	const char *p;
	const char *end;
};

static inline bool
cursor_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
cursor_skip(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

/* A number of up to nine digits; false if there is none. */
static inline bool
cursor_number(struct cursor *c, uint32_t *number)
{
	const char *start = c->p;
	uint32_t n = 0;

	while (c->p < c->end && cursor_is_digit(*c->p) && c->p - start < 9)
		n = n * 10 + (uint32_t)(*c->p++ - '0');
	*number = n;
	return c->p > start;
}

#endif
