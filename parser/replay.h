/* Where in a log file the window to be replayed begins. */
#ifndef SMTPBAN_REPLAY_H
#define SMTPBAN_REPLAY_H

#include <sys/types.h>

#include <stdint.h>

#include "tail_file.h"

/* The time of the first line that has one, 0 if none near the beginning. */
int64_t replay_first_time(int fd, const struct tail_sink *);

/*
 * The offset of a line before which no line is of the time since (seconds)
 * or later, if lines are out of order by an hour at most.  Reads a handful of
 * places only; 0 where times do not tell.
 */
off_t replay_find_start(int fd, int64_t since, const struct tail_sink *);

/*
 * Further back from there, to lines of the time reach, but by most bytes at
 * most.  Returns the offset of a line; start where none is found.
 */
off_t replay_find_reach(int fd, off_t start, int64_t reach, off_t most,
    const struct tail_sink *);

#endif
