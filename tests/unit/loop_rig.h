/*
 * A world for the loop, where poll(2) tells what a script says and time passes
 * only while it waits.
 */
#ifndef SMTPBAN_LOOP_RIG_H
#define SMTPBAN_LOOP_RIG_H

#include "smtpband.h"

#define LOOP_START 100000 /* of the pretended monotonic clock, ms */
#define LOOP_NOW   1790000000
#define LOOP_CALLS 8 /* most calls of a kind that are kept */

/* The order in which the loop waits for them. */
enum loop_what {
	LOOP_PARSER,
	LOOP_KERNEL,
	LOOP_SIGNALS,
	LOOP_TIMER
};

struct loop_step {
	int64_t at; /* ms after the start */
	enum loop_what what;
	unsigned kernel; /* enum hostaddr_change bits */
	unsigned gone;   /* the host whose route went, 0: none */
	int signal;
};

/* Steps of a script; the last one has to be END. */
#define READABLE(ms, what)            \
	{                             \
		(ms), (what), 0, 0, 0 \
	}
#define GONE(ms, i)                          \
	{                                    \
		(ms), LOOP_KERNEL, 0, (i), 0 \
	}
#define CHANGED(ms, bits)                       \
	{                                       \
		(ms), LOOP_KERNEL, (bits), 0, 0 \
	}
#define SIGNAL(ms, signo)                         \
	{                                         \
		(ms), LOOP_SIGNALS, 0, 0, (signo) \
	}
#define END(ms) SIGNAL(ms, SIGTERM)

/* When something was called, ms after the start. */
struct loop_calls {
	int n;
	int at[LOOP_CALLS];
};

struct loop_rig {
	/* What the world is like. */
	int64_t watchdog;  /* interval, 0: none */
	int pause;         /* what request_wait says */
	int missing;       /* what reconcile says */
	int refresh_error; /* errno of hostaddr_refresh */
	int timer_error;   /* of timerfd_settime, once */
	bool stale;        /* resolv.conf has changed */
	bool asking;       /* the parser does, in each turn */
	/* What the loop did. */
	int polls;
	int first_timeout;      /* of them */
	unsigned parser_events; /* of the last of them */
	int settimes;           /* of the timer */
	int64_t timer;          /* set to, ms after the start; 0: not set */
	struct loop_calls reconcile, refresh, ping, release, write;
	int checks; /* of the clock */
	int reloads, dumps, reads, refused, failed, over;
	int refused_before; /* the last of the reads */
};

extern struct loop_rig rig;
extern struct enforcer loop_enforcer;

int loop_rig_setup(void **state);
int loop_rig_teardown(void **state);

/* A ban of the i-th host for so many seconds, or an ended one. */
void loop_rig_ban(unsigned i, int64_t seconds);

/* Run the loop until the script ends; returns the time, ms after the start. */
int loop_rig_run(const struct loop_step *);

#endif
