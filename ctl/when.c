#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ban.h"
#include "when.h"

#define HALF_YEAR (INT64_C(183) * 86400)

/* A time that is out of the calendar's range, as a bare number. */
static const char *
when_number(int64_t t, char buf[WHEN_STRLEN])
{
	snprintf(buf, WHEN_STRLEN, "@%" PRId64, t);
	return buf;
}

const char *
when_utc(int64_t t, char buf[WHEN_STRLEN])
{
	time_t tt = (time_t)t;
	struct tm tm;

	if (gmtime_r(&tt, &tm) == NULL ||
	    strftime(buf, WHEN_STRLEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return when_number(t, buf);
	return buf;
}

/* The words for the times that are none. */
static const char *
when_word(int64_t t)
{
	if (t == 0)
		return "never";
	return t == BAN_FOR_EVER ? "for ever" : NULL;
}

const char *
when_local(int64_t t, char buf[WHEN_STRLEN])
{
	const char *word = when_word(t);
	time_t tt = (time_t)t;
	struct tm tm;

	if (word != NULL) {
		strlcpy(buf, word, WHEN_STRLEN);
		return buf;
	}
	if (localtime_r(&tt, &tm) == NULL ||
	    strftime(buf, WHEN_STRLEN, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return when_number(t, buf);
	return buf;
}

const char *
when_short(int64_t t, int64_t now, char buf[WHEN_STRLEN])
{
	const char *word = when_word(t);
	time_t tt = (time_t)t;
	struct tm tm;

	if (word != NULL) {
		strlcpy(buf, word, WHEN_STRLEN);
		return buf;
	}
	if (localtime_r(&tt, &tm) == NULL)
		return when_number(t, buf);
	if (t > now - HALF_YEAR && t < now + HALF_YEAR)
		strftime(buf, WHEN_STRLEN, "%m-%d %H:%M", &tm);
	else if (strftime(buf, WHEN_STRLEN, "%Y-%m-%d", &tm) == 0)
		return when_number(t, buf);
	return buf;
}

static const struct unit {
	uint64_t seconds;
	char name;
} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

/* The largest of which there are that many; or the least. */
static const struct unit *
unit_find(uint64_t seconds, uint64_t many)
{
	const struct unit *u = units;

	while (u->seconds > 1 && seconds < many * u->seconds)
		u++;
	return u;
}

const char *
when_span(uint64_t seconds, char buf[WHEN_STRLEN])
{
	const struct unit *u = unit_find(seconds, 1);
	uint64_t whole = seconds / u->seconds, rest = 0;

	if (u->seconds > 1)
		rest = seconds % u->seconds / u[1].seconds;
	if (rest != 0)
		snprintf(buf, WHEN_STRLEN, "%" PRIu64 "%c %" PRIu64 "%c", whole,
		    u->name, rest, u[1].name);
	else
		snprintf(buf, WHEN_STRLEN, "%" PRIu64 "%c", whole, u->name);
	return buf;
}

static const char *
when_round(uint64_t seconds, char buf[WHEN_STRLEN])
{
	const struct unit *u = unit_find(seconds, 2);

	snprintf(buf, WHEN_STRLEN, "%" PRIu64 "%c", seconds / u->seconds,
	    u->name);
	return buf;
}

typedef const char *span_text(uint64_t, char[WHEN_STRLEN]);

static const char *
when_from_now(int64_t t, int64_t now, span_text *text, char buf[WHEN_STRLEN])
{
	char span[WHEN_STRLEN];

	if (when_word(t) != NULL)
		buf[0] = '\0';
	else if (t == now)
		strlcpy(buf, "now", WHEN_STRLEN);
	else if (t > now)
		snprintf(buf, WHEN_STRLEN, "in %.40s",
		    text((uint64_t)t - (uint64_t)now, span));
	else
		snprintf(buf, WHEN_STRLEN, "%.40s ago",
		    text((uint64_t)now - (uint64_t)t, span));
	return buf;
}

const char *
when_relative(int64_t t, int64_t now, char buf[WHEN_STRLEN])
{
	return when_from_now(t, now, when_span, buf);
}

const char *
when_about(int64_t t, int64_t now, char buf[WHEN_STRLEN])
{
	return when_from_now(t, now, when_round, buf);
}
