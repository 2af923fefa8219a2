#include <stdlib.h>

#include "clock.h"
#include "repeats.h"
#include "text_hash.h"

#define WAYS    8
#define BUCKETS (REPEATS_MAX / WAYS)

/* Of 64 bits of a keyed hash no two are ever the same by chance or intent. */
struct seen {
	uint64_t hash;    /* 0: free */
	uint32_t counted; /* seconds since the epoch, to 2106 */
	uint32_t last;
};

struct repeats {
	struct prefix_hash_key key;
	struct seen seen[BUCKETS][WAYS];
};

struct repeats *
repeats_new(void)
{
	struct repeats *r = calloc(1, sizeof(*r));

	if (r != NULL)
		arc4random_buf(&r->key, sizeof(r->key));
	return r;
}

void
repeats_free(struct repeats *r)
{
	free(r);
}

static uint64_t
attempt_hash(const struct repeats *r, const struct attempt *a)
{
	uint64_t h = prefix_hash(&r->key, a->client);

	h = text_hash_name(&r->key, h, a->user,
	    a->user != NULL ? a->user_len : 0);
	h = text_hash(&r->key, h, a->hash, a->hash != NULL ? a->hash_len : 0);
	return h != 0 ? h : 1;
}

/* The place of a hash: its own, or a free one, or that of the oldest. */
static struct seen *
repeats_place(struct repeats *r, uint64_t hash)
{
	struct seen *bucket = r->seen[hash % BUCKETS], *oldest = bucket;
	unsigned i;

	for (i = 0; i < WAYS; i++) {
		if (bucket[i].hash == hash || bucket[i].hash == 0)
			return &bucket[i];
		if (bucket[i].last < oldest->last)
			oldest = &bucket[i];
	}
	return oldest;
}

/* A clock that was put back far enough begins a new window, too. */
bool
repeats_saw(struct repeats *r, const struct attempt *a, int64_t time,
    uint32_t within)
{
	uint64_t hash = attempt_hash(r, a);
	struct seen *s = repeats_place(r, hash);
	uint32_t at = time < 0 ? 0 :
	    time > UINT32_MAX  ? UINT32_MAX :
				 (uint32_t)time;
	uint32_t apart = at > s->counted ? at - s->counted : s->counted - at;

	if (s->hash == hash && apart < within) {
		if (at > s->last)
			s->last = at;
		return true;
	}
	*s = (struct seen){ hash, at, at };
	return false;
}

void
repeats_shift(struct repeats *r, int64_t by)
{
	struct seen *s;
	size_t i;

	for (i = 0; i < (size_t)BUCKETS * WAYS; i++) {
		s = &r->seen[i / WAYS][i % WAYS];
		s->counted = clock_shift(s->counted, by);
		s->last = clock_shift(s->last, by);
	}
}
