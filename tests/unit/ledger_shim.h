/*
 * The system calls that gdbm and the ledger make on files, as they make them:
 * this program's functions stand before those of the C library.  They can
 * fail, and be recorded.  Only calls on the fixture's directory and on files
 * in it are touched.
 */
#ifndef SMTPBAN_LEDGER_SHIM_H
#define SMTPBAN_LEDGER_SHIM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

enum shim_call {
	SHIM_OPEN, /* for writing */
	SHIM_WRITE,
	SHIM_TRUNCATE,
	SHIM_SYNC, /* of a file */
	SHIM_SYNC_DIR,
	SHIM_RENAME,
	SHIM_LINK,
	SHIM_UNLINK,
	SHIM_ALLOCATE,
	SHIM_READ, /* of a file that was found */
	SHIM_CALLS
};

/* What these calls fail with; 0: they do what they should. */
extern int shim_error[SHIM_CALLS];
extern unsigned shim_skip;    /* so many of the calls that fail do not yet */
extern bool shim_once;        /* then one fails, and no more */
extern const char *shim_only; /* on this file alone; NULL: on any */
extern unsigned shim_count[SHIM_CALLS];

/* A call that succeeded; all of its names are without directories. */
struct shim_event {
	enum shim_call call;
	ino_t ino;        /* of the file */
	const char *name; /* of an open that creates, rename, link, unlink */
	const char *to;   /* of rename and link */
	const void *bytes;
	size_t n;
	off_t at; /* of a write; the length of a truncate */
};
extern void (*shim_record)(const struct shim_event *);

#endif
