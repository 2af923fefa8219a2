/* What inotify events mean for a log. */
#ifndef SMTPBAN_TAIL_WATCH_H
#define SMTPBAN_TAIL_WATCH_H

#include <stdbool.h>

#include "msg.h"

struct tail_watch {
	int fd;                  /* inotify descriptor, or -1 */
	int wd;                  /* of the directory */
	char name[MSG_NAME_LEN]; /* of the log in it; empty: any */
};

/*
 * Read one bufferful of events, without blocking if any are there.  Returns
 * how many there were (0: none), or -1 with errno; *reopen becomes true when
 * the name may stand for another file now.  file_wd: the watch on the current
 * file, or -1.
 */
int tail_watch_read(const struct tail_watch *, int file_wd, bool *reopen);

#endif
