/*
 * The wall clock against the time since the boot, which nobody sets.  Bans are
 * stored with wall clock times; where that clock jumps, they move with it, and
 * keep what remains of their time.
 */
#ifndef SMTPBAN_SKEW_H
#define SMTPBAN_SKEW_H

#include <stdint.h>

struct enforcer;

struct skew {
	int64_t ms;       /* wall clock less clock_boot_ms, when last looked */
	int64_t newest;   /* beginning or end of a ban, wall clock */
	int64_t trust_at; /* a clock behind that is taken as right then */
	int64_t hold_at;  /* until then nothing that is due is released */
};                        /* *_at: monotonic ms; 0: does not apply */

/*
 * The bans were loaded.  What was over for an hour and more may be over, or
 * the clock is years ahead: if that is more than a handful, it stays for ten
 * minutes, in which the clock can be corrected.  Bans of the future tell that
 * the clock is behind: they stay as they are, but not for ever.  If it is not
 * corrected in a day, they are moved, so that the last of them began now.
 */
void skew_start(struct enforcer *);

/*
 * To be called in each turn before anything depends on the wall clock.  If
 * that was set by more than a minute, all bans are moved that were made or
 * ended by it: not those from before, if the clock was found to be wrong.
 */
void skew_check(struct enforcer *);

#endif
