/* From an event to a request for a ban, and what becomes of the request. */
#ifndef SMTPBAN_JUDGE_H
#define SMTPBAN_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ban.h"

struct event;
struct judge;
struct msg_moved;
struct parser;

struct judge *judge_new(struct parser *); /* NULL without memory */
void judge_free(struct judge *);

/*
 * If the wall clock was set since the last call, now, all that the parser
 * remembers moves with it.
 */
void judge_check_clock(struct judge *, int64_t now);

/*
 * Weigh what a line told, and ask for a ban when its client, or its network,
 * went too far.  live: the line was appended now, and is not read again after
 * a restart.  now: wall clock seconds.  Returns whether the line speaks against
 * its client: it counted, or in a replay did so before a ban that is known.
 */
bool judge_event(struct judge *, const struct event *, bool live, int64_t now);

/*
 * The enforcer told the state of a ban.  Once the logs are replayed, a network
 * that is full by it is asked for.
 */
void judge_ban_state(struct judge *, const struct ban *, int64_t now);

/* The enforcer moved bans, as the clock was set. */
void judge_bans_moved(struct judge *, const struct msg_moved *);

/*
 * The logs are replayed: now it is known who logged in, and networks that are
 * full of bans are asked for.
 */
void judge_replayed(struct judge *, int64_t now);

/*
 * A new configuration is in force: what was refused may be asked again, and
 * other networks may be full.
 */
void judge_reconsider(struct judge *, int64_t now);

#endif
