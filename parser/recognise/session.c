/* What was told of a session before: sets of a few slots, by hashed key. */
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "text_hash.h"

#define SETS     1024 /* a power of two */
#define WAYS     8
#define HELD_MAX 1000

struct sessions {
	struct prefix_hash_key hash;
	uint32_t clock;
	struct session sets[SETS][WAYS];
};

struct sessions *
sessions_new(void)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s != NULL)
		arc4random_buf(&s->hash, sizeof(s->hash));
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
	key = text_hash(&s->hash, key, part, n);
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

void
session_forget(struct session *s)
{
	uint64_t key = s->key;
	uint32_t used = s->used;

	memset(s, 0, sizeof(*s));
	s->key = key;
	s->used = used;
}

void
session_touch(struct session *s, int64_t time)
{
	if (s->seen != 0 &&
	    (time - s->seen > SESSION_IDLE || s->seen - time > SESSION_IDLE))
		session_forget(s);
	s->seen = time;
}

void
session_keep_user(struct session *s, const char *user, size_t n)
{
	s->user_len = 0;
	if (user == NULL || n > sizeof(s->user))
		return;
	memcpy(s->user, user, n);
	s->user_len = (uint8_t)n;
}

void
session_hold(struct session *s, const struct rule *rule, uint32_t times)
{
	if (s->held != rule)
		s->nheld = 0;
	s->held = rule;
	s->nheld = times < HELD_MAX - s->nheld ? s->nheld + times : HELD_MAX;
}
