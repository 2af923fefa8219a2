/* The bans as the enforcer told them: whom there is no need to ask for. */
#ifndef SMTPBAN_MIRROR_H
#define SMTPBAN_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ban.h"
#include "category.h"

struct mirror;

struct mirror *mirror_new(void); /* NULL without memory */
void mirror_free(struct mirror *);

/*
 * Take the state of one ban; BAN_FORGOTTEN removes it.  Returns whether it is
 * in force and was not before.
 */
bool mirror_put(struct mirror *, const struct ban *);

/* The clock was set, and bans moved with it: see ban_move. */
void mirror_move(struct mirror *, int64_t from, int64_t to, int64_t by);

/* What is known of a client; pointers hold until the next mirror_put. */
struct mirror_view {
	const struct ban *active; /* the widest ban in force that covers it */
	const struct ban *inner;  /* the narrowest one, perhaps the same */
	const struct ban *ended;  /* last released, the narrowest; or NULL */
	int64_t released;         /* when; 0: never */
	int64_t allowed;          /* not to be banned before this; 0: none */
};

/* Cost: one search for each prefix length in use. */
void mirror_look(struct mirror *, const struct prefix *, struct mirror_view *);

/* The state of exactly that prefix, or NULL; until the next mirror_put. */
const struct ban *mirror_find(struct mirror *, const struct prefix *);

/* All bans in order: the first one after a prefix, NULL for the very first. */
const struct ban *mirror_next(struct mirror *, const struct prefix *after);

size_t mirror_active(const struct mirror *); /* bans in force */
size_t mirror_active_of(const struct mirror *, enum category);

#endif
