#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "smtpband.h"

struct ban_entry *
turn_touch(struct enforcer *e, const struct prefix *p, uint32_t id)
{
	struct turn *t = &e->turn;
	struct ban_entry *entry;

	entry = bans_find(&e->bans, p);
	if (t->n == TURN_CHANGES || (entry != NULL && entry->touched)) {
		turn_commit(e);
		entry = bans_find(&e->bans, p);
	}
	if (entry == NULL)
		entry = bans_insert(&e->bans, p);
	bans_unqueue(&e->bans, entry);
	entry->touched = true;
	t->v[t->n++] = (struct turn_change){ entry, entry->ban, id };
	return entry;
}

/*
 * What came of one route.  A ban that the kernel refuses is undone and
 * answered, so that the rest can be written; a release stands, and the route
 * that stayed behind goes with the next reconciliation.
 */
static void
turn_outcome(struct enforcer *e, struct turn_change *c, int error, bool add)
{
	char text[PREFIX_STRLEN];

	prefix_format(&c->before.prefix, text);
	if (add && error == EEXIST) {
		c->entry->ban.flags |= BAN_FOREIGN;
		log_warnx("ban of %s: somebody else's route is there", text);
		return;
	}
	fault_begin(e, MSG_FAULT_ROUTES, "%s: %s", add ? "adding" : "deleting",
	    strerror(error));
	clock_plan(&e->heal_at, clock_ms() + RETRY_MS);
	if (!add)
		return;
	c->entry->ban = c->before;
	if (c->id != 0)
		reply_failed(e, c->id, "route: %s", strerror(error));
	c->id = 0;
}

static struct route_change v[TURN_CHANGES];

static void
turn_apply(struct enforcer *e, size_t n)
{
	if (n > 0 && route_apply(e->route, v, n) == -1)
		log_warn("routes");
}

/*
 * Bans within a network need no routes while it is banned too (ROUTE_DELETE),
 * and theirs when that ends (ROUTE_ADD).  What goes wrong here is made good by
 * a reconciliation.
 */
static void
turn_fold(struct enforcer *e, const struct prefix *network, enum route_op op)
{
	struct ban_entry *entry = bans_behind(&e->bans, network);
	size_t n = 0;

	for (; entry != NULL && prefix_contains(network, &entry->ban.prefix);
	     entry = bans_after(entry)) {
		if (op == ROUTE_ADD ? !bans_is_outermost(&e->bans, entry) :
				      entry->ban.state != BAN_ACTIVE)
			continue;
		v[n++] = (struct route_change){ .prefix = entry->ban.prefix,
			.op = op };
		if (n == TURN_CHANGES) {
			turn_apply(e, n);
			n = 0;
		}
	}
	turn_apply(e, n);
	while (n > 0)
		if (v[--n].result != 0)
			clock_plan(&e->heal_at, clock_ms());
}

/* Fold what lies in the bans that became active in this turn, or ended. */
static void
turn_fold_all(struct enforcer *e, bool active)
{
	const struct turn_change *c;

	for (c = e->turn.v; c < e->turn.v + e->turn.n; c++)
		if ((c->entry->ban.state == BAN_ACTIVE) == active &&
		    (c->before.state == BAN_ACTIVE) != active &&
		    (c->entry->ban.flags & BAN_FOREIGN) == 0)
			turn_fold(e, &c->before.prefix,
			    active ? ROUTE_DELETE : ROUTE_ADD);
}

/* The routes of the turn; which change each belongs to is in owner. */
static void
turn_kernel(struct enforcer *e)
{
	static struct turn_change *owner[TURN_CHANGES];
	struct turn_change *c;
	size_t i, n = 0;

	turn_fold_all(e, false); /* before the network's own route goes */
	for (c = e->turn.v; c < e->turn.v + e->turn.n; c++) {
		bool active = c->entry->ban.state == BAN_ACTIVE;

		if (active == (c->before.state == BAN_ACTIVE) ||
		    (active && !bans_is_outermost(&e->bans, c->entry)))
			continue;
		v[n] = (struct route_change){ .prefix = c->before.prefix,
			.op = active ? ROUTE_ADD : ROUTE_DELETE };
		owner[n++] = c;
	}
	turn_apply(e, n);
	for (i = 0; i < n; i++)
		if (v[i].result != 0)
			turn_outcome(e, owner[i], v[i].result,
			    v[i].op == ROUTE_ADD);
	turn_fold_all(e, true);
}

