#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "enforcer.h"
#include "evidence.h"
#include "feed.h"
#include "follow.h"
#include "judge.h"
#include "parser.h"
#include "recognise/doubles.h"
#include "recognise/recognise.h"

struct follow {
	struct parser *parser;
	struct feed *feeds[MSG_LOGS_MAX];
	struct recognise_rules *rules;
	struct doubles *doubles; /* what several logs tell of is one event */
	struct event *work; /* a timer of no time, only while one is busy */
	unsigned turn;      /* the log that is read first */
	bool ready;
	bool following;
};

void
follow_check_replayed(struct follow *f)
{
	unsigned i;

	if (!f->ready || f->following)
		return;
	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (f->feeds[i] != NULL && !f->feeds[i]->replayed)
			return;
	f->following = true;
	judge_replayed(f->parser->judge, time(NULL));
	enforcer_tell(f->parser->enforcer, MSG_FOLLOWING, NULL, 0);
}

void
follow_schedule(struct follow *f)
{
	static const struct timeval at_once = { 0, 0 };

	if (!enforcer_is_congested(f->parser->enforcer) &&
	    !event_pending(f->work, EV_TIMEOUT, NULL))
		(void)event_add(f->work, &at_once);
}

/* One block of each log, beginning with another one each time, so that a
 * busy one leaves room for the others. */
static void
follow_work(int fd, short what, void *arg)
{
	struct follow *f = arg;
	struct feed *feed;
	bool more = false;
	unsigned i;

	(void)fd;
	(void)what;
	for (i = 0; i < MSG_LOGS_MAX; i++) {
		feed = f->feeds[(f->turn + i) % MSG_LOGS_MAX];
		if (feed == NULL || !feed->busy)
			continue;
		if (!enforcer_is_congested(f->parser->enforcer)) {
			feed->busy = false; /* unless set again from within */
			if (feed_work(feed))
				feed->busy = true;
		}
		more = more || feed->busy;
	}
	f->turn++;
	if (more)
		follow_schedule(f);
}

struct follow *
follow_new(struct parser *p)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->parser = p;
	f->work = event_new(p->base, -1, 0, follow_work, f);
	f->doubles = doubles_new();
	if (f->work == NULL || f->doubles == NULL) {
		follow_free(f);
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
		feed_free(f->feeds[i]);
	recognise_rules_free(f->rules);
	doubles_free(f->doubles);
	if (f->work != NULL)
		event_free(f->work);
	free(f);
}

void
follow_configure(struct follow *f, char *const paths[MSG_LOGS_MAX],
    struct recognise_rules *rules, int64_t since)
{
	struct recognise_rules *old = f->rules;
	struct feed *feed;
	unsigned i;

	f->rules = rules;
	for (i = 0; i < MSG_LOGS_MAX; i++) {
		feed = f->feeds[i];
		if (feed != NULL && paths[i] != NULL &&
		    strcmp(feed->path, paths[i]) == 0) {
			recognise_use(feed->recognise, rules);
			continue;
		}
		if (feed != NULL)
			evidence_forget_log(f->parser->evidence, i);
		feed_free(feed);
		f->feeds[i] = paths[i] != NULL ?
		    feed_new(f->parser, i, paths[i], rules, f->doubles, since) :
		    NULL;
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
		if (f->feeds[i] != NULL)
			feed_start(f->feeds[i]);
	follow_check_replayed(f);
}

void
follow_take_watch(struct follow *f, const struct msg_watch *w, int fd)
{
	struct feed *feed = f->feeds[w->index];

	if (feed == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	feed_take_watch(feed, w, fd);
	if (f->ready)
		feed_start(feed);
}

void
follow_take_log(struct follow *f, const struct msg_log *l, int fd)
{
	struct feed *feed = f->feeds[l->index];

	if (feed != NULL)
		feed_take_log(feed, l, fd);
	else if (fd != -1)
		close(fd);
}

void
follow_resume(struct follow *f)
{
	unsigned i;

	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (f->feeds[i] != NULL && f->feeds[i]->busy) {
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
	const struct feed *feed = f->feeds[index];

	if (feed == NULL)
		return false;
	feed_describe(feed, r);
	return true;
}
