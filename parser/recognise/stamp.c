/* The time of a log line, in seconds. */
#include <string.h>
#include <time.h>

#include "stamp.h"

#define DAY         86400
#define OUT_OF_TURN 600 /* seconds; lines are not later than that */

/* Two digits at p, or -1. */
static int
two_digits(const char *p)
{
	if (!cursor_is_digit(p[0]) || !cursor_is_digit(p[1]))
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* "HH:MM:SS" and an optional fraction. */
static bool
read_clock(struct cursor *c, int *hour, int *minute, int *second)
{
	uint32_t fraction;

	if (c->end - c->p < 8 || c->p[2] != ':' || c->p[5] != ':')
		return false;
	*hour = two_digits(c->p);
	*minute = two_digits(c->p + 3);
	*second = two_digits(c->p + 6);
	if (*hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 ||
	    *second < 0 || *second > 60)
		return false;
	c->p += 8;
	if (c->end - c->p > 1 && (*c->p == '.' || *c->p == ',') &&
	    cursor_is_digit(c->p[1])) {
		c->p++;
		(void)cursor_number(c, &fraction);
	}
	return true;
}

static int
read_month(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int i;

	for (i = 0; i < 12; i++)
		if (memcmp(p, names + (size_t)i * 3, 3) == 0)
			return i;
	return -1;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month] + (month == 1 && is_leap(year));
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

/* Fill the cache: the latest year in which that is at most a day from now. */
static void
infer_hour(struct stamp_clock *clock, struct tm *wall)
{
	time_t limit = clock->now + DAY;
	struct tm tm;
	int64_t t;
	int tries;
	bool twice;

	clock->base = 0;
	if (localtime_r(&limit, &tm) == NULL)
		return;
	wall->tm_year = tm.tm_year;
	for (tries = 0; tries < 9; tries++, wall->tm_year--) {
		if (wall->tm_mday >
		    month_days(wall->tm_year + 1900, wall->tm_mon))
			continue;
		t = resolve_local(wall, clock->last, &twice);
		if (t > limit || t < DAY)
			continue;
		clock->base = t - (int64_t)wall->tm_min * 60;
		clock->minute =
		    twice || !is_whole_hour(wall, t) ? wall->tm_min : -1;
		return;
	}
}

/* "Mon DD HH:MM:SS": local time, and the year is absent. */
static bool
read_rfc3164(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	struct tm wall = { 0 };
	int month, day, second, key;

	if (c->end - c->p < 15 || c->p[3] != ' ' || c->p[6] != ' ')
		return false;
	month = read_month(c->p);
	if (c->p[4] == ' ')
		day = cursor_is_digit(c->p[5]) ? c->p[5] - '0' : -1;
	else
		day = two_digits(c->p + 4);
	if (month < 0 || day < 1 || day > month_days(2000, month))
		return false;
	c->p += 7;
	if (!read_clock(c, &wall.tm_hour, &wall.tm_min, &second))
		return false;
	key = ((month + 1) * 32 + day) * 24 + wall.tm_hour;
	if (key != clock->hour_key || now / 60 != clock->now / 60 ||
	    (clock->minute != -1 && clock->minute != wall.tm_min)) {
		wall.tm_mon = month;
		wall.tm_mday = day;
		clock->hour_key = key;
		clock->now = now;
		infer_hour(clock, &wall);
	}
	*seconds = clock->base + (int64_t)wall.tm_min * 60 + second;
	return clock->base != 0;
}

/* "Z", "+HH:MM", "+HHMM" as seconds east of Greenwich. */
static bool
read_offset(struct cursor *c, int *offset)
{
	int sign, hours, minutes;

	if (cursor_skip(c, 'Z')) {
		*offset = 0;
		return true;
	}
	if (c->end - c->p < 5 || (*c->p != '+' && *c->p != '-'))
		return false;
	sign = *c->p++ == '-' ? -1 : 1;
	hours = two_digits(c->p);
	c->p += 2;
	(void)cursor_skip(c, ':');
	if (c->end - c->p < 2)
		return false;
	minutes = two_digits(c->p);
	c->p += 2;
	if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* "YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM" */
static bool
read_rfc3339(struct cursor *c, int64_t *seconds)
{
	const char *p = c->p;
	int century, year, month, day, hour, minute, second, offset;

	if (c->end - p < 20 || p[4] != '-' || p[7] != '-' || p[10] != 'T')
		return false;
	century = two_digits(p);
	year = two_digits(p + 2);
	month = two_digits(p + 5) - 1;
	day = two_digits(p + 8);
	if (century < 0 || year < 0 || month < 0 || month > 11)
		return false;
	year += century * 100;
	if (year < 1970 || day < 1 || day > month_days(year, month))
		return false;
	c->p += 11;
	if (!read_clock(c, &hour, &minute, &second) || !read_offset(c, &offset))
		return false;
	*seconds = days_since_epoch(year, month, day) * DAY +
	    (int64_t)hour * 3600 + (int64_t)minute * 60 + second - offset;
	return true;
}

bool
stamp_read(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	bool good;

	*seconds = 0;
	if (c->p == c->end)
		return false;
	good = cursor_is_digit(*c->p) ? read_rfc3339(c, seconds) :
					read_rfc3164(clock, c, now, seconds);
	if (!good)
		*seconds = 0;
	else
		clock->last = *seconds;
	return good;
}
