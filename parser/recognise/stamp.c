/* The time of a log line, in all the forms that logs have. */
#include <string.h>

#include "stamp.h"
#include "stamp_number.h"

/* Two digits at p, or -1. */
static int
two_digits(const char *p)
{
	if (!chars_is_digit(p[0]) || !chars_is_digit(p[1]))
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* Four digits at p, or -1. */
static int
four_digits(const char *p)
{
	int high = two_digits(p), low = two_digits(p + 2);

	return high < 0 || low < 0 ? -1 : high * 100 + low;
}

/* "HH:MM:SS" and an optional fraction. */
static bool
read_clock(struct cursor *c, struct wall *w)
{
	if (c->end - c->p < 8 || c->p[2] != ':' || c->p[5] != ':')
		return false;
	w->hour = two_digits(c->p);
	w->minute = two_digits(c->p + 3);
	w->second = two_digits(c->p + 6);
	if (w->hour < 0 || w->hour > 23 || w->minute < 0 || w->minute > 59 ||
	    w->second < 0 || w->second > 60)
		return false;
	c->p += 8;
	if (c->end - c->p > 1 && (*c->p == '.' || *c->p == ',') &&
	    chars_is_digit(c->p[1])) {
		c->p++;
		(void)cursor_skip_digits(c);
	}
	return true;
}

/* The month that a name of three letters may be, told by its last one. */
static int
guess_month(const char *p)
{
	switch (p[2]) {
	case 'n':
		return p[1] == 'a' ? 0 : 5;
	case 'b':
		return 1;
	case 'r':
		return p[0] == 'M' ? 2 : 3;
	case 'y':
		return 4;
	case 'l':
		return 6;
	case 'g':
		return 7;
	case 'p':
		return 8;
	case 't':
		return 9;
	case 'v':
		return 10;
	default:
		return 11;
	}
}

static int
read_month(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month = guess_month(p);

	return memcmp(p, names + (size_t)month * 3, 3) == 0 ? month : -1;
}

/* "24 ", " 4 ", "04 ", "4 " */
static int
read_day(struct cursor *c)
{
	int day;

	if (c->end - c->p < 3)
		return -1;
	if (c->p[2] == ' ') {
		day = c->p[0] != ' '        ? two_digits(c->p) :
		    chars_is_digit(c->p[1]) ? c->p[1] - '0' :
					      -1;
		c->p += 3;
		return day;
	}
	if (!chars_is_digit(c->p[0]) || c->p[1] != ' ')
		return -1;
	day = c->p[0] - '0';
	c->p += 2;
	return day;
}

/* "Mon DD HH:MM:SS", "Mon DD YYYY HH:MM:SS": local time. */
static bool
read_rfc3164(struct cursor *c, int month, struct wall *w)
{
	if (c->end - c->p < 14 || c->p[3] != ' ')
		return false;
	w->month = month;
	c->p += 4;
	w->day = read_day(c);
	w->year = WALL_NO_YEAR;
	if (c->end - c->p > 5 && c->p[4] == ' ') {
		w->year = four_digits(c->p);
		if (w->year < 1970)
			return false;
		c->p += 5;
	}
	return w->day >= 1 && w->day <= wall_month_days(w->year, w->month) &&
	    read_clock(c, w);
}

/* "YYYY-MM-DD" and what parts it from the clock time: *part. */
static bool
read_date(struct cursor *c, struct wall *w, char *part)
{
	const char *p = c->p;

	if (c->end - p < 19 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != 'T' && p[10] != ' '))
		return false;
	w->year = four_digits(p);
	w->month = two_digits(p + 5) - 1;
	w->day = two_digits(p + 8);
	if (w->year < 1970 || w->month < 0 || w->month > 11 || w->day < 1 ||
	    w->day > wall_month_days(w->year, w->month))
		return false;
	*part = p[10];
	c->p += 11;
	return read_clock(c, w);
}

