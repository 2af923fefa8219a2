#include <stdbool.h>

#include "text_hash.h"

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static void
take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	prefix_hash_round(v);
	v[0] ^= word;
}

static uint64_t
hash(const struct prefix_hash_key *key, uint64_t seed, const uint8_t *s,
    size_t n, bool folded)
{
	uint64_t v[4] = { key->k0 ^ 0x736f6d6570736575,
		key->k1 ^ 0x646f72616e646f6d, key->k0 ^ 0x6c7967656e657261,
		key->k1 ^ 0x7465646279746573 };
	uint64_t word = 0;
	size_t i;

	take_word(v, seed);
	for (i = 0; i < n; i++) {
		word |= (uint64_t)(folded ? fold(s[i]) : s[i]) << (i % 8 * 8);
		if (i % 8 == 7) {
			take_word(v, word);
			word = 0;
		}
	}
	take_word(v, word | (uint64_t)n << 56);
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		prefix_hash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
text_hash(const struct prefix_hash_key *key, uint64_t seed, const void *s,
    size_t n)
{
	return hash(key, seed, s, n, false);
}

uint64_t
text_hash_name(const struct prefix_hash_key *key, uint64_t seed, const char *s,
    size_t n)
{
	return hash(key, seed, (const uint8_t *)s, n, true);
}
