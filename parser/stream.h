/*
 * A log that is a pipe: the journal, as journalctl(1) writes it.  Its past
 * comes first and then, without a mark between, what is new.
 */
#ifndef SMTPBAN_STREAM_H
#define SMTPBAN_STREAM_H

#include "tail.h"

struct stream;

/*
 * started: wall clock seconds; a line of that time or later was written after
 * the start, and ends the replay.  Returns NULL without memory.
 */
struct stream *stream_new(const struct tail_ops *, void *arg, int64_t started);
void stream_free(struct stream *); /* closes the pipe, so its writer ends */

/* Begin: asks for the pipe. */
void stream_start(struct stream *);

/* The enforcer's answers.  The descriptor becomes ours. */
void stream_give_pipe(struct stream *, int fd);
void stream_give_none(struct stream *, int error);

enum stream_read {
	STREAM_MORE,  /* call again */
	STREAM_EMPTY, /* nothing more for now */
	STREAM_END,   /* its writer is gone, or cannot be read */
};

/* Read at most one block and hand out its lines. */
enum stream_read stream_work(struct stream *);

/* Nothing came for a while: then all of the past was there. */
void stream_rest(struct stream *);
bool stream_is_live(const struct stream *);

int stream_fd(const struct stream *); /* -1: none */
int stream_error(const struct stream *);
uint64_t stream_behind(const struct stream *); /* bytes not yet read */

#endif
