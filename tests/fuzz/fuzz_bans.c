/*
 * A set of bans and the parser's mirror of it, by the side of a plain list:
 * what is in them, in which order, what is due next and what covers a prefix.
 */
#include "bans.h"
#include "category.h"
#include "input.h"
#include "mirror.h"

#define BANS_MAX 150

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The list, in no order. */
static struct {
	struct ban ban;
	int64_t due;
} list[BANS_MAX];
static size_t nlist;

static size_t
list_find(const struct prefix *p)
{
	size_t i = 0;

	while (i < nlist && prefix_cmp(&list[i].ban.prefix, p) != 0)
		i++;
	return i;
}

static void
list_put(const struct ban *b, int64_t due)
{
	size_t i = list_find(&b->prefix);

	if (b->state == BAN_FORGOTTEN) {
		if (i < nlist)
			list[i] = list[--nlist];
		return;
	}
	list[i].ban = *b;
	list[i].due = due;
	nlist += i == nlist;
}

static size_t
list_count(uint32_t state)
{
	size_t i, n = 0;

	for (i = 0; i < nlist; i++)
		n += list[i].ban.state == state;
	return n;
}

static void
set_put(struct bans *b, const struct ban *ban, int64_t due)
{
	struct ban_entry *e = bans_find(b, &ban->prefix);

	must((e != NULL) == (list_find(&ban->prefix) < nlist));
	if (e == NULL)
		e = bans_insert(b, &ban->prefix);
	bans_unqueue(b, e);
	e->ban = *ban;
	bans_settle(b, e, due);
}

static void
take_ban(struct input *in, struct ban *b)
{
	unsigned what = input_byte(in);

	memset(b, 0, sizeof(*b));
	input_prefix(in, &b->prefix);
	b->state = BAN_ACTIVE + what % 3;
	b->category = 1 + (what >> 2) % (CATEGORY_COUNT - 1);
	b->flags = (what & 0x80) != 0 ? BAN_FOREIGN : 0;
	b->since = 1000 + (what >> 4);
	if (b->state == BAN_ENDED) {
		b->released = 2000 + input_byte(in);
		b->allowed = (what & 0x40) != 0 ? 3000 + input_byte(in) : 0;
	}
}

static bool
covers(size_t i, const struct prefix *p)
{
	return prefix_contains(&list[i].ban.prefix, p);
}

/* What the mirror sees of p. */
static void
check_view(struct mirror *m, const struct prefix *p)
{
	const struct ban *active = NULL, *inner = NULL, *b;
	int64_t released = 0, allowed = 0;
	struct mirror_view v;
	size_t i;

	for (i = 0; i < nlist; i++) {
		b = &list[i].ban;
		if (!covers(i, p))
			continue;
		if (b->state == BAN_ACTIVE) {
			if (active == NULL ||
			    b->prefix.len < active->prefix.len)
				active = b;
			if (inner == NULL || b->prefix.len > inner->prefix.len)
				inner = b;
			continue;
		}
		if (b->released > released)
			released = b->released;
		if (b->allowed > allowed)
			allowed = b->allowed;
	}
	mirror_look(m, p, &v);
	must((v.active == NULL) == (active == NULL));
	must(active == NULL || memcmp(v.active, active, sizeof(*active)) == 0);
	must(active == NULL || memcmp(v.inner, inner, sizeof(*inner)) == 0);
	must(v.released == released && v.allowed == allowed);
	must((v.ended != NULL) == (released != 0));
}

static bool
is_outermost(size_t self)
{
	const struct prefix *p = &list[self].ban.prefix;
	size_t i;

	if (list[self].ban.state != BAN_ACTIVE)
		return false;
	for (i = 0; i < nlist; i++)
		if (i != self && covers(i, p) &&
		    list[i].ban.state == BAN_ACTIVE &&
		    (list[i].ban.flags & BAN_FOREIGN) == 0)
			return false;
	return true;
}

