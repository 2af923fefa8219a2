#include <stdlib.h>

#include "bans.h"
#include "mirror.h"

struct mirror {
	struct bans bans;
	size_t lengths[2][129]; /* entries of each: IPv4, IPv6 */
	size_t active[CATEGORY_COUNT];
};

struct mirror *
mirror_new(void)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (m != NULL)
		bans_init(&m->bans, 0);
	return m;
}

static size_t *
length_count(struct mirror *m, const struct prefix *p)
{
	return &m->lengths[p->family == PREFIX_INET6][p->len];
}

bool
mirror_put(struct mirror *m, const struct ban *b)
{
	struct ban_entry *e = bans_find(&m->bans, &b->prefix);
	bool was_active = e != NULL && e->ban.state == BAN_ACTIVE;
	bool is_active = b->state == BAN_ACTIVE;

	if (was_active)
		m->active[e->ban.category]--;
	if (is_active)
		m->active[b->category]++;
	if (e == NULL) {
		e = bans_insert(&m->bans, &b->prefix);
		(*length_count(m, &b->prefix))++;
	}
	e->ban = *b;
	if (b->state == BAN_FORGOTTEN)
		(*length_count(m, &b->prefix))--;
	bans_settle(&m->bans, e, 0); /* when it ends is not our business */
	return is_active && !was_active;
}

void
mirror_free(struct mirror *m)
{
	if (m == NULL)
		return;
	bans_clear(&m->bans);
	free(m);
}

void
mirror_move(struct mirror *m, int64_t from, int64_t to, int64_t by)
{
	struct ban_entry *e;

	BANS_FOREACH(e, &m->bans)
		(void)ban_move(&e->ban, from, to, by);
}

static void
view_add(struct mirror_view *v, const struct ban *b)
{
	if (b->state == BAN_ACTIVE) {
		if (v->active == NULL)
			v->active = b;
		v->inner = b; /* the wider ones came before */
		return;
	}
	if (v->ended == NULL || b->released >= v->released) {
		v->ended = b;
		v->released = b->released;
	}
	if (b->allowed > v->allowed)
		v->allowed = b->allowed;
}

void
mirror_look(struct mirror *m, const struct prefix *p, struct mirror_view *v)
{
	const size_t *lengths = m->lengths[p->family == PREFIX_INET6];
	const struct ban_entry *e;
	struct prefix wide;
	unsigned len;

	*v = (struct mirror_view){ 0 };
	for (len = 0; len <= p->len; len++) {
		if (lengths[len] == 0)
			continue;
		wide = *p;
		prefix_widen(&wide, len);
		e = bans_find(&m->bans, &wide);
		if (e != NULL)
			view_add(v, &e->ban);
	}
}

const struct ban *
mirror_find(struct mirror *m, const struct prefix *p)
{
	const struct ban_entry *e = bans_find(&m->bans, p);

	return e != NULL ? &e->ban : NULL;
}

const struct ban *
mirror_next(struct mirror *m, const struct prefix *after)
{
	const struct ban_entry *e;

	e = after == NULL ? bans_first(&m->bans) : bans_behind(&m->bans, after);
	return e != NULL ? &e->ban : NULL;
}

size_t
mirror_active_of(const struct mirror *m, enum category category)
{
	return m->active[category];
}

size_t
mirror_active(const struct mirror *m)
{
	return m->bans.active.n;
}
