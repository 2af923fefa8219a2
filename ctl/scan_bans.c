#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "prefix_hash.h"
#include "scan_bans.h"

#define SLOTS_MIN 1024 /* a power of two */
#define ROOM_MIN  256

struct scan_bans {
	const struct conf *conf;
	struct scan_ban *v; /* all, as they were made */
	size_t n, room;
	/* Prefix to its latest ban: its number from 1, 0 is a free slot. */
	struct prefix_hash_key key;
	uint32_t *slots;
	size_t nslots; /* a power of two */
	size_t prefixes;
	/* Prefix lengths in use, of IPv4 and IPv6, the widest first. */
	uint8_t lengths[2][129];
	unsigned nlengths[2];
	/* A heap of those in force, the first to end on top. */
	uint32_t *heap;
	size_t nheap;
};

static void *
grow(void *p, size_t n, size_t size)
{
	if ((p = reallocarray(p, n, size)) == NULL)
		err(COMMAND_FAILED, NULL);
	return p;
}

struct scan_bans *
scan_bans_new(const struct conf *conf)
{
	struct scan_bans *s = calloc(1, sizeof(*s));

	if (s == NULL)
		err(COMMAND_FAILED, NULL);
	s->conf = conf;
	s->nslots = SLOTS_MIN;
	s->slots = calloc(s->nslots, sizeof(*s->slots));
	if (s->slots == NULL)
		err(COMMAND_FAILED, NULL);
	arc4random_buf(&s->key, sizeof(s->key));
	return s;
}

void
scan_bans_free(struct scan_bans *s)
{
	if (s == NULL)
		return;
	free(s->v);
	free(s->slots);
	free(s->heap);
	free(s);
}

/* The slot of a prefix, or the free one where it belongs. */
static uint32_t *
find_slot(const struct scan_bans *s, const struct prefix *p)
{
	size_t i = (size_t)prefix_hash(&s->key, p) & (s->nslots - 1);

	while (s->slots[i] != 0 &&
	    memcmp(&s->v[s->slots[i] - 1].ban.prefix, p, sizeof(*p)) != 0)
		i = (i + 1) & (s->nslots - 1);
	return &s->slots[i];
}

static void
grow_slots(struct scan_bans *s)
{
	uint32_t *old = s->slots;
	size_t i, n = s->nslots;

	s->nslots *= 2;
	if ((s->slots = calloc(s->nslots, sizeof(*s->slots))) == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < n; i++)
		if (old[i] != 0)
			*find_slot(s, &s->v[old[i] - 1].ban.prefix) = old[i];
	free(old);
}

static void
use_length(struct scan_bans *s, const struct prefix *p)
{
	unsigned family = p->family == PREFIX_INET6, i = 0;
	uint8_t *lengths = s->lengths[family];

	while (i < s->nlengths[family] && lengths[i] < p->len)
		i++;
	if (i < s->nlengths[family] && lengths[i] == p->len)
		return;
	memmove(lengths + i + 1, lengths + i, s->nlengths[family] - i);
	lengths[i] = p->len;
	s->nlengths[family]++;
}

struct scan_ban *
scan_bans_covering(struct scan_bans *s, const struct prefix *p, int64_t time)
{
	unsigned family = p->family == PREFIX_INET6, i;
	struct prefix wide;
	uint32_t number;

	for (i = 0; i < s->nlengths[family]; i++) {
		if (s->lengths[family][i] > p->len)
			break;
		wide = *p;
		prefix_widen(&wide, s->lengths[family][i]);
		number = *find_slot(s, &wide);
		if (number != 0 && time < s->v[number - 1].ban.expires)
			return &s->v[number - 1];
	}
	return NULL;
}

static int64_t
heap_end(const struct scan_bans *s, size_t i)
{
	return s->v[s->heap[i]].ban.expires;
}

static void
heap_swap(struct scan_bans *s, size_t a, size_t b)
{
	uint32_t number = s->heap[a];

	s->heap[a] = s->heap[b];
	s->heap[b] = number;
}

static void
heap_add(struct scan_bans *s, uint32_t index)
{
	size_t i = s->nheap++;

	s->heap[i] = index;
	for (; i > 0 && heap_end(s, i) < heap_end(s, (i - 1) / 2);
	     i = (i - 1) / 2)
		heap_swap(s, i, (i - 1) / 2);
}

static uint32_t
heap_take(struct scan_bans *s)
{
	uint32_t top = s->heap[0];
	size_t i = 0, child;

	s->heap[0] = s->heap[--s->nheap];
	while ((child = i * 2 + 1) < s->nheap) {
		if (child + 1 < s->nheap &&
		    heap_end(s, child + 1) < heap_end(s, child))
			child++;
		if (heap_end(s, i) <= heap_end(s, child))
			break;
		heap_swap(s, i, child);
		i = child;
	}
	return top;
}

const struct scan_ban *
scan_bans_expire(struct scan_bans *s, int64_t time)
{
	struct scan_ban *b;

	if (s->nheap == 0 || time < heap_end(s, 0))
		return NULL;
	b = &s->v[heap_take(s)];
	ban_end(&b->ban, 0, b->ban.expires);
	return b;
}

/* The bans in force inside of a network that is banned now, and their failures. */
static uint64_t
fold(struct scan_bans *s, const struct prefix *network)
{
	struct scan_ban *b;
	uint64_t failures = 0;
	size_t i;

	for (i = 0; i < s->nheap; i++) {
		b = &s->v[s->heap[i]];
		if (!b->folded && b->ban.prefix.len > network->len &&
		    prefix_contains(network, &b->ban.prefix)) {
			b->folded = true;
			b->network_prefix = *network;
			failures += b->ban.count;
		}
	}
	return failures;
}

/* Room for one more, and the slot of its prefix. */
static uint32_t *
make_room(struct scan_bans *s, const struct prefix *p)
{
	uint32_t *slot;

	if (s->n == s->room) {
		s->room = s->room == 0 ? ROOM_MIN : s->room * 2;
		s->v = grow(s->v, s->room, sizeof(*s->v));
		s->heap = grow(s->heap, s->room, sizeof(*s->heap));
	}
	if (s->prefixes >= s->nslots / 2)
		grow_slots(s);
	slot = find_slot(s, p);
	if (*slot == 0) {
		s->prefixes++;
		use_length(s, p);
	}
	return slot;
}

struct scan_ban *
scan_bans_add(struct scan_bans *s, const struct prefix *p, uint32_t category,
    uint32_t count, bool network, int64_t time)
{
	struct scan_ban *b;
	uint64_t inside = 0;
	uint32_t *slot;

	if (s->nheap >= s->conf->limit_bans || s->n == UINT32_MAX)
		return NULL;
	if (network)
		inside = fold(s, p);
	slot = make_room(s, p);
	b = &s->v[s->n++];
	memset(b, 0, sizeof(*b));
	b->network = network;
	b->inside = inside;
	b->ban.prefix = *p;
	if (*slot != 0)
		b->ban = s->v[*slot - 1].ban;
	if (b->ban.state == BAN_ACTIVE)
		ban_end(&b->ban, 0, b->ban.expires);
	*slot = (uint32_t)s->n;
	ban_begin(&b->ban, s->conf, category, count, 0, time);
	heap_add(s, (uint32_t)(s->n - 1));
	return b;
}

size_t
scan_bans_count(const struct scan_bans *s)
{
	return s->n;
}

const struct scan_ban *
scan_bans_get(const struct scan_bans *s, size_t i)
{
	return &s->v[i];
}
