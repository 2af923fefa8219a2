#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "enforcer.h"
#include "follow.h"
#include "judge.h"
#include "log.h"
#include "parser.h"
#include "recognise/recognise.h"
#include "tail.h"

struct source {
	struct follow *follow;
	uint32_t index;
	char *path;
	struct tail *tail;
	struct recognise *recognise;
	struct event *watch; /* its inotify descriptor is readable */
	bool started;
	bool replayed;
	bool busy;         /* more can be read */
	unsigned asked[3]; /* answers to come, by enum msg_which */
	uint64_t lines;
	int64_t last_line; /* time in the last line that had one */
};

struct follow {
	struct parser *parser;
	struct source *sources[MSG_LOGS_MAX];
	struct recognise_rules *rules;
	struct event *work; /* a timer of no time, only while one is busy */
	unsigned turn;      /* the source that is read first */
	bool ready;
	bool following;
};

static void
source_line(void *arg, const char *line, size_t n, bool cut, bool live)
{
	struct source *s = arg;
	struct parser *p = s->follow->parser;
	struct event ev;
	int64_t now = time(NULL), at;

	s->lines++;
	p->stats.lines++;
	if (cut)
		p->stats.cut++;
	if (recognise_line(s->recognise, line, n, now, &ev))
		judge_event(p->judge, &ev, live, now);
	at = recognise_time(s->recognise);
	if (at != 0)
		s->last_line = at;
}

static int64_t
source_time(void *arg, const char *line, size_t n)
{
	(void)arg;
	return recognise_peek_time(line, n, time(NULL));
}

static void
source_open(void *arg, unsigned which)
{
	struct source *s = arg;
	struct msg_log_open request = { s->index, which };

	s->asked[which]++;
	enforcer_tell(s->follow->parser->enforcer, MSG_LOG_OPEN, &request,
	    sizeof(request));
}

static void
follow_check_replayed(struct follow *f)
{
	unsigned i;

	if (!f->ready || f->following)
		return;
	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (f->sources[i] != NULL && !f->sources[i]->replayed)
			return;
	f->following = true;
	enforcer_tell(f->parser->enforcer, MSG_FOLLOWING, NULL, 0);
}

static void
source_replayed(void *arg)
{
	struct source *s = arg;

	s->replayed = true;
	log_verbose("log %s: replayed, %llu lines", s->path,
	    (unsigned long long)s->lines);
	follow_check_replayed(s->follow);
}

static void
follow_schedule(struct follow *f)
{
	static const struct timeval at_once = { 0, 0 };

	if (!enforcer_is_congested(f->parser->enforcer) &&
	    !event_pending(f->work, EV_TIMEOUT, NULL))
		(void)event_add(f->work, &at_once);
}

static void
source_busy(void *arg)
{
	struct source *s = arg;

	s->busy = true;
	follow_schedule(s->follow);
}

static const struct tail_ops source_ops = {
	.line = source_line,
	.time = source_time,
	.open = source_open,
	.replayed = source_replayed,
	.busy = source_busy,
};

/* One block of each log, beginning with another one each time, so that a
 * busy one leaves room for the others. */
static void
follow_work(int fd, short what, void *arg)
{
	struct follow *f = arg;
	struct source *s;
	bool more = false;
	unsigned i;

	(void)fd;
	(void)what;
	for (i = 0; i < MSG_LOGS_MAX; i++) {
		s = f->sources[(f->turn + i) % MSG_LOGS_MAX];
		if (s == NULL || !s->busy)
			continue;
		if (!enforcer_is_congested(f->parser->enforcer)) {
			s->busy = false; /* unless set again from within */
			if (tail_work(s->tail))
				s->busy = true;
		}
		more = more || s->busy;
	}
	f->turn++;
	if (more)
		follow_schedule(f);
}

static void
source_watch_readable(int fd, short what, void *arg)
{
	struct source *s = arg;

	(void)fd;
	(void)what;
	tail_events(s->tail);
}

