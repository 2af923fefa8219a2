/* What was read and counted since the start. */
#ifndef SMTPBAN_STATS_H
#define SMTPBAN_STATS_H

#include <stdint.h>

#include "category.h"

#define STATS_HOURS 24

#define STATS_SERVERS 16 /* of rules.h and "match": fewer than that */
#define STATS_DELAYS  12 /* bounds of stats_delay_bounds */

struct event;

/* Events of the lines that one kind of server wrote. */
struct stats_server {
	const char *name; /* as in rules.h, a constant; NULL: unused */
	uint64_t events[CATEGORY_COUNT]; /* failures; [0]: good logins */
};

/* How long it took from a line to its route. */
struct stats_delays {
	uint64_t n[STATS_DELAYS + 1]; /* up to each bound, and longer */
	uint64_t sum;                 /* milliseconds */
};

struct stats {
	uint64_t lines;
	uint64_t cut;                    /* lines over the limit */
	uint64_t events[CATEGORY_COUNT]; /* failures; [0]: good logins */
	int64_t newest; /* hours since the epoch; the others are before it */
	uint64_t weighed[STATS_HOURS][CATEGORY_COUNT]; /* by hour, modulo
							* STATS_HOURS */
	struct stats_server servers[STATS_SERVERS];    /* that were heard of */
	struct stats_delays delays;
	uint64_t banned[CATEGORY_COUNT]; /* bans made, by hand too */
};

/* Milliseconds, each bound included. */
extern const unsigned stats_delay_bounds[STATS_DELAYS];

/* An event was recognised, whether or not it weighs. */
void stats_count_event(struct stats *, const struct event *);

/* A ban that a line led to is in force, so many milliseconds after it. */
void stats_count_delay(struct stats *, int64_t ms);

/*
 * An event counts against its client.  A time after now is taken as now, so
 * that a false one does not clear the hours.
 */
void stats_weigh(struct stats *, const struct event *, int64_t now);

/* The last hours, the running one first, each by category. */
void stats_hours(const struct stats *, int64_t now,
    uint64_t hours[STATS_HOURS][CATEGORY_COUNT]);

/* The clock was set by so many seconds, to now: the hours move with it. */
void stats_shift(struct stats *, int64_t by, int64_t now);

/* SIGUSR1: as lines of the log. */
void stats_log(const struct stats *, uint64_t offenders, uint64_t bans);

#endif
