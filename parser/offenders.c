#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "offenders.h"
#include "prefix_hash.h"

#define BUCKET_BITS_MIN 8
#define HIT_N_MAX       ((1U << 28) - 1)
#define MINIMUM(a, b)   ((a) < (b) ? (a) : (b))

/* Failures of one category in one second.  Eight bytes: there are millions. */
struct hit {
	uint32_t time; /* seconds since the epoch, to 2106 */
	uint32_t category : 4;
	uint32_t n : 28;
};

struct entry {
	TAILQ_ENTRY(entry) recent;
	struct entry *chain; /* in its bucket, ordered by entry_cmp */
	struct prefix prefix;
	uint32_t group;
	uint32_t used;
	uint32_t room;
	struct hit hits[]; /* used of room, by time */
};

TAILQ_HEAD(entries, entry);

/*
 * The bucket is the top of the hash, so the order of (hash, prefix, group)
 * over all buckets stays the same when the table grows.
 */
struct offenders {
	struct prefix_hash_key key;
	struct entries recent; /* the longest idle first */
	struct entry **buckets;
	unsigned bits; /* of the hash that choose the bucket */
	size_t number;
	size_t limit;
	size_t lengths[2][129]; /* entries by family and prefix length */
	uint32_t newest;        /* failure that was counted */
	uint32_t within[CATEGORY_COUNT]; /* the window of each group */
	uint64_t lost;
};

static size_t
offenders_bucket(const struct offenders *o, uint64_t hash)
{
	return (size_t)(hash >> (64 - o->bits));
}

static size_t *
offenders_length(struct offenders *o, const struct prefix *p)
{
	return &o->lengths[p->family == PREFIX_INET6][p->len];
}

/* Where (hash, prefix, group) stands to an entry. */
static int
offenders_cmp(const struct offenders *o, uint64_t hash, const struct prefix *p,
    uint32_t group, const struct entry *e)
{
	uint64_t other;

	if (memcmp(p, &e->prefix, sizeof(*p)) == 0)
		return group < e->group ? -1 : group > e->group;
	other = prefix_hash(&o->key, &e->prefix);
	if (hash != other)
		return hash < other ? -1 : 1;
	return prefix_cmp(p, &e->prefix);
}

/* The link to the first entry of the bucket that is not before the key. */
static struct entry **
offenders_place(const struct offenders *o, uint64_t hash,
    const struct prefix *p, uint32_t group, bool *found)
{
	struct entry **at = &o->buckets[offenders_bucket(o, hash)];
	int c = -1;

	while (*at != NULL && (c = offenders_cmp(o, hash, p, group, *at)) > 0)
		at = &(*at)->chain;
	*found = *at != NULL && c == 0;
	return at;
}

struct offenders *
offenders_new(size_t limit)
{
	struct offenders *o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return NULL;
	o->bits = BUCKET_BITS_MIN;
	o->buckets = calloc((size_t)1 << o->bits, sizeof(struct entry *));
	if (o->buckets == NULL) {
		free(o);
		return NULL;
	}
	o->limit = limit > 0 ? limit : 1;
	TAILQ_INIT(&o->recent);
	arc4random_buf(&o->key, sizeof(o->key));
	return o;
}

void
offenders_free(struct offenders *o)
{
	struct entry *e, *next;

	if (o == NULL)
		return;
	TAILQ_FOREACH_SAFE(e, &o->recent, recent, next)
		free(e);
	free(o->buckets);
	free(o);
}

/* Take the entry that *at links to out of the table, without freeing it. */
static struct entry *
offenders_unlink(struct offenders *o, struct entry **at)
{
	struct entry *e = *at;

	*at = e->chain;
	TAILQ_REMOVE(&o->recent, e, recent);
	--*offenders_length(o, &e->prefix);
	o->number--;
	return e;
}

static void
offenders_link(struct offenders *o, struct entry **at, struct entry *e)
{
	e->chain = *at;
	*at = e;
	TAILQ_INSERT_TAIL(&o->recent, e, recent);
	++*offenders_length(o, &e->prefix);
	o->number++;
}

static void
offenders_drop(struct offenders *o, const struct entry *e)
{
	struct entry **at;
	bool found;

	at = offenders_place(o, prefix_hash(&o->key, &e->prefix), &e->prefix,
	    e->group, &found);
	if (found)
		free(offenders_unlink(o, at));
}

static void
offenders_evict(struct offenders *o, size_t keep)
{
	const struct entry *e;

	while (o->number > keep) {
		e = TAILQ_FIRST(&o->recent);
		if (e->used > 0 &&
		    e->hits[e->used - 1].time >=
			(int64_t)o->newest - o->within[e->group])
			o->lost++;
		offenders_drop(o, e);
	}
}

