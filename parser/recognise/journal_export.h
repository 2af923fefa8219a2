/* journalctl -o export: an entry of many lines, ended by an empty one. */
#ifndef SMTPBAN_JOURNAL_EXPORT_H
#define SMTPBAN_JOURNAL_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entry.h"

enum journal_state {
	JOURNAL_IDLE,   /* not in an entry */
	JOURNAL_FIELDS, /* in one, at the beginning of a line */
	JOURNAL_LENGTH, /* in the length of a binary field */
	JOURNAL_DATA,   /* in its value */
	JOURNAL_LOST,   /* in a value whose end is not known */
};

#define JOURNAL_ID_LEN 32

/*
 * Where a stream is in an export.  All zero to begin with.  A binary field is
 * NAME, a newline, its length in 8 bytes (little-endian), the bytes, a
 * newline: all of these come in as lines.
 */
struct journal_export {
	enum journal_state state;
	enum entry_field field;  /* of the value being read */
	unsigned nlength;        /* bytes of its length that were read */
	uint64_t length;         /* of its value */
	uint64_t left;           /* of it yet to come */
	uint32_t lines;          /* since the message */
	bool cursor;             /* this entry has shown its cursor */
	bool known;              /* id and boot are set */
	char id[JOURNAL_ID_LEN]; /* in the last cursor: see same_journal */
	char boot[JOURNAL_ID_LEN];
};

enum journal_line {
	JOURNAL_NONE, /* the line belongs to no entry */
	JOURNAL_PART, /* to one that goes on, or that cannot be read */
	JOURNAL_END,  /* it ended one */
};

/*
 * Take a line of n bytes, without its newline.  One that has RECOGNISE_LINE_MAX
 * bytes may have been cut.  The entry is whole with JOURNAL_END.
 */
enum journal_line journal_export_line(struct journal_export *, struct entry *,
    const char *line, size_t n);

/*
 * The time in seconds of an entry whose first line this is, or 0.  Other lines
 * do not tell: they may be in the value of a field.
 */
int64_t journal_export_peek(const char *line, size_t n);

#endif
