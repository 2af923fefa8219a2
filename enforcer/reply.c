#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "child.h"
#include "smtpband.h"

/*
 * A parser that has kept us waiting for so long is no good; what follows is
 * forgiven if it is a small part of the time.  One that reads a little now and
 * then would else keep us from all that is due.
 */
#define READ_MS  10000
#define PATIENCE 10 /* one part in so many */
#define CROWD_MS 50

/* States wait here to go out together. */
static struct channel_msg batch[CHANNEL_BATCH];
static unsigned nbatch;

/*
 * After a send that failed: wait until there is room, and little that the
 * parser has not read.  Or until there are fewer descriptors on their way from
 * root's processes, any of them: unix(7), ETOOMANYREFS.
 */
static void
wait_writable(struct enforcer *e)
{
	struct pollfd pfd = { .fd = e->channel, .events = POLLOUT };
	int64_t began = clock_ms(), left;
	bool crowd = errno == ETOOMANYREFS;

	if (errno != EAGAIN && !crowd)
		fatal("the parser is gone (%s)", child_wait(e->parser));
	e->kept -= MIN(e->kept, began - e->kept_at);
	left = READ_MS - e->kept / PATIENCE;
	if (e->confined_by != 0) /* it starts, and is told all bans */
		left = e->confined_by - began;
	if (crowd && left > 0)
		(void)poll(NULL, 0, CROWD_MS);
	else if (crowd)
		fatalx("too many descriptors are on their way from root");
	else if (poll(&pfd, 1, (int)MAX(left, 0)) == 0)
		fatalx("the parser does not read");
	e->kept_at = clock_ms();
	e->kept += PATIENCE * (e->kept_at - began);
}

void
reply_send(struct enforcer *e, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	reply_flush(e);
	/* One that does not read shall not gather descriptors of root. */
	if (fd != -1) {
		errno = EAGAIN;
		wait_writable(e);
	}
	while (channel_send(e->channel, type, id, payload, len, fd) == -1)
		wait_writable(e);
}

void
reply_flush(struct enforcer *e)
{
	unsigned done = 0;
	int n;

	while (done < nbatch) {
		errno = EAGAIN;
		n = channel_send_many(e->channel, batch + done, nbatch - done);
		if (n > 0)
			done += (unsigned)n;
		else
			wait_writable(e);
	}
	nbatch = 0;
}

void
reply_state(struct enforcer *e, const struct ban *ban, uint32_t id)
{
	struct channel_msg *m;

	if (!e->told)
		return;
	if (nbatch == CHANNEL_BATCH)
		reply_flush(e);
	m = &batch[nbatch++];
	m->hdr = (struct channel_hdr){ MSG_BAN_STATE, sizeof(*ban), id, 0 };
	memcpy(m->payload, ban, sizeof(*ban));
}

void
reply_done(struct enforcer *e, uint32_t id, uint32_t number)
{
	struct msg_done done = { number };

	reply_send(e, MSG_DONE, id, &done, sizeof(done), -1);
}

void
reply_refused(struct enforcer *e, uint32_t id, const struct prefix *p,
    const char *reason)
{
	struct msg_refused refused = { .prefix = *p };

	strlcpy(refused.reason, reason, sizeof(refused.reason));
	reply_send(e, MSG_REFUSED, id, &refused, sizeof(refused), -1);
}

void
reply_failed(struct enforcer *e, uint32_t id, const char *fmt, ...)
{
	struct msg_text text = { "" };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text.text, sizeof(text.text), fmt, ap);
	va_end(ap);
	reply_send(e, MSG_FAILED, id, &text, sizeof(text), -1);
}

static void
reply_log(struct enforcer *e, uint32_t index, const char *path)
{
	struct msg_conf_log log = { .index = index };

	strlcpy(log.path, path, sizeof(log.path));
	reply_send(e, MSG_CONF_LOG, 0, &log, sizeof(log), -1);
}

void
reply_conf(struct enforcer *e)
{
	const struct msg_policy *policy = &e->conf->policy;
	const struct prefix *p;
	uint32_t i;

	reply_send(e, MSG_CONF_BEGIN, 0, NULL, 0, -1);
	reply_send(e, MSG_CONF_POLICY, 0, policy, sizeof(*policy), -1);
	for (i = 0; (p = prefix_set_get(e->conf->whitelist, i)) != NULL; i++)
		reply_send(e, MSG_CONF_WHITELIST, 0, p, sizeof(*p), -1);
	for (i = 0; i < e->conf->nmatches; i++)
		reply_send(e, MSG_CONF_MATCH, 0, &e->conf->matches[i],
		    sizeof(e->conf->matches[i]), -1);
	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (e->sources.v[i].path != NULL)
			reply_log(e, i, e->sources.v[i].path);
	reply_send(e, MSG_CONF_COMMIT, 0, NULL, 0, -1);
}

void
reply_watches(struct enforcer *e)
{
	struct msg_watch watch;
	struct source *s;
	uint32_t i;

	for (i = 0; i < MSG_LOGS_MAX; i++) {
		s = &e->sources.v[i];
		if (s->path == NULL || s->inotify == -1 ||
		    (!source_watch(s) && s->told))
			continue;
		memset(&watch, 0, sizeof(watch));
		watch.index = i;
		watch.wd = s->dir;
		strlcpy(watch.name, s->name, sizeof(watch.name));
		reply_send(e, MSG_WATCH, 0, &watch, sizeof(watch),
		    s->told ? -1 : s->inotify);
		s->told = true;
	}
}
