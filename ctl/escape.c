#include <stdio.h>
#include <string.h>

#include "escape.h"

size_t
escape_byte(unsigned char c, char out[ESCAPE_LEN])
{
	if (c == '\\')
		(void)strlcpy(out, "\\\\", ESCAPE_LEN);
	else if (c >= 0x20 && c < 0x7f)
		(void)snprintf(out, ESCAPE_LEN, "%c", c);
	else
		(void)snprintf(out, ESCAPE_LEN, "\\x%02x", c);
	return strlen(out);
}

void
escape_append(char *line, size_t size, const char *text)
{
	char one[ESCAPE_LEN];

	for (; *text != '\0'; text++) {
		(void)escape_byte((unsigned char)*text, one);
		strlcat(line, one, size);
	}
}

void
escape_put(const char *s, size_t n)
{
	char one[ESCAPE_LEN];

	for (; n > 0; s++, n--)
		/* Most are themselves, and printf(3) is slow. */
		if (*s >= 0x20 && *s < 0x7f && *s != '\\')
			putchar_unlocked(*s);
		else {
			(void)escape_byte((unsigned char)*s, one);
			fputs(one, stdout);
		}
}
