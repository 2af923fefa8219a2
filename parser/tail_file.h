/* One open log file: where its reading stands, and its next lines. */
#ifndef SMTPBAN_TAIL_FILE_H
#define SMTPBAN_TAIL_FILE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "tail.h"

#define TAIL_BLOCK 131072 /* bytes read at a time */
#define TAIL_HEAD  256    /* first bytes that tell a file from another */

/* Where lines go, and the block they are read into. */
struct tail_sink {
	const struct tail_ops *ops;
	void *arg;
	char *block; /* TAIL_BLOCK bytes */
	bool live;
};

struct tail_file {
	int fd;
	int wd; /* its inotify watch, or -1 */
	dev_t dev;
	ino_t ino;
	off_t offset;  /* of the next line, or within a line being skipped */
	bool skipping; /* the head of this line was handed out, cut */
	bool hole;     /* only NUL bytes were seen so far */
	bool copy;     /* made by copytruncate: nobody will append to it */
	struct timespec mtime; /* when that was looked at last */
	size_t head_len;
	char head[TAIL_HEAD];
};

/*
 * Take a descriptor, to be read from the beginning.  Returns 0, or -1 with
 * errno and the descriptor closed.
 */
int tail_file_open(struct tail_file *, int fd, int wd);
void tail_file_close(struct tail_file *);

enum tail_read {
	TAIL_READ_END,     /* nothing more for now */
	TAIL_READ_MORE,    /* call again */
	TAIL_READ_CHANGED, /* truncated or written anew; nothing handed out */
	TAIL_READ_FAILED,  /* errno is set */
};

/*
 * Read one block and hand out its whole lines.  final: the file is closed
 * after its end, so a last line without newline is handed out too.
 */
enum tail_read tail_file_read(struct tail_file *, const struct tail_sink *,
    bool final);

/* After TAIL_READ_CHANGED: read from the beginning. */
void tail_file_restart(struct tail_file *);

/*
 * If f is a copy of what "before" was, make f go on where "before" stood and
 * return true.
 */
bool tail_file_continue(struct tail_file *f, const struct tail_file *before);

bool tail_file_is_named(const struct tail_file *); /* not removed */

/* Whether f was not last written before "than" was. */
bool tail_file_is_newer(const struct tail_file *f,
    const struct tail_file *than);

uint64_t tail_file_behind(const struct tail_file *); /* bytes not yet read */

#endif