static void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	if (s->watch != NULL)
		event_free(s->watch);
	tail_free(s->tail);
	recognise_free(s->recognise);
	free(s->path);
	free(s);
}

static struct source *
source_new(struct follow *f, unsigned index, const char *path, int64_t since)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		fatal("log %s", path);
	s->follow = f;
	s->index = index;
	s->path = strdup(path);
	s->recognise = recognise_new(f->rules, NULL);
	s->tail = tail_new(&source_ops, s, since);
	if (s->path == NULL || s->recognise == NULL || s->tail == NULL)
		fatal("log %s", path);
	return s;
}

static void
source_start(struct source *s)
{
	if (s->started)
		return;
	s->started = true;
	tail_start(s->tail);
}

struct follow *
follow_new(struct parser *p)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->parser = p;
	f->work = event_new(p->base, -1, 0, follow_work, f);
	if (f->work == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

void
follow_free(struct follow *f)
{
	unsigned i;

	if (f == NULL)
		return;
	for (i = 0; i < MSG_LOGS_MAX; i++)
		source_free(f->sources[i]);
	recognise_rules_free(f->rules);
	event_free(f->work);
	free(f);
}

void
follow_configure(struct follow *f, char *const paths[MSG_LOGS_MAX],
    struct recognise_rules *rules, int64_t since)
{
	struct recognise_rules *old = f->rules;
	struct source *s;
	unsigned i;

	f->rules = rules;
	for (i = 0; i < MSG_LOGS_MAX; i++) {
		s = f->sources[i];
		if (s != NULL && paths[i] != NULL &&
		    strcmp(s->path, paths[i]) == 0) {
			recognise_use(s->recognise, rules);
			continue;
		}
		source_free(s);
		f->sources[i] =
		    paths[i] != NULL ? source_new(f, i, paths[i], since) : NULL;
	}
	recognise_rules_free(old);
	follow_check_replayed(f);
}

void
follow_start(struct follow *f)
{
	unsigned i;

	f->ready = true;
	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (f->sources[i] != NULL)
			source_start(f->sources[i]);
	follow_check_replayed(f);
}

void
follow_take_watch(struct follow *f, const struct msg_watch *w, int fd)
{
	struct source *s = f->sources[w->index];

	if (s == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	if (fd != -1 && s->watch != NULL) {
		event_free(s->watch); /* before its descriptor is closed */
		s->watch = NULL;
	}
	tail_give_watch(s->tail, fd, w->wd, w->name);
	if (fd != -1) {
		s->watch = event_new(f->parser->base, fd, EV_READ | EV_PERSIST,
		    source_watch_readable, s);
		if (s->watch == NULL || event_add(s->watch, NULL) == -1)
			fatal("watch of log %s", s->path);
	}
	if (f->ready)
		source_start(s);
}

void
follow_take_log(struct follow *f, const struct msg_log *l, int fd)
{
	struct source *s = f->sources[l->index];

	if (s == NULL || s->asked[l->which] == 0) {
		if (fd != -1)
			close(fd);
		return;
	}
	s->asked[l->which]--;
	if (fd != -1)
		tail_give_file(s->tail, l->which, fd, l->wd);
	else
		tail_give_none(s->tail, l->which, (int)l->error);
}

void
follow_resume(struct follow *f)
{
	unsigned i;

	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (f->sources[i] != NULL && f->sources[i]->busy) {
			follow_schedule(f);
			return;
		}
}

bool
follow_is_replaying(const struct follow *f)
{
	return !f->following;
}

bool
follow_describe(const struct follow *f, unsigned index,
    struct ctl_log_record *r)
{
	const struct source *s = f->sources[index];

	if (s == NULL)
		return false;
	memset(r, 0, sizeof(*r));
	r->present = tail_present(s->tail);
	r->error = (uint32_t)tail_error(s->tail);
	r->behind = tail_behind(s->tail);
	r->last_line = s->last_line;
	r->lines = s->lines;
	(void)strlcpy(r->path, s->path, sizeof(r->path));
	return true;
}
