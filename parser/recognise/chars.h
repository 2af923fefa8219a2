/* Bytes of a log line: what they are, and whether a text stands somewhere. */
#ifndef SMTPBAN_CHARS_H
#define SMTPBAN_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool
chars_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
chars_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
chars_is_alnum(char c)
{
	return chars_is_digit(c) || (c >= 'a' && c <= 'z') || chars_is_upper(c);
}

static inline bool
chars_is_word(char c)
{
	return chars_is_alnum(c) || c == '-' || c == '_';
}

/* What a resolver lets pass in a host name: no bracket, no space. */
static inline bool
chars_is_host(char c)
{
	return chars_is_word(c) || c == '.';
}

/* Past the text, if it stands at p, or NULL. */
static inline const char *
chars_take(const char *p, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - p) >= n && memcmp(p, text, n) == 0 ? p + n : NULL;
}

/* Past the text, if it stands at p, or p. */
static inline const char *
chars_skip(const char *p, const char *end, const char *text)
{
	const char *q = chars_take(p, end, text);

	return q != NULL ? q : p;
}

static inline const char *
chars_skip_digits(const char *p, const char *end)
{
	while (p < end && chars_is_digit(*p))
		p++;
	return p;
}

static inline const char *
chars_skip_word(const char *p, const char *end)
{
	while (p < end && chars_is_word(*p))
		p++;
	return p;
}

/* The first place of the text in [p, end), or NULL. */
static inline const char *
chars_find(const char *p, const char *end, const char *text)
{
	return memmem(p, (size_t)(end - p), text, strlen(text));
}

/* The first c within max bytes, or NULL. */
static inline const char *
chars_find_near(const char *p, const char *end, char c, size_t max)
{
	size_t left = (size_t)(end - p);

	return memchr(p, c, left < max ? left : max);
}

/* Where the text begins that ends [p, end), or NULL if it does not. */
static inline const char *
chars_find_tail(const char *p, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - p) >= n && memcmp(end - n, text, n) == 0 ?
	    end - n :
	    NULL;
}

#endif
