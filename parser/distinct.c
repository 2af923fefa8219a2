#include <math.h>
#include <string.h>

#include "distinct.h"

#define REGISTER_BITS 8
#define REST_BITS     (32 - REGISTER_BITS)

/*
 * The place of the first 1 in what the choice of the register leaves of a
 * hash, 1 to 25.
 */
static void
register_put(struct distinct *d, uint32_t hash)
{
	uint8_t *reg = &d->reg[hash >> REST_BITS];
	uint32_t rest = hash << REGISTER_BITS;
	uint8_t rank = 1;

	while (rank <= REST_BITS && (rest & UINT32_C(1) << 31) == 0) {
		rest <<= 1;
		rank++;
	}
	if (rank > *reg)
		*reg = rank;
}

static void
distinct_spread(struct distinct *d)
{
	uint32_t hash[DISTINCT_EXACT];
	unsigned i;

	memcpy(hash, d->hash, sizeof(hash));
	memset(d->reg, 0, sizeof(d->reg));
	for (i = 0; i < DISTINCT_EXACT; i++)
		register_put(d, hash[i]);
	d->used = DISTINCT_EXACT + 1;
}

void
distinct_add(struct distinct *d, uint32_t hash)
{
	unsigned i;

	if (d->used > DISTINCT_EXACT) {
		register_put(d, hash);
		return;
	}
	for (i = 0; i < d->used; i++)
		if (d->hash[i] == hash)
			return;
	if (d->used < DISTINCT_EXACT) {
		d->hash[d->used++] = hash;
		return;
	}
	distinct_spread(d);
	register_put(d, hash);
}

/*
 * The paper's estimate, with linear counting where registers are empty.  Of
 * hashes of 32 bits it needs no correction up to 100 million.
 */
uint32_t
distinct_count(const struct distinct *d)
{
	const double m = DISTINCT_REGISTERS;
	const double alpha = 0.7213 / (1 + 1.079 / m);
	double sum = 0, estimate;
	unsigned i, empty = 0;

	if (d->used <= DISTINCT_EXACT)
		return d->used;
	for (i = 0; i < DISTINCT_REGISTERS; i++) {
		sum += ldexp(1, -d->reg[i]);
		empty += d->reg[i] == 0;
	}
	estimate = alpha * m * m / sum;
	if (estimate <= 2.5 * m && empty > 0)
		estimate = m * log(m / empty);
	return estimate < UINT32_MAX ? (uint32_t)(estimate + 0.5) : UINT32_MAX;
}
