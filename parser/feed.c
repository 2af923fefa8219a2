#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "arrival.h"
#include "clock.h"
#include "enforcer.h"
#include "evidence.h"
#include "feed.h"
#include "follow.h"
#include "judge.h"
#include "log.h"
#include "msg_fault.h"
#include "parser.h"
#include "recognise/recognise.h"
#include "stream.h"
#include "tail.h"

/* Of a pipe in which nothing comes, or whose writer has gone. */
static const struct timeval rest = { 2, 0 };

/* Until a log that could not be read is tried again. */
static const struct timeval again = { 5, 0 };

#define LASTING_MS 3600000 /* between two lines about one failure */

/*
 * The stamps of the journal are this host's own.  In a file they may be of
 * another zone; in its replay nothing tells.
 */
static int64_t
line_time(const struct feed *f, int64_t stamp, bool live, int64_t now)
{
	return live && f->tail != NULL ? arrival_time(stamp, now) : stamp;
}

static void
feed_line(void *arg, const char *line, size_t n, bool cut, bool live)
{
	struct feed *f = arg;
	struct parser *p = f->parser;
	struct event ev;
	int64_t now = time(NULL), at;

	f->lines++;
	p->stats.lines++;
	if (cut)
		p->stats.cut++;
	if (recognise_line(f->recognise, line, n, now, &ev)) {
		ev.time = line_time(f, ev.time, live, now);
		if (judge_event(p->judge, &ev, live, now))
			evidence_put(p->evidence, &ev, f->index, line, n);
	}
	if ((at = recognise_time(f->recognise)) == 0)
		return;
	at = line_time(f, at, live, now);
	f->last_line = at < now ? at : now;
}

/*
 * Where in a log something is, its times tell; but not those of a boot in
 * 1970, behind which there may be what was written before it.
 */
#define TOLD_MAX (INT64_C(5) * 366 * 86400)

static int64_t
feed_time(void *arg, const char *line, size_t n)
{
	int64_t now = time(NULL), at = recognise_peek_time(line, n, now);

	(void)arg;
	return at < now - TOLD_MAX ? 0 : at;
}

static void
feed_open(void *arg, unsigned which)
{
	struct feed *f = arg;
	struct msg_log_open request = { f->index, which };

	f->asked[which]++;
	enforcer_tell(f->parser->enforcer, MSG_LOG_OPEN, &request,
	    sizeof(request));
}

static void
feed_replayed(void *arg)
{
	struct feed *f = arg;

	f->replayed = true;
	log_verbose("log %s: replayed, %llu lines", f->path,
	    (unsigned long long)f->lines);
	follow_check_replayed(f->parser->follow);
}

static void
feed_busy(void *arg)
{
	struct feed *f = arg;

	f->busy = true;
	follow_schedule(f->parser->follow);
}

static int
feed_error(const struct feed *f)
{
	return f->stream != NULL ? stream_error(f->stream) :
				   tail_error(f->tail);
}

static enum feed_wrong
feed_wrong(const struct feed *f)
{
	if (feed_error(f) != 0)
		return FEED_ERROR;
	if (f->tail != NULL && tail_is_unwatched(f->tail))
		return FEED_UNWATCHED;
	return FEED_WELL;
}

static void
feed_tell_wrong(struct feed *f, enum feed_wrong wrong)
{
	int error = feed_error(f);
	int64_t now = clock_ms();

	if (wrong == f->told && error == f->error &&
	    (wrong == FEED_WELL || error == ENOENT ||
		now - f->said < LASTING_MS))
		return;
	f->said = now;
	f->told = wrong;
	f->error = error;
	if (wrong == FEED_ERROR)
		log_warnx("log %s cannot be read: %s", f->path,
		    msg_log_error(error));
	else if (wrong == FEED_UNWATCHED)
		log_warnx("log %s cannot be watched, is read every %lld s",
		    f->path, (long long)again.tv_sec);
	else
		log_warnx("log %s is read again", f->path);
}

/*
 * Tell what is wrong with the log, once an hour, and when it is over.  It is
 * absent for a moment in every rotation: that alone is worth no line.  One that
 * is absent for long may not be meant to come: that is said once.
 */
static void
feed_note(struct feed *f)
{
	enum feed_wrong wrong = feed_wrong(f);

	if (f->asked[MSG_CURRENT] > 0)
		return; /* the answer will tell */
	if (wrong == FEED_WELL && f->since == 0)
		return;
	if (wrong == FEED_WELL) {
		f->since = 0;
		f->tries = 0;
		(void)event_del(f->retry);
		feed_tell_wrong(f, wrong);
		return;
	}
	if (f->since == 0)
		f->since = time(NULL);
	if (f->tail != NULL && event_add(f->retry, &again) == -1)
		fatal("log %s", f->path);
	if (f->tries > 0 || feed_error(f) != ENOENT)
		feed_tell_wrong(f, wrong);
}

static void
feed_retry(int fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	(void)what;
	f->tries++;
	tail_retry(f->tail);
}

static const struct tail_ops feed_ops = {
	.line = feed_line,
	.time = feed_time,
	.open = feed_open,
	.replayed = feed_replayed,
	.busy = feed_busy,
};

