/* A log file, compressed or not, line by line. */
#ifndef SMTPBAN_SCAN_FILE_H
#define SMTPBAN_SCAN_FILE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_file {
	const char *name;
	int fd;              /* of the text; -1: not open */
	int packed;          /* the file that the decompressor reads, or -1 */
	pid_t child;         /* the decompressor, or 0 */
	const char *program; /* its name, or NULL */
	int64_t mtime;       /* of the file, now if it is none */
	int64_t size;        /* bytes; -1: it is no file */
	int64_t taken;       /* bytes read of the text */
	char *buf;           /* at to end of it are not handed out yet */
	size_t at, end;
	bool skip;   /* the head of a line that is too long was handed out */
	bool ended;  /* nothing more comes */
	bool failed; /* and that was an error, which was printed */
};

/*
 * Open a file ("-" is standard input); what its name ends in tells whether
 * zcat(1) or its like reads it.  Returns 0, or -1 with the error printed.
 */
int scan_file_open(struct scan_file *, const char *name);

/*
 * The next line, n bytes without its newline, cut to RECOGNISE_LINE_MAX: it
 * holds until the next call.  Returns false at the end.
 */
bool scan_file_next(struct scan_file *, const char **line, size_t *n);

/*
 * The first time that the first block shows, 0 if there is none.  Only before
 * the first scan_file_next, which hands out the same block.
 */
int64_t scan_file_peek(struct scan_file *);

/* True if the file can be closed and opened anew without loss. */
bool scan_file_is_regular(const struct scan_file *);

/* Bytes of the file, as it is on the disk, that were read until now. */
int64_t scan_file_done(const struct scan_file *);

/*
 * Returns -1, with the error printed, if it could not be read to its end or
 * the decompressor failed.  A file that was left before its end is no error.
 */
int scan_file_close(struct scan_file *);

/*
 * The same for a file that will be opened again: what its decompressor
 * complains of is told then.
 */
void scan_file_put_back(struct scan_file *);

#endif
