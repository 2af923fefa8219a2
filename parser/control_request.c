#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control_request.h"
#include "enforcer.h"
#include "evidence.h"
#include "follow.h"
#include "judge.h"
#include "log.h"
#include "metrics.h"
#include "mirror.h"
#include "offenders.h"
#include "parser.h"
#include "policy.h"

static void
status_friends(const struct parser *p, struct ctl_status_record *s)
{
	struct gateway_share share;
	struct mirror_view view;

	s->outage = policy_outage(p->policy, s->now, &s->outage_clients);
	if (!policy_proxy(p->policy, s->now, &share))
		return;
	s->proxy = share.client;
	s->proxy_logins = share.logins;
	s->logins_of = share.of;
	mirror_look(p->mirror, &share.client, &view);
	s->proxy_banned = view.active != NULL;
}

static void
reply_status(struct control_request *r, const struct channel_msg *m)
{
	const struct parser *p = r->parser;
	struct ctl_status_record s;

	memset(&s, 0, sizeof(s));
	memcpy(&s.enforcer, m->payload, sizeof(s.enforcer));
	s.now = r->reply.now;
	s.lines = p->stats.lines;
	s.cut = p->stats.cut;
	memcpy(s.events, p->stats.events, sizeof(s.events));
	stats_hours(&p->stats, s.now, s.hours);
	s.offenders = offenders_number(policy_offenders(p->policy));
	s.offenders_lost = offenders_lost(policy_offenders(p->policy));
	s.unlogged = log_lost();
	s.offenders_limit = policy_settings(p->policy)->limit_offenders;
	s.rules = policy_settings(p->policy)->exempt; /* as they need a table */
	s.replaying = follow_is_replaying(p->follow);
	s.level = log_level();
	status_friends(p, &s);
	reply_set_first(&r->reply, CTL_STATUS_RECORD, &s, sizeof(s));
	r->reply.list = REPLY_LOGS;
}

/* Whose lines tell why: of a network that is banned, of all clients in it. */
static const struct prefix *
seen_prefix(const struct control_request *r, const struct ban *active)
{
	const struct prefix *counted = &r->reply.one;

	return active != NULL && prefix_contains(&active->prefix, counted) ?
	    &active->prefix :
	    counted;
}

static void
reply_metrics(struct control_request *r, const struct channel_msg *m)
{
	struct msg_counters counters;

	memcpy(&counters, m->payload, sizeof(counters));
	reply_set_text(&r->reply,
	    metrics_render(r->parser, &counters, r->reply.now));
}

static void
reply_check(struct control_request *r, const struct channel_msg *m)
{
	const struct parser *p = r->parser;
	const struct prefix_set *whitelist = policy_whitelist(p->policy);
	const struct prefix *entry = NULL;
	struct gateway_share share;
	struct ctl_check_record c;
	struct msg_checked checked;
	struct mirror_view view;
	struct reply *reply = &r->reply;

	memcpy(&checked, m->payload, sizeof(checked));
	memset(&c, 0, sizeof(c));
	mirror_look(p->mirror, &r->prefix, &view);
	if (whitelist != NULL)
		entry = prefix_set_covering(whitelist, &r->prefix);
	if (entry != NULL) {
		c.whitelist = *entry;
		view.active = NULL; /* whose route exempts it */
	}
	if (view.active != NULL)
		c.ban = *view.active;
	else if (view.ended != NULL)
		c.ban = *view.ended;
	c.protocol = checked.protocol;
	(void)strlcpy(c.reason, checked.reason, sizeof(c.reason));
	policy_prefix(p->policy, &r->prefix, &reply->one);
	c.login = policy_known(p->policy, &reply->one, reply->now);
	c.mail_server =
	    policy_is_mail_server(p->policy, &reply->one, reply->now);
	if (policy_holds_proxy(p->policy, &reply->one, reply->now) &&
	    policy_proxy(p->policy, reply->now, &share)) {
		c.proxy_logins = share.logins;
		c.logins_of = share.of;
	}
	reply->nevidence = evidence_find(p->evidence,
	    seen_prefix(r, view.active), reply->evidence);
	reply_set_first(reply, CTL_CHECK_RECORD, &c, sizeof(c));
	reply->list = REPLY_OFFENDERS_ONE;
}

