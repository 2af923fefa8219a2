/* Ids that come first in a message, and tell its session or its mail. */
#include <stdbool.h>
#include <string.h>

#include "id.h"

#define POSTFIX_MIN 5
#define POSTFIX_MAX 24

/*
 * Postfix's queue ids: hexadecimal, or digits and consonants.  No word of a
 * message looks like one.
 */
static bool
is_postfix(const char *p, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char vowels[] = "AEIOUaeiou";
	bool is_hex = true, is_long = true;
	size_t i;

	if (n < POSTFIX_MIN || n > POSTFIX_MAX)
		return false;
	for (i = 0; i < n; i++) {
		is_hex &= memchr(hex, p[i], sizeof(hex) - 1) != NULL;
		is_long &= ((p[i] >= '0' && p[i] <= '9') ||
			       (p[i] >= 'A' && p[i] <= 'Z') ||
			       (p[i] >= 'a' && p[i] <= 'z')) &&
		    memchr(vowels, p[i], sizeof(vowels) - 1) == NULL;
	}
	return is_hex || is_long;
}

/* "3F2A1B0C9D: ", "4TJ0v82Yqrz1Fj5: ", "NOQUEUE: " */
static size_t
take_postfix(const char *p, size_t n, size_t *len)
{
	static const char none[] = "NOQUEUE";
	const char *colon;

	colon = memchr(p, ':', n < POSTFIX_MAX + 2 ? n : POSTFIX_MAX + 2);
	if (colon == NULL || p + n - colon < 2 || colon[1] != ' ')
		return 0;
	*len = (size_t)(colon - p);
	if (*len == sizeof(none) - 1 && memcmp(p, none, *len) == 0)
		*len = 0;
	else if (!is_postfix(p, *len))
		return 0;
	return (size_t)(colon - p) + 2;
}

size_t
id_take(enum rule_id form, const char *p, size_t n, size_t *len)
{
	*len = 0;
	switch (form) {
	case RULE_ID_POSTFIX:
		return take_postfix(p, n, len);
	default:
		return 0;
	}
}
