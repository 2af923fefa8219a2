/*
 * What must be banned and what may be, told by the actions of the soak.  Times
 * are hundredths of a second since the boot, which no clock that is set moves.
 */
#ifndef SMTPBAN_SOAK_MODEL_H
#define SMTPBAN_SOAK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define MODEL_EVER INT64_MAX

struct model_entry {
	struct prefix prefix;
	int64_t must;    /* banned until then, at least; 0: not */
	int64_t may;     /* and no longer than then; 0: not */
	bool open;       /* may is to be known at the next check */
	int64_t ended;   /* when it was last released; 0: never */
	int64_t allowed; /* not to be banned until then */
	bool lurks;      /* failed while allowed: a replay may ban it */
};

struct model {
	struct model_entry *v;
	size_t n;
	int64_t ban_for; /* of the configuration */
};

/*
 * Read the actions, one a line:
 *	auto PREFIX T		five of its failures were logged
 *	ban PREFIX T0 T1 S	by hand, done; S seconds, 0 as configured, -1
 *	maybe PREFIX T S	perhaps that was done
 *	end PREFIX T0 T1 S	released, and allowed for S seconds
 *	mayend PREFIX T		perhaps it was released
 *	flush T, mayflush T
 *	settled T		all that is open has come to pass by then
 *	restart T		the log is replayed
 *	reload T		what was refused is not any more
 *	shift T S		the host slept for S seconds
 *	jump T			the clock was set
 * Ends the program with a message on anything else.
 */
void model_read(struct model *, const char *path);

/* Whether it must be, and may be, banned at that time. */
bool model_must(const struct model_entry *, int64_t now);
bool model_may(const struct model_entry *, int64_t now);

/* The entry of exactly this prefix, or NULL. */
struct model_entry *model_find(struct model *, const struct prefix *);

#endif