static void
reply_done(struct control_request *r, const struct channel_msg *m)
{
	struct msg_done done;

	memcpy(&done, m->payload, sizeof(done));
	r->reply.number = done.number;
	if (r->type == CTL_UNBAN && done.number == 0)
		reply_set_error(&r->reply, CTL_ABSENT, "not banned");
}

static void
reply_refused(struct control_request *r, const struct channel_msg *m)
{
	struct msg_refused refused;

	memcpy(&refused, m->payload, sizeof(refused));
	reply_set_error(&r->reply, CTL_REFUSED, refused.reason);
}

static void
request_answered(void *arg, const struct channel_msg *m)
{
	struct control_request *r = arg;

	r->waits_for = 0;
	switch (m->hdr.type) {
	case MSG_BAN_STATE:
		reply_set_first(&r->reply, CTL_BAN_RECORD, m->payload,
		    m->hdr.len);
		break;
	case MSG_DONE:
		reply_done(r, m);
		break;
	case MSG_REFUSED:
		reply_refused(r, m);
		break;
	case MSG_FAILED:
		reply_set_error(&r->reply, CTL_FAILED,
		    (const char *)m->payload);
		break;
	case MSG_CHECKED:
		reply_check(r, m);
		break;
	case MSG_COUNTED:
		if (r->type == CTL_METRICS)
			reply_metrics(r, m);
		else
			reply_status(r, m);
		break;
	default:
		fatalx("enforcer: message %u as an answer", m->hdr.type);
	}
	r->ready(r->arg);
}

static void
request_ask(struct control_request *r, uint32_t type, const void *payload,
    size_t len)
{
	r->waits_for = enforcer_ask(r->parser->enforcer, type, payload, len,
	    request_answered, r);
}

/* Of CTL_STATUS and CTL_METRICS. */
static int
start_counters(struct control_request *r, const void *payload)
{
	(void)payload;
	request_ask(r, MSG_COUNTERS, NULL, 0);
	return 0;
}

static int
start_bans(struct control_request *r, const void *payload)
{
	struct ctl_bans bans;

	memcpy(&bans, payload, sizeof(bans));
	if (bans.ended > 1)
		return -1;
	r->reply.list = bans.ended ? REPLY_ALL_BANS : REPLY_BANS;
	r->ready(r->arg);
	return 0;
}

static int
start_offenders(struct control_request *r, const void *payload)
{
	(void)payload;
	r->reply.list = REPLY_OFFENDERS;
	r->ready(r->arg);
	return 0;
}

static int
start_accounts(struct control_request *r, const void *payload)
{
	(void)payload;
	r->reply.naccounts =
	    accounts_order(r->parser->accounts, r->reply.accounts);
	r->reply.list = REPLY_ACCOUNTS;
	r->ready(r->arg);
	return 0;
}

static int
start_watch(struct control_request *r, const void *payload)
{
	struct ctl_event_record begin;
	const char *why;

	(void)payload;
	r->watcher.uid = r->uid;
	r->watcher.wake = r->wake;
	r->watcher.arg = r->arg;
	why = watch_join(r->parser->watch, &r->watcher, &r->reply.at.event);
	if (why != NULL) {
		reply_set_error(&r->reply, CTL_REFUSED, why);
	} else {
		memset(&begin, 0, sizeof(begin));
		begin.kind = CTL_EVENT_BEGIN;
		begin.time = r->reply.now;
		reply_set_first(&r->reply, CTL_EVENT_RECORD, &begin,
		    sizeof(begin));
		r->reply.list = REPLY_EVENTS;
	}
	r->ready(r->arg);
	return 0;
}

static int
start_check(struct control_request *r, const void *payload)
{
	struct ctl_address address;
	struct msg_check check;

	memcpy(&address, payload, sizeof(address));
	if (!prefix_is_valid(&address.prefix))
		return -1;
	r->prefix = address.prefix;
	check.prefix = address.prefix;
	request_ask(r, MSG_CHECK, &check, sizeof(check));
	return 0;
}

static int
start_ban(struct control_request *r, const void *payload)
{
	struct msg_ban_request request;
	struct ctl_ban ban;

	memcpy(&ban, payload, sizeof(ban));
	if (!prefix_is_valid(&ban.prefix) ||
	    (ban.seconds > MSG_SECONDS_MAX && ban.seconds != MSG_FOR_EVER) ||
	    ban.ago > MSG_SECONDS_MAX)
		return -1;
	memset(&request, 0, sizeof(request));
	request.prefix = ban.prefix;
	request.category = CATEGORY_MANUAL;
	request.seconds = ban.seconds;
	request.ago = ban.ago;
	request_ask(r, MSG_BAN_REQUEST, &request, sizeof(request));
	return 0;
}

