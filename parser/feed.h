/* One log that is followed: where its lines come from and where they go. */
#ifndef SMTPBAN_FEED_H
#define SMTPBAN_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

struct doubles;
struct event;
struct parser;
struct recognise;
struct recognise_rules;
struct stream;
struct tail;

enum feed_wrong {
	FEED_WELL,
	FEED_ERROR,
	FEED_UNWATCHED, /* the kernel has no room for a watch */
};

struct feed {
	struct parser *parser;
	uint32_t index;
	char *path;
	struct tail *tail;     /* of a file, or NULL */
	struct stream *stream; /* of the journal, or NULL */
	struct recognise *recognise;
	struct event *readable; /* of its inotify descriptor, or its pipe */
	bool started;
	bool replayed;
	bool busy;                            /* more can be read */
	unsigned asked[MSG_ROTATED_LAST + 1]; /* answers to come, by which */
	uint64_t lines;
	int64_t last_line;    /* time in the last line that had one */
	struct event *retry;  /* a timer, while something is wrong */
	int64_t since;        /* that is so since then; 0: all is well */
	unsigned tries;       /* since then */
	enum feed_wrong told; /* has been logged */
	int error;            /* its errno */
	int64_t said;         /* when it was logged, monotonic ms */
};

/*
 * MSG_JOURNAL is read as a stream, any other path as a file.  since: where the
 * replay begins.  It tells follow_schedule and follow_check_replayed.  Ends
 * the process without memory.
 */
struct feed *feed_new(struct parser *, uint32_t index, const char *path,
    const struct recognise_rules *, struct doubles *, int64_t since);
void feed_free(struct feed *);

void feed_start(struct feed *); /* once; later calls do nothing */

/* As in follow.h. */
void feed_take_watch(struct feed *, const struct msg_watch *, int fd);
void feed_take_log(struct feed *, const struct msg_log *, int fd);

/* Read one block; true if there is more. */
bool feed_work(struct feed *);

void feed_describe(const struct feed *, struct ctl_log_record *);

#endif