/* Both are in order, and hold just what the list holds. */
static void
check_all(struct bans *b, struct mirror *m)
{
	const struct prefix *before = NULL;
	struct ban_entry *e;
	const struct ban *seen;
	size_t n = 0, i;

	BANS_FOREACH(e, b) {
		i = list_find(&e->ban.prefix);
		must(i < nlist && e->due == list[i].due);
		must(memcmp(&e->ban, &list[i].ban, sizeof(e->ban)) == 0);
		must(before == NULL || prefix_cmp(before, &e->ban.prefix) < 0);
		must(bans_is_outermost(b, e) == is_outermost(i));
		must(before == NULL || bans_behind(b, before) == e);
		seen = mirror_next(m, before);
		must(seen != NULL && memcmp(seen, &e->ban, sizeof(*seen)) == 0);
		before = &e->ban.prefix;
		n++;
	}
	must(n == nlist && mirror_next(m, before) == NULL);
	must(b->active.n == list_count(BAN_ACTIVE));
	must(b->ended.n == list_count(BAN_ENDED));
	must(mirror_active(m) == list_count(BAN_ACTIVE));
}

/* Until nothing is due any more; returns how many were. */
static size_t
run_due(struct bans *b, struct mirror *m, int64_t now)
{
	struct ban forgotten;
	struct ban_entry *e;
	size_t n = 0;

	for (; (e = bans_due(b, now)) != NULL; n++) {
		must(e->due <= now ||
		    (e->ban.state == BAN_ENDED && b->ended.n > b->limit));
		forgotten = e->ban;
		forgotten.state = BAN_FORGOTTEN;
		list_put(&forgotten, 0);
		mirror_put(m, &forgotten);
		e->ban.state = BAN_FORGOTTEN;
		bans_settle(b, e, 0);
	}
	return n;
}

static void
check_due(struct bans *b, int64_t now)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < nlist; i++) {
		must(list[i].due > now);
		if (list[i].due < next)
			next = list[i].due;
	}
	must(bans_next(b) == next && b->ended.n <= b->limit);
}

/* The clock was set: the bans of some time move with it. */
static void
move(struct bans *b, struct mirror *m, struct input *in)
{
	int64_t from = 900 + input_byte(in) * 8, to = from + input_byte(in) * 4;
	int64_t by = (int64_t)input_byte(in) * 20 - 2560;
	struct ban_entry *e;
	size_t i;

	mirror_move(m, from, to, by);
	BANS_FOREACH(e, b)
		(void)ban_move(&e->ban, from, to, by);
	for (i = 0; i < nlist; i++)
		(void)ban_move(&list[i].ban, from, to, by);
}

static void
step(struct bans *b, struct mirror *m, struct input *in, int64_t *now)
{
	struct ban ban;
	struct prefix p;
	int64_t due;

	switch (input_byte(in) % 8) {
	case 0:
		*now += input_byte(in);
		must(run_due(b, m, *now) <= BANS_MAX);
		check_due(b, *now);
		break;
	case 1:
		input_prefix(in, &p);
		check_view(m, &p);
		break;
	case 2:
		move(b, m, in);
		break;
	default:
		take_ban(in, &ban);
		due = *now + 1 + input_byte(in) * 4;
		if (nlist == BANS_MAX && list_find(&ban.prefix) == nlist)
			return;
		set_put(b, &ban, due);
		mirror_put(m, &ban);
		list_put(&ban, due);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct mirror *m = mirror_new();
	struct bans b;
	int64_t now = 1;

	must(m != NULL);
	bans_init(&b, 1 + input_byte(&in) % 32);
	nlist = 0;
	while (in.left > 0)
		step(&b, m, &in, &now);
	check_all(&b, m);
	bans_clear(&b);
	must(bans_first(&b) == NULL && b.active.n + b.ended.n == 0);
	mirror_free(m);
	return 0;
}
