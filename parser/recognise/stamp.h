/* The time of a log line, in seconds. */
#ifndef SMTPBAN_STAMP_H
#define SMTPBAN_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "cursor.h"

/*
 * What one stream of lines needs to turn local times without a year into
 * seconds.  All zero to begin with.  Where TZ is not set, glibc looks at
 * /etc/localtime again and again: a process that cannot reach it sets TZ to
 * ":/etc/localtime" and calls tzset(3) while it still can.
 */
struct stamp_clock {
	int64_t last; /* time of the line before; 0: none */
	int64_t base; /* epoch at the start of the cached hour */
	int64_t now;  /* of the caller, when it was computed */
	int hour_key; /* month, day, hour; 0: nothing cached */
	int minute;   /* only this one holds; -1: the whole hour */
};

/*
 * Read "Mon DD HH:MM:SS", local time without a year, or
 * "YYYY-MM-DDTHH:MM:SS+HH:MM"; fractions of seconds are passed over.  The year
 * is the latest that puts the time at most a day after now.  Returns false,
 * and *seconds is 0, if there is no time.
 */
bool stamp_read(struct stamp_clock *, struct cursor *, int64_t now,
    int64_t *seconds);

#endif
