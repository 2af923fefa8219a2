/*
 * The files that the parser reads but cannot open: logs, by index, and a
 * watch on each.
 */
#ifndef SMTPBAN_SOURCE_H
#define SMTPBAN_SOURCE_H

#include <stdbool.h>

#include "msg.h"

struct conf;

struct source {
	char *path;  /* NULL: the index is free */
	int inotify; /* kept for the watches of files opened later; or -1 */
	int pipe;    /* of the journal, until it is opened; 0: none */
	int dir;     /* watch descriptor of the directory, or -1 */
	int file;    /* watch descriptor of the current file, or -1 */
	int older;   /* of the one before it, or -1 */
	bool told;   /* the parser has the inotify descriptor */
	char name[MSG_NAME_LEN]; /* what to look for in the directory */
};

struct sources {
	struct source v[MSG_LOGS_MAX];
};

/*
 * Take the logs of a configuration; a path that is there already keeps its
 * index, what is no longer named is closed.  Returns 0, or -1 with errno when
 * inotify(7) has no room, and then nothing has changed.
 */
int sources_configure(struct sources *, const struct conf *);

/*
 * Watch the log's directory, or the nearest one above it that exists.
 * Returns true if the watch or the name to look for changed.  Not for the
 * journal, which has no inotify descriptor.
 */
bool source_watch(struct source *);

/*
 * Open the log (MSG_CURRENT, with a watch on it) or one of those rotated
 * (MSG_ROTATED and up).  Regular files only; of the journal the pipe, once.
 * Returns a descriptor, which is the caller's, or -1 with errno.
 */
int source_open(struct source *, uint32_t which);

#endif
