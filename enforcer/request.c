#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "child.h"
#include "smtpband.h"

#define TURN_MAX   256   /* requests carried out together, */
#define TURN_MS    50    /* and begun within that time: others wait too */
#define SPREAD_MS  50    /* how long to wait when the rate is used up */
#define RARE_MS    100   /* a request that nobody needs more often */
#define MINUTE_MS  60000 /* of lines about refusals: */
#define GUARD_SAID 30    /* for what the guard says, */
#define LIMIT_SAID 1     /* and for a limit, which each client can reach */

static void
require(bool holds, const char *what)
{
	if (!holds)
		fatalx("malformed request from the parser: %s", what);
}

static void
on_confined(struct enforcer *e, const struct channel_msg *m)
{
	reload_tell(e);
	e->confined_by = 0;
}

/* What the guard lets pass can still be one too many or too early. */
static bool
over_limits(struct enforcer *e, const struct msg_ban_request *req,
    char reason[MSG_REASON_LEN])
{
	const struct ban_entry *entry;

	if (e->bans.active.n + e->turn.n >= e->conf->limit_bans)
		turn_commit(e);
	entry = bans_find(&e->bans, &req->prefix);
	if (entry != NULL && entry->ban.allowed > clock_wall() &&
	    req->category != CATEGORY_MANUAL)
		strlcpy(reason, "allowed for a time", MSG_REASON_LEN);
	else if (e->bans.active.n >= e->conf->limit_bans &&
	    (entry == NULL || entry->ban.state != BAN_ACTIVE))
		snprintf(reason, MSG_REASON_LEN, "the limit of %u bans",
		    e->conf->limit_bans);
	else
		return false;
	return true;
}

/* A parser that was taken over asks without end; status has the number. */
static void
log_refusal(struct enforcer *e, const struct prefix *p, const char *reason,
    bool limit)
{
	struct refusals *said = &e->refusals[limit];
	unsigned most = limit ? LIMIT_SAID : GUARD_SAID;
	char text[PREFIX_STRLEN];

	e->counters.refused++;
	if (said->lines == 0 || clock_ms() - said->since >= MINUTE_MS)
		*said = (struct refusals){ clock_ms(), 0 };
	if (said->lines == most)
		return;
	log_info("ban of %s refused: %s%s", prefix_format(p, text), reason,
	    ++said->lines == most ? "; no more such lines for a minute" : "");
}

/*
 * One that began elsewhere, before now: not if it would be over by now, or its
 * prefix was released since then.
 */
static bool
is_over(struct enforcer *e, const struct msg_ban_request *req, int64_t began)
{
	const struct ban_entry *entry = bans_find(&e->bans, &req->prefix);
	struct ban ban = { .state = 0 };

	if (entry != NULL)
		ban = entry->ban;
	if (ban.released > began)
		return true;
	ban_begin(&ban, e->conf, req->category, 0, req->seconds, began);
	return ban.expires <= clock_wall();
}

static void
on_ban(struct enforcer *e, const struct channel_msg *m)
{
	const struct msg_ban_request *req = (const void *)m->payload;
	char reason[MSG_REASON_LEN];
	bool guarded, active;
	int64_t began = clock_wall() - req->ago;
	struct ban *ban;

	require(prefix_is_valid(&req->prefix), "prefix");
	require(req->category > CATEGORY_NONE && req->category < CATEGORY_COUNT,
	    "category");
	require(req->count <= MSG_COUNT_MAX, "count");
	require(req->seconds == 0 || req->category == CATEGORY_MANUAL,
	    "seconds");
	require(req->seconds <= MSG_SECONDS_MAX || req->seconds == MSG_FOR_EVER,
	    "seconds");
	require(req->ahead <= MSG_AHEAD_MAX, "ahead");
	require(req->ago == 0 || req->category == CATEGORY_MANUAL, "ago");
	require(req->ago <= MSG_SECONDS_MAX, "ago");
	guarded = guard_refuses(e->conf, e->host, &req->prefix, reason);
	if (guarded || over_limits(e, req, reason)) {
		log_refusal(e, &req->prefix, reason, !guarded);
		reply_refused(e, m->hdr.id, &req->prefix, reason);
		return;
	}
	if (req->ago != 0 && is_over(e, req, began)) {
		reply_refused(e, m->hdr.id, &req->prefix, MSG_OVER);
		return;
	}
	ban = &turn_touch(e, &req->prefix, m->hdr.id)->ban;
	active = ban->state == BAN_ACTIVE;
	ban_begin(ban, e->conf, req->category, req->count, req->seconds, began);
	if (!active)
		ban->since += req->ahead;
}

