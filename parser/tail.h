/*
 * Following one log: replay of the window, then appended lines, over every
 * kind of rotation.  Opens nothing itself: descriptors come from the
 * enforcer, by callbacks here.
 */
#ifndef SMTPBAN_TAIL_H
#define SMTPBAN_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tail;

struct tail_ops {
	/* A whole line of n bytes, without newline (cut: it was longer than
	 * RECOGNISE_LINE_MAX and this is its head).  live: appended after
	 * the replay was over. */
	void (
	    *line)(void *arg, const char *line, size_t n, bool cut, bool live);
	/* The time of a line, or 0: for finding the window's start. */
	int64_t (*time)(void *arg, const char *line, size_t n);
	/* Ask the enforcer for the current or a rotated file (enum
	 * msg_which); the answer comes as tail_give_file or tail_give_none. */
	void (*open)(void *arg, unsigned which);
	/* The replay of this source is over; once. */
	void (*replayed)(void *arg);
	/* More is readable: call tail_work again from the event loop. */
	void (*busy)(void *arg);
};

/*
 * since: wall clock seconds; the replay begins with lines of that time, in
 * the rotated file if the current one does not reach back so far.  Returns
 * NULL without memory.
 */
struct tail *tail_new(const struct tail_ops *, void *arg, int64_t since);
void tail_free(struct tail *); /* closes its descriptors */

/*
 * Before tail_start: begin with lines of this earlier time, as long as that
 * costs no more than TAIL_REACH_MAX bytes of each file.
 */
#define TAIL_REACH_MAX ((off_t)256 << 20)
void tail_set_reach(struct tail *, int64_t reach);

/* Begin: asks for the files. */
void tail_start(struct tail *);

/* The enforcer's answers.  The descriptor becomes the tail's.  wd: the watch
 * on this file. */
void tail_give_file(struct tail *, unsigned which, int fd, int wd);
void tail_give_none(struct tail *, unsigned which, int error);

/* An inotify descriptor (the tail's from now on) and what to look for in its
 * directory events; fd -1 keeps the one it has. */
void tail_give_watch(struct tail *, int fd, int wd, const char *name);

/* The watch descriptor is readable. */
void tail_events(struct tail *);

/*
 * Read at most one block of each open file and hand out its lines.  Returns
 * true if there is more: the caller decides when to go on (busy is called
 * only from tail_events and the give functions).
 */
bool tail_work(struct tail *);

/*
 * Look again, as if an event had come: after a failure there may be none to
 * tell that it is over.
 */
void tail_retry(struct tail *);

/* For status. */
bool tail_is_unwatched(const struct tail *); /* no event will come */
bool tail_present(const struct tail *);
int tail_error(const struct tail *);
uint64_t tail_behind(const struct tail *); /* bytes not yet read */

#endif
