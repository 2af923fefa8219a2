/* Times that are a number of seconds. */
#include <string.h>

#include "stamp_number.h"

#define SECONDS_MAX ((int64_t)32503680000) /* the year 3000 */
#define TAI_BASE    ((int64_t)1 << 62)
#define TAI_AHEAD   10 /* seconds; what multilog adds */

/* "1795546979.136402" */
static enum stamp_form
read_unix(struct cursor *c, int64_t *seconds)
{
	int64_t t = 0;
	size_t digits = 0;

	for (; c->p < c->end && chars_is_digit(*c->p) && digits < 12; digits++)
		t = t * 10 + (*c->p++ - '0');
	if (digits < 8 || t > SECONDS_MAX || !cursor_skip(c, '.') ||
	    cursor_skip_digits(c) == 0)
		return STAMP_NONE;
	*seconds = t;
	return STAMP_OTHER;
}

/* "[ 3160.982131]", "[ 3160.982131 <    0.000123 >]" */
static enum stamp_form
skip_uptime(struct cursor *c)
{
	const char *p;

	for (p = c->p + 1; p < c->end && p - c->p < 48; p++) {
		if (*p == ']' && chars_is_digit(p[-1] == '>' ? '0' : p[-1])) {
			c->p = p + 1;
			return STAMP_OTHER;
		}
		if (!chars_is_digit(*p) && *p != ' ' && *p != '.' &&
		    *p != '<' && *p != '>')
			break;
	}
	return STAMP_NONE;
}

/* "@400000006a1f3c240a2b3c4d" */
static enum stamp_form
read_tai(struct cursor *c, int64_t *seconds)
{
	static const char hex[] = "0123456789abcdef";
	const char *start = ++c->p, *digit;
	uint64_t t = 0;

	for (; c->p < c->end; c->p++) {
		digit = memchr(hex, *c->p, sizeof(hex) - 1);
		if (digit == NULL)
			break;
		if (c->p - start < 16)
			t = t << 4 | (uint64_t)(digit - hex);
	}
	if (c->p - start != 16 && c->p - start != 24)
		return STAMP_NONE;
	if (t < (uint64_t)TAI_BASE || t > (uint64_t)(TAI_BASE + SECONDS_MAX))
		return STAMP_NONE;
	*seconds = (int64_t)t - TAI_BASE - TAI_AHEAD;
	return *seconds > 0 ? STAMP_OTHER : STAMP_NONE;
}

enum stamp_form
stamp_read_number(struct cursor *c, int64_t *seconds)
{
	if (cursor_is_at(c, '['))
		return skip_uptime(c);
	if (cursor_is_at(c, '@'))
		return read_tai(c, seconds);
	return read_unix(c, seconds);
}
