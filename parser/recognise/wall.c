/* Local wall clock times of log lines, to seconds. */
#include <time.h>

#include "wall.h"

#define DAY         86400
#define OUT_OF_TURN 600 /* seconds; lines are not later than that */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
wall_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month] +
	    (month == 1 && (year == WALL_NO_YEAR || is_leap(year)));
}

/* Days from 1 January 1970, for years from there on. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
		273, 304, 334 };
	int64_t y = year - 1;

	return 365 * (int64_t)(year - 1970) + (y / 4 - y / 100 + y / 400) -
	    477 + before[month] + (month > 1 && is_leap(year)) + day - 1;
}

int64_t
wall_utc(const struct wall *w, int offset)
{
	return days_since_epoch(w->year, w->month, w->day) * DAY +
	    (int64_t)w->hour * 3600 + (int64_t)w->minute * 60 + w->second -
	    offset;
}

/* Local wall clock to seconds, or -1 if it does not exist as isdst says. */
static int64_t
local_seconds(const struct tm *wall, int isdst)
{
	struct tm tm = *wall;
	time_t t;

	tm.tm_isdst = isdst;
	t = mktime(&tm);
	if (t == -1 || (isdst >= 0 && tm.tm_isdst != isdst))
		return -1;
	return t;
}

/*
 * A wall clock time that comes twice, when daylight saving ends, is the first
 * one unless that would jump back behind the line before.
 */
static int64_t
resolve_local(const struct tm *wall, int64_t last, bool *twice)
{
	int64_t t = local_seconds(wall, -1), other;
	int64_t first, second;

	other = local_seconds(wall, 0);
	if (other == t || other == -1)
		other = local_seconds(wall, 1);
	*twice = other != -1 && other != t;
	if (!*twice)
		return t;
	first = t < other ? t : other;
	second = t < other ? other : t;
	if (last > first + OUT_OF_TURN && last < second + DAY / 8)
		return second;
	return first;
}

/* Is the hour of this wall clock time, at t, 3600 seconds in one piece? */
static bool
is_whole_hour(const struct tm *wall, int64_t t)
{
	time_t start = t - (int64_t)wall->tm_min * 60, last = start + 3540;
	struct tm a, b;

	return localtime_r(&start, &a) != NULL &&
	    localtime_r(&last, &b) != NULL && a.tm_hour == wall->tm_hour &&
	    a.tm_min == 0 && b.tm_hour == wall->tm_hour && b.tm_min == 59;
}

/* Fill the cache from a time with its year; false if there is no such one. */
static bool
cache_hour(struct stamp_clock *clock, const struct tm *wall, int64_t limit)
{
	bool twice;
	int64_t t;

	if (wall->tm_mday > wall_month_days(wall->tm_year + 1900, wall->tm_mon))
		return false;
	t = resolve_local(wall, clock->last, &twice);
	if (t < DAY || t > limit)
		return false;
	clock->base = t - (int64_t)wall->tm_min * 60;
	clock->minute = twice || !is_whole_hour(wall, t) ? wall->tm_min : -1;
	return true;
}

/* The latest year in which that is at most a day from now. */
static void
infer_year(struct stamp_clock *clock, struct tm *wall)
{
	time_t limit = clock->now + DAY;
	struct tm tm;
	int tries;

	if (localtime_r(&limit, &tm) == NULL)
		return;
	wall->tm_year = tm.tm_year;
	for (tries = 0; tries < 9; tries++, wall->tm_year--)
		if (cache_hour(clock, wall, limit))
			return;
}

static void
compute_hour(struct stamp_clock *clock, const struct wall *w)
{
	struct tm tm = { 0 };

	tm.tm_mon = w->month;
	tm.tm_mday = w->day;
	tm.tm_hour = w->hour;
	tm.tm_min = w->minute;
	clock->base = clock->text_base = 0;
	if (w->year == WALL_NO_YEAR) {
		infer_year(clock, &tm);
		return;
	}
	tm.tm_year = w->year - 1900;
	(void)cache_hour(clock, &tm, INT64_MAX);
}

int64_t
wall_local(struct stamp_clock *clock, const struct wall *w, int64_t now)
{
	int key;

	key = (((w->year + 1) * 12 + w->month) * 32 + w->day) * 24 + w->hour;
	if (key != clock->hour_key || now / 60 != clock->now / 60 ||
	    (clock->minute != -1 && clock->minute != w->minute)) {
		clock->hour_key = key;
		clock->now = now;
		compute_hour(clock, w);
	}
	if (clock->base == 0)
		return 0;
	return clock->base + (int64_t)w->minute * 60 + w->second;
}
