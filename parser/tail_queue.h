/* The open files of one log, in the order in which they were written. */
#ifndef SMTPBAN_TAIL_QUEUE_H
#define SMTPBAN_TAIL_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tail_file.h"

#define TAIL_QUEUE_MAX 8

/* Oldest first; the last one is current.  A renamed file stays here for late
 * lines until the next rotation. */
struct tail_queue {
	struct tail_file files[TAIL_QUEUE_MAX];
	unsigned n;
};

/* Insert before the file at that index; there must be a place. */
void tail_queue_insert(struct tail_queue *, unsigned at,
    const struct tail_file *);

/* The same, where it belongs from that index on by when it was written. */
void tail_queue_insert_by_time(struct tail_queue *, unsigned from,
    const struct tail_file *);

/* Take one out, closing it or not. */
void tail_queue_remove(struct tail_queue *, unsigned at);
void tail_queue_close(struct tail_queue *, unsigned at);

/* The index of the same inode, or n. */
unsigned tail_queue_find(const struct tail_queue *, const struct tail_file *);

/*
 * Whether the file there is to be closed at its end: after the next rotation,
 * or when it has no name any more and its writer has gone over to the next
 * file.
 */
bool tail_queue_is_leaving(const struct tail_queue *, unsigned at);

uint64_t tail_queue_behind(const struct tail_queue *); /* bytes not yet read */

#endif
