#include <sys/time.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "replay.h"
#include "tail.h"
#include "tail_file.h"
#include "tail_queue.h"
#include "tail_watch.h"

/* Why the rotated file was asked for.  Nothing is read until it is here,
 * since its lines come first. */
enum rotated_use {
	ROTATED_NONE,      /* not asked for */
	ROTATED_REPLAY,    /* the window begins before the current file */
	ROTATED_TRUNCATED, /* it may hold what was cut off unread */
	ROTATED_MISSED,    /* some may have come and gone between two looks */
};

struct tail {
	struct tail_sink sink;
	struct tail_watch watch;
	int64_t since;
	int64_t reach; /* before that, if it is near enough */

	struct tail_queue queue;
	struct tail_file cut; /* the current file before its truncation */

	enum rotated_use rotated;
	unsigned which;  /* one was asked for, the newest first */
	unsigned before; /* from here on the queue has what is not read yet */
	bool gap;        /* before the last one there may be others, too */
	bool started;
	bool asked;    /* for the current file */
	bool again;    /* ask once more, the answer may be outdated */
	bool answered; /* at least once */
	bool present;
	int open_error;
	int read_error;
};

struct tail *
tail_new(const struct tail_ops *ops, void *arg, int64_t since)
{
	struct tail *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->sink.block = malloc(TAIL_BLOCK);
	if (t->sink.block == NULL) {
		free(t);
		return NULL;
	}
	t->sink.ops = ops;
	t->sink.arg = arg;
	t->since = t->reach = since;
	t->watch.fd = -1;
	t->watch.wd = -1;
	return t;
}

void
tail_set_reach(struct tail *t, int64_t reach)
{
	if (reach < t->since)
		t->reach = reach;
}

void
tail_free(struct tail *t)
{
	if (t == NULL)
		return;
	while (t->queue.n > 0)
		tail_queue_close(&t->queue, t->queue.n - 1);
	if (t->watch.fd != -1)
		close(t->watch.fd);
	free(t->sink.block);
	free(t);
}

/*
 * One request at a time: an answer on its way may have been true before the
 * event that makes us ask, so it is followed by another request.  One place
 * is left for the rotated file.
 */
static void
ask_current(struct tail *t)
{
	if (!t->started || t->asked || t->queue.n >= TAIL_QUEUE_MAX - 1) {
		t->again = true;
		return;
	}
	t->again = false;
	t->asked = true;
	t->sink.ops->open(t->sink.arg, MSG_CURRENT);
}

static void
ask_rotated(struct tail *t, enum rotated_use use)
{
	if (t->rotated != ROTATED_NONE) {
		t->gap = t->gap || use == ROTATED_MISSED;
		return;
	}
	t->rotated = use;
	t->which = MSG_ROTATED;
	t->before = t->queue.n > 0 ? t->queue.n - 1 : 0;
	t->sink.ops->open(t->sink.arg, t->which);
}

/* No more of them are wanted. */
static void
rotated_done(struct tail *t)
{
	t->rotated = ROTATED_NONE;
	if (t->gap && t->queue.n > 1)
		ask_rotated(t, ROTATED_MISSED);
	t->gap = false;
}

void
tail_start(struct tail *t)
{
	t->started = true;
	ask_current(t);
}

static void
begin_window(struct tail *t, struct tail_file *f)
{
	f->offset = replay_find_start(f->fd, t->since, &t->sink);
	if (t->reach < t->since)
		f->offset = replay_find_reach(f->fd, f->offset, t->reach,
		    TAIL_REACH_MAX, &t->sink);
	f->hole = f->offset == 0;
}

/* The first answer for the current file is there. */
static void
begin_replay(struct tail *t)
{
	struct tail_file *f = &t->queue.files[0];
	int64_t first = 0;

	if (t->queue.n > 0)
		first = replay_first_time(f->fd, &t->sink);
	if (first != 0 && first < t->since)
		begin_window(t, f);
	if (first == 0 || (first >= t->reach && f->offset == 0))
		ask_rotated(t, ROTATED_REPLAY);
}

