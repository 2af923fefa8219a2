#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "smtpband.h"

#define AGAIN_MS 2000 /* until what failed is tried again */

struct stale {
	struct enforcer *e;
	bool all; /* whatever the bans say */
	struct route_change *v;
	size_t n, max;
};

void
route_kind_of(const struct conf *conf, struct route_kind *kind)
{
	static const uint8_t types[] = {
		[CONF_BLACKHOLE] = RTN_BLACKHOLE,
		[CONF_UNREACHABLE] = RTN_UNREACHABLE,
		[CONF_PROHIBIT] = RTN_PROHIBIT,
	};

	kind->type = types[conf->route];
	kind->protocol = (uint8_t)conf->route_protocol;
	kind->table = conf->route_table;
}

/* A ban asks for this route; the entry is marked, so that none is missing. */
static bool
wanted(struct enforcer *e, const struct prefix *p, const struct route_kind *k)
{
	struct route_kind ours;
	struct ban_entry *entry;

	route_kind_of(e->conf, &ours);
	entry = bans_find(&e->bans, p);
	if (entry == NULL || !bans_is_outermost(&e->bans, entry) ||
	    k->type != ours.type || k->table != ours.table)
		return false;
	entry->seen = e->round;
	return true;
}

static void
visit(void *arg, const struct prefix *p, const struct route_kind *kind)
{
	struct stale *s = arg;

	if (!s->all && wanted(s->e, p, kind))
		return;
	if (s->n == s->max) {
		s->max = 2 * s->max + 64;
		s->v = reallocarray(s->v, s->max, sizeof(*s->v));
		if (s->v == NULL)
			fatal("routes");
	}
	s->v[s->n++] =
	    (struct route_change){ *p, *kind, ROUTE_DELETE, ECANCELED };
}

/* What went wrong first in a pass; the rest is done nevertheless. */
struct trouble {
	const char *what; /* NULL: nothing */
	int error;
};

static void
trouble_note(struct trouble *t, const char *what, int error)
{
	if (t->what == NULL)
		*t = (struct trouble){ what, error };
}

/*
 * Delete what is ours and stale, and mark what is wanted.  Returns -1 when the
 * kernel did not tell what is there.
 */
static int
clean(struct enforcer *e, bool all, struct trouble *t)
{
	struct stale s = { .e = e, .all = all };
	int status = route_dump(e->route, visit, &s);

	if (status == -1)
		trouble_note(t, "listing", errno);
	else if (s.n > 0 && route_apply(e->route, s.v, s.n) == -1)
		trouble_note(t, "deleting", errno);
	else
		while (s.n > 0)
			if (s.v[--s.n].result != 0)
				trouble_note(t, "deleting", s.v[s.n].result);
	free(s.v);
	return status;
}

/*
 * What came of adding a route that was missing.  Returns true if another
 * program had removed it, and it is back.
 */
static bool
added(struct enforcer *e, const struct route_change *change, struct trouble *t)
{
	struct ban *ban = &bans_find(&e->bans, &change->prefix)->ban;
	uint32_t was = ban->flags, flags = was & ~(uint32_t)BAN_FOREIGN;

	if (change->result == EEXIST)
		flags |= BAN_FOREIGN;
	else if (change->result != 0) {
		trouble_note(t, "adding", change->result);
		e->counters.unrouted++;
		return false;
	}
	if (flags != was) {
		ban->flags = flags;
		reply_state(e, ban, 0);
	}
	return change->result == 0 && flags == was;
}

/* Add the routes that this round did not see; returns as reconcile. */
static int
add_missing(struct enforcer *e, struct trouble *t)
{
	struct route_change *v;
	struct ban_entry *entry;
	size_t i, n = 0;
	int sum = 0;

	if ((v = calloc(e->bans.active.n + 1, sizeof(*v))) == NULL)
		fatal("routes");
	BANS_FOREACH(entry, &e->bans)
		if (entry->seen != e->round &&
		    bans_is_outermost(&e->bans, entry))
			v[n++] =
			    (struct route_change){ .prefix = entry->ban.prefix,
				    .op = ROUTE_ADD };
	if (n > 0 && route_apply(e->route, v, n) == -1)
		trouble_note(t, "adding", errno);
	e->counters.unrouted = 0;
	for (i = 0; i < n; i++)
		sum += added(e, &v[i], t);
	free(v);
	return sum;
}

int
reconcile(struct enforcer *e)
{
	struct trouble t = { NULL, 0 };
	bool rules = route_keep_rules(e->route, e->conf->route_ports,
			 e->conf->nroute_ports) == 0;
	int n = 0;

	if (!rules)
		trouble_note(&t, "rules", errno);
	e->round++;
	if (clean(e, false, &t) == 0)
		n = add_missing(e, &t);
	if (!rules) /* nothing asks for the table then */
		e->counters.unrouted = e->bans.active.n;
	if (t.what != NULL) {
		fault_begin(e, MSG_FAULT_ROUTES, "%s: %s", t.what,
		    strerror(t.error));
		clock_plan(&e->heal_at, clock_ms() + AGAIN_MS);
	} else {
		fault_end(e, MSG_FAULT_ROUTES);
		disconnect_banned(e, true);
	}
	return n;
}

void
reconcile_clear(struct enforcer *e)
{
	struct trouble t = { NULL, 0 };

	(void)clean(e, true, &t);
}
