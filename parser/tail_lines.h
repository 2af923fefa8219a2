/* Lines in a block that was read. */
#ifndef SMTPBAN_TAIL_LINES_H
#define SMTPBAN_TAIL_LINES_H

#include "tail_file.h"

/* Hand one out, cut if it is too long. */
void tail_lines_give_one(const struct tail_sink *, const char *line, size_t n);

/*
 * Hand out the lines of the n bytes at p.  Returns how many bytes are done
 * with.  A line without its end is not among them, unless it is too long: its
 * head is handed out, and *skipping keeps that the rest is still to come.
 */
size_t tail_lines_give(const struct tail_sink *, bool *skipping, const char *p,
    size_t n);

#endif
