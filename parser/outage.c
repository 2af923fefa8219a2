#include <stdlib.h>
#include <string.h>

#include "outage.h"

struct voice {
	struct prefix client;
	uint32_t name;
	bool failed; /* or logged in, the last time that it was heard */
	int64_t time;
};

struct outage {
	int64_t newest;
	int64_t since; /* 0: none */
	int64_t last;  /* failure of a known client */
	unsigned number;
	struct voice voices[OUTAGE_VOICES];
};

struct outage *
outage_new(void)
{
	return calloc(1, sizeof(struct outage));
}

void
outage_free(struct outage *o)
{
	free(o);
}

static void
outage_end(struct outage *o)
{
	o->since = 0;
	o->number = 0;
}

/* Those that are too old to tell of something that begins now. */
static void
outage_drop_old(struct outage *o)
{
	unsigned i = 0;

	while (i < o->number)
		if (o->voices[i].time < o->newest - OUTAGE_WITHIN)
			o->voices[i] = o->voices[--o->number];
		else
			i++;
}

/* Returns false for a line that is too late to tell anything. */
static bool
outage_turn(struct outage *o, int64_t time)
{
	if (time < o->newest - OUTAGE_WITHIN)
		return false;
	if (time > o->newest)
		o->newest = time;
	if (o->since != 0 && time > o->last + OUTAGE_QUIET)
		outage_end(o);
	if (o->since == 0)
		outage_drop_old(o);
	return true;
}

static struct voice *
voice_oldest(struct outage *o)
{
	struct voice *v = o->voices;
	unsigned i;

	for (i = 1; i < o->number; i++)
		if (o->voices[i].time < v->time)
			v = &o->voices[i];
	return v;
}

static void
voice_set(struct voice *v, bool failed, int64_t time)
{
	v->failed = failed;
	if (time > v->time)
		v->time = time;
}

/*
 * A login speaks for all that have its address or its name; a failure for one
 * of them, so that nobody makes several.
 */
static void
outage_hear(struct outage *o, const struct prefix *client, uint32_t name,
    bool failed, int64_t time)
{
	struct voice v = { *client, name, failed, time };
	bool heard = false;
	unsigned i;

	for (i = 0; i < o->number && !(heard && failed); i++) {
		if ((name == 0 || o->voices[i].name != name) &&
		    prefix_cmp(&o->voices[i].client, client) != 0)
			continue;
		voice_set(&o->voices[i], failed, time);
		heard = true;
	}
	if (heard)
		return;
	if (o->number == OUTAGE_VOICES)
		*voice_oldest(o) = v;
	else
		o->voices[o->number++] = v;
}

unsigned
outage_clients(const struct outage *o)
{
	unsigned i, n = 0;

	for (i = 0; i < o->number; i++)
		n += o->voices[i].failed;
	return n;
}

const struct prefix *
outage_client(const struct outage *o, unsigned number)
{
	unsigned i;

	for (i = 0; i < o->number; i++)
		if (o->voices[i].failed && number-- == 0)
			return &o->voices[i].client;
	return NULL;
}

static bool
outage_has_share(const struct outage *o)
{
	unsigned failed = outage_clients(o);

	return failed >= OUTAGE_SHARE * (o->number - failed);
}

static int64_t
outage_first(const struct outage *o)
{
	int64_t first = o->newest;
	unsigned i;

	for (i = 0; i < o->number; i++)
		if (o->voices[i].failed && o->voices[i].time < first)
			first = o->voices[i].time;
	return first;
}

bool
outage_fail(struct outage *o, const struct prefix *client, uint32_t name,
    bool first, int64_t time)
{
	if (!outage_turn(o, time))
		return false;
	if (first)
		outage_hear(o, client, name, true, time);
	if (o->since == 0 &&
	    (outage_clients(o) < OUTAGE_CLIENTS || !outage_has_share(o)))
		return false;
	if (time > o->last)
		o->last = time;
	if (o->since != 0)
		return false;
	o->since = outage_first(o);
	return true;
}

void
outage_login(struct outage *o, const struct prefix *client, uint32_t name,
    int64_t time)
{
	if (!outage_turn(o, time))
		return;
	outage_hear(o, client, name, false, time);
	if (o->since != 0 && !outage_has_share(o))
		outage_end(o);
}

int64_t
outage_since(const struct outage *o, int64_t time)
{
	return o->since != 0 && time >= o->since - OUTAGE_WITHIN &&
		time <= o->last + OUTAGE_QUIET ?
	    o->since :
	    0;
}

void
outage_shift(struct outage *o, int64_t by)
{
	unsigned i;

	if (o->newest != 0)
		o->newest += by;
	if (o->since != 0)
		o->since += by;
	o->last += by;
	for (i = 0; i < o->number; i++)
		o->voices[i].time += by;
}
