/* Text that others chose: no byte of it may act on a terminal or a table. */
#ifndef SMTPBAN_ESCAPE_H
#define SMTPBAN_ESCAPE_H

#include <stddef.h>

#define ESCAPE_LEN 5 /* of one byte at most, with its NUL */

/*
 * A byte as printable ASCII: itself, "\\" for a backslash, "\xNN" for what is
 * none.  Returns its length.
 */
size_t escape_byte(unsigned char, char out[ESCAPE_LEN]);

/* So all of a text to the end of line[size]; what does not fit is left out. */
void escape_append(char *line, size_t size, const char *);

/* So n bytes to standard output. */
void escape_put(const char *, size_t n);

#endif