void
offenders_set_limit(struct offenders *o, size_t limit)
{
	o->limit = limit > 0 ? limit : 1;
	offenders_evict(o, o->limit);
}

/*
 * Twice the buckets.  Without memory the table stays as it is, only slower.
 * Entries are moved in the order of the old chains, which is the order of
 * the new ones.
 */
static void
offenders_grow(struct offenders *o)
{
	struct entry **old = o->buckets, *e, **tail, *next;
	size_t i, n = (size_t)1 << o->bits;
	size_t bucket, last;

	if ((o->buckets = calloc(n * 2, sizeof(struct entry *))) == NULL) {
		o->buckets = old;
		return;
	}
	o->bits++;
	for (i = 0; i < n; i++) {
		last = i * 2;
		tail = &o->buckets[last];
		for (e = old[i]; e != NULL; e = next) {
			next = e->chain;
			bucket = offenders_bucket(o,
			    prefix_hash(&o->key, &e->prefix));
			if (bucket != last) {
				last = bucket;
				tail = &o->buckets[last];
			}
			e->chain = NULL;
			*tail = e;
			tail = &e->chain;
		}
	}
	free(old);
}

static struct entry *
entry_resize(struct entry *e, uint32_t room)
{
	e = realloc(e, sizeof(*e) + room * sizeof(struct hit));
	if (e != NULL)
		e->room = room;
	return e;
}

/* Take the oldest hits away: all before since, and all but the newest max. */
static void
entry_trim(struct entry *e, int64_t since, uint32_t max)
{
	uint32_t skip = 0;

	while (skip < e->used &&
	    (e->hits[skip].time < since || e->used - skip > max))
		skip++;
	if (skip == 0)
		return;
	e->used -= skip;
	memmove(e->hits, e->hits + skip, e->used * sizeof(struct hit));
}

/* Add a hit where its time belongs; one like it only gets more. */
static void
entry_insert(struct entry *e, const struct hit *h)
{
	uint32_t at = e->used, i;

	while (at > 0 && e->hits[at - 1].time > h->time)
		at--;
	for (i = at; i > 0 && e->hits[i - 1].time == h->time; i--)
		if (e->hits[i - 1].category == h->category) {
			if (h->n > HIT_N_MAX - e->hits[i - 1].n)
				e->hits[i - 1].n = HIT_N_MAX;
			else
				e->hits[i - 1].n += h->n;
			return;
		}
	memmove(e->hits + at + 1, e->hits + at,
	    (e->used - at) * sizeof(struct hit));
	e->hits[at] = *h;
	e->used++;
}

/* The sum of the hits that are not before since. */
static void
entry_sum(const struct entry *e, int64_t since, struct offender *out)
{
	const struct hit *h;
	uint64_t sum[CATEGORY_COUNT] = { 0 }, all = 0;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	out->prefix = e->prefix;
	out->group = e->group;
	for (i = 0; i < e->used; i++) {
		h = &e->hits[i];
		if (h->time < since)
			continue;
		if (all == 0)
			out->first = h->time;
		out->last = h->time;
		sum[h->category] += h->n;
		all += h->n;
	}
	for (i = 0; i < CATEGORY_COUNT; i++)
		out->counts[i] = (uint32_t)MINIMUM(sum[i], UINT32_MAX);
	out->count = (uint32_t)MINIMUM(all, UINT32_MAX);
}

static struct entry *
entry_new(const struct prefix *p, uint32_t group)
{
	struct entry *e;

	if ((e = entry_resize(NULL, 1)) == NULL)
		return NULL;
	e->prefix = *p;
	e->group = group;
	e->used = 0;
	return e;
}

/*
 * Count into an entry that is not in the table, so that it may move.  A hit
 * outside the window of the newest is not kept.  Without memory for another
 * hit the oldest one goes.
 */
static struct entry *
entry_count(struct entry *e, const struct hit *h, const struct msg_threshold *t)
{
	struct entry *larger;
	uint32_t newest = h->time, max = t->count > 0 ? t->count : 1;

	if (e->used > 0 && e->hits[e->used - 1].time > newest)
		newest = e->hits[e->used - 1].time;
	if (h->time < (int64_t)newest - t->within)
		return e;
	entry_trim(e, (int64_t)newest - t->within, max);
	if (e->used == e->room && e->used < max &&
	    (larger = entry_resize(e, MINIMUM(e->room * 2, max))) != NULL)
		e = larger;
	if (e->used == e->room || e->used == max) {
		if (h->time < e->hits[0].time)
			return e;
		entry_trim(e, 0, e->used - 1);
	}
	entry_insert(e, h);
	return e;
}

