#include <stdlib.h>
#include <string.h>

#include "gateway.h"

#define DAY 86400

/* Counts by day, modulo GATEWAY_DAYS. */
struct counter {
	struct prefix client; /* family 0: unused */
	uint32_t error;       /* what one before it had, today */
	uint32_t sum;         /* of the logins, as of the newest day */
	uint32_t logins[GATEWAY_DAYS];
};

struct gateway {
	int64_t moved; /* seconds that the clock was set by: no day changes */
	int64_t day;   /* the newest, since the epoch */
	struct prefix held; /* who it is; family 0: nobody */
	struct counter all;
	struct counter counters[GATEWAY_CLIENTS];
};

struct gateway *
gateway_new(void)
{
	return calloc(1, sizeof(struct gateway));
}

void
gateway_free(struct gateway *g)
{
	free(g);
}

static int64_t
gateway_day(const struct gateway *g, int64_t time)
{
	int64_t days = (time - g->moved) / DAY;

	return days > 0 ? days : 0;
}

/* The logins of the days up to that one which are not over. */
static uint32_t
counter_sum(const struct gateway *g, const struct counter *c, int64_t day)
{
	int64_t d = g->day - GATEWAY_DAYS + 1;
	uint32_t sum = 0;

	if (day <= g->day)
		return c->sum;
	for (d = d > 0 ? d : 0; d <= g->day; d++)
		if (d > day - GATEWAY_DAYS)
			sum += c->logins[d % GATEWAY_DAYS];
	return sum;
}

static void
counter_turn(struct gateway *g, struct counter *c, int64_t day)
{
	int64_t d, end = g->day + GATEWAY_DAYS;

	for (d = g->day + 1; d <= day && d <= end; d++)
		c->logins[d % GATEWAY_DAYS] = 0;
	c->error = 0;
	c->sum = counter_sum(g, c, day);
	if (c->sum == 0)
		memset(c, 0, sizeof(*c));
}

static void
gateway_turn(struct gateway *g, int64_t day)
{
	unsigned i;

	for (i = 0; i < GATEWAY_CLIENTS; i++)
		counter_turn(g, &g->counters[i], day);
	counter_turn(g, &g->all, day);
	g->day = day;
}

static struct counter *
gateway_find(const struct gateway *g, const struct prefix *client)
{
	unsigned i;

	for (i = 0; i < GATEWAY_CLIENTS; i++)
		if (prefix_cmp(&g->counters[i].client, client) == 0)
			return (struct counter *)&g->counters[i];
	return NULL;
}

static uint64_t
counter_weight(const struct counter *c)
{
	return (uint64_t)c->sum + c->error;
}

/* A counter for a new client: that of the fewest, with those as its error. */
static struct counter *
gateway_take(struct gateway *g, const struct prefix *client)
{
	struct counter *least = g->counters, *c;
	uint64_t weight;

	for (c = g->counters; c < g->counters + GATEWAY_CLIENTS; c++)
		if (counter_weight(c) < counter_weight(least))
			least = c;
	weight = counter_weight(least);
	memset(least, 0, sizeof(*least));
	least->client = *client;
	least->error = weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
	return least;
}

static void
counter_add(struct counter *c, int64_t day)
{
	if (c->sum == UINT32_MAX)
		return;
	c->logins[day % GATEWAY_DAYS]++;
	c->sum++;
}

bool
gateway_get(const struct gateway *g, int64_t time, struct gateway_share *share)
{
	const struct counter *c;

	if (g->held.family == 0 || (c = gateway_find(g, &g->held)) == NULL)
		return false;
	share->client = g->held;
	share->logins = counter_sum(g, c, gateway_day(g, time));
	share->of = counter_sum(g, &g->all, gateway_day(g, time));
	return share->logins > 0 && share->of / 3 <= share->logins;
}

/* Who it was, and is no longer, has to make most of the logins again. */
static void
gateway_let_go(struct gateway *g, int64_t time)
{
	struct gateway_share share;

	if (!gateway_get(g, time, &share))
		memset(&g->held, 0, sizeof(g->held));
}

void
gateway_login(struct gateway *g, const struct prefix *client, int64_t time)
{
	int64_t day = gateway_day(g, time);
	struct counter *c;
	uint32_t all;

	if (day <= g->day - GATEWAY_DAYS)
		return;
	if (day > g->day)
		gateway_turn(g, day);
	gateway_let_go(g, time);
	if ((c = gateway_find(g, client)) == NULL)
		c = gateway_take(g, client);
	counter_add(c, day);
	counter_add(&g->all, day);
	all = g->all.sum;
	if (all >= GATEWAY_LOGINS && c->sum > all / 2)
		g->held = *client;
	gateway_let_go(g, time);
}

void
gateway_shift(struct gateway *g, int64_t by)
{
	g->moved += by;
}