static void
take_current(struct tail *t, int fd, int wd)
{
	struct tail_file f;
	unsigned at;
	bool added;

	if (tail_file_open(&f, fd, wd) == -1) {
		t->present = false;
		t->open_error = errno;
		return;
	}
	t->present = true;
	t->open_error = 0;
	at = tail_queue_find(&t->queue, &f);
	added = at == t->queue.n;
	if (added && t->queue.n == TAIL_QUEUE_MAX) {
		tail_file_close(&f);
		t->again = true;
		return;
	}
	if (!added) { /* perhaps an older one that got its name back */
		tail_file_close(&f);
		f = t->queue.files[at];
		f.wd = wd;
		tail_queue_remove(&t->queue, at);
		t->before -= at < t->before;
	}
	tail_queue_insert(&t->queue, t->queue.n, &f);
	/* The former should be the rotated file now, or be no more. */
	if (added && t->queue.n > 1)
		ask_rotated(t, ROTATED_MISSED);
}

/* Where a full queue ends nothing was read yet, and it is found again. */
static bool
make_place(struct tail *t)
{
	unsigned n = t->queue.n;

	if (n < TAIL_QUEUE_MAX)
		return true;
	if (t->queue.files[n - 1].offset > 0)
		return false;
	tail_queue_close(&t->queue, n - 1);
	t->again = true;
	return true;
}

static void
take_replay(struct tail *t, struct tail_file *f)
{
	if (t->queue.n < TAIL_QUEUE_MAX &&
	    tail_queue_find(&t->queue, f) == t->queue.n) {
		begin_window(t, f);
		tail_queue_insert(&t->queue, 0, f);
	} else {
		tail_file_close(f);
	}
	rotated_done(t);
}

/*
 * Whether it came after what we read last.  A file that had its turn may have
 * been written in the very moment in which the log was cut.
 */
static bool
was_missed(const struct tail *t, const struct tail_file *f)
{
	if (t->rotated == ROTATED_TRUNCATED)
		return timespeccmp(&f->mtime, &t->cut.mtime, >);
	return t->before > 0 &&
	    tail_file_is_newer(f, &t->queue.files[t->before - 1]);
}

/*
 * From the newest back to the one that we know: the copy of what was cut off,
 * or the former file under its new name.  A copy may have been written over a
 * file that we have; that one is dropped when its turn comes, because it
 * changed.  One may be met again, or that was current just now: files are
 * rotated as we look.
 */
static void
take_missed(struct tail *t, struct tail_file *f)
{
	unsigned at = tail_queue_find(&t->queue, f);
	bool last =
	    t->rotated == ROTATED_TRUNCATED && tail_file_continue(f, &t->cut);

	if (!last && at < t->queue.n && at >= t->before) {
		tail_file_close(f);
	} else if ((last || (at == t->queue.n && was_missed(t, f))) &&
	    make_place(t)) {
		tail_queue_insert_by_time(&t->queue, t->before, f);
	} else {
		tail_file_close(f);
		last = true;
	}
	if (last || t->which == MSG_ROTATED_LAST)
		rotated_done(t);
	else
		t->sink.ops->open(t->sink.arg, ++t->which);
}

static void
take_rotated(struct tail *t, int fd)
{
	struct tail_file f;

	if (tail_file_open(&f, fd, -1) == -1) {
		t->read_error = errno;
		rotated_done(t);
	} else if (t->rotated == ROTATED_REPLAY) {
		take_replay(t, &f);
	} else {
		take_missed(t, &f);
	}
}

/* What every answer for the current file is followed by. */
static void
current_answered(struct tail *t)
{
	t->asked = false;
	if (!t->answered) {
		t->answered = true;
		begin_replay(t);
	}
	if (t->again)
		ask_current(t);
}

