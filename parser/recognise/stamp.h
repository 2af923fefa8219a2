/* The time of a log line, in all the forms that logs have. */
#ifndef SMTPBAN_STAMP_H
#define SMTPBAN_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "cursor.h"
#include "wall.h"

/* What follows a time depends on its form. */
enum stamp_form {
	STAMP_NONE,   /* there is no time */
	STAMP_SYSLOG, /* RFC 3164: Nov 24 18:52:36 */
	STAMP_ISO,    /* RFC 3339, and journalctl's short-iso */
	STAMP_PLAIN,  /* 2026-11-24 18:52:36: Exim's own, and Dovecot's */
	STAMP_OTHER,  /* journalctl's other forms, TAI64N */
};

/*
 * Read the time at the cursor:
 *
 *	Mon DD HH:MM:SS		RFC 3164: local time; the day with a space, a
 *				zero or nothing in front, or a year after it
 *	Www Mon DD HH:MM:SS YYYY	OpenWrt's logread, local time
 *	YYYY-MM-DDTHH:MM:SS	with Z, +HH:MM or +HHMM; else local time
 *	YYYY-MM-DD HH:MM:SS	the same, an offset also after a space
 *	Www YYYY-MM-DD HH:MM:SS ZONE	journalctl -o short-full: UTC, GMT or
 *				an offset; any other name is the local one
 *	SECONDS.FRACTION	journalctl -o short-unix
 *	[SECONDS.FRACTION]	short-monotonic: the time is 0
 *	@HEX			TAI64 and TAI64N, of multilog
 *
 * Fractions of seconds are passed over.  *seconds is 0 if the form is
 * STAMP_NONE, or has no time.
 */
enum stamp_form stamp_read(struct stamp_clock *, struct cursor *, int64_t now,
    int64_t *seconds);

/* Past a time in the form of STAMP_PLAIN; false if there is none. */
bool stamp_skip_plain(struct cursor *);

#endif
