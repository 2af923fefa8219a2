#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "recognise/recognise.h"
#include "recognise/rules.h"
#include "stats.h"

const unsigned stats_delay_bounds[STATS_DELAYS] = { 1, 5, 10, 25, 50, 100, 250,
	500, 1000, 2500, 5000, 10000 };

/* NULL: there is no room for another one. */
static struct stats_server *
server_find(struct stats *s, const char *name)
{
	unsigned i;

	for (i = 0; i < STATS_SERVERS; i++) {
		if (s->servers[i].name == NULL)
			s->servers[i].name = name;
		if (strcmp(s->servers[i].name, name) == 0)
			return &s->servers[i];
	}
	return NULL;
}

void
stats_count_event(struct stats *s, const struct event *ev)
{
	struct stats_server *server = NULL;
	bool failed = ev->kind == EVENT_FAILURE;
	unsigned category = failed ? ev->category : CATEGORY_NONE;

	if (ev->rule != NULL)
		server = server_find(s, ev->rule->server);
	if (ev->kind == EVENT_ACCEPT)
		return;
	s->events[category] += failed ? ev->count : 1;
	if (server != NULL)
		server->events[category] += failed ? ev->count : 1;
}

void
stats_count_delay(struct stats *s, int64_t ms)
{
	unsigned i = 0;

	if (ms < 0)
		ms = 0;
	while (i < STATS_DELAYS && ms > stats_delay_bounds[i])
		i++;
	s->delays.n[i]++;
	s->delays.sum += (uint64_t)ms;
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
