#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "control.h"
#include "control_client.h"
#include "parser.h"

static void
client_free(struct client *c)
{
	request_cancel(&c->request);
	free(c);
}

/*
 * Who goes while the enforcer has his request leaves it behind until it is
 * answered: else asking and leaving would cost nothing.
 */
void
client_close(struct client *c)
{
	struct control_clients *base = c->base;

	lane_leave(c->lane, &c->place);
	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
	c->readable = c->writable = NULL;
	close(c->fd);
	c->fd = -1;
	TAILQ_REMOVE(&base->here, c, link);
	if (c->asking)
		TAILQ_INSERT_TAIL(&base->gone, c, link);
	else
		client_free(c);
}

int
client_peer(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return -1;
	*uid = peer.uid;
	return 0;
}

static void
client_go(struct lane_place *place)
{
	struct client *c = (struct client *)(void *)((char *)place -
	    offsetof(struct client, place));
	struct channel_msg *m = &c->base->received;

	m->hdr = c->hdr;
	m->fd = -1;
	memcpy(m->payload, c->payload, sizeof(c->payload));
	if (request_take(&c->request, m) == -1) {
		client_close(c);
	} else if (c->request.waits_for != 0) {
		c->asking = true;
		lane_asked(c->lane);
	}
}

/*
 * The first message is the request, and what its sender may do is looked at
 * now.  After it the client only waits, so that a second one or the end of
 * the stream ends him.
 */
static void
client_readable(int fd, short what, void *arg)
{
	struct client *c = arg;
	struct channel_msg *m = &c->base->received;
	int n = 0;

	if ((what & EV_TIMEOUT) == 0)
		n = channel_recv_bare(fd, m);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n != 1 || c->state != CLIENT_IDLE ||
	    m->hdr.len > sizeof(c->payload) ||
	    client_peer(fd, &c->request.uid) == -1) {
		client_close(c);
		return;
	}
	c->hdr = m->hdr;
	memcpy(c->payload, m->payload, m->hdr.len);
	c->state = CLIENT_WAITS;
	(void)event_del(c->readable); /* and its timeout */
	if (event_add(c->readable, NULL) == -1) {
		client_close(c);
		return;
	}
	c->lane = c->request.uid == 0 ? c->base->root : c->base->others;
	lane_wait(c->lane, &c->place);
}

static void
client_write(struct client *c)
{
	static const struct timeval limit = { CONTROL_READ_TIME, 0 };

	/* To add it again would put off the limit. */
	if (event_pending(c->writable, EV_WRITE, NULL) == 0)
		(void)event_add(c->writable, &limit);
}

/* Something happened that it watches. */
static void
client_wake(void *arg)
{
	client_write(arg);
}

/*
 * The request has its reply: from now on the client is only written to.  One
 * that watches has to be seen leaving, as there may be nothing to write.
 */
static void
client_ready(void *arg)
{
	struct client *c = arg;
	struct lane *lane = c->lane;
	bool asked = c->asking;

	c->asking = false;
	if (c->fd == -1) {
		TAILQ_REMOVE(&c->base->gone, c, link);
		client_free(c);
	} else {
		c->state =
		    c->request.watcher.here ? CLIENT_WATCHES : CLIENT_READS;
		if (c->state == CLIENT_READS)
			(void)event_del(c->readable);
		client_write(c);
	}
	if (asked)
		lane_answered(lane);
}

/*
 * All clients but root share what goes out in one turn of the loop, but for
 * those that watch, who are few.
 */
static unsigned
client_share(const struct client *c)
{
	const struct client *other;
	unsigned readers = 1;

	if (c->request.uid == 0)
		return CHANNEL_BATCH;
	TAILQ_FOREACH(other, &c->base->here, link)
		readers += other != c && other->state == CLIENT_READS;
	return readers < CHANNEL_BATCH ? CHANNEL_BATCH / readers : 1;
}

/*
 * Fill the batch from the cursor on; *at becomes where each message ends, and
 * what was passed over without one belongs to the message before.
 */
static unsigned
client_fill(const struct client *c, unsigned most, struct reply_cursor *at)
{
	struct control_clients *base = c->base;
	enum reply_got got = REPLY_MESSAGE;
	unsigned n = 0;

	at[0] = c->request.reply.at;
	while (n < most && got == REPLY_MESSAGE) {
		at[n + 1] = at[n];
		got = reply_next(&c->request.reply, base->parser, &at[n + 1],
		    &base->batch[n]);
		if (got == REPLY_MESSAGE)
			n++;
		else if (got == REPLY_LATER)
			at[n] = at[n + 1];
	}
	return n;
}

static void
client_writable(int fd, short what, void *arg)
{
	struct reply_cursor at[CHANNEL_BATCH + 1];
	struct client *c = arg;
	unsigned n = 0;
	int sent = 0;

	if ((what & EV_TIMEOUT) == 0 &&
	    (n = client_fill(c, client_share(c), at)) > 0)
		sent = channel_send_many(fd, c->base->batch, n);
	if ((what & EV_TIMEOUT) != 0 || sent == -1) {
		client_close(c);
		return;
	}
	c->request.reply.at = at[sent];
	if (at[sent].stage == REPLY_END)
		client_close(c);
	else if (n == 0 && c->state == CLIENT_WATCHES)
		(void)event_del(c->writable); /* until client_wake */
}

int
client_new(struct control_clients *base, int fd, uid_t uid)
{
	static const struct timeval limit = { CONTROL_ASK_TIME, 0 };
	struct event_base *loop = base->parser->base;
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return -1;
	}
	c->base = base;
	c->fd = fd;
	c->request.parser = base->parser;
	c->request.uid = uid;
	c->request.ready = client_ready;
	c->request.wake = client_wake;
	c->request.arg = c;
	TAILQ_INSERT_TAIL(&base->here, c, link);
	c->readable =
	    event_new(loop, fd, EV_READ | EV_PERSIST, client_readable, c);
	c->writable =
	    event_new(loop, fd, EV_WRITE | EV_PERSIST, client_writable, c);
	if (c->readable == NULL || c->writable == NULL ||
	    event_add(c->readable, &limit) == -1) {
		client_close(c);
		errno = ENOMEM;
		return -1;
	}
	client_readable(fd, EV_READ, c);
	return 0;
}

int
control_clients_init(struct control_clients *base, struct parser *p)
{
	base->parser = p;
	TAILQ_INIT(&base->here);
	TAILQ_INIT(&base->gone);
	base->root = lane_new(p->base, CONTROL_ROOT_ASKING, 0, client_go);
	base->others =
	    lane_new(p->base, CONTROL_ASKING, CONTROL_PER_SECOND, client_go);
	return base->root == NULL || base->others == NULL ? -1 : 0;
}

void
control_clients_clear(struct control_clients *base)
{
	struct client *c, *next;

	TAILQ_FOREACH_SAFE(c, &base->here, link, next)
		client_close(c);
	TAILQ_FOREACH_SAFE(c, &base->gone, link, next)
		client_free(c);
	TAILQ_INIT(&base->gone);
	lane_free(base->root);
	lane_free(base->others);
}
