/*
 * What was told of a session before, in a table of fixed size: the least used
 * is forgotten first.
 */
#ifndef SMTPBAN_SESSION_H
#define SMTPBAN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

struct session {
	uint64_t key;
	uint32_t used;        /* clock of the table */
	uint32_t told;        /* enum rule_mark */
	uint32_t auths;       /* attempts to log in that were told of */
	struct prefix client; /* of a queue id */
};

struct sessions;

struct sessions *sessions_new(void); /* NULL without memory */
void sessions_free(struct sessions *);

/*
 * The key of a session or queue id: of its parts, one after the other.  It is
 * seeded, so that nobody outside can choose keys that meet.
 */
uint64_t sessions_key(const struct sessions *, uint64_t key, const void *part,
    size_t n);

/* The session of that key, or NULL. */
struct session *sessions_find(struct sessions *, uint64_t key);

/* The same, made if there is none. */
struct session *sessions_get(struct sessions *, uint64_t key);

#endif
