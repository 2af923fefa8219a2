/*
 * For which prefixes a ban was asked and not yet answered, or refused: these
 * are not asked for again.
 */
#ifndef SMTPBAN_ASKED_H
#define SMTPBAN_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define ASKED_REFUSED_MAX  65536 /* beyond, the oldest is forgotten */
#define ASKED_REFUSED_TIME 60    /* seconds from asking it is remembered */

struct asked;
struct asked_ban; /* one of them */

struct asked *asked_new(void); /* NULL without memory */
void asked_free(struct asked *);

/* Whether it is there; a refusal whose time is over (now) is dropped. */
bool asked_has(struct asked *, const struct prefix *, int64_t now);

/*
 * Add one that is not there, asked for now (seconds, wall clock; and ms by
 * clock_ms).  NULL without memory.
 */
struct asked_ban *asked_add(struct asked *, const struct prefix *, void *owner,
    int64_t now, int64_t ms);

void *asked_owner(const struct asked_ban *);
int64_t asked_ms(const struct asked_ban *);
const struct prefix *asked_prefix(const struct asked_ban *);

/* The answer came: remember the refusal, or remove it. */
void asked_refuse(struct asked *, struct asked_ban *);
void asked_remove(struct asked *, struct asked_ban *);

/* A new configuration may allow what was refused. */
void asked_forget_refused(struct asked *);

size_t asked_refused(const struct asked *); /* how many are remembered */

#endif
