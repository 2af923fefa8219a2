#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "command.h"
#include "prefix_hash.h"
#include "scan_set.h"

#define ROOM_MIN 1024 /* a power of two */

/*
 * Only hashes are kept: of a million clients two have the same 64 bits once in
 * 37 million runs.
 */
struct scan_set {
	struct prefix_hash_key key;
	uint64_t *slots; /* 0: free */
	size_t room;     /* a power of two */
	size_t n;
	size_t limit;
};

static uint64_t *
slots_new(size_t room)
{
	uint64_t *slots = calloc(room, sizeof(*slots));

	if (slots == NULL)
		err(COMMAND_FAILED, NULL);
	return slots;
}

struct scan_set *
scan_set_new(size_t limit)
{
	struct scan_set *s = calloc(1, sizeof(*s));

	if (s == NULL)
		err(COMMAND_FAILED, NULL);
	arc4random_buf(&s->key, sizeof(s->key));
	s->room = ROOM_MIN;
	s->slots = slots_new(s->room);
	s->limit = limit;
	return s;
}

void
scan_set_free(struct scan_set *s)
{
	if (s == NULL)
		return;
	free(s->slots);
	free(s);
}

/* The slot that holds hash, or the free one where it belongs. */
static uint64_t *
find_slot(uint64_t *slots, size_t room, uint64_t hash)
{
	size_t i = (size_t)hash & (room - 1);

	while (slots[i] != 0 && slots[i] != hash)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static void
scan_set_grow(struct scan_set *s)
{
	uint64_t *old = s->slots;
	size_t i, n = s->room;

	s->room *= 2;
	s->slots = slots_new(s->room);
	for (i = 0; i < n; i++)
		if (old[i] != 0)
			*find_slot(s->slots, s->room, old[i]) = old[i];
	free(old);
}

void
scan_set_add(struct scan_set *s, const struct prefix *p)
{
	uint64_t hash = prefix_hash(&s->key, p) | 1, *slot;

	slot = find_slot(s->slots, s->room, hash);
	if (*slot != 0 || s->n >= s->limit)
		return;
	*slot = hash;
	if (++s->n > s->room / 2)
		scan_set_grow(s);
}

size_t
scan_set_count(const struct scan_set *s)
{
	return s->n;
}
