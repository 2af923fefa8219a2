#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "clock.h"
#include "enforcer.h"
#include "log.h"
#include "metrics.h"
#include "parser.h"
#include "scrape.h"

/*
 * libevent's server limits neither the number of connections nor how long one
 * of them may take, as each byte that comes begins its timeout anew.  So we
 * keep a reference to each: the connection is there as long as the server has
 * its callbacks on it, which bufferevent_free takes off.
 */
struct place {
	struct bufferevent *bev; /* NULL: free */
	int64_t until;           /* clock_ms */
};

struct scrape {
	struct parser *parser;
	struct evhttp *http;
	struct evconnlistener *listener; /* enabled for a second at a time */
	struct event *knock;             /* somebody waits to be taken */
	struct event *tick;              /* each second, while there is work */
	bool open;                       /* connections are taken */
	uint32_t asks;                   /* the enforcer; id, or 0 */
	unsigned taken;                  /* in this second */
	struct evbuffer *text;           /* what they get */
	struct place places[SCRAPE_CLIENTS];
};

static const struct timeval second = { 1, 0 };

static bool
place_is_left(const struct place *p)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(p->bev, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void
place_leave(struct place *p)
{
	(void)bufferevent_decref(p->bev);
	p->bev = NULL;
}

/* The server closes it, as if nothing had come for too long. */
static void
place_end(struct place *p)
{
	bufferevent_trigger_event(p->bev, BEV_EVENT_READING | BEV_EVENT_TIMEOUT,
	    0);
	place_leave(p);
}

/* Returns whether anybody is still here. */
static bool
places_tidy(struct scrape *s, int64_t now)
{
	bool any = false;
	struct place *p;

	for (p = s->places; p < s->places + SCRAPE_CLIENTS; p++) {
		if (p->bev == NULL)
			continue;
		if (place_is_left(p))
			place_leave(p);
		else if (p->until <= now)
			place_end(p);
		else
			any = true;
	}
	return any;
}

/* When all are taken, who came first has to go. */
static struct place *
place_find(struct scrape *s)
{
	struct place *p, *oldest = s->places;

	for (p = s->places; p < s->places + SCRAPE_CLIENTS; p++) {
		if (p->bev == NULL)
			return p;
		if (p->until < oldest->until)
			oldest = p;
	}
	if (place_is_left(oldest))
		place_leave(oldest);
	else
		place_end(oldest);
	return oldest;
}

/*
 * A new connection.  What it may send before it is looked at is bounded here,
 * too: the server checks a header when it has come.
 */
static struct bufferevent *
scrape_take(struct event_base *base, void *arg)
{
	struct scrape *s = arg;
	struct place *p = place_find(s);

	p->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (p->bev == NULL)
		fatalx("metrics: no memory");
	bufferevent_setwatermark(p->bev, EV_READ, 0, SCRAPE_HEADER * 2);
	bufferevent_incref(p->bev);
	p->until = clock_ms() + SCRAPE_TIME * 1000;
	if (++s->taken == SCRAPE_CLIENTS)
		(void)evconnlistener_disable(s->listener);
	return p->bev;
}

static void
scrape_answer(struct evhttp_request *r, void *arg)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(r);
	struct evbuffer *body = evhttp_request_get_output_buffer(r);
	size_t n;
	struct scrape *s = arg;
	char length[24];

	n = evbuffer_get_length(s->text);
	(void)snprintf(length, sizeof(length), "%zu", n);
	(void)evhttp_add_header(headers, "Content-Type",
	    "text/plain; version=0.0.4; charset=utf-8");
	(void)evhttp_add_header(headers, "Content-Length", length);
	(void)evhttp_add_header(headers, "Connection", "close");
	if (evhttp_request_get_command(r) != EVHTTP_REQ_HEAD &&
	    evbuffer_add(body, evbuffer_pullup(s->text, -1), n) == -1)
		fatalx("metrics: no memory");
	evhttp_send_reply(r, HTTP_OK, "OK", NULL);
}

static void
scrape_other(struct evhttp_request *r, void *arg)
{
	(void)arg;
	(void)evhttp_add_header(evhttp_request_get_output_headers(r),
	    "Connection", "close");
	evhttp_send_error(r, HTTP_NOTFOUND, NULL);
}

