/* Local wall clock times of log lines, to seconds. */
#ifndef SMTPBAN_WALL_H
#define SMTPBAN_WALL_H

#include <stdbool.h>
#include <stdint.h>

#define WALL_NO_YEAR (-1)
#define STAMP_TEXT   13
#define STAMP_DATE   11

/* A time as a line has it.  All but the year are in their range. */
struct wall {
	int year;  /* 2026, or WALL_NO_YEAR */
	int month; /* 0 to 11 */
	int day;
	int hour;
	int minute;
	int second; /* 60 in a leap second */
};

/*
 * What one stream of lines needs to turn local times into seconds.  All zero
 * to begin with.  Where TZ is not set, glibc looks at /etc/localtime again and
 * again: a process that cannot reach it sets TZ to ":/etc/localtime" and calls
 * tzset(3) while it still can.
 */
struct stamp_clock {
	int64_t last;          /* time of the line before; 0: none */
	int64_t base;          /* epoch at the start of the cached hour */
	int64_t now;           /* of the caller, when it was computed */
	int hour_key;          /* year, month, day, hour; 0: nothing cached */
	int minute;            /* only this one holds; -1: the whole hour */
	char text[STAMP_TEXT]; /* "Nov 24 18:52:", which begins at ... */
	int64_t text_base;     /* ... this time; 0: nothing cached */
	char date[STAMP_DATE]; /* "2026-11-24T" */
	int64_t date_base;     /* ... and its midnight UTC; 0: not cached */
};

/* Days of that month; of a leap year where the year is absent. */
int wall_month_days(int year, int month);

/*
 * Seconds of a local time, or 0.  A year that is absent is the latest that
 * puts the time at most a day after now.
 */
int64_t wall_local(struct stamp_clock *, const struct wall *, int64_t now);

/* Seconds of a time that is ahead of UTC by that many seconds. */
int64_t wall_utc(const struct wall *, int offset);

#endif
