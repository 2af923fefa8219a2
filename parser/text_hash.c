#include <stdbool.h>

#include "text_hash.h"

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static uint64_t
hash(const struct prefix_hash_key *key, uint64_t seed, const uint8_t *s,
    size_t n, bool folded)
{
	uint64_t v[4], word = 0;
	size_t i;

	prefix_hash_begin(key, v);
	prefix_hash_take(v, seed);
	for (i = 0; i < n; i++) {
		word |= (uint64_t)(folded ? fold(s[i]) : s[i]) << (i % 8 * 8);
		if (i % 8 == 7) {
			prefix_hash_take(v, word);
			word = 0;
		}
	}
	prefix_hash_take(v, word | (uint64_t)n << 56);
	return prefix_hash_end(v);
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
