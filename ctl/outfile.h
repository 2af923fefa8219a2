/* A file that is there whole or as it was before. */
#ifndef SMTPBAN_OUTFILE_H
#define SMTPBAN_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct outfile {
	FILE *out;
	bool renamed;         /* it is written beside the file first */
	char path[PATH_MAX];  /* where it goes, links followed */
	char fresh[PATH_MAX]; /* where it is written until it is whole */
};

/*
 * Write to out what shall be in the file of that path: "-" is the standard
 * output, and what is no regular file (a device, a pipe) is written to as it
 * is.  A new file is for all to read that the umask(2) lets.  Returns 0, or -1
 * with the error printed.
 */
int outfile_open(struct outfile *, const char *path);

/* Put it in its place.  Returns 0, or -1 with the error printed. */
int outfile_close(struct outfile *);

#endif
