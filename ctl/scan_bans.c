#include <stdlib.h>
#include <string.h>

#include "prefix_hash.h"
#include "scan_bans.h"

#define BITS_MIN 8

/* Open addressing, at most half full; a slot of state 0 is free. */
struct scan_bans {
	const struct conf *conf;
	struct prefix_hash_key key;
	struct ban *slots;
	unsigned bits;
	size_t number;
};

struct scan_bans *
scan_bans_new(const struct conf *conf)
{
	struct scan_bans *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->conf = conf;
	s->bits = BITS_MIN;
	arc4random_buf(&s->key, sizeof(s->key));
	s->slots = calloc((size_t)1 << s->bits, sizeof(*s->slots));
	if (s->slots == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
scan_bans_free(struct scan_bans *s)
{
	if (s == NULL)
		return;
	free(s->slots);
	free(s);
}

/* The slot of a prefix, or the free one where it belongs. */
static struct ban *
scan_bans_slot(const struct scan_bans *s, const struct prefix *p)
{
	size_t mask = ((size_t)1 << s->bits) - 1;
	size_t i = (size_t)prefix_hash(&s->key, p) & mask;

	while (s->slots[i].state != 0 &&
	    memcmp(&s->slots[i].prefix, p, sizeof(*p)) != 0)
		i = (i + 1) & mask;
	return &s->slots[i];
}

static int
scan_bans_grow(struct scan_bans *s)
{
	struct ban *old = s->slots;
	size_t n = (size_t)1 << s->bits, i;

	if ((s->slots = calloc(n * 2, sizeof(*s->slots))) == NULL) {
		s->slots = old;
		return -1;
	}
	s->bits++;
	for (i = 0; i < n; i++)
		if (old[i].state != 0)
			*scan_bans_slot(s, &old[i].prefix) = old[i];
	free(old);
	return 0;
}

bool
scan_bans_settle(const struct scan_bans *s, const struct prefix *p,
    int64_t time)
{
	const struct ban *b;

	if (s->number == 0)
		return false;
	b = scan_bans_slot(s, p);
	return b->state != 0 && time < b->expires;
}

const struct ban *
scan_bans_add(struct scan_bans *s, const struct prefix *p, uint32_t category,
    uint32_t count, int64_t time)
{
	struct ban *b;

	if (s->number * 2 >= (size_t)1 << s->bits && scan_bans_grow(s) == -1)
		return NULL;
	b = scan_bans_slot(s, p);
	if (b->state == 0) {
		b->prefix = *p;
		s->number++;
	} else if (time >= b->expires)
		ban_end(b, 0, b->expires);
	ban_begin(b, s->conf, category, count, 0, time);
	return b;
}
