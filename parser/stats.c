#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "recognise/recognise.h"
#include "stats.h"

void
stats_count_event(struct stats *s, const struct event *ev)
{
	if (ev->kind == EVENT_FAILURE)
		s->events[ev->category] += ev->count;
	else if (ev->kind == EVENT_LOGIN)
		s->events[CATEGORY_NONE]++;
}

void
stats_weigh(struct stats *s, const struct event *ev, int64_t now)
{
	int64_t hour = (ev->time < now ? ev->time : now) / 3600;

	if (hour < 0 || hour <= s->newest - STATS_HOURS)
		return;
	if (s->newest < hour - STATS_HOURS)
		s->newest = hour - STATS_HOURS;
	while (s->newest < hour)
		memset(s->weighed[++s->newest % STATS_HOURS], 0,
		    sizeof(s->weighed[0]));
	s->weighed[hour % STATS_HOURS][ev->category] += ev->count;
}

void
stats_hours(const struct stats *s, int64_t now,
    uint64_t hours[STATS_HOURS][CATEGORY_COUNT])
{
	int64_t hour = now / 3600;
	int i;

	memset(hours, 0, sizeof(s->weighed));
	for (i = 0; i < STATS_HOURS; i++, hour--)
		if (hour >= 0 && hour <= s->newest &&
		    hour > s->newest - STATS_HOURS)
			memcpy(hours[i], s->weighed[hour % STATS_HOURS],
			    sizeof(hours[i]));
}

void
stats_shift(struct stats *s, int64_t by, int64_t now)
{
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	int64_t hour = now / 3600;
	int i;

	stats_hours(s, now - by, hours);
	for (i = 0; i < STATS_HOURS; i++, hour--)
		if (hour >= 0)
			memcpy(s->weighed[hour % STATS_HOURS], hours[i],
			    sizeof(hours[i]));
	s->newest = now / 3600;
}

void
stats_log(const struct stats *s, uint64_t offenders, uint64_t bans)
{
	char text[512];
	size_t n = 0;
	unsigned c;

	log_info("read %" PRIu64 " lines, %" PRIu64 " of them cut; %" PRIu64
		 " offenders, %" PRIu64 " bans",
	    s->lines, s->cut, offenders, bans);
	for (c = CATEGORY_AUTH; c <= CATEGORY_POLICY; c++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    ", %" PRIu64 " %s", s->events[c], category_name(c));
	log_info("recognised %" PRIu64 " logins%s", s->events[CATEGORY_NONE],
	    text);
}
