#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

static bool
colour_is_shown(FILE *out)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
	int fd = fileno(out);

	return fd != -1 && isatty(fd) == 1 && term != NULL &&
	    strcmp(term, "dumb") != 0 && (none == NULL || none[0] == '\0');
}

/* Of the eight colours that every terminal has, on any background. */
const char *
colour_begin(FILE *out, enum colour colour)
{
	static const char *const begins[] = {
		[COLOUR_PLAIN] = "",
		[COLOUR_HEADING] = "\033[1m",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_REMARK] = "\033[33m",
		[COLOUR_WRONG] = "\033[1;31m",
		[COLOUR_FAINT] = "\033[2m",
	};

	return colour_is_shown(out) ? begins[colour] : "";
}

const char *
colour_end(FILE *out, enum colour colour)
{
	return colour_begin(out, colour)[0] != '\0' ? "\033[0m" : "";
}
