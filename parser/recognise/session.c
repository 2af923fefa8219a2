/* What was told of a session before: sets of a few slots, by hashed key. */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define SETS 1024 /* a power of two */
#define WAYS 4

struct sessions {
	uint64_t seed;
	uint32_t clock;
	struct session sets[SETS][WAYS];
};

struct sessions *
sessions_new(void)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s != NULL)
		arc4random_buf(&s->seed, sizeof(s->seed));
	return s;
}

void
sessions_free(struct sessions *s)
{
	free(s);
}

uint64_t
sessions_key(const struct sessions *s, uint64_t key, const void *part, size_t n)
{
	const uint8_t *p = part;
	size_t i;

	key ^= s->seed + n;
	for (i = 0; i < n; i++)
		key = (key ^ p[i]) * 0x100000001b3U;
	key ^= key >> 29;
	return key != 0 ? key : 1; /* 0 marks a free slot */
}

struct session *
sessions_find(struct sessions *s, uint64_t key)
{
	struct session *set = s->sets[key % SETS];
	int i;

	for (i = 0; i < WAYS; i++)
		if (set[i].key == key) {
			set[i].used = ++s->clock;
			return &set[i];
		}
	return NULL;
}

struct session *
sessions_get(struct sessions *s, uint64_t key)
{
	struct session *set = s->sets[key % SETS], *found, *oldest = set;
	int i;

	found = sessions_find(s, key);
	if (found != NULL)
		return found;
	for (i = 1; i < WAYS; i++)
		if (s->clock - set[i].used > s->clock - oldest->used)
			oldest = &set[i];
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = key;
	oldest->used = ++s->clock;
	return oldest;
}
