/* Colour, where it can be seen. */
#ifndef SMTPBAN_COLOUR_H
#define SMTPBAN_COLOUR_H

#include <stdio.h>

/* What a text is; how that looks is for this module alone. */
enum colour {
	COLOUR_PLAIN,
	COLOUR_HEADING,
	COLOUR_GOOD,
	COLOUR_REMARK, /* wants a look */
	COLOUR_WRONG,
	COLOUR_FAINT, /* over, or less than the rest */
};

/*
 * The sequence of ECMA-48 (SGR) that begins, or ends, such a text; empty if
 * the file is no terminal, TERM is unset or "dumb", or NO_COLOR is set and
 * not empty (no-color.org).
 */
const char *colour_begin(FILE *, enum colour);
const char *colour_end(FILE *, enum colour);

#endif