int
offenders_count(struct offenders *o, const struct prefix *p, uint32_t group,
    enum category category, int64_t time, uint32_t n,
    const struct msg_threshold *t, struct offender *now_has)
{
	struct entry **at, *e;
	struct hit h = { .category = category, .n = MINIMUM(n, HIT_N_MAX) };
	uint64_t hash = prefix_hash(&o->key, p);
	bool found;

	h.time = time < 0 ? 0 : time > UINT32_MAX ? UINT32_MAX : (uint32_t)time;
	if (h.time > o->newest)
		o->newest = h.time;
	o->within[group] = t->within;
	at = offenders_place(o, hash, p, group, &found);
	if (!found && o->number >= o->limit) {
		offenders_evict(o, o->limit - 1);
		at = offenders_place(o, hash, p, group, &found);
	}
	e = found ? offenders_unlink(o, at) : entry_new(p, group);
	if (e == NULL)
		return -1;
	e = entry_count(e, &h, t);
	entry_sum(e, 0, now_has);
	offenders_link(o, at, e);
	if (o->number > (size_t)1 << o->bits)
		offenders_grow(o);
	return 0;
}

/* True if an entry can lie in p without being p. */
static bool
offenders_has_narrower(const struct offenders *o, const struct prefix *p)
{
	unsigned len;

	for (len = p->len + 1U; len <= prefix_maxlen(p); len++)
		if (o->lengths[p->family == PREFIX_INET6][len] > 0)
			return true;
	return false;
}

void
offenders_forget(struct offenders *o, const struct prefix *p)
{
	struct entry **at, *e, *next;
	uint32_t group;
	bool found;

	if (o->number == 0)
		return; /* at the start, when all bans are told */
	if (offenders_has_narrower(o, p)) {
		TAILQ_FOREACH_SAFE(e, &o->recent, recent, next)
			if (prefix_contains(p, &e->prefix))
				offenders_drop(o, e);
		return;
	}
	for (group = 0; group < CATEGORY_COUNT; group++) {
		at = offenders_place(o, prefix_hash(&o->key, p), p, group,
		    &found);
		if (found)
			free(offenders_unlink(o, at));
	}
}

/* Fill *out with what the window before now holds of an entry. */
static int
entry_show(const struct entry *e, const struct msg_threshold *by_group,
    int64_t now, struct offender *out)
{
	const struct msg_threshold *t = &by_group[e->group];

	entry_sum(e, now - t->within, out);
	return t->count > 0 && out->count > 0;
}

int
offenders_get(const struct offenders *o, const struct prefix *p, uint32_t group,
    const struct msg_threshold by_group[CATEGORY_COUNT], int64_t now,
    struct offender *out)
{
	struct entry **at;
	bool found;

	at = offenders_place(o, prefix_hash(&o->key, p), p, group, &found);
	return found && entry_show(*at, by_group, now, out);
}

int
offenders_next(const struct offenders *o, const struct prefix *after,
    uint32_t group, const struct msg_threshold by_group[CATEGORY_COUNT],
    int64_t now, struct offender *out)
{
	const struct entry *e = o->buckets[0];
	uint64_t hash;
	size_t bucket = 0;
	unsigned passed = 0;
	bool found;

	if (after != NULL) {
		hash = prefix_hash(&o->key, after);
		bucket = offenders_bucket(o, hash);
		e = *offenders_place(o, hash, after, group, &found);
		if (found)
			e = e->chain;
	}
	for (;;) {
		for (; e != NULL; e = e->chain) {
			if (entry_show(e, by_group, now, out))
				return 1;
			if (++passed == OFFENDERS_PASSED) {
				out->count = 0;
				return 1;
			}
		}
		if (++bucket >> o->bits != 0)
			return 0;
		e = o->buckets[bucket];
	}
}

size_t
offenders_number(const struct offenders *o)
{
	return o->number;
}

uint64_t
offenders_lost(const struct offenders *o)
{
	return o->lost;
}

void
offenders_shift(struct offenders *o, int64_t by)
{
	struct entry *e;
	uint32_t i;

	TAILQ_FOREACH(e, &o->recent, recent)
		for (i = 0; i < e->used; i++)
			e->hits[i].time = clock_shift(e->hits[i].time, by);
	o->newest = clock_shift(o->newest, by);
}
