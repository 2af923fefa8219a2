#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "smtpband.h"

#define AGAIN_MS 2000 /* until what failed is tried again */

struct stale {
	struct enforcer *e;
	bool all;                  /* whatever the bans say */
	struct prefix_set *exempt; /* what the kernel exempts and should */
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

static bool
has(const struct prefix_set *set, const struct prefix *p)
{
	const struct prefix *entry = prefix_set_covering(set, p);

	return entry != NULL && entry->len == p->len;
}

/* All addresses, which no ban contains, are no prefix in a list of routes. */
static bool
is_exempt(const struct conf *conf, const struct prefix *p)
{
	return conf->policy.exempt && p->len > 0 && has(conf->whitelist, p);
}

bool
reconcile_asks(struct enforcer *e, const struct prefix *p)
{
	const struct ban_entry *entry = bans_find(&e->bans, p);

	return (entry != NULL && bans_is_outermost(&e->bans, entry)) ||
	    is_exempt(e->conf, p);
}

/*
 * A ban asks for this route, or the whitelist; the entry is marked, so that
 * none is missing.
 */
static bool
wanted(struct stale *s, const struct prefix *p, const struct route_kind *k)
{
	struct enforcer *e = s->e;
	struct route_kind ours;
	struct ban_entry *entry;

	route_kind_of(e->conf, &ours);
	if (k->table != ours.table)
		return false;
	if (k->type == RTN_THROW && is_exempt(e->conf, p)) {
		if (prefix_set_add(s->exempt, p) == -1)
			fatal("routes");
		return true;
	}
	entry = bans_find(&e->bans, p);
	if (entry == NULL || !bans_is_outermost(&e->bans, entry) ||
	    k->type != ours.type)
		return false;
	entry->seen = e->round;
	return true;
}

static void
visit(void *arg, const struct prefix *p, const struct route_kind *kind)
{
	struct stale *s = arg;

	if (!s->all && wanted(s, p, kind))
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
 * Delete what is ours and stale, and mark what is wanted.  Without a set for
 * what is exempt, nothing is wanted.  Returns -1 when the kernel did not tell
 * what is there.
 */
static int
clean(struct enforcer *e, struct prefix_set *exempt, struct trouble *t)
{
	struct stale s = { .e = e, .all = exempt == NULL, .exempt = exempt };
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

/*
 * Exempt what the whitelist has and the kernel does not.  Where somebody else's
 * route is there, or no IPv6, that stays so.  Returns as reconcile.
 */
static int
exempt_missing(struct enforcer *e, const struct prefix_set *exempt,
    struct trouble *t)
{
	const struct prefix_set *whitelist = e->conf->whitelist;
	struct route_change *v;
	struct route_kind kind;
	const struct prefix *p;
	size_t i, n = 0;
	int sum = 0;

	e->counters.exempt = 0;
	if (!e->conf->policy.exempt)
		return 0;
	route_kind_of(e->conf, &kind);
	kind.type = RTN_THROW;
	if ((v = calloc(prefix_set_count(whitelist) + 1, sizeof(*v))) == NULL)
		fatal("routes");
	for (i = 0; (p = prefix_set_get(whitelist, i)) != NULL; i++)
		if (p->len > 0 && !has(exempt, p))
			v[n++] =
			    (struct route_change){ *p, kind, ROUTE_ADD, 0 };
	if (n > 0 && route_apply(e->route, v, n) == -1)
		trouble_note(t, "exempting", errno);
	for (i = 0; i < n; i++)
		if (v[i].result == 0)
			sum++;
		else if (v[i].result != EEXIST && v[i].result != EOPNOTSUPP)
			trouble_note(t, "exempting", v[i].result);
	e->counters.exempt = prefix_set_count(exempt) + (unsigned)sum;
	free(v);
	return sum;
}

int
reconcile(struct enforcer *e)
{
	struct trouble t = { NULL, 0 };
	struct prefix_set *exempt = prefix_set_new();
	bool rules = route_keep_rules(e->route, e->conf->route_ports,
			 e->conf->nroute_ports) == 0;
	int n = 0;

	if (exempt == NULL)
		fatal("routes");
	if (!rules)
		trouble_note(&t, "rules", errno);
	e->round++;
	if (clean(e, exempt, &t) == 0) {
		n = exempt_missing(e, exempt, &t); /* before who is around */
		n += add_missing(e, &t);
	}
	prefix_set_free(exempt);
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

	(void)clean(e, NULL, &t);
}
