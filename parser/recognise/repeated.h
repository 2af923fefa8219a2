/*
 * "last message repeated 3 times", which old syslogds write instead of equal
 * lines: it tells as often of what the line before told of.
 */
#ifndef SMTPBAN_REPEATED_H
#define SMTPBAN_REPEATED_H

#include <stdbool.h>
#include <stddef.h>

#include "header.h"
#include "recognise.h"

#define REPEATED_HOST_MAX 256
#define REPEATED_TEXT_MAX 512

/* The event of the line before.  All zero: there was none. */
struct repeated {
	bool valid;
	struct event event;
	size_t host_len;
	char host[REPEATED_HOST_MAX];
	char text[2][REPEATED_TEXT_MAX]; /* its user and hash, perhaps cut */
};

/* What the line told of; NULL: nothing. */
void repeated_keep(struct repeated *, const struct header *,
    const struct event *);

/*
 * The event once more, as often as the head says; its texts hold until the
 * next line.  False if there is none, or if it is of another host.
 */
bool repeated_recall(const struct repeated *, const struct header *,
    struct event *);

#endif
