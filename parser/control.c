#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "control.h"
#include "control_request.h"
#include "log.h"
#include "parser.h"

struct client {
	struct control *control;
	int fd;
	bool asked; /* its one request was taken up */
	struct event *readable;
	struct event *writable;
	struct control_request request;
	TAILQ_ENTRY(client) link;
};
TAILQ_HEAD(clients, client);

struct control {
	struct parser *parser;
	int fd; /* -1: none yet */
	struct event *accept;
	struct clients clients;
	unsigned number;
	struct channel_msg batch[CHANNEL_BATCH];
	struct channel_msg received;
};

static void
client_close(struct client *c)
{
	struct control *control = c->control;

	request_cancel(&c->request);
	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
	close(c->fd);
	TAILQ_REMOVE(&control->clients, c, link);
	free(c);
	control->number--;
	if (control->accept != NULL)
		(void)event_add(control->accept, NULL);
}

/*
 * The first message is the request.  After it the client only waits, so that
 * a second one or the end of the stream ends him.
 */
static void
client_readable(int fd, short what, void *arg)
{
	struct client *c = arg;
	struct channel_msg *m = &c->control->received;
	int n;

	if (what & EV_TIMEOUT) {
		client_close(c);
		return;
	}
	n = channel_recv(fd, m);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n == 1 && c->asked && m->fd != -1)
		close(m->fd);
	if (n != 1 || c->asked) {
		client_close(c);
		return;
	}
	c->asked = true;
	(void)event_del(c->readable); /* and its timeout */
	if (request_take(&c->request, m) == -1 ||
	    (c->request.waits_for != 0 && event_add(c->readable, NULL) == -1))
		client_close(c);
}

/* The request has its reply: from now on the client is only written to. */
static void
client_ready(void *arg)
{
	static const struct timeval limit = { CONTROL_READ_TIME, 0 };
	struct client *c = arg;

	(void)event_del(c->readable);
	(void)event_add(c->writable, &limit);
}

static void
client_writable(int fd, short what, void *arg)
{
	struct client *c = arg;
	struct control *control = c->control;
	struct reply_cursor at[CHANNEL_BATCH + 1];
	unsigned n = 0;
	int sent = 0;

	at[0] = c->request.reply.at;
	while (n < CHANNEL_BATCH) {
		at[n + 1] = at[n];
		if (!reply_next(&c->request.reply, control->parser, &at[n + 1],
			&control->batch[n]))
			break;
		n++;
	}
	if ((what & EV_TIMEOUT) == 0 && n > 0)
		sent = channel_send_many(fd, control->batch, n);
	if ((what & EV_TIMEOUT) != 0 || sent == -1) {
		client_close(c);
		return;
	}
	c->request.reply.at = at[sent];
	if (at[sent].stage == REPLY_END)
		client_close(c);
}

static void
client_new(struct control *control, int fd)
{
	static const struct timeval limit = { CONTROL_ASK_TIME, 0 };
	struct ucred peer;
	socklen_t len = sizeof(peer);
	struct client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1) {
		log_warn("control client");
		free(c);
		close(fd);
		return;
	}
	c->control = control;
	c->fd = fd;
	c->request.parser = control->parser;
	c->request.uid = peer.uid;
	c->request.ready = client_ready;
	c->request.arg = c;
	TAILQ_INSERT_TAIL(&control->clients, c, link);
	control->number++;
	c->readable = event_new(control->parser->base, fd, EV_READ | EV_PERSIST,
	    client_readable, c);
	c->writable = event_new(control->parser->base, fd,
	    EV_WRITE | EV_PERSIST, client_writable, c);
	if (c->readable == NULL || c->writable == NULL ||
	    event_add(c->readable, &limit) == -1) {
		log_warnx("control client: no event");
		client_close(c);
	}
}

static void
control_accept(int listener, short what, void *arg)
{
	struct control *c = arg;
	int fd;

	(void)what;
	while (c->number < CONTROL_CLIENTS_MAX) {
		fd =
		    accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1) {
			client_new(c, fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno == EAGAIN)
			return;
		if (c->number == 0)
			fatal("control socket");
		log_warn("control socket");
		break;
	}
	(void)event_del(c->accept); /* until a client goes */
}

struct control *
control_new(struct parser *p)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->parser = p;
	c->fd = -1;
	TAILQ_INIT(&c->clients);
	return c;
}

void
control_free(struct control *c)
{
	struct client *client, *next;

	if (c == NULL)
		return;
	if (c->accept != NULL)
		event_free(c->accept);
	c->accept = NULL;
	TAILQ_FOREACH_SAFE(client, &c->clients, link, next)
		client_close(client);
	if (c->fd != -1)
		close(c->fd);
	free(c);
}

void
control_listen(struct control *c, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		fatal("control socket");
	c->fd = fd;
	c->accept = event_new(c->parser->base, fd, EV_READ | EV_PERSIST,
	    control_accept, c);
	if (c->accept == NULL || event_add(c->accept, NULL) == -1)
		fatal("control socket");
}