static int
start_unban(struct control_request *r, const void *payload)
{
	struct msg_unban_request request;
	struct mirror_view view;
	struct ctl_unban unban;

	memcpy(&unban, payload, sizeof(unban));
	if (!prefix_is_valid(&unban.prefix) || unban.allow > MSG_SECONDS_MAX)
		return -1;
	memset(&request, 0, sizeof(request));
	/*
	 * Who gives an address means what is counted for it, its /64 perhaps.
	 * The enforcer releases the bans around it too.
	 */
	policy_prefix(r->parser->policy, &unban.prefix, &request.prefix);
	mirror_look(r->parser->mirror, &unban.prefix, &view);
	if (view.inner != NULL && view.inner->prefix.len > request.prefix.len)
		request.prefix = view.inner->prefix;
	request.allow = unban.allow;
	request_ask(r, MSG_UNBAN_REQUEST, &request, sizeof(request));
	return 0;
}

static int
start_expire(struct control_request *r, const void *payload)
{
	(void)payload;
	request_ask(r, MSG_EXPIRE, NULL, 0);
	return 0;
}

static int
start_flush(struct control_request *r, const void *payload)
{
	(void)payload;
	request_ask(r, MSG_FLUSH, NULL, 0);
	return 0;
}

static int
start_reload(struct control_request *r, const void *payload)
{
	(void)payload;
	request_ask(r, MSG_RELOAD, NULL, 0);
	return 0;
}

static int
start_level(struct control_request *r, const void *payload)
{
	struct ctl_level level;
	struct msg_level told;

	memcpy(&level, payload, sizeof(level));
	if (level.level != LOG_BRIEF && level.level != LOG_VERBOSE)
		return -1;
	told.level = level.level;
	log_set_level(level.level);
	enforcer_tell(r->parser->enforcer, MSG_LEVEL, &told, sizeof(told));
	r->ready(r->arg);
	return 0;
}

static const struct kind {
	uint32_t type;
	bool root; /* it changes something */
	size_t len;
	int (*start)(struct control_request *, const void *payload);
} kinds[] = {
	{ CTL_STATUS, false, 0, start_counters },
	{ CTL_METRICS, false, 0, start_counters },
	{ CTL_BANS, false, sizeof(struct ctl_bans), start_bans },
	{ CTL_OFFENDERS, false, 0, start_offenders },
	{ CTL_ACCOUNTS, false, 0, start_accounts },
	{ CTL_WATCH, false, 0, start_watch },
	{ CTL_CHECK, false, sizeof(struct ctl_address), start_check },
	{ CTL_BAN, true, sizeof(struct ctl_ban), start_ban },
	{ CTL_UNBAN, true, sizeof(struct ctl_unban), start_unban },
	{ CTL_EXPIRE, true, 0, start_expire },
	{ CTL_FLUSH, true, 0, start_flush },
	{ CTL_RELOAD, true, 0, start_reload },
	{ CTL_LEVEL, true, sizeof(struct ctl_level), start_level },
};

static const struct kind *
kind_find(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

int
request_take(struct control_request *r, const struct channel_msg *m)
{
	const struct kind *k = kind_find(m->hdr.type);

	if (m->fd != -1) {
		close(m->fd);
		return -1;
	}
	if (k == NULL || m->hdr.len != k->len)
		return -1;
	r->type = k->type;
	r->reply.id = m->hdr.id;
	r->reply.now = time(NULL);
	judge_check_clock(r->parser->judge, r->reply.now);
	if (k->root && r->uid != 0) {
		reply_set_error(&r->reply, CTL_DENIED, "only root may do that");
		r->ready(r->arg);
		return 0;
	}
	return k->start(r, m->payload);
}

void
request_cancel(struct control_request *r)
{
	if (r->waits_for != 0)
		enforcer_forget(r->parser->enforcer, r->waits_for);
	r->waits_for = 0;
	watch_leave(r->parser->watch, &r->watcher);
	reply_clear(&r->reply);
}
