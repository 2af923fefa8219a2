#include <stdlib.h>
#include <string.h>

#include "bans.h"
#include "log.h"

static int
prefix_order(struct ban_entry *a, struct ban_entry *b)
{
	return prefix_cmp(&a->ban.prefix, &b->ban.prefix);
}

static int
due_order(struct ban_entry *a, struct ban_entry *b)
{
	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	return prefix_order(a, b);
}

/* clang-format off */
RB_PRIVATE(ban_tree, ban_entry, node, prefix_order)
RB_PRIVATE(ban_queue, ban_entry, queue, due_order)
/* clang-format on */

void
bans_init(struct bans *b, size_t limit)
{
	memset(b, 0, sizeof(*b));
	b->limit = limit;
}

struct ban_entry *
bans_find(struct bans *b, const struct prefix *p)
{
	struct ban_entry key;

	key.ban.prefix = *p;
	return RB_FIND(ban_tree, &b->tree, &key);
}

static size_t *
length_of(struct bans *b, const struct prefix *p)
{
	return &b->lengths[p->family == PREFIX_INET6][p->len];
}

bool
bans_holding(struct bans *b, struct prefix p)
{
	const struct ban_entry *e;

	for (;;) {
		e = *length_of(b, &p) == 0 ? NULL : bans_find(b, &p);
		if (e != NULL && e->ban.state == BAN_ACTIVE &&
		    (e->ban.flags & BAN_FOREIGN) == 0)
			return true;
		if (p.len == 0)
			return false;
		prefix_widen(&p, p.len - 1U);
	}
}

bool
bans_is_outermost(struct bans *b, const struct ban_entry *e)
{
	struct prefix p = e->ban.prefix;

	if (e->ban.state != BAN_ACTIVE)
		return false;
	if (p.len == 0)
		return true;
	prefix_widen(&p, p.len - 1U);
	return !bans_holding(b, p);
}

struct ban_entry *
bans_insert(struct bans *b, const struct prefix *p)
{
	struct ban_entry *e;

	if ((e = calloc(1, sizeof(*e))) == NULL)
		fatal("ban");
	e->ban.prefix = *p;
	RB_INSERT(ban_tree, &b->tree, e);
	++*length_of(b, p);
	return e;
}

struct ban_entry *
bans_first(struct bans *b)
{
	return RB_MIN(ban_tree, &b->tree);
}

struct ban_entry *
bans_after(const struct ban_entry *e)
{
	return RB_NEXT(ban_tree, NULL, (struct ban_entry *)(uintptr_t)e);
}

struct ban_entry *
bans_behind(struct bans *b, const struct prefix *p)
{
	struct ban_entry *e, key;

	key.ban.prefix = *p;
	e = RB_NFIND(ban_tree, &b->tree, &key);
	if (e != NULL && prefix_cmp(&e->ban.prefix, p) == 0)
		e = bans_after(e);
	return e;
}

static struct ban_due *
queue_of(struct bans *b, uint32_t state)
{
	return state == BAN_ACTIVE ? &b->active : &b->ended;
}

void
bans_unqueue(struct bans *b, struct ban_entry *e)
{
	struct ban_due *q = queue_of(b, e->queued);

	if (e->queued == 0)
		return;
	RB_REMOVE(ban_queue, &q->queue, e);
	q->n--;
	e->queued = 0;
}

void
bans_settle(struct bans *b, struct ban_entry *e, int64_t due)
{
	struct ban_due *q = queue_of(b, e->ban.state);

	bans_unqueue(b, e);
	if (e->ban.state != BAN_ACTIVE && e->ban.state != BAN_ENDED) {
		RB_REMOVE(ban_tree, &b->tree, e);
		--*length_of(b, &e->ban.prefix);
		free(e);
		return;
	}
	e->due = due;
	e->queued = e->ban.state;
	RB_INSERT(ban_queue, &q->queue, e);
	q->n++;
}

struct ban_entry *
bans_due(struct bans *b, int64_t now)
{
	struct ban_entry *active = RB_MIN(ban_queue, &b->active.queue);
	struct ban_entry *ended = RB_MIN(ban_queue, &b->ended.queue);

	if (active != NULL && active->due <= now)
		return active;
	if (ended != NULL && (ended->due <= now || b->ended.n > b->limit))
		return ended;
	return NULL;
}

int64_t
bans_next(struct bans *b)
{
	struct ban_entry *active = RB_MIN(ban_queue, &b->active.queue);
	struct ban_entry *ended = RB_MIN(ban_queue, &b->ended.queue);
	int64_t next = active == NULL ? INT64_MAX : active->due;

	return ended != NULL && ended->due < next ? ended->due : next;
}

void
bans_clear(struct bans *b)
{
	struct ban_entry *e, *next;

	BANS_FOREACH_SAFE(e, b, next) {
		e->ban.state = BAN_FORGOTTEN;
		bans_settle(b, e, 0);
	}
}
