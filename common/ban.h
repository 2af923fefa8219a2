/* A ban, as the ledger, the messages and the control socket hold it. */
#ifndef SMTPBAN_BAN_H
#define SMTPBAN_BAN_H

#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

enum ban_state {
	BAN_ACTIVE = 1,    /* in force */
	BAN_ENDED = 2,     /* over, remembered: the next one is longer */
	BAN_FORGOTTEN = 3, /* in messages only: drop what you hold of it */
};

enum ban_flag {
	BAN_MANUAL = 1 << 0,  /* made with smtpbanctl ban */
	BAN_FOREIGN = 1 << 1, /* somebody else's route stands on this prefix */
	BAN_UNWRITTEN = 1 << 2, /* the ledger could not be written yet */
};
#define BAN_FLAGS_STORED BAN_MANUAL /* the others are about now */

#define BAN_FOR_EVER INT64_MAX /* as expires */

/* Times are seconds since the epoch, wall clock. */
struct ban {
	struct prefix prefix;
	uint32_t state;    /* enum ban_state */
	uint32_t category; /* enum category that went over the threshold */
	uint32_t count;    /* failures that led to it; 0 by hand */
	uint32_t strikes;  /* bans of this prefix, this one included */
	uint32_t flags;    /* enum ban_flag */
	int64_t since;     /* the (last) ban began; 0: never banned */
	int64_t expires;   /* ends, or would have ended; BAN_FOR_EVER */
	int64_t released;  /* ended at; 0 while active */
	int64_t allowed;   /* not to be banned again before this; 0: none */
};
_Static_assert(sizeof(struct ban) == 72, "ban has padding");

struct conf;

/*
 * A ban begins: category, count and how long (0: as configured and by its
 * strikes; MSG_FOR_EVER).  One that is in force keeps its beginning and its
 * strikes, and changes only if seconds are given: then it has a new end.  But
 * if by its times it is over, or days from now, they are of a wrong clock, and
 * it begins anew.
 */
void ban_begin(struct ban *, const struct conf *, uint32_t category,
    uint32_t count, uint32_t seconds, int64_t now);

/*
 * It is over, and for so many seconds there shall be no other.  It is not
 * released before it began: where the log's clock is ahead of ours, the lines
 * that led to it bear later times than now, and never count again either.
 */
void ban_end(struct ban *, uint32_t allow, int64_t now);

/* When it began, or ended: the last thing that its times tell of it. */
static inline int64_t
ban_made(const struct ban *ban)
{
	return ban->state == BAN_ACTIVE ? ban->since : ban->released;
}

/*
 * The clock was set: move all times of a ban that was made within that time,
 * bounds included, by so many seconds.  None comes to lie before 1, as 0 is
 * none.  Returns whether it was moved.
 */
bool ban_move(struct ban *, int64_t from, int64_t to, int64_t by);

/*
 * When something happens to a ban next, in milliseconds of the wall clock, or
 * BAN_FOR_EVER: one in force ends; an ended one is
 * forgotten, after the time configured, but never before the windows of the
 * thresholds are over, or a replayed log would show its lines as new.
 */
int64_t ban_due(const struct ban *, const struct conf *);

#endif
