#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "enforcer.h"
#include "log.h"
#include "rb.h"

#define READ_BATCH 64 /* messages taken in one turn of the loop */

struct outgoing {
	struct channel_hdr hdr;
	uint8_t payload[sizeof(struct msg_ban_request)];
	TAILQ_ENTRY(outgoing) link;
};
TAILQ_HEAD(queue, outgoing);

struct request {
	uint32_t id;
	bool is_ban;            /* a BAN_STATE answers it */
	bool counted;           /* in in_flight, once it was sent */
	enforcer_answer answer; /* NULL: forgotten */
	void *arg;
	RB_ENTRY(request) node;
};
RB_HEAD(requests, request);

struct enforcer {
	struct event_base *base;
	int sock;
	struct incoming incoming;
	void (*drained)(void *);
	void *arg;
	struct event *readable;
	struct event *writable; /* activated by hand when there is work */
	bool scheduled;
	bool congested;
	struct queue urgent;
	struct queue bans;
	size_t nurgent;
	size_t nbans;
	size_t in_flight;
	struct requests requests;
	uint32_t last_id;
	struct channel_msg batch[CHANNEL_BATCH];
	struct channel_msg received;
};

static int
request_cmp(const struct request *a, const struct request *b)
{
	return (a->id > b->id) - (a->id < b->id);
}

/* clang-format off */
RB_PRIVATE(requests, request, node, request_cmp)
/* clang-format on */

static void
channel_lost(struct enforcer *e)
{
	(void)event_del(e->readable);
	(void)event_del(e->writable);
	(void)event_base_loopbreak(e->base);
}

static void
enforcer_readable(int fd, short what, void *arg)
{
	struct enforcer *e = arg;
	int i, n;

	(void)what;
	for (i = 0; i < READ_BATCH; i++) {
		n = channel_recv(fd, &e->received);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1 && errno != ECONNRESET)
			fatal("channel to the enforcer");
		if (n <= 0) {
			channel_lost(e);
			return;
		}
		incoming_take(&e->incoming, &e->received);
	}
}

static void
outgoing_put(const struct outgoing *o, struct channel_msg *m)
{
	m->hdr = o->hdr;
	m->fd = -1;
	memcpy(m->payload, o->payload, sizeof(o->payload));
}

/* The urgent ones first; of ban requests as many as the window lets through. */
static unsigned
batch_fill(struct enforcer *e)
{
	const struct outgoing *o;
	size_t in_flight = e->in_flight;
	unsigned n = 0;

	TAILQ_FOREACH(o, &e->urgent, link) {
		if (n == CHANNEL_BATCH)
			return n;
		outgoing_put(o, &e->batch[n++]);
	}
	TAILQ_FOREACH(o, &e->bans, link) {
		if (n == CHANNEL_BATCH || in_flight++ >= ENFORCER_WINDOW)
			return n;
		outgoing_put(o, &e->batch[n++]);
	}
	return n;
}

static void
queue_pop(struct queue *q, size_t *count)
{
	struct outgoing *o = TAILQ_FIRST(q);

	TAILQ_REMOVE(q, o, link);
	free(o);
	(*count)--;
}

/* The first n that batch_fill found went out. */
static void
batch_drop(struct enforcer *e, unsigned n)
{
	for (; n > 0; n--) {
		if (e->nurgent > 0) {
			queue_pop(&e->urgent, &e->nurgent);
		} else {
			queue_pop(&e->bans, &e->nbans);
			e->in_flight++;
		}
	}
}

static void
enforcer_writable(int fd, short what, void *arg)
{
	struct enforcer *e = arg;
	unsigned n;
	int sent;

	(void)what;
	e->scheduled = false;
	while ((n = batch_fill(e)) > 0) {
		sent = channel_send_many(fd, e->batch, n);
		if (sent == -1) {
			if (errno != EPIPE && errno != ECONNRESET)
				fatal("channel to the enforcer");
			channel_lost(e);
			return;
		}
		batch_drop(e, (unsigned)sent);
		if ((unsigned)sent < n) {
			e->scheduled = true;
			(void)event_add(e->writable, NULL);
			break;
		}
	}
	if (e->congested && e->nbans <= ENFORCER_BANS_LOW) {
		e->congested = false;
		e->drained(e->arg);
	}
}

struct enforcer *
enforcer_new(struct event_base *base, int sock, const struct incoming_ops *ops,
    void (*drained)(void *), void *arg)
{
	struct enforcer *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->base = base;
	e->sock = sock;
	e->incoming.ops = ops;
	e->incoming.arg = arg;
	e->drained = drained;
	e->arg = arg;
	TAILQ_INIT(&e->urgent);
	TAILQ_INIT(&e->bans);
	RB_INIT(&e->requests);
	e->readable =
	    event_new(base, sock, EV_READ | EV_PERSIST, enforcer_readable, e);
	e->writable = event_new(base, sock, EV_WRITE, enforcer_writable, e);
	if (e->readable == NULL || e->writable == NULL ||
	    event_add(e->readable, NULL) == -1) {
		enforcer_free(e);
		return NULL;
	}
	return e;
}

