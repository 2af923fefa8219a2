#include <string.h>
#include <time.h>

#include <event2/buffer.h>

#include "control_reply.h"
#include "evidence.h"
#include "follow.h"
#include "log.h"
#include "mirror.h"
#include "offenders.h"
#include "parser.h"
#include "policy.h"
#include "watch.h"

#define PASSED_MAX 256 /* bans in one call: others want to be served */

static void
message_set(struct channel_msg *m, uint32_t type, uint32_t id,
    const void *payload, size_t len)
{
	m->hdr = (struct channel_hdr){ type, (uint32_t)len, id, 0 };
	m->fd = -1;
	memcpy(m->payload, payload, len);
}

void
reply_set_first(struct reply *r, uint32_t type, const void *payload, size_t len)
{
	message_set(&r->first, type, r->id, payload, len);
}

void
reply_set_error(struct reply *r, enum ctl_error_kind kind, const char *text)
{
	struct ctl_error error;

	memset(&error, 0, sizeof(error));
	error.kind = kind;
	(void)strlcpy(error.text, text, sizeof(error.text));
	reply_set_first(r, CTL_ERROR, &error, sizeof(error));
}

static enum reply_got
next_log(const struct reply *r, const struct parser *p, struct reply_cursor *at,
    struct channel_msg *m)
{
	struct ctl_log_record record;

	while (at->group < MSG_LOGS_MAX) {
		if (!follow_describe(p->follow, at->group++, &record))
			continue;
		message_set(m, CTL_LOG_RECORD, r->id, &record, sizeof(record));
		return REPLY_MESSAGE;
	}
	return REPLY_OVER;
}

/* There may be far more ended bans than such in force. */
static enum reply_got
next_ban(const struct reply *r, const struct parser *p, struct reply_cursor *at,
    struct channel_msg *m)
{
	const struct ban *b;
	unsigned passed = 0;
	bool all = r->list == REPLY_ALL_BANS;

	b = mirror_next(p->mirror, at->begun ? &at->prefix : NULL);
	while (b != NULL && !all && b->state != BAN_ACTIVE &&
	    ++passed < PASSED_MAX)
		b = mirror_next(p->mirror, &b->prefix);
	if (b == NULL)
		return REPLY_OVER;
	at->begun = true;
	at->prefix = b->prefix;
	if (!all && b->state != BAN_ACTIVE)
		return REPLY_LATER;
	message_set(m, CTL_BAN_RECORD, r->id, b, sizeof(*b));
	return REPLY_MESSAGE;
}

static void
offender_put(const struct reply *r, const struct policy *policy,
    const struct offender *o, struct channel_msg *m)
{
	const struct msg_threshold *by_group =
	    policy_settings(policy)->threshold;
	struct ctl_offender_record record;

	memset(&record, 0, sizeof(record));
	record.prefix = o->prefix;
	record.category = o->group;
	record.count = o->count;
	record.threshold = by_group[o->group].count *
	    policy_patience(policy, &o->prefix, r->now);
	record.within = by_group[o->group].within;
	memcpy(record.counts, o->counts, sizeof(record.counts));
	record.first = o->first;
	record.last = o->last;
	message_set(m, CTL_OFFENDER_RECORD, r->id, &record, sizeof(record));
}

static enum reply_got
next_offender(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	const struct msg_threshold *by_group;
	struct offender o;

	by_group = policy_settings(p->policy)->threshold;
	if (offenders_next(policy_offenders(p->policy),
		at->begun ? &at->prefix : NULL, at->group, by_group, r->now,
		&o) == 0)
		return REPLY_OVER;
	at->begun = true;
	at->prefix = o.prefix;
	at->group = o.group;
	if (o.count == 0)
		return REPLY_LATER;
	offender_put(r, p->policy, &o, m);
	return REPLY_MESSAGE;
}

/* Each message costs one line; those that had to go are passed over. */
static enum reply_got
next_evidence(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	struct ctl_evidence_record record;
	struct ctl_log_record log;
	uint32_t index, i;

	while ((i = at->group - CATEGORY_COUNT) < r->nevidence) {
		at->group++;
		if (evidence_get(p->evidence, r->evidence[i], &record,
			&index) == -1)
			continue;
		if (index < MSG_LOGS_MAX &&
		    follow_describe(p->follow, index, &log))
			(void)strlcpy(record.log, log.path, sizeof(record.log));
		message_set(m, CTL_EVIDENCE_RECORD, r->id, &record,
		    sizeof(record));
		return REPLY_MESSAGE;
	}
	return REPLY_OVER;
}

