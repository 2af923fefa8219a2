/*
 * Many log files read as one: in the order of the times in them, whatever
 * order they were given in.  Where two overlap, what they say is merged.
 */
#ifndef SMTPBAN_SCAN_READ_H
#define SMTPBAN_SCAN_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan_file.h"

struct scan_progress;

/* A file that is being read. */
struct scan_input {
	struct scan_file file;
	int64_t first; /* time of its first line that has one */
	int64_t last;  /* of the line handed out last that has one */
	uint64_t line; /* number of that line, from 1 */
	size_t given;  /* its place in the order of names */
	bool waits;    /* what that line says is not played yet */
	void *user;    /* of who takes the lines */
};

struct scan_read_ops {
	void (*begin)(void *arg, struct scan_input *);
	/*
	 * A line.  To return its time, 0 if it has none, and whether it says
	 * something, which is then to be kept until play.
	 */
	int64_t (*line)(void *arg, struct scan_input *, const char *, size_t,
	    bool *says);
	/* What the last line of this input said: it is its turn. */
	void (*play)(void *arg, struct scan_input *);
	void (*end)(void *arg, struct scan_input *);
};

/*
 * Hand out all lines of all files.  as_given: one file after the other, in
 * the order of names.  progress may be NULL.  Returns 0, or -1 if a file could
 * not be read: that was printed, and the others were read all the same.
 */
int scan_read(char *const *names, int n, bool as_given,
    const struct scan_read_ops *, void *arg, struct scan_progress *);

#endif