/* Those who knocked are let in for a second. */
static void
scrape_counted(void *arg, const struct channel_msg *m)
{
	struct msg_counters counters;
	struct scrape *s = arg;

	s->asks = 0;
	memcpy(&counters, m->payload, sizeof(counters));
	if (s->text != NULL)
		evbuffer_free(s->text);
	s->text = metrics_render(s->parser, &counters, time(NULL));
	if (evbuffer_pullup(s->text, -1) == NULL)
		fatalx("metrics: no memory");
	s->open = true;
	s->taken = 0;
	(void)evconnlistener_enable(s->listener);
	(void)event_add(s->tick, &second);
}

static void
scrape_knock(int fd, short what, void *arg)
{
	struct scrape *s = arg;

	(void)fd;
	(void)what;
	s->asks = enforcer_ask(s->parser->enforcer, MSG_COUNTERS, NULL, 0,
	    scrape_counted, s);
}

static void
scrape_tick(int fd, short what, void *arg)
{
	struct scrape *s = arg;

	(void)fd;
	(void)what;
	if (s->open) {
		s->open = false;
		(void)evconnlistener_disable(s->listener);
		(void)event_add(s->knock, NULL);
	}
	if (places_tidy(s, clock_ms()))
		(void)event_add(s->tick, &second);
}

/* No descriptors: those who wait are tried again with the next second. */
static void
scrape_full(struct evconnlistener *listener, void *arg)
{
	(void)arg;
	(void)evconnlistener_disable(listener);
}

/* It warns of what clients send, and anybody could fill the log. */
static void
scrape_hear(int severity, const char *text)
{
	if (severity == EVENT_LOG_ERR)
		log_warnx("libevent: %s", text);
}

struct scrape *
scrape_new(struct parser *p)
{
	struct scrape *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->parser = p;
	return s;
}

static void
scrape_close(struct scrape *s)
{
	struct parser *parser = s->parser;
	struct place *p;

	if (s->asks != 0)
		enforcer_forget(parser->enforcer, s->asks);
	if (s->knock != NULL)
		event_free(s->knock);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->http != NULL)
		evhttp_free(s->http); /* and the listener */
	for (p = s->places; p < s->places + SCRAPE_CLIENTS; p++)
		if (p->bev != NULL)
			place_leave(p);
	if (s->text != NULL)
		evbuffer_free(s->text);
	memset(s, 0, sizeof(*s));
	s->parser = parser;
}

void
scrape_free(struct scrape *s)
{
	if (s == NULL)
		return;
	scrape_close(s);
	free(s);
}

static void
scrape_serve(struct scrape *s)
{
	evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(s->http, SCRAPE_HEADER);
	evhttp_set_max_body_size(s->http, 0);
	evhttp_set_timeout(s->http, SCRAPE_TIME);
	evhttp_set_bevcb(s->http, scrape_take, s);
	evhttp_set_gencb(s->http, scrape_other, NULL);
	if (evhttp_set_cb(s->http, "/metrics", scrape_answer, s) != 0 ||
	    evhttp_bind_listener(s->http, s->listener) == NULL)
		fatalx("metrics: no memory");
}

void
scrape_listen(struct scrape *s, int fd)
{
	struct event_base *base = s->parser->base;
	int flags;

	scrape_close(s);
	if (fd == -1)
		return;
	flags = fcntl(fd, F_GETFL);
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		fatal("metrics");
	event_set_log_callback(scrape_hear);
	s->http = evhttp_new(base);
	s->listener = evconnlistener_new(base, NULL, NULL,
	    LEV_OPT_DISABLED | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
	    fd);
	s->knock = event_new(base, fd, EV_READ, scrape_knock, s);
	s->tick = event_new(base, -1, 0, scrape_tick, s);
	if (s->http == NULL || s->listener == NULL || s->knock == NULL ||
	    s->tick == NULL || event_add(s->knock, NULL) == -1)
		fatalx("metrics: no memory");
	evconnlistener_set_error_cb(s->listener, scrape_full);
	scrape_serve(s);
}
