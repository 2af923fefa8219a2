#include <stdint.h>
#include <stdlib.h>

#include <event2/event.h>

#include "clock.h"
#include "control_lane.h"

TAILQ_HEAD(places, lane_place);

struct lane {
	struct places waiting;
	struct event *timer; /* the next one's turn comes then */
	void (*go)(struct lane_place *);
	unsigned most;
	unsigned asking;
	int64_t cost;   /* ms between two requests, in the long run */
	int64_t credit; /* ms, up to LANE_BURST times the cost */
	int64_t filled; /* when that was so */
};

/* What the next request costs, if there is credit for it. */
static bool
lane_pay(struct lane *l)
{
	int64_t now = clock_ms(), most = LANE_BURST * l->cost;

	l->credit += now - l->filled;
	l->filled = now;
	if (l->credit > most)
		l->credit = most;
	if (l->credit < l->cost)
		return false;
	l->credit -= l->cost;
	return true;
}

static void
lane_run(struct lane *l)
{
	const struct timeval wait = { .tv_usec = (l->cost + 1) * 1000 };
	struct lane_place *p;

	while ((p = TAILQ_FIRST(&l->waiting)) != NULL && l->asking < l->most) {
		if (!lane_pay(l)) {
			(void)event_add(l->timer, &wait);
			return;
		}
		lane_leave(l, p);
		l->go(p);
	}
}

static void
lane_timer(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	lane_run(arg);
}

struct lane *
lane_new(struct event_base *base, unsigned most, unsigned per_second,
    void (*go)(struct lane_place *))
{
	struct lane *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	TAILQ_INIT(&l->waiting);
	l->most = most;
	l->go = go;
	if (per_second > 0)
		l->cost = 1000 / per_second;
	l->timer = event_new(base, -1, 0, lane_timer, l);
	if (l->timer == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void
lane_free(struct lane *l)
{
	if (l == NULL)
		return;
	event_free(l->timer);
	free(l);
}

void
lane_wait(struct lane *l, struct lane_place *p)
{
	p->waits = true;
	TAILQ_INSERT_TAIL(&l->waiting, p, link);
	lane_run(l);
}

void
lane_leave(struct lane *l, struct lane_place *p)
{
	if (!p->waits)
		return;
	p->waits = false;
	TAILQ_REMOVE(&l->waiting, p, link);
}

void
lane_asked(struct lane *l)
{
	l->asking++;
}

void
lane_answered(struct lane *l)
{
	l->asking--;
	lane_run(l);
}