struct feed *
feed_new(struct parser *p, uint32_t index, const char *path,
    const struct recognise_rules *rules, struct doubles *doubles, int64_t since)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (f == NULL)
		fatal("log %s", path);
	f->parser = p;
	f->index = index;
	f->path = strdup(path);
	f->recognise = recognise_new(rules, doubles);
	if (strcmp(path, MSG_JOURNAL) == 0)
		f->stream = stream_new(&feed_ops, f, time(NULL));
	else
		f->tail = tail_new(&feed_ops, f, since);
	if (f->tail != NULL)
		tail_set_reach(f->tail, p->reach);
	f->retry = event_new(p->base, -1, 0, feed_retry, f);
	if (f->path == NULL || f->recognise == NULL || f->retry == NULL ||
	    (f->stream == NULL && f->tail == NULL))
		fatal("log %s", path);
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	if (f->readable != NULL)
		event_free(f->readable); /* before its descriptor is closed */
	if (f->retry != NULL)
		event_free(f->retry);
	tail_free(f->tail);
	stream_free(f->stream);
	recognise_free(f->recognise);
	free(f->path);
	free(f);
}

void
feed_start(struct feed *f)
{
	if (f->started)
		return;
	f->started = true;
	if (f->stream != NULL)
		stream_start(f->stream);
	else
		tail_start(f->tail);
}

static void
watch_readable(int fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	(void)what;
	tail_events(f->tail);
}

void
feed_take_watch(struct feed *f, const struct msg_watch *w, int fd)
{
	if (f->tail == NULL)
		fatalx("log %s cannot be watched", f->path);
	if (fd != -1 && f->readable != NULL) {
		event_free(f->readable);
		f->readable = NULL;
	}
	tail_give_watch(f->tail, fd, w->wd, w->name);
	if (fd == -1)
		return;
	f->readable = event_new(f->parser->base, fd, EV_READ | EV_PERSIST,
	    watch_readable, f);
	if (f->readable == NULL || event_add(f->readable, NULL) == -1)
		fatal("watch of log %s", f->path);
}

/* Until the pipe is readable; in the replay also until it stays empty. */
static void
pipe_wait(struct feed *f)
{
	if (event_add(f->readable, stream_is_live(f->stream) ? NULL : &rest) ==
	    -1)
		fatal("log %s", f->path);
}

static void
pipe_readable(int fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	if ((what & EV_READ) != 0) {
		feed_busy(f);
		return;
	}
	stream_rest(f->stream);
	pipe_wait(f);
}

/*
 * The enforcer, which started it, ends us both; or it is about to stop, and
 * the service manager ended all at once.
 */
static void
pipe_ended(int fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	(void)what;
	fatalx("log %s: what reads it has ended", f->path);
}

static void
pipe_event(struct feed *f, int fd, short what, event_callback_fn call)
{
	if (f->readable != NULL)
		event_free(f->readable);
	f->readable = event_new(f->parser->base, fd, what, call, f);
	if (f->readable == NULL || event_add(f->readable, &rest) == -1)
		fatal("log %s", f->path);
}

static void
take_pipe(struct feed *f, int error, int fd)
{
	if (fd == -1) {
		stream_give_none(f->stream, error);
		return;
	}
	stream_give_pipe(f->stream, fd);
	pipe_event(f, fd, EV_READ, pipe_readable);
}

void
feed_take_log(struct feed *f, const struct msg_log *l, int fd)
{
	if (f->asked[l->which] == 0) {
		if (fd != -1)
			close(fd);
		return;
	}
	f->asked[l->which]--;
	if (f->stream != NULL)
		take_pipe(f, (int)l->error, fd);
	else if (fd != -1)
		tail_give_file(f->tail, l->which, fd, l->wd);
	else
		tail_give_none(f->tail, l->which, (int)l->error);
	feed_note(f);
}

bool
feed_work(struct feed *f)
{
	bool more;

	if (f->stream == NULL) {
		more = tail_work(f->tail);
		feed_note(f);
		return more;
	}
	switch (stream_work(f->stream)) {
	case STREAM_MORE:
		return true;
	case STREAM_EMPTY:
		pipe_wait(f);
		return false;
	case STREAM_END:
	default:
		pipe_event(f, -1, 0, pipe_ended);
		return false;
	}
}

void
feed_describe(const struct feed *f, struct ctl_log_record *r)
{
	memset(r, 0, sizeof(*r));
	if (f->stream != NULL) {
		r->error = (uint32_t)stream_error(f->stream);
		r->present = r->error == 0 && stream_fd(f->stream) != -1;
		r->behind = stream_behind(f->stream);
	} else {
		r->present = tail_present(f->tail);
		r->error = (uint32_t)tail_error(f->tail);
		r->behind = tail_behind(f->tail);
	}
	r->since = f->since;
	r->unwatched = f->told == FEED_UNWATCHED;
	r->last_line = f->last_line;
	r->lines = f->lines;
	(void)strlcpy(r->path, f->path, sizeof(r->path));
}
