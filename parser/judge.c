#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounts.h"
#include "asked.h"
#include "clock.h"
#include "enforcer.h"
#include "evidence.h"
#include "judge.h"
#include "log.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "tell.h"

#define LIVE_AHEAD 900 /* seconds; more is no time of a line that comes now */

struct judge {
	struct parser *parser;
	struct asked *asked;
	bool replayed;
	bool outage;  /* it was said that there is one */
	int64_t skew; /* see clock_jump */
};

struct judge *
judge_new(struct parser *p)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->parser = p;
	(void)clock_jump(&j->skew);
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

void
judge_check_clock(struct judge *j, int64_t now)
{
	struct parser *p = j->parser;
	int64_t by = clock_jump(&j->skew);

	if (by == 0)
		return;
	policy_shift(p->policy, by);
	accounts_shift(p->accounts, by);
	evidence_shift(p->evidence, by);
	stats_shift(&p->stats, by, now);
}

/*
 * Latecomers of a banned client, and failures from before its release.  Times
 * are whole seconds: in a replay a line of the very second of the release
 * may be older than it, a live one was written after it.  A replayed line
 * from the future has a clock that tells nothing: it counts for nothing, if
 * its client was ever released or it is further ahead than a log may be.  Nor
 * does one without a time, which in 1970 would be of now.  And a release in
 * the future was by another clock than ours: what is written now came after it.
 */
static bool
is_settled(const struct judge *j, const struct event *ev, bool live,
    int64_t now)
{
	struct mirror_view view;

	mirror_look(j->parser->mirror, &ev->client, &view);
	if (view.active != NULL)
		return true;
	if (!live && (ev->time == 0 || ev->time > now + MSG_AHEAD_MAX))
		return true;
	if (view.allowed > now || view.allowed > ev->time)
		return true;
	if (view.released == 0 || (live && view.released > now + LIVE_AHEAD))
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

	if (m->hdr.type == MSG_BAN_STATE)
		stats_count_delay(&j->parser->stats, clock_ms() - asked_ms(b));
	if (m->hdr.type != MSG_REFUSED) {
		asked_remove(j->asked, b);
		return;
	}
	memcpy(&refused, m->payload, sizeof(refused));
	log_verbose("ban of %s refused: %s",
	    prefix_format(asked_prefix(b), prefix), refused.reason);
	tell_refused(j->parser, asked_prefix(b), refused.reason, time(NULL));
	asked_refuse(j->asked, b);
}

/* How far the log's clock is ahead of ours; days tell nothing. */
static uint32_t
seconds_ahead(const struct event *ev, int64_t now)
{
	int64_t ahead = ev->time - now;

	return ahead > 0 && ahead <= MSG_AHEAD_MAX ? (uint32_t)ahead : 0;
}

static void
judge_ask(struct judge *j, const struct msg_ban_request *request, int64_t now)
{
	struct asked_ban *b;

	if (asked_has(j->asked, &request->prefix, now))
		return;
	b = asked_add(j->asked, &request->prefix, j, now, clock_ms());
	if (b == NULL)
		fatal("request for a ban");
	if (enforcer_ask_ban(j->parser->enforcer, request, judge_answered, b) ==
	    0)
		asked_remove(j->asked, b); /* at its next failure, then */
}

static uint32_t
count_limited(uint32_t count)
{
	return count < MSG_COUNT_MAX ? count : MSG_COUNT_MAX;
}

static void
judge_ask_host(struct judge *j, const struct event *ev, const struct verdict *v,
    int64_t now)
{
	struct msg_ban_request request = {
		.prefix = v->prefix,
		.category = v->category,
		.count = count_limited(v->count),
		.ahead = seconds_ahead(ev, now),
	};

	judge_ask(j, &request, now);
}

/* Once as it begins, and once as it ends; those of old lines are history. */
static void
judge_tell_outage(struct judge *j, bool live, int64_t now)
{
	uint32_t clients;
	bool is = policy_outage(j->parser->policy, now, &clients) != 0;

	if (!live || is == j->outage)
		return;
	j->outage = is;
	if (is)
		log_warnx("%u known clients fail to log in, as if passwords "
			  "could not be checked: failures to log in are not "
			  "counted meanwhile",
		    clients);
	else
		log_info("failures to log in are counted again");
}

/* Whether it, or any host in it, is not to be banned for a time. */
static bool
network_is_allowed(const struct judge *j, const struct prefix *network,
    int64_t now)
{
	struct mirror *m = j->parser->mirror;
	const struct ban *b = mirror_next(m, network);
	struct mirror_view view;

	mirror_look(m, network, &view);
	if (view.allowed > now)
		return true;
	for (; b != NULL && prefix_contains(network, &b->prefix);
	     b = mirror_next(m, &b->prefix))
		if (b->allowed > now)
			return true;
	return false;
}

