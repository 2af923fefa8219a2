/* Log files, compressed or not, line by line. */
#ifndef SMTPBAN_SCAN_FILE_H
#define SMTPBAN_SCAN_FILE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct scan_file {
	const char *name;
	int fd;              /* of the text */
	pid_t child;         /* the decompressor, or 0 */
	const char *program; /* its name, or NULL */
	int64_t mtime;       /* of the file, now if it is none */
};

/* One line of n bytes, without its newline, cut to RECOGNISE_LINE_MAX. */
typedef void (*scan_line)(void *arg, const char *line, size_t n);

/*
 * Open a file ("-" is standard input); what its name ends in tells whether
 * zcat(1) or its like reads it.  Returns 0, or -1 with the error printed.
 */
int scan_file_open(struct scan_file *, const char *name);

/* Hand out all lines.  Returns 0, or -1 with the error printed. */
int scan_file_read(struct scan_file *, scan_line, void *arg);

/* Returns -1, with the error printed, if the decompressor failed. */
int scan_file_close(struct scan_file *);

#endif
