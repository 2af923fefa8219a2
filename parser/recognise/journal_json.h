/* journalctl -o json: an object a line. */
#ifndef SMTPBAN_JOURNAL_JSON_H
#define SMTPBAN_JOURNAL_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "entry.h"

/*
 * Read a line of n bytes into an entry.  The fields may come in any order; of
 * those that nobody looks at the values may be whatever JSON has.  A text is a
 * string, or an array of its bytes.  Of a line that was cut, because it is
 * longer than RECOGNISE_LINE_MAX, only those values are taken that are whole.
 * Returns false if it is no such object; then the entry may be part of one.
 */
bool journal_json_read(struct entry *, const char *line, size_t n);

#endif