static void
judge_ask_network(struct judge *j, const struct prefix *network,
    uint32_t category, uint32_t count, uint32_t ahead, int64_t now)
{
	struct msg_ban_request request = {
		.prefix = *network,
		.category = category,
		.count = count_limited(count),
		.ahead = ahead,
	};

	/* The cheap question first: it comes with each failure. */
	if (!asked_has(j->asked, network, now) &&
	    !network_is_allowed(j, network, now))
		judge_ask(j, &request, now);
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

/*
 * Who is under attack does not depend on who attacks: whitelisted and banned
 * clients count as well, but nobody attacks his own account.
 */
static void
note_account(const struct parser *p, const struct event *ev, int64_t now)
{
	int64_t time = ev->time < now ? ev->time : now;
	struct prefix counted;

	if (ev->user == NULL)
		return;
	if (ev->kind == EVENT_LOGIN)
		accounts_login(p->accounts, ev->user, ev->user_len, time);
	if (ev->kind != EVENT_FAILURE || ev->category != CATEGORY_AUTH ||
	    policy_is_own_name(p->policy, ev, time))
		return;
	policy_prefix(p->policy, &ev->client, &counted);
	accounts_fail(p->accounts, ev->user, ev->user_len, &counted, time,
	    ev->count > 0 ? ev->count : 1);
}

/*
 * A line that is read again and was counted before the last ban of its client
 * began: what led to that.
 */
static bool
is_evidence(const struct judge *j, const struct event *ev, bool live)
{
	const struct parser *p = j->parser;
	const struct ban *last;
	struct mirror_view view;

	if (live ||
	    (policy_settings(p->policy)->counted & 1U << ev->category) == 0 ||
	    policy_protects(p->policy, &ev->client) != NULL ||
	    policy_is_own_name(p->policy, ev, ev->time))
		return false;
	mirror_look(p->mirror, &ev->client, &view);
	last = view.active != NULL ? view.active : view.ended;
	return last != NULL && ev->time <= last->since;
}

/* Whether it counts, or did before a ban that is known: its line is kept. */
static bool
judge_failure(struct judge *j, const struct event *ev, bool live, int64_t now)
{
	struct parser *p = j->parser;
	struct verdict v;

	if (is_settled(j, ev, live, now)) {
		if (live)
			tell_settled(p, ev, now);
		if (!is_evidence(j, ev, live))
			return false;
		stats_weigh(&p->stats, ev, now);
		return true;
	}
	policy_judge(p->policy, ev, now, &v);
	if (!v.counted)
		return false;
	if (live)
		tell_failure(p, ev, &v);
	if (v.spared != NULL)
		return false;
	stats_weigh(&p->stats, ev, now);
	log_counted(ev, &v);
	if (v.over)
		judge_ask_host(j, ev, &v, now);
	if (v.network_over)
		judge_ask_network(j, &v.network, v.category, v.network_count,
		    seconds_ahead(ev, now), now);
	return true;
}

bool
judge_event(struct judge *j, const struct event *ev, bool live, int64_t now)
{
	struct parser *p = j->parser;
	bool kept = false;

	judge_check_clock(j, now);
	stats_count_event(&p->stats, ev);
	note_account(p, ev, now);
	if (ev->kind == EVENT_FAILURE)
		kept = judge_failure(j, ev, live, now);
	else {
		if (live)
			tell_login(p, ev, now);
		policy_welcome(p->policy, ev, now);
	}
	judge_tell_outage(j, live, now);
	return kept;
}

static void
judge_count_ban(struct judge *j, const struct ban *b, int64_t now)
{
	struct prefix network;
	uint32_t failures;

	if (policy_take_ban(j->parser->policy, b, &network, &failures) &&
	    j->replayed)
		judge_ask_network(j, &network, b->category, failures, 0, now);
}

void
judge_ban_state(struct judge *j, const struct ban *b, int64_t now)
{
	struct parser *p = j->parser;

	tell_ban(p, b, now);
	if (mirror_put(p->mirror, b) && p->restored)
		p->stats.banned[b->category]++;
	policy_forget(p->policy, &b->prefix);
	judge_count_ban(j, b, now);
}

/* That fills no network: its own ban, if it had one, has moved as well. */
void
judge_bans_moved(struct judge *j, const struct msg_moved *m)
{
	struct parser *p = j->parser;
	const struct ban *b = NULL;
	struct prefix network;
	uint32_t failures;

	mirror_move(p->mirror, m->from, m->to, m->by);
	if (!policy_counts_bans(p->policy))
		return;
	while (
	    (b = mirror_next(p->mirror, b != NULL ? &b->prefix : NULL)) != NULL)
		(void)policy_take_ban(p->policy, b, &network, &failures);
}

static void
judge_count_bans(struct judge *j, int64_t now)
{
	const struct ban *b = NULL;

	if (!policy_counts_bans(j->parser->policy))
		return;
	while ((b = mirror_next(j->parser->mirror,
		    b != NULL ? &b->prefix : NULL)) != NULL)
		judge_count_ban(j, b, now);
}

void
judge_replayed(struct judge *j, int64_t now)
{
	j->replayed = true;
	judge_count_bans(j, now);
}

void
judge_reconsider(struct judge *j, int64_t now)
{
	asked_forget_refused(j->asked);
	judge_count_bans(j, now);
}
