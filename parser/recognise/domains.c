/* The domains of a server: sets of a few slots, by hashed name. */
#include <stdint.h>
#include <stdlib.h>

#include "domains.h"
#include "text_hash.h"

#define SETS 256 /* a power of two */
#define WAYS 4

struct slot {
	uint64_t hash; /* 0: free */
	uint32_t used; /* clock of the table */
};

struct domains {
	struct prefix_hash_key hash;
	uint32_t clock;
	struct slot sets[SETS][WAYS];
};

struct domains *
domains_new(void)
{
	struct domains *d = calloc(1, sizeof(*d));

	if (d != NULL)
		arc4random_buf(&d->hash, sizeof(d->hash));
	return d;
}

void
domains_free(struct domains *d)
{
	free(d);
}

static uint64_t
hash_domain(const struct domains *d, const char *domain, size_t n)
{
	uint64_t hash = text_hash_name(&d->hash, 0, domain, n);

	return hash != 0 ? hash : 1;
}

static struct slot *
find_slot(struct domains *d, uint64_t hash)
{
	struct slot *set = d->sets[hash % SETS];
	int i;

	for (i = 0; i < WAYS; i++)
		if (set[i].hash == hash) {
			set[i].used = ++d->clock;
			return &set[i];
		}
	return NULL;
}

void
domains_add(struct domains *d, const char *domain, size_t n)
{
	uint64_t hash = hash_domain(d, domain, n);
	struct slot *set = d->sets[hash % SETS], *oldest = set;
	int i;

	if (find_slot(d, hash) != NULL)
		return;
	for (i = 1; i < WAYS; i++)
		if (d->clock - set[i].used > d->clock - oldest->used)
			oldest = &set[i];
	oldest->hash = hash;
	oldest->used = ++d->clock;
}

bool
domains_has(struct domains *d, const char *domain, size_t n)
{
	return find_slot(d, hash_domain(d, domain, n)) != NULL;
}
