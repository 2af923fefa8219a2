/*
 * What happens, for those who watch: the last events in a ring, from which
 * each reads at a pace of his own.  Who is left behind learns how many he
 * missed.  Without a watcher there is no ring, and nothing is kept.
 */
#ifndef SMTPBAN_WATCH_H
#define SMTPBAN_WATCH_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

#define WATCH_EVENTS     1024 /* in the ring */
#define WATCH_ROOT_MAX   8    /* watchers of uid 0 */
#define WATCH_OTHERS_MAX 8    /* of all others together ... */
#define WATCH_UID_MAX    4    /* ... and of one of them */

struct watch;

struct watcher {
	uid_t uid;
	bool here;
	void (*wake)(void *arg); /* there is something to read */
	void *arg;
	TAILQ_ENTRY(watcher) link;
};

struct watch *watch_new(void); /* NULL without memory */
void watch_free(struct watch *);

/*
 * uid, wake and arg are set.  Returns NULL and where to read from, or why not
 * as a constant text.
 */
const char *watch_join(struct watch *, struct watcher *, uint64_t *at);
void watch_leave(struct watch *, struct watcher *); /* perhaps not here */

/* Whether it is worth to make an event. */
bool watch_is_on(const struct watch *);

void watch_put(struct watch *, const struct ctl_event_record *);

/*
 * The event at *at, which moves on; where it is gone, a CTL_EVENT_LOST for all
 * that are gone.  now: its time.  Returns false if there is none yet.
 */
bool watch_next(const struct watch *, uint64_t *at, int64_t now,
    struct ctl_event_record *);

#endif