static enum reply_got
next_offender_of(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	const struct msg_threshold *by_group;
	struct offender o;

	by_group = policy_settings(p->policy)->threshold;
	while (at->group < CATEGORY_COUNT) {
		if (offenders_get(policy_offenders(p->policy), &r->one,
			at->group++, by_group, r->now, &o) == 0)
			continue;
		offender_put(r, p->policy, &o, m);
		return REPLY_MESSAGE;
	}
	return next_evidence(r, p, at, m);
}

static enum reply_got
next_account(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	struct ctl_account_record record;

	while (at->group < r->naccounts) {
		if (!accounts_get(p->accounts, r->accounts[at->group++],
			&record))
			continue;
		message_set(m, CTL_ACCOUNT_RECORD, r->id, &record,
		    sizeof(record));
		return REPLY_MESSAGE;
	}
	return REPLY_OVER;
}

void
reply_set_text(struct reply *r, struct evbuffer *text)
{
	r->text = text;
	r->list = REPLY_TEXT;
	if (evbuffer_pullup(text, -1) == NULL)
		fatal("reply");
}

void
reply_clear(struct reply *r)
{
	if (r->text != NULL)
		evbuffer_free(r->text);
	r->text = NULL;
}

static enum reply_got
next_text(const struct reply *r, struct reply_cursor *at, struct channel_msg *m)
{
	size_t n = evbuffer_get_length(r->text) - at->group;
	struct msg_text part;

	if (n == 0)
		return REPLY_OVER;
	if (n > sizeof(part.text) - 1)
		n = sizeof(part.text) - 1;
	memset(&part, 0, sizeof(part));
	memcpy(part.text, evbuffer_pullup(r->text, -1) + at->group, n);
	at->group += (uint32_t)n;
	message_set(m, CTL_TEXT_RECORD, r->id, &part, sizeof(part));
	return REPLY_MESSAGE;
}

static enum reply_got
next_event(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	struct ctl_event_record record;

	if (!watch_next(p->watch, &at->event, time(NULL), &record))
		return REPLY_WAIT;
	message_set(m, CTL_EVENT_RECORD, r->id, &record, sizeof(record));
	return REPLY_MESSAGE;
}

static enum reply_got
next_of_list(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	switch (r->list) {
	case REPLY_LOGS:
		return next_log(r, p, at, m);
	case REPLY_BANS:
	case REPLY_ALL_BANS:
		return next_ban(r, p, at, m);
	case REPLY_OFFENDERS:
		return next_offender(r, p, at, m);
	case REPLY_OFFENDERS_ONE:
		return next_offender_of(r, p, at, m);
	case REPLY_ACCOUNTS:
		return next_account(r, p, at, m);
	case REPLY_EVENTS:
		return next_event(r, p, at, m);
	case REPLY_TEXT:
		return next_text(r, at, m);
	case REPLY_NO_LIST:
		break;
	}
	return REPLY_OVER;
}

enum reply_got
reply_next(const struct reply *r, const struct parser *p,
    struct reply_cursor *at, struct channel_msg *m)
{
	struct ctl_done done = { r->number };
	enum reply_got got;

	if (at->stage == REPLY_FIRST) {
		at->stage =
		    r->first.hdr.type == CTL_ERROR ? REPLY_END : REPLY_LIST;
		if (r->first.hdr.type != 0) {
			message_set(m, r->first.hdr.type, r->id,
			    r->first.payload, r->first.hdr.len);
			return REPLY_MESSAGE;
		}
	}
	if (at->stage == REPLY_LIST) {
		if ((got = next_of_list(r, p, at, m)) != REPLY_OVER)
			return got;
		at->stage = REPLY_DONE;
	}
	if (at->stage == REPLY_DONE) {
		at->stage = REPLY_END;
		message_set(m, CTL_DONE, r->id, &done, sizeof(done));
		return REPLY_MESSAGE;
	}
	return REPLY_OVER;
}
