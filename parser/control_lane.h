/*
 * Requests of control clients taken up in turn, a limited number a second, of
 * which a limited number is with the enforcer: so that who may only ask can
 * use up neither its patience nor our time.
 */
#ifndef SMTPBAN_CONTROL_LANE_H
#define SMTPBAN_CONTROL_LANE_H

#include <sys/queue.h>

#include <stdbool.h>

#define LANE_BURST 50 /* that many at once, after a while without any */

struct event_base;
struct lane;

struct lane_place {
	TAILQ_ENTRY(lane_place) link;
	bool waits;
};

/*
 * most: with the enforcer at once.  per_second: requests, 0 is any number.
 * go is called when it is a place's turn.  NULL without memory.
 */
struct lane *lane_new(struct event_base *, unsigned most, unsigned per_second,
    void (*go)(struct lane_place *));
void lane_free(struct lane *);

/* Stand in line; go may be called before this returns. */
void lane_wait(struct lane *, struct lane_place *);
/* Go away, waiting or not. */
void lane_leave(struct lane *, struct lane_place *);

/* A request is with the enforcer, and it has its answer. */
void lane_asked(struct lane *);
void lane_answered(struct lane *);

#endif
