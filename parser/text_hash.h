/* A keyed hash of texts that clients choose: user names, password hashes. */
#ifndef SMTPBAN_TEXT_HASH_H
#define SMTPBAN_TEXT_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "prefix_hash.h"

/*
 * SipHash-1-3 over seed and n bytes.  The hash of what came before as seed
 * makes one of several texts.  Without the key nobody can choose two texts
 * of one hash.
 */
uint64_t text_hash(const struct prefix_hash_key *, uint64_t seed, const void *,
    size_t n);

/* The same of a user name: ASCII letters count as small ones. */
uint64_t text_hash_name(const struct prefix_hash_key *, uint64_t seed,
    const char *, size_t n);

#endif
