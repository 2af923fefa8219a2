#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "enforcer.h"
#include "judge.h"
#include "log.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"

struct judge {
	struct parser *parser;
	struct asked *asked;
};

struct judge *
judge_new(struct parser *p)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->parser = p;
	j->asked = asked_new();
	if (j->asked == NULL) {
		free(j);
		return NULL;
	}
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	asked_free(j->asked);
	free(j);
}

/*
 * Latecomers of a banned client, and failures from before its release.  Times
 * are whole seconds: in a replay a line of the very second of the release
 * may be older than it, a live one was written after it.  A replayed line
 * from the future has a clock that tells nothing: it counts for nothing.
 */
static bool
is_settled(const struct judge *j, const struct event *ev, bool live,
    int64_t now)
{
	struct mirror_view view;

	mirror_look(j->parser->mirror, &ev->client, &view);
	if (view.active != NULL)
		return true;
	if (view.allowed > now || view.allowed > ev->time)
		return true;
	if (view.released == 0)
		return false;
	return ev->time < view.released ||
	    (!live && (ev->time == view.released || ev->time > now));
}

static void
judge_answered(void *arg, const struct channel_msg *m)
{
	struct asked_ban *b = arg;
	struct judge *j = asked_owner(b);
	struct msg_refused refused;
	char prefix[PREFIX_STRLEN];

	if (m->hdr.type != MSG_REFUSED) {
		asked_remove(j->asked, b);
		return;
	}
	memcpy(&refused, m->payload, sizeof(refused));
	log_verbose("ban of %s refused: %s",
	    prefix_format(asked_prefix(b), prefix), refused.reason);
	asked_refuse(j->asked, b);
}

/* How far the log's clock is ahead of ours. */
static uint32_t
seconds_ahead(const struct event *ev, int64_t now)
{
	int64_t ahead = ev->time - now;

	if (ahead <= 0)
		return 0;
	return ahead < MSG_AHEAD_MAX ? (uint32_t)ahead : MSG_AHEAD_MAX;
}

static void
judge_ask(struct judge *j, const struct event *ev, const struct verdict *v,
    int64_t now)
{
	struct msg_ban_request request = {
		.prefix = v->prefix,
		.category = v->category,
		.count = v->count < MSG_COUNT_MAX ? v->count : MSG_COUNT_MAX,
		.ahead = seconds_ahead(ev, now),
	};
	struct asked_ban *b;

	if (asked_has(j->asked, &v->prefix, now))
		return;
	b = asked_add(j->asked, &v->prefix, j, now);
	if (b == NULL)
		fatal("request for a ban");
	if (enforcer_ask_ban(j->parser->enforcer, &request, judge_answered,
		b) == 0)
		asked_remove(j->asked, b); /* at its next failure, then */
}

static void
log_counted(const struct event *ev, const struct verdict *v)
{
	char client[PREFIX_STRLEN], user[128];

	if (log_level() < LOG_EVERY_LINE)
		return;
	log_line("%s: %s %u/%u%s%s", prefix_format(&ev->client, client),
	    category_name(v->category), v->count, v->threshold,
	    ev->user != NULL ? " user " : "",
	    ev->user != NULL ?
		log_quote(user, sizeof(user), ev->user, ev->user_len) :
		"");
}

void
judge_event(struct judge *j, const struct event *ev, bool live, int64_t now)
{
	struct verdict v;

	stats_count_event(&j->parser->stats, ev);
	if (ev->kind != EVENT_FAILURE || is_settled(j, ev, live, now))
		return;
	policy_judge(j->parser->policy, ev, now, &v);
	if (!v.counted || v.spared != NULL)
		return;
	stats_weigh(&j->parser->stats, ev->time, ev->count, now);
	log_counted(ev, &v);
	if (v.over)
		judge_ask(j, ev, &v, now);
}

void
judge_ban_state(struct judge *j, const struct ban *b)
{
	struct parser *p = j->parser;

	mirror_put(p->mirror, b);
	offenders_forget(policy_offenders(p->policy), &b->prefix);
}

void
judge_reconsider(struct judge *j)
{
	asked_forget_refused(j->asked);
}
