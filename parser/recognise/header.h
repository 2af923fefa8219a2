/* The head of a log line, taken apart by position. */
#ifndef SMTPBAN_HEADER_H
#define SMTPBAN_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stamp.h"

struct header {
	int64_t time;    /* seconds since the epoch */
	const char *tag; /* postfix/submission/smtpd */
	size_t tag_len;
	const char *program; /* the last component of the tag: smtpd */
	size_t program_len;
	uint32_t pid;        /* 0: none */
	const char *message; /* what follows */
	size_t message_len;
	uint32_t repeated; /* 1, or N of "message repeated N times" */
};

/*
 * Read a syslog line of n bytes: an RFC 3164 or RFC 3339 time with an optional
 * priority in front, an optional <facility.level>, an optional host, the tag
 * with or without pid.  The texts of h point into the line.  Returns false if
 * it is no such line; h->time is set, or 0, in any case.
 */
bool header_parse(struct stamp_clock *, const char *line, size_t n, int64_t now,
    struct header *h);

#endif