/* The answer to a release, once it is in kernel and ledger. */
static void
answer_released(struct enforcer *e, const struct channel_msg *m,
    uint32_t number)
{
	turn_commit(e);
	if (e->rewrite_at != 0)
		reply_failed(e, m->hdr.id, "released, but not written: %s",
		    e->counters.fault[MSG_FAULT_LEDGER].why);
	else
		reply_done(e, m->hdr.id, number);
}

static void
on_unban(struct enforcer *e, const struct channel_msg *m)
{
	const struct msg_unban_request *req = (const void *)m->payload;

	require(prefix_is_valid(&req->prefix), "prefix");
	require(req->allow <= MSG_SECONDS_MAX, "allow");
	answer_released(e, m, release_covering(e, &req->prefix, req->allow));
}

static void
on_flush(struct enforcer *e, const struct channel_msg *m)
{
	answer_released(e, m, release_all(e));
}

static void
on_expire(struct enforcer *e, const struct channel_msg *m)
{
	answer_released(e, m, release_due(e));
}

static void
on_reload(struct enforcer *e, const struct channel_msg *m)
{
	reload(e, m->hdr.id);
}

static void
on_log_open(struct enforcer *e, const struct channel_msg *m)
{
	const struct msg_log_open *req = (const void *)m->payload;
	struct msg_log log = { req->index, req->which, 0, -1 };
	struct source *s;
	int fd;

	require(req->index < MSG_LOGS_MAX, "log");
	require(req->which >= MSG_CURRENT && req->which <= MSG_ROTATED_LAST,
	    "which log");
	s = &e->sources.v[req->index];
	reply_watches(e);
	if ((fd = source_open(s, req->which)) == -1)
		log.error = (uint32_t)errno;
	else if (req->which == MSG_CURRENT)
		log.wd = s->file;
	reply_send(e, MSG_LOG, m->hdr.id, &log, sizeof(log), fd);
	if (fd != -1)
		close(fd);
}

static void
on_check(struct enforcer *e, const struct channel_msg *m)
{
	const struct msg_check *req = (const void *)m->payload;
	struct msg_checked checked = { e->conf->route_protocol, "" };

	require(prefix_is_valid(&req->prefix), "prefix");
	if (!guard_refuses(e->conf, e->host, &req->prefix, checked.reason))
		checked.reason[0] = '\0';
	reply_send(e, MSG_CHECKED, m->hdr.id, &checked, sizeof(checked), -1);
}

static void
on_counters(struct enforcer *e, const struct channel_msg *m)
{
	struct msg_counters *c = &e->counters;
	const struct ban_entry *entry;

	turn_commit(e);
	c->bans = e->bans.active.n;
	c->remembered = e->bans.ended.n;
	c->ledger_bytes = ledger_bytes(e->ledger);
	c->unwritten = ledger_pending(e->ledger);
	c->foreign = 0;
	BANS_FOREACH(entry, &e->bans)
		c->foreign += (entry->ban.flags & BAN_FOREIGN) != 0;
	reply_send(e, MSG_COUNTED, m->hdr.id, c, sizeof(*c), -1);
}

