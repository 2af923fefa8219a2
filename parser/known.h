/*
 * Clients that logged in: when they last did, and under which names.  Built
 * from the log alone, so that a replay of the log brings it back.
 */
#ifndef SMTPBAN_KNOWN_H
#define SMTPBAN_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

/*
 * A client takes 240 bytes, so the table at most 15 MB.  Only good logins make
 * an entry: to push others out, one needs a password and as many addresses.
 */
#define KNOWN_MAX       65536 /* beyond, who logged in longest ago goes */
#define KNOWN_NAMES_MAX 32    /* of a client, the same */

struct known;

struct known *known_new(size_t limit); /* NULL without memory */
void known_free(struct known *);

/*
 * A good login from there, whose user name may be NULL.  Times are seconds,
 * and may come in any order: the latest counts.
 */
void known_login(struct known *, const struct prefix *, const char *user,
    size_t len, int64_t time);

/* When it last logged in; 0: never. */
int64_t known_last(const struct known *, const struct prefix *);

/*
 * Whether it logged in under that name itself.  Names are compared without
 * regard to the case of ASCII letters.
 */
bool known_has_name(const struct known *, const struct prefix *,
    const char *user, size_t len);

/* The number of the name that it last logged in as; 0: none. */
uint32_t known_latest_name(const struct known *, const struct prefix *);

/*
 * It failed to log in.  Returns the number of the name if that is one of its
 * own, of the latest one if user is NULL or empty, else 0; first: whether it
 * had not failed so since its last login.
 */
uint32_t known_fail(struct known *, const struct prefix *, const char *user,
    size_t len, bool *first);

/*
 * Whether anybody in that network logged in since then.  Who did not is
 * removed on the way.
 */
bool known_within(struct known *, const struct prefix *network, int64_t since);

size_t known_number(const struct known *);

/* The clock was set by so many seconds: all logins move with it. */
void known_shift(struct known *, int64_t by);

#endif
