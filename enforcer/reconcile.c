#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "smtpband.h"

#define STALE_MAX 1024 /* deleted by one pass over the routes */

struct stale {
	struct enforcer *e;
	bool all; /* whatever the bans say */
	size_t n;
	struct {
		struct prefix prefix;
		struct route_kind kind;
	} v[STALE_MAX];
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

	if ((!s->all && wanted(s->e, p, kind)) || s->n == STALE_MAX)
		return;
	s->v[s->n].prefix = *p;
	s->v[s->n++].kind = *kind;
}

/* Delete what is ours and stale, and mark what is wanted. */
static int
clean(struct enforcer *e, bool all)
{
	static struct stale s;
	size_t i;

	do {
		s.e = e;
		s.all = all;
		s.n = 0;
		if (route_dump(e->route, visit, &s) == -1) {
			enforcer_failed(e, "listing routes: %s",
			    strerror(errno));
			return -1;
		}
		for (i = 0; i < s.n; i++)
			if (route_delete_exact(e->route, &s.v[i].prefix,
				&s.v[i].kind) == -1) {
				log_warn("deleting a stale route");
				return -1;
			}
	} while (s.n == STALE_MAX);
	return 0;
}

/*
 * What came of adding a route that was missing.  Returns 1 if another program
 * had removed it, and it is back; 0, or -1 with errno.
 */
static int
added(struct enforcer *e, const struct route_change *change)
{
	struct ban *ban = &bans_find(&e->bans, &change->prefix)->ban;
	uint32_t was = ban->flags, flags = was & ~(uint32_t)BAN_FOREIGN;

	if (change->result != 0 && change->result != EEXIST) {
		errno = change->result;
		return -1;
	}
	if (change->result == EEXIST)
		flags |= BAN_FOREIGN;
	if (flags != was) {
		ban->flags = flags;
		reply_state(e, ban, 0);
	}
	return change->result == 0 && flags == was;
}

/* Add the routes that this round did not see; returns as reconcile. */
static int
add_missing(struct enforcer *e)
{
	struct route_change *v;
	struct ban_entry *entry;
	size_t i, n = 0;
	int one, sum = 0, error = 0;

	if ((v = calloc(e->bans.active.n + 1, sizeof(*v))) == NULL)
		fatal("routes");
	BANS_FOREACH(entry, &e->bans)
		if (entry->seen != e->round &&
		    bans_is_outermost(&e->bans, entry))
			v[n++] = (struct route_change){ entry->ban.prefix,
				ROUTE_ADD, ECANCELED };
	if (n > 0 && route_apply(e->route, v, n) == -1)
		error = errno;
	for (i = 0; i < n; i++)
		if ((one = added(e, &v[i])) != -1)
			sum += one;
		else if (error == 0)
			error = errno;
	free(v);
	if (error == 0)
		return sum;
	enforcer_failed(e, "adding routes: %s", strerror(error));
	return -1;
}

int
reconcile(struct enforcer *e)
{
	if (route_keep_rules(e->route) == -1)
		log_warn("rules of table %u", e->conf->route_table);
	e->round++;
	return clean(e, false) == -1 ? -1 : add_missing(e);
}

void
reconcile_clear(struct enforcer *e)
{
	(void)clean(e, true);
}
