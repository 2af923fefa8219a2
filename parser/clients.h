/*
 * A bounded table of prefixes in their order, each with what its owner keeps
 * of it.  Beyond the limit the one longest untouched goes.
 */
#ifndef SMTPBAN_CLIENTS_H
#define SMTPBAN_CLIENTS_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "prefix.h"
#include "rb.h"

/* The first member of an owner's struct.  72 bytes of it are ours. */
struct client {
	RB_ENTRY(client) node;
	TAILQ_ENTRY(client) recent;
	struct prefix prefix;
};

struct clients;

/* size: of the owner's struct.  NULL without memory. */
struct clients *clients_new(size_t limit, size_t size);
void clients_free(struct clients *);

void clients_clear(struct clients *);

/* NULL: not there. */
struct client *clients_find(const struct clients *, const struct prefix *);

/*
 * The entry of a prefix, touched; a new one is all 0 behind its struct client.
 * Another one may have gone for it.  NULL without memory.
 */
struct client *clients_add(struct clients *, const struct prefix *);

void clients_remove(struct clients *, struct client *);

/* Those that lie in a network, itself included, in order; NULL at the end. */
struct client *clients_first_in(const struct clients *,
    const struct prefix *network);
struct client *clients_next_in(const struct client *,
    const struct prefix *network);

/* All of them, the longest untouched first; NULL at the end. */
struct client *clients_first(const struct clients *);
struct client *clients_next(const struct client *);

size_t clients_number(const struct clients *);

#endif