static void
on_level(struct enforcer *e, const struct channel_msg *m)
{
	const struct msg_level *req = (const void *)m->payload;

	require(req->level >= LOG_BRIEF && req->level <= LOG_EVERY_LINE,
	    "level");
	log_set_level(req->level);
}

static void
on_pong(struct enforcer *e, const struct channel_msg *m)
{
	require(e->pings > 0, "pong");
	if (--e->pings == 0) /* not a late one */
		fault_notify(e);
}

static void
on_following(struct enforcer *e, const struct channel_msg *m)
{
	log_info("the logs were replayed, following them");
}

static const struct {
	uint32_t type;
	bool told; /* allowed after the parser was told all, or only before */
	size_t len;
	int64_t ms; /* it costs what comes in that time, or one */
	void (*handle)(struct enforcer *, const struct channel_msg *);
} handlers[] = {
	{ MSG_CONFINED, false, 0, 0, on_confined },
	{ MSG_BAN_REQUEST, true, sizeof(struct msg_ban_request), 0, on_ban },
	{ MSG_UNBAN_REQUEST, true, sizeof(struct msg_unban_request), 0,
	    on_unban },
	{ MSG_FLUSH, true, 0, RARE_MS, on_flush },
	{ MSG_EXPIRE, true, 0, 0, on_expire },
	{ MSG_RELOAD, true, 0, RARE_MS, on_reload },
	{ MSG_LOG_OPEN, true, sizeof(struct msg_log_open), 0, on_log_open },
	{ MSG_CHECK, true, sizeof(struct msg_check), 0, on_check },
	{ MSG_COUNTERS, true, 0, 0, on_counters },
	{ MSG_LEVEL, true, sizeof(struct msg_level), RARE_MS, on_level },
	{ MSG_PONG, true, 0, 0, on_pong },
	{ MSG_FOLLOWING, true, 0, RARE_MS, on_following },
};

void
request_dispatch(struct enforcer *e, const struct channel_msg *m)
{
	size_t i, n = sizeof(handlers) / sizeof(handlers[0]);
	int64_t ms, began = clock_ms();

	require(m->fd == -1, "descriptor");
	for (i = 0; i < n && handlers[i].type != m->hdr.type; i++)
		;
	if (i == n)
		fatalx("malformed request from the parser: type");
	require(handlers[i].told == e->told, "not now");
	require(handlers[i].len == m->hdr.len, "length");
	handlers[i].handle(e, m);
	/* What takes long, and waiting for the parser, is not all we do. */
	ms = handlers[i].ms + 2 * (clock_ms() - began);
	e->tokens -= MAX(1, ms * e->conf->limit_requests / 1000);
}

int
request_wait(struct enforcer *e)
{
	int64_t limit = e->conf->limit_requests, now = clock_ms();
	int64_t since = now - e->filled < 1000 ? now - e->filled : 1000;
	int64_t tokens = e->tokens + since * limit / 1000;

	if (tokens > e->tokens) {
		e->filled = now;
		e->tokens = MIN(tokens, limit);
	}
	if (e->tokens > 0)
		return 0;
	return limit < 1000 / SPREAD_MS ? 1000 / (int)limit + 1 : SPREAD_MS;
}

void
request_read(struct enforcer *e)
{
	static struct channel_msg m;
	int64_t end = clock_ms() + TURN_MS;
	int i, got = 1, error = 0;

	for (i = 0; i < TURN_MAX && e->tokens > 0 && clock_ms() < end; i++) {
		if ((got = channel_recv(e->channel, &m)) != 1) {
			error = errno;
			break;
		}
		request_dispatch(e, &m);
	}
	turn_commit(e); /* which may fail, and change errno */
	if (got == -1 && error == EBADMSG)
		fatalx("malformed message from the parser");
	if (got == 0 || (got == -1 && error != EAGAIN))
		fatalx("the parser ended: %s", child_wait(e->parser));
}
