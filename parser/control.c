#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "clock.h"
#include "control.h"
#include "control_client.h"
#include "log.h"
#include "parser.h"

#define ACCEPT_MAX 32    /* in one turn of the loop: there is other work */
#define SAID_MS    60000 /* between two lines about clients without a place */

struct control {
	int fd; /* -1: none yet */
	struct event *accept;
	struct event *pause; /* until it is tried again */
	int64_t said;
	struct control_clients clients;
};

/* Anybody in the group can bring it about, so it is said once a minute. */
static bool
control_may_say(struct control *c)
{
	int64_t now = clock_ms();

	if (c->said != 0 && now - c->said < SAID_MS)
		return false;
	c->said = now;
	return true;
}

/* Whether they are of one kind: root and the others, or of one uid. */
static bool
is_like(const struct client *c, uid_t uid, bool one_uid)
{
	return one_uid ? c->request.uid == uid :
			 (c->request.uid == 0) == (uid == 0);
}

static unsigned
count_like(const struct control *c, uid_t uid, bool one_uid)
{
	const struct client *client;
	unsigned n = 0;

	TAILQ_FOREACH(client, &c->clients.here, link)
		n += is_like(client, uid, one_uid);
	return n;
}

/* The first to come of those who have asked nothing, or else who read. */
static struct client *
choose_victim(struct control *c, uid_t uid, bool one_uid)
{
	struct client *client, *reader = NULL;

	TAILQ_FOREACH(client, &c->clients.here, link) {
		if (!is_like(client, uid, one_uid))
			continue;
		if (client->state == CLIENT_IDLE)
			return client;
		if (client->state == CLIENT_READS && reader == NULL)
			reader = client;
	}
	return reader;
}

static bool
close_victim(struct control *c, uid_t uid, bool one_uid)
{
	struct client *victim = choose_victim(c, uid, one_uid);

	if (control_may_say(c))
		log_warnx("control socket: too many clients, a client of uid "
			  "%u is closed",
		    victim != NULL ? victim->request.uid : uid);
	if (victim == NULL)
		return false;
	client_close(victim);
	return true;
}

/* Returns false when the newcomer has to go. */
static bool
make_room(struct control *c, uid_t uid)
{
	unsigned one = uid == 0 ? CONTROL_ROOT_MAX : CONTROL_UID_MAX;

	if (count_like(c, uid, true) >= one)
		return close_victim(c, uid, true);
	if (uid != 0 && count_like(c, uid, false) >= CONTROL_OTHERS_MAX)
		return close_victim(c, uid, false);
	return true;
}

static void
control_take(struct control *c, int fd)
{
	uid_t uid;

	if (client_peer(fd, &uid) == 0 && make_room(c, uid)) {
		if (client_new(&c->clients, fd, uid) == -1 &&
		    control_may_say(c))
			log_warn("control client");
	} else {
		close(fd);
	}
}

/*
 * No descriptors, or no memory.  Others make room for what may be root's; if
 * that cannot be, it is left alone for a while.
 */
static void
control_relieve(struct control *c)
{
	static const struct timeval while_full = { 1, 0 };
	struct client *victim;

	if (control_may_say(c))
		log_warn("control socket");
	if ((victim = choose_victim(c, 1, false)) == NULL)
		victim = choose_victim(c, 0, true);
	if (victim != NULL) {
		client_close(victim);
		return;
	}
	(void)event_del(c->accept);
	(void)event_add(c->pause, &while_full);
}

static void
control_accept(int listener, short what, void *arg)
{
	struct control *c = arg;
	int fd, i;

	(void)what;
	for (i = 0; i < ACCEPT_MAX; i++) {
		fd =
		    accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1) {
			control_take(c, fd);
			continue;
		}
		if (errno == EAGAIN)
			return;
		if (errno != EINTR && errno != ECONNABORTED) {
			control_relieve(c);
			return;
		}
	}
}

static void
control_go_on(int fd, short what, void *arg)
{
	struct control *c = arg;

	(void)fd;
	(void)what;
	(void)event_add(c->accept, NULL);
}

struct control *
control_new(struct parser *p)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = -1;
	c->pause = event_new(p->base, -1, 0, control_go_on, c);
	if (control_clients_init(&c->clients, p) == -1 || c->pause == NULL) {
		control_free(c);
		return NULL;
	}
	return c;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	if (c->accept != NULL)
		event_free(c->accept);
	if (c->pause != NULL)
		event_free(c->pause);
	control_clients_clear(&c->clients);
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
	c->accept = event_new(c->clients.parser->base, fd, EV_READ | EV_PERSIST,
	    control_accept, c);
	if (c->accept == NULL || event_add(c->accept, NULL) == -1)
		fatal("control socket");
}
