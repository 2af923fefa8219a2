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

/* SipHash-1-3, of which text_hash.c too is made: begin, words, end. */
static inline void
prefix_hash_begin(const struct prefix_hash_key *key, uint64_t v[4])
{
	v[0] = key->k0 ^ 0x736f6d6570736575;
	v[1] = key->k1 ^ 0x646f72616e646f6d;
	v[2] = key->k0 ^ 0x6c7967656e657261;
	v[3] = key->k1 ^ 0x7465646279746573;
}

static inline void
prefix_hash_take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	prefix_hash_round(v);
	v[0] ^= word;
}

static inline uint64_t
prefix_hash_end(uint64_t v[4])
{
	unsigned i;

	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		prefix_hash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/*
 * Over the address, the family and the length.  The key comes from
 * arc4random_buf(3), so that nobody can send us clients that all fall into
 * one bucket.
 */
static inline uint64_t
prefix_hash(const struct prefix_hash_key *key, const struct prefix *p)
{
	uint64_t v[4], words[2];

	memcpy(words, p->addr, sizeof(p->addr));
	prefix_hash_begin(key, v);
	prefix_hash_take(v, words[0]);
	prefix_hash_take(v, words[1]);
	prefix_hash_take(v,
	    (uint64_t)sizeof(*p) << 56 | (uint64_t)p->family << 8 | p->len);
	return prefix_hash_end(v);
}

#endif
