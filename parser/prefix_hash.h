/* A keyed hash of prefixes, for tables whose keys a client can choose. */
#ifndef SMTPBAN_PREFIX_HASH_H
#define SMTPBAN_PREFIX_HASH_H

#include <stdint.h>
#include <string.h>

#include "prefix.h"

struct prefix_hash_key {
	uint64_t k0;
	uint64_t k1;
};

static inline uint64_t
prefix_hash_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
prefix_hash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = prefix_hash_rotate(v[1], 13) ^ v[0];
	v[3] = prefix_hash_rotate(v[3], 16) ^ v[2];
	v[0] = prefix_hash_rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = prefix_hash_rotate(v[1], 17) ^ v[2];
	v[3] = prefix_hash_rotate(v[3], 21) ^ v[0];
	v[2] = prefix_hash_rotate(v[2], 32);
}

/*
 * SipHash-1-3 over the address, the family and the length.  The key comes
 * from arc4random_buf(3), so that nobody can send us clients that all fall
 * into one bucket.
 */
static inline uint64_t
prefix_hash(const struct prefix_hash_key *key, const struct prefix *p)
{
	uint64_t v[4] = { key->k0 ^ 0x736f6d6570736575,
		key->k1 ^ 0x646f72616e646f6d, key->k0 ^ 0x6c7967656e657261,
		key->k1 ^ 0x7465646279746573 };
	uint64_t words[3];
	unsigned i;

	memcpy(words, p->addr, sizeof(p->addr));
	words[2] =
	    (uint64_t)sizeof(*p) << 56 | (uint64_t)p->family << 8 | p->len;
	for (i = 0; i < 3; i++) {
		v[3] ^= words[i];
		prefix_hash_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		prefix_hash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