void
enforcer_free(struct enforcer *e)
{
	struct request *r, *next;

	if (e == NULL)
		return;
	while (e->nurgent > 0)
		queue_pop(&e->urgent, &e->nurgent);
	while (e->nbans > 0)
		queue_pop(&e->bans, &e->nbans);
	RB_FOREACH_SAFE(r, requests, &e->requests, next) {
		RB_REMOVE(requests, &e->requests, r);
		free(r);
	}
	if (e->readable != NULL)
		event_free(e->readable);
	if (e->writable != NULL)
		event_free(e->writable);
	free(e);
}

/* What is queued in one turn of the loop goes out together, at its end. */
static void
enforcer_schedule(struct enforcer *e)
{
	if (e->scheduled)
		return;
	e->scheduled = true;
	event_active(e->writable, EV_WRITE, 0);
}

static void
queue_push(struct enforcer *e, struct queue *q, uint32_t type, uint32_t id,
    const void *payload, size_t len)
{
	struct outgoing *o = calloc(1, sizeof(*o));

	if (o == NULL)
		fatal("request to the enforcer");
	o->hdr.type = type;
	o->hdr.id = id;
	o->hdr.len = (uint32_t)len;
	if (len > 0)
		memcpy(o->payload, payload, len);
	TAILQ_INSERT_TAIL(q, o, link);
	enforcer_schedule(e);
}

static void
urgent_push(struct enforcer *e, uint32_t type, uint32_t id, const void *payload,
    size_t len)
{
	if (len > sizeof(((struct outgoing *)0)->payload))
		fatalx("request %u of %zu bytes", type, len);
	if (e->nurgent == ENFORCER_URGENT_MAX)
		fatalx("the enforcer does not read");
	queue_push(e, &e->urgent, type, id, payload, len);
	e->nurgent++;
}

/* Numbers come round after a long time; one still in use is passed over. */
static struct request *
request_new(struct enforcer *e, bool is_ban, enforcer_answer answer, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("request to the enforcer");
	r->is_ban = is_ban;
	r->answer = answer;
	r->arg = arg;
	do {
		if (++e->last_id == 0)
			e->last_id = 1;
		r->id = e->last_id;
	} while (RB_INSERT(requests, &e->requests, r) != NULL);
	return r;
}

void
enforcer_tell(struct enforcer *e, uint32_t type, const void *payload,
    size_t len)
{
	urgent_push(e, type, 0, payload, len);
}

uint32_t
enforcer_ask(struct enforcer *e, uint32_t type, const void *payload, size_t len,
    enforcer_answer answer, void *arg)
{
	struct request *r;

	r = request_new(e, type == MSG_BAN_REQUEST, answer, arg);
	urgent_push(e, type, r->id, payload, len);
	return r->id;
}

uint32_t
enforcer_ask_ban(struct enforcer *e, const struct msg_ban_request *ban,
    enforcer_answer answer, void *arg)
{
	struct request *r;

	if (e->nbans == ENFORCER_BANS_MAX)
		return 0;
	r = request_new(e, true, answer, arg);
	r->counted = true;
	queue_push(e, &e->bans, MSG_BAN_REQUEST, r->id, ban, sizeof(*ban));
	if (++e->nbans >= ENFORCER_BANS_HIGH)
		e->congested = true;
	return r->id;
}

static struct request *
request_find(struct enforcer *e, uint32_t id)
{
	struct request key;

	key.id = id;
	return RB_FIND(requests, &e->requests, &key);
}

/* It stays until the answer comes, so that its id is not used meanwhile. */
void
enforcer_forget(struct enforcer *e, uint32_t id)
{
	struct request *r = request_find(e, id);

	if (r != NULL)
		r->answer = NULL;
}

bool
enforcer_is_congested(const struct enforcer *e)
{
	return e->congested;
}

void
enforcer_take_answer(struct enforcer *e, const struct channel_msg *m)
{
	struct request *r = request_find(e, m->hdr.id);
	struct request was;

	if (r == NULL || (m->hdr.type == MSG_BAN_STATE && !r->is_ban))
		return;
	was = *r;
	RB_REMOVE(requests, &e->requests, r);
	free(r);
	if (was.counted) {
		if (e->in_flight == 0)
			fatalx("enforcer: answer to what was not sent");
		e->in_flight--;
		if (e->nbans > 0)
			enforcer_schedule(e);
	}
	if (was.answer != NULL)
		was.answer(was.arg, m);
}