/*
 * Clients that were banned in this turn lose what they have open: with their
 * routes in place, nothing new comes.
 */
static void
turn_disconnect(struct enforcer *e)
{
	const struct turn_change *c;
	bool inet = false;
	size_t n = 0;

	for (c = e->turn.v; c < e->turn.v + e->turn.n; c++)
		if (c->entry->ban.state == BAN_ACTIVE &&
		    c->before.state != BAN_ACTIVE) {
			n++;
			inet |= c->before.prefix.family == PREFIX_INET;
		}
	if (n > 0)
		disconnect_banned(e, inet);
}

/* What was marked unwritten is on disk now. */
static void
turn_written(struct enforcer *e)
{
	struct ban_entry *entry;

	e->rewrite_at = 0;
	BANS_FOREACH(entry, &e->bans) {
		if ((entry->ban.flags & BAN_UNWRITTEN) == 0)
			continue;
		entry->ban.flags &= ~(uint32_t)BAN_UNWRITTEN;
		reply_state(e, &entry->ban, 0);
	}
}

int
turn_write(struct enforcer *e)
{
	int error;

	if (ledger_pending(e->ledger) == 0 || ledger_commit(e->ledger) == 0) {
		if (e->rewrite_at != 0)
			turn_written(e);
		fault_end(e, MSG_FAULT_LEDGER);
		return 0;
	}
	error = errno;
	fault_begin(e, MSG_FAULT_LEDGER, "%s", strerror(error));
	e->rewrite_at = clock_ms() + RETRY_MS;
	return error;
}

/* Hand the changes to the ledger; returns as turn_write. */
static int
turn_ledger(struct enforcer *e)
{
	const struct turn_change *c;

	for (c = e->turn.v; c < e->turn.v + e->turn.n; c++)
		if (memcmp(&c->entry->ban, &c->before, sizeof(struct ban)) !=
			0 &&
		    ledger_put(e->ledger, &c->entry->ban) == -1)
			fatal("ledger");
	return turn_write(e);
}

static void
log_ban(const struct ban *ban)
{
	char text[PREFIX_STRLEN], length[24] = "ever";

	if (ban->expires != BAN_FOR_EVER)
		snprintf(length, sizeof(length), "%llds",
		    (long long)(ban->expires - clock_wall()));
	log_info("banned %s for %s after %u hits (%s)",
	    prefix_format(&ban->prefix, text), length, ban->count,
	    category_name(ban->category));
}

static void
turn_answer(struct enforcer *e, struct turn_change *c, int error)
{
	struct ban *ban = &c->entry->ban;

	if (ban->state == BAN_ACTIVE && c->before.state != BAN_ACTIVE)
		e->counters.banned++;
	if (ban->state == BAN_ACTIVE &&
	    (c->before.state != BAN_ACTIVE ||
		c->before.expires != ban->expires))
		log_ban(ban);
	if (error != 0) {
		ban->flags |= BAN_UNWRITTEN;
		if (c->id != 0)
			reply_failed(e, c->id, "in force, but not written: %s",
			    strerror(error));
		c->id = 0;
	}
	reply_state(e, ban, c->id);
}

/* Stored times are seconds; a ban of two of them shall not last only one. */
static int64_t
turn_due(const struct enforcer *e, const struct turn_change *c)
{
	const struct ban *ban = &c->entry->ban;
	int64_t due = ban_due(ban, e->conf);

	if (ban->state == BAN_ACTIVE && due != BAN_FOR_EVER &&
	    ban->expires != c->before.expires)
		due += clock_wall_ms() % 1000;
	return due;
}

void
turn_commit(struct enforcer *e)
{
	struct turn_change *c;
	int error;

	if (e->turn.n == 0)
		return;
	turn_kernel(e);
	turn_disconnect(e);
	error = turn_ledger(e);
	for (c = e->turn.v; c < e->turn.v + e->turn.n; c++) {
		if (c->entry->ban.state != 0)
			turn_answer(e, c, error);
		c->entry->touched = false;
		bans_settle(&e->bans, c->entry, turn_due(e, c));
	}
	e->turn.n = 0;
	reply_flush(e);
}
