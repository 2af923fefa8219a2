/* The head of a log line, taken apart by position. */
#ifndef SMTPBAN_HEADER_H
#define SMTPBAN_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entry.h"
#include "journal_export.h"
#include "stamp.h"

struct header {
	int64_t time;     /* seconds since the epoch; 0: the form has none */
	const char *host; /* decides nothing; only compared */
	size_t host_len;  /* 0: none */
	const char *tag;  /* postfix/submission/smtpd */
	size_t tag_len;
	const char *program; /* the last component of the tag: smtpd */
	size_t program_len;
	uint32_t pid;        /* 0: none */
	const char *message; /* what follows */
	size_t message_len;
	uint32_t repeated;  /* 1, or N of "message repeated N times" */
	uint32_t again;     /* N of "last message repeated N times", else 0 */
	uint32_t lines_ago; /* where the message was, in a journal's export */
	bool own_file;      /* Exim's: it came through no syslog */
};

/* What one stream of lines needs.  All zero to begin with. */
struct header_reader {
	struct stamp_clock clock;
	struct journal_export export;
	struct entry entry; /* of a journal, or a message that was put right */
};

/*
 * Read a line of n bytes.  Each line may be of another form:
 *
 *	[<PRI>]TIME [<facility.level>] [HOST] [facility.level] TAG[PID]: MESSAGE
 *	    with any time of stamp.h; also [ID N facility.level] before the tag
 *	    or the message, and metalog's "[TAG] MESSAGE"
 *	[<PRI>]1 TIME HOST TAG PID MSGID SD MESSAGE	RFC 5424
 *	2026-11-24 18:52:36 [[PID] ]MESSAGE	Exim's own file: the tag is exim
 *	{"MESSAGE":"...", ...}	journalctl -o json
 *	NAME=VALUE ...		journalctl -o export: a message comes out with
 *	    the empty line that ends its entry
 *
 * Exim's own time after that of syslog is passed over, and Dovecot's level
 * "Info: ", which syslog does not have; Dovecot's own file comes out with the
 * tag dovecot and its process as the beginning of the message.
 *
 * The texts of h point into the line, or into the reader until its next line.
 * Returns false if the line has no tag and message, of which then nothing is
 * set; h->time is set, or 0, in any case.  With again no message is set.
 */
bool header_parse(struct header_reader *, const char *line, size_t n,
    int64_t now, struct header *h);

/*
 * Only the time of a line, by itself; 0 if it has none.  Of an export only the
 * first line of an entry has one: other lines may hold a client's text.
 */
int64_t header_peek_time(const char *line, size_t n, int64_t now);

#endif
