/* Ids that come first in a message, and tell its session or its mail. */
#include <stdbool.h>
#include <string.h>

#include "chars.h"
#include "id.h"

#define QUEUE_ID_MAX  24
#define POSTFIX_MIN   5
#define OPENSMTPD_LEN 16
#define SENDMAIL_MIN  8
#define SENDMAIL_PID  5 /* digits at the end, or more */

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

	if (n < POSTFIX_MIN || n > QUEUE_ID_MAX)
		return false;
	for (i = 0; i < n; i++) {
		is_hex &= memchr(hex, p[i], sizeof(hex) - 1) != NULL;
		is_long &= chars_is_alnum(p[i]) &&
		    memchr(vowels, p[i], sizeof(vowels) - 1) == NULL;
	}
	return is_hex || is_long;
}

/* OpenSMTPD's session: sixteen hexadecimal digits and a space. */
static size_t
take_opensmtpd(const char *p, size_t n, size_t *len)
{
	size_t i;

	if (n <= OPENSMTPD_LEN || p[OPENSMTPD_LEN] != ' ')
		return 0;
	for (i = 0; i < OPENSMTPD_LEN; i++)
		if (!chars_is_digit(p[i]) && (p[i] < 'a' || p[i] > 'f'))
			return 0;
	*len = OPENSMTPD_LEN;
	return OPENSMTPD_LEN + 1;
}

/*
 * Sendmail's queue ids: letters and digits, and the process id at the end.
 * "ID[2]: " is a part of a long line, in which the client's text may come
 * first: it is none.
 */
static bool
is_sendmail(const char *p, size_t n)
{
	size_t i;

	if (n < SENDMAIL_MIN || n > QUEUE_ID_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!chars_is_alnum(p[i]))
			return false;
	for (i = n - SENDMAIL_PID; i < n; i++)
		if (!chars_is_digit(p[i]))
			return false;
	return true;
}

/* "3F2A1B0C9D: ", "6AOIqbFN004189: ", "NOQUEUE: " */
static size_t
take_queue_id(const char *p, size_t n, bool (*is_id)(const char *, size_t),
    size_t *len)
{
	const char *end = p + n, *colon;

	colon = chars_find_near(p, end, ':', QUEUE_ID_MAX + 1);
	if (colon == NULL || chars_take(colon, end, ": ") == NULL)
		return 0;
	if (chars_take(p, colon, "NOQUEUE") != colon) {
		if (!is_id(p, (size_t)(colon - p)))
			return 0;
		*len = (size_t)(colon - p);
	}
	return (size_t)(colon - p) + 2;
}

/* "1xVvdi-00014J-0S ", or since 4.97 "1tBcDe-00000001abc-2xYz ". */
static size_t
skip_exim_id(const char *p, size_t n)
{
	static const size_t longer[] = { 6, 11, 4 }, shorter[] = { 6, 6, 2 };
	const size_t *parts = n > 23 && p[18] == '-' ? longer : shorter;
	size_t i = 0, k;
	int part;

	for (part = 0; part < 3; part++) {
		if (part > 0 && (i == n || p[i++] != '-'))
			return 0;
		for (k = 0; k < parts[part]; k++, i++)
			if (i == n || !chars_is_alnum(p[i]))
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

/* The head of the line is without its time and process: see header.h. */
static size_t
take_exim(const char *p, size_t n)
{
	size_t skip = skip_exim_id(p, n);

	return skip + skip_dnssec(p + skip, n - skip);
}

size_t
id_take(enum rule_id form, const char *p, size_t n, size_t *len)
{
	*len = 0;
	switch (form) {
	case RULE_ID_POSTFIX:
		return take_queue_id(p, n, is_postfix, len);
	case RULE_ID_OPENSMTPD:
		return take_opensmtpd(p, n, len);
	case RULE_ID_SENDMAIL:
		return take_queue_id(p, n, is_sendmail, len);
	case RULE_ID_EXIM:
		return take_exim(p, n);
	default:
		return 0;
	}
}
