/* A log line in, what it says of a client out. */
#ifndef SMTPBAN_RECOGNISE_H
#define SMTPBAN_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "category.h"
#include "prefix.h"

#define RECOGNISE_LINE_MAX 8192 /* a longer line is cut by the reader */

enum event_kind {
	EVENT_FAILURE, /* category tells which */
	EVENT_LOGIN,   /* a good login: user is set if the line has it */
	EVENT_ACCEPT,  /* mail or greeting accepted: a real mail server */
};

struct rule; /* rules.h */

struct event {
	enum event_kind kind;
	enum category category; /* CATEGORY_NONE unless a failure */
	int64_t time;           /* of the line, seconds since the epoch */
	struct prefix client;   /* a host */
	uint32_t count;         /* failures the line tells of, 1 or more */
	const char *user;       /* into the line; NULL: not in it */
	size_t user_len;
	const struct rule *rule;
};

/*
 * One stream of lines of one log: infers years and remembers, in a bounded
 * table, what a session was counted for, so that one offence is one event.
 */
struct recognise;
struct recognise *recognise_new(void); /* NULL without memory */
void recognise_free(struct recognise *);

/*
 * Take one line of n bytes, without its newline.  now, wall clock seconds,
 * settles the year of times without one.  Returns true and fills ev if the
 * line tells something of a client; ev->user points into the line.  ev->rule
 * is set in any case: the row that fits, or NULL.
 */
bool recognise_line(struct recognise *, const char *line, size_t n, int64_t now,
    struct event *ev);

/*
 * The time of the last line given to recognise_line, 0 if it had none: for
 * "how old is the last line".
 */
int64_t recognise_time(const struct recognise *);

/* Only the time of a line, without remembering it; 0 if it has none. */
int64_t recognise_peek_time(const char *line, size_t n, int64_t now);

#endif