/* "Z", "+HH:MM", "+HHMM" as seconds east of Greenwich; "+HH" before a space. */
static bool
read_offset(struct cursor *c, int *offset)
{
	const char *p = c->p;
	int sign, hours, minutes = 0;

	if (cursor_skip(c, 'Z')) {
		*offset = 0;
		return true;
	}
	if (c->end - p < 3 || (*p != '+' && *p != '-'))
		return false;
	sign = *p == '-' ? -1 : 1;
	hours = two_digits(p + 1);
	p += 3;
	if (p < c->end && *p == ':')
		p++;
	if (c->end - p >= 2 && (minutes = two_digits(p)) != -1)
		p += 2;
	else if (p[-1] == ':' || p == c->end || *p != ' ')
		return false;
	else
		minutes = 0;
	if (hours < 0 || hours > 15 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	c->p = p;
	return true;
}

/* The offset of an ISO time, if it has one; false if it is malformed. */
static bool
read_iso_offset(struct cursor *c, char part, int *offset, bool *local)
{
	struct cursor ahead = *c;

	*local = false;
	if (c->p == c->end)
		return false;
	if (*c->p != ' ')
		return read_offset(c, offset);
	*local = true;
	if (part != ' ')
		return true;
	ahead.p++;
	if (ahead.p < ahead.end && (*ahead.p == '+' || *ahead.p == '-') &&
	    read_offset(&ahead, offset) && ahead.p < ahead.end &&
	    *ahead.p == ' ') {
		c->p = ahead.p;
		*local = false;
	}
	return true;
}

/* Most lines are of the same day as the one before. */
static bool
is_same_day(const struct stamp_clock *clock, struct cursor *c, int64_t *seconds)
{
	struct cursor rest = *c;
	struct wall w;
	int offset;

	if (clock->date_base == 0 || c->end - c->p < STAMP_DATE + 9 ||
	    memcmp(c->p, clock->date, STAMP_DATE) != 0)
		return false;
	rest.p += STAMP_DATE;
	if (!read_clock(&rest, &w) || !read_offset(&rest, &offset))
		return false;
	*seconds = clock->date_base + (int64_t)w.hour * 3600 +
	    (int64_t)w.minute * 60 + w.second - offset;
	c->p = rest.p;
	return *seconds > 0;
}

static void
keep_day(struct stamp_clock *clock, const char *text, const struct wall *w)
{
	struct wall midnight = *w;

	midnight.hour = midnight.minute = midnight.second = 0;
	memcpy(clock->date, text, STAMP_DATE);
	clock->date_base = wall_utc(&midnight, 0);
}

/* "YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM" and its relatives. */
static enum stamp_form
read_iso(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	const char *text = c->p;
	struct wall w;
	char part;
	int offset;
	bool local;

	if (is_same_day(clock, c, seconds))
		return STAMP_ISO;
	if (!read_date(c, &w, &part) ||
	    !read_iso_offset(c, part, &offset, &local))
		return STAMP_NONE;
	*seconds = local ? wall_local(clock, &w, now) : wall_utc(&w, offset);
	if (*seconds <= 0)
		return STAMP_NONE;
	if (part == ' ')
		return STAMP_PLAIN;
	keep_day(clock, text, &w);
	return STAMP_ISO;
}

bool
stamp_skip_plain(struct cursor *c)
{
	struct cursor ahead = *c;
	struct wall w;
	char part;
	int offset;
	bool local;

	if (!read_date(&ahead, &w, &part) || part != ' ' ||
	    !read_iso_offset(&ahead, part, &offset, &local))
		return false;
	c->p = ahead.p;
	return true;
}

/* "UTC", "GMT", "+03": *offset; other letters are the local zone's. */
static bool
read_zone(struct cursor *c, int *offset, bool *local)
{
	const char *space = memchr(c->p, ' ', cursor_left(c)), *p;

	if (space == NULL || space == c->p)
		return false;
	*local = false;
	*offset = 0;
	if (space - c->p == 3 &&
	    (memcmp(c->p, "UTC", 3) == 0 || memcmp(c->p, "GMT", 3) == 0)) {
		c->p = space;
		return true;
	}
	if (*c->p == '+' || *c->p == '-')
		return read_offset(c, offset) && c->p == space;
	for (p = c->p; p < space; p++)
		if (*p < 'A' || *p > 'Z')
			return false;
	c->p = space;
	*local = true;
	return true;
}

static bool
skip_weekday(struct cursor *c)
{
	static const char names[] = "MonTueWedThuFriSatSun";
	size_t i;

	if (c->end - c->p < 4 || c->p[3] != ' ')
		return false;
	for (i = 0; i < 7; i++)
		if (memcmp(c->p, names + i * 3, 3) == 0) {
			c->p += 4;
			return true;
		}
	return false;
}

/* After the day of the week. */
static enum stamp_form
read_long(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	struct wall w;
	int offset, month;
	bool local = true;
	char part;

	if (c->p < c->end && chars_is_digit(*c->p)) {
		if (!read_date(c, &w, &part) || part != ' ' ||
		    !cursor_skip(c, ' ') || !read_zone(c, &offset, &local))
			return STAMP_NONE;
	} else {
		month = c->end - c->p > 3 ? read_month(c->p) : -1;
		if (month < 0 || !read_rfc3164(c, month, &w))
			return STAMP_NONE;
		if (c->end - c->p > 5 && *c->p == ' ' && c->p[5] == ' ' &&
		    four_digits(c->p + 1) >= 1970) {
			w.year = four_digits(c->p + 1);
			c->p += 5;
		}
	}
	*seconds = local ? wall_local(clock, &w, now) : wall_utc(&w, offset);
	return *seconds > 0 ? STAMP_OTHER : STAMP_NONE;
}

/* Most lines are of the same minute as the one before. */
static bool
is_same_minute(const struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	int second;

	if (clock->text_base == 0 || c->end - c->p <= STAMP_TEXT + 2 ||
	    memcmp(c->p, clock->text, STAMP_TEXT) != 0 ||
	    c->p[STAMP_TEXT + 2] != ' ' || now / 60 != clock->now / 60)
		return false;
	second = two_digits(c->p + STAMP_TEXT);
	if (second < 0 || second > 60)
		return false;
	*seconds = clock->text_base + second;
	c->p += STAMP_TEXT + 2;
	return true;
}

static enum stamp_form
read_month_first(struct stamp_clock *clock, struct cursor *c, int month,
    int64_t now, int64_t *seconds)
{
	const char *text = c->p;
	struct wall w;

	if (is_same_minute(clock, c, now, seconds))
		return STAMP_SYSLOG;
	if (!read_rfc3164(c, month, &w))
		return STAMP_NONE;
	*seconds = wall_local(clock, &w, now);
	clock->text_base = 0;
	if (*seconds != 0 && c->p - text == STAMP_TEXT + 2) {
		memcpy(clock->text, text, STAMP_TEXT);
		clock->text_base = *seconds - w.second;
	}
	return *seconds != 0 ? STAMP_SYSLOG : STAMP_NONE;
}

static enum stamp_form
read_any(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	if (skip_weekday(c))
		return read_long(clock, c, now, seconds);
	if (c->end - c->p > 4 && c->p[4] == '-')
		return read_iso(clock, c, now, seconds);
	return stamp_read_number(c, seconds);
}

enum stamp_form
stamp_read(struct stamp_clock *clock, struct cursor *c, int64_t now,
    int64_t *seconds)
{
	enum stamp_form form;
	int month;

	*seconds = 0;
	if (c->p == c->end)
		return STAMP_NONE;
	if (*c->p >= 'A' && c->end - c->p > 3 &&
	    (month = read_month(c->p)) >= 0)
		form = read_month_first(clock, c, month, now, seconds);
	else
		form = read_any(clock, c, now, seconds);
	if (form == STAMP_NONE)
		*seconds = 0;
	else if (*seconds != 0)
		clock->last = *seconds;
	return form;
}
