/* From an event to a request for a ban, and what becomes of the request. */
#ifndef SMTPBAN_JUDGE_H
#define SMTPBAN_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ban.h"

struct event;
struct judge;
struct parser;

struct judge *judge_new(struct parser *); /* NULL without memory */
void judge_free(struct judge *);

/*
 * Weigh what a line told, and ask for a ban when its client went too far.
 * live: the line was appended now, and is not read again after a restart.
 * now: wall clock seconds.
 */
void judge_event(struct judge *, const struct event *, bool live, int64_t now);

/* The enforcer told the state of a ban. */
void judge_ban_state(struct judge *, const struct ban *);

/* A new configuration is in force: what was refused may be asked again. */
void judge_reconsider(struct judge *);

#endif
