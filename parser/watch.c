#include <stdlib.h>
#include <string.h>

#include "watch.h"

struct watch {
	TAILQ_HEAD(, watcher) watchers;
	struct ctl_event_record *ring; /* NULL: nobody watches */
	uint64_t end;                  /* events since the start */
	uint64_t begin;                /* of those in the ring */
};

struct watch *
watch_new(void)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w != NULL)
		TAILQ_INIT(&w->watchers);
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	free(w->ring);
	free(w);
}

/* Root's places are kept for root, and no other uid can take all others. */
static bool
has_room(const struct watch *w, uid_t uid)
{
	const struct watcher *other;
	unsigned same = 0, others = 0;

	TAILQ_FOREACH(other, &w->watchers, link) {
		same += other->uid == uid;
		others += other->uid != 0;
	}
	if (uid == 0)
		return same < WATCH_ROOT_MAX;
	return same < WATCH_UID_MAX && others < WATCH_OTHERS_MAX;
}

const char *
watch_join(struct watch *w, struct watcher *who, uint64_t *at)
{
	if (!has_room(w, who->uid))
		return "too many watch already";
	if (w->ring == NULL) {
		w->ring = reallocarray(NULL, WATCH_EVENTS, sizeof(w->ring[0]));
		if (w->ring == NULL)
			return "no memory";
		w->begin = w->end;
	}
	TAILQ_INSERT_TAIL(&w->watchers, who, link);
	who->here = true;
	*at = w->end;
	return NULL;
}

void
watch_leave(struct watch *w, struct watcher *who)
{
	if (!who->here)
		return;
	who->here = false;
	TAILQ_REMOVE(&w->watchers, who, link);
	if (!TAILQ_EMPTY(&w->watchers))
		return;
	free(w->ring);
	w->ring = NULL;
}

bool
watch_is_on(const struct watch *w)
{
	return w->ring != NULL;
}

void
watch_put(struct watch *w, const struct ctl_event_record *r)
{
	struct watcher *who;

	if (w->ring == NULL)
		return;
	w->ring[w->end++ % WATCH_EVENTS] = *r;
	if (w->end - w->begin > WATCH_EVENTS)
		w->begin = w->end - WATCH_EVENTS;
	TAILQ_FOREACH(who, &w->watchers, link)
		who->wake(who->arg);
}

bool
watch_next(const struct watch *w, uint64_t *at, int64_t now,
    struct ctl_event_record *r)
{
	if (w->ring == NULL || *at >= w->end)
		return false;
	if (*at >= w->begin) {
		*r = w->ring[(*at)++ % WATCH_EVENTS];
		return true;
	}
	memset(r, 0, sizeof(*r));
	r->time = now;
	r->kind = CTL_EVENT_LOST;
	r->lost = w->begin - *at;
	*at = w->begin;
	return true;
}