void
tail_give_file(struct tail *t, unsigned which, int fd, int wd)
{
	if (which != MSG_CURRENT) {
		take_rotated(t, fd);
	} else {
		take_current(t, fd, wd);
		current_answered(t);
	}
	t->sink.ops->busy(t->sink.arg);
}

void
tail_give_none(struct tail *t, unsigned which, int error)
{
	if (which != MSG_CURRENT) {
		rotated_done(t);
	} else {
		t->present = false;
		t->open_error = error;
		current_answered(t);
	}
	t->sink.ops->busy(t->sink.arg);
}

void
tail_give_watch(struct tail *t, int fd, int wd, const char *name)
{
	unsigned i;
	bool same =
	    fd == -1 && wd == t->watch.wd && strcmp(name, t->watch.name) == 0;

	if (fd != -1) {
		if (t->watch.fd != -1)
			close(t->watch.fd);
		t->watch.fd = fd;
		for (i = 0; i < t->queue.n; i++)
			t->queue.files[i].wd = -1;
	}
	t->watch.wd = wd;
	(void)strlcpy(t->watch.name, name, sizeof(t->watch.name));
	/* What happened before the watch was there, it did not see. */
	if (!same)
		ask_current(t);
}

void
tail_events(struct tail *t)
{
	int file_wd = t->queue.n > 0 ? t->queue.files[t->queue.n - 1].wd : -1;
	bool reopen;
	int n;

	n = tail_watch_read(&t->watch, file_wd, &reopen);
	if (n == -1)
		t->read_error = errno;
	if (n <= 0)
		return;
	if (reopen)
		ask_current(t);
	t->sink.ops->busy(t->sink.arg);
}

static void
close_file(struct tail *t, unsigned at)
{
	tail_queue_close(&t->queue, at);
	if (t->again)
		ask_current(t);
}

/* Only the current file is followed over a truncation. */
static void
file_changed(struct tail *t, unsigned at)
{
	if (at + 1 < t->queue.n) {
		close_file(t, at);
		return;
	}
	t->cut = t->queue.files[at];
	tail_file_restart(&t->queue.files[at]);
	ask_rotated(t, ROTATED_TRUNCATED);
}

/* Returns true when all files are read to their end. */
static bool
read_files(struct tail *t)
{
	unsigned i;
	bool leaving;

	for (i = 0; i < t->queue.n; i++) {
		leaving = tail_queue_is_leaving(&t->queue, i);
		switch (tail_file_read(&t->queue.files[i], &t->sink, leaving)) {
		case TAIL_READ_MORE:
			return false;
		case TAIL_READ_CHANGED:
			file_changed(t, i);
			return false;
		case TAIL_READ_FAILED:
			t->read_error = errno;
			break;
		case TAIL_READ_END:
			if (i + 1 == t->queue.n)
				t->read_error = 0;
			break;
		}
		if (leaving) {
			close_file(t, i);
			return false;
		}
	}
	return true;
}

bool
tail_work(struct tail *t)
{
	if (!t->answered || t->rotated != ROTATED_NONE)
		return false;
	if (!read_files(t))
		return t->rotated == ROTATED_NONE;
	if (!t->sink.live) {
		t->sink.live = true;
		t->sink.ops->replayed(t->sink.arg);
	}
	return false;
}

void
tail_retry(struct tail *t)
{
	ask_current(t);
	t->sink.ops->busy(t->sink.arg);
}

bool
tail_is_unwatched(const struct tail *t)
{
	unsigned n = t->queue.n;

	return t->answered && !t->again &&
	    (t->watch.wd == -1 || (n > 0 && t->queue.files[n - 1].wd == -1));
}

bool
tail_present(const struct tail *t)
{
	return t->present;
}

int
tail_error(const struct tail *t)
{
	return t->open_error != 0 ? t->open_error : t->read_error;
}

uint64_t
tail_behind(const struct tail *t)
{
	return tail_queue_behind(&t->queue);
}
