/* What Exim writes in front of a message. */
#include <stdbool.h>
#include <string.h>

#include "cursor.h"
#include "id.h"

static bool
is_alnum(char c)
{
	return cursor_is_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* Past "2026-11-24 18:53:22", perhaps ".123" and " +0100", and a space. */
static size_t
skip_time(const char *p, size_t n)
{
	static const char form[] = "dddd-dd-dd dd:dd:dd";
	size_t i;

	for (i = 0; i < sizeof(form) - 1; i++)
		if (i == n ||
		    (form[i] == 'd' ? !cursor_is_digit(p[i]) : p[i] != form[i]))
			return 0;
	if (i < n && p[i] == '.')
		for (i++; i < n && cursor_is_digit(p[i]);)
			i++;
	if (n - i > 6 && p[i] == ' ' && (p[i + 1] == '+' || p[i + 1] == '-') &&
	    cursor_is_digit(p[i + 2]))
		i += 6;
	return i < n && p[i] == ' ' ? i + 1 : 0;
}

/*
 * "[1/2] " and "[1\\6] ": syslog gets long and many-lined messages in parts, of
 * which the first holds the time again.  The others are no messages.
 */
static size_t
skip_part(const char *p, size_t n)
{
	size_t i = 3;

	if (n < 6 || p[0] != '[' || p[1] != '1' ||
	    (p[2] != '/' && p[2] != '\\'))
		return 0;
	while (i < n && cursor_is_digit(p[i]))
		i++;
	if (i == 3 || n - i < 2 || p[i] != ']' || p[i + 1] != ' ')
		return 0;
	return i + 2;
}

/* "[1234] ": the process, with log_selector = +pid. */
static size_t
skip_pid(const char *p, size_t n)
{
	size_t i = 1;

	if (n == 0 || p[0] != '[')
		return 0;
	while (i < n && cursor_is_digit(p[i]))
		i++;
	if (i == 1 || n - i < 2 || p[i] != ']' || p[i + 1] != ' ')
		return 0;
	return i + 2;
}

/* "1xVvdi-00014J-0S ", or since 4.97 "1tBcDe-00000001abc-2xYz ". */
static size_t
skip_id(const char *p, size_t n)
{
	static const size_t longer[] = { 6, 11, 4 }, shorter[] = { 6, 6, 2 };
	const size_t *parts = n > 23 && p[18] == '-' ? longer : shorter;
	size_t i = 0, k;
	int part;

	for (part = 0; part < 3; part++) {
		if (part > 0 && (i == n || p[i++] != '-'))
			return 0;
		for (k = 0; k < parts[part]; k++, i++)
			if (i == n || !is_alnum(p[i]))
				return 0;
	}
	if (i == n || p[i] != ' ')
		return 0;
	return i + 1;
}

/* With dnssec logged, a message that begins with a host has " DS" in front. */
static size_t
skip_dnssec(const char *p, size_t n)
{
	return n > 5 && memcmp(p, " DSH=", 5) == 0 ? 3 : 0;
}

size_t
id_take_exim(const char *p, size_t n)
{
	size_t skip;

	skip = skip_part(p, n);
	skip += skip_time(p + skip, n - skip);
	skip += skip_pid(p + skip, n - skip);
	skip += skip_id(p + skip, n - skip);
	return skip + skip_dnssec(p + skip, n - skip);
}
