/*
 * Attempts to log in that only repeat an earlier one: a phone with an old
 * password is no attacker, however often it tries.
 */
#ifndef SMTPBAN_REPEATS_H
#define SMTPBAN_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

/*
 * Attempts remembered at 16 bytes each: 4 MB, of which only what is used is
 * ever touched.  Beyond, one of those seen longest ago goes: then a
 * repetition of it counts once more.
 */
#define REPEATS_MAX (1U << 18)

struct repeats;

struct repeats *repeats_new(void); /* NULL without memory */
void repeats_free(struct repeats *);

/* An attempt; what is NULL or empty tells nothing apart. */
struct attempt {
	const struct prefix *client;
	const char *user;
	size_t user_len;
	const char *hash; /* of the password */
	size_t hash_len;
};

/*
 * True if the same was counted within so many seconds of time already.  If
 * not, it is counted now.  User names are compared without regard to the case
 * of ASCII letters.
 */
bool repeats_saw(struct repeats *, const struct attempt *, int64_t time,
    uint32_t within);

/* The clock was set by so many seconds: what was seen moves with it. */
void repeats_shift(struct repeats *, int64_t by);

#endif
