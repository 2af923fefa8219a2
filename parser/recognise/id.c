/* Ids that come first in a message, and tell its session or its mail. */
#include <stdbool.h>
#include <string.h>

#include "id.h"

#define POSTFIX_MIN 5
#define POSTFIX_MAX 24

#define OPENSMTPD_LEN 16
#define SENDMAIL_MIN  8
#define SENDMAIL_MAX  24
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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* OpenSMTPD's session: sixteen hexadecimal digits and a space. */
static size_t
take_opensmtpd(const char *p, size_t n, size_t *len)
{
	size_t i;

	if (n <= OPENSMTPD_LEN || p[OPENSMTPD_LEN] != ' ')
		return 0;
	for (i = 0; i < OPENSMTPD_LEN; i++)
		if (!is_digit(p[i]) && (p[i] < 'a' || p[i] > 'f'))
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

	if (n < SENDMAIL_MIN || n > SENDMAIL_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!is_digit(p[i]) && (p[i] < 'A' || p[i] > 'Z') &&
		    (p[i] < 'a' || p[i] > 'z'))
			return false;
	for (i = n - SENDMAIL_PID; i < n; i++)
		if (!is_digit(p[i]))
			return false;
	return true;
}

/* "6AOIqbFN004189: ", "SAA01234: ", "NOQUEUE: " */
static size_t
take_sendmail(const char *p, size_t n, size_t *len)
{
	static const char none[] = "NOQUEUE";
	const char *colon;

	colon = memchr(p, ':', n < SENDMAIL_MAX + 2 ? n : SENDMAIL_MAX + 2);
	if (colon == NULL || p + n - colon < 2 || colon[1] != ' ')
		return 0;
	*len = (size_t)(colon - p);
	if (*len == sizeof(none) - 1 && memcmp(p, none, *len) == 0)
		*len = 0;
	else if (!is_sendmail(p, *len)) {
		*len = 0;
		return 0;
	}
	return (size_t)(colon - p) + 2;
}

size_t
id_take(enum rule_id form, const char *p, size_t n, size_t *len)
{
	*len = 0;
	switch (form) {
	case RULE_ID_POSTFIX:
		return take_postfix(p, n, len);
	case RULE_ID_OPENSMTPD:
		return take_opensmtpd(p, n, len);
	case RULE_ID_SENDMAIL:
		return take_sendmail(p, n, len);
	case RULE_ID_EXIM:
		return id_take_exim(p, n);
	default:
		return 0;
	}
}
