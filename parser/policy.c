#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "known.h"
#include "neighbours.h"
#include "policy_spare.h"
#include "recognise/rules.h"
#include "repeats.h"
#include "reputation.h"

struct policy *
policy_new(void)
{
	struct policy *p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	conf_default_policy(&p->settings);
	p->whitelist = prefix_set_new();
	p->offenders = offenders_new(p->settings.limit_offenders);
	p->known = known_new(KNOWN_MAX);
	p->repeats = repeats_new();
	p->reputation = reputation_new(REPUTATION_MAX);
	p->neighbours = neighbours_new();
	p->outage = outage_new();
	p->gateway = gateway_new();
	if (p->whitelist == NULL || p->offenders == NULL || p->known == NULL ||
	    p->repeats == NULL || p->reputation == NULL ||
	    p->neighbours == NULL || p->outage == NULL || p->gateway == NULL) {
		policy_free(p);
		return NULL;
	}
	return p;
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	prefix_set_free(p->whitelist);
	offenders_free(p->offenders);
	known_free(p->known);
	repeats_free(p->repeats);
	reputation_free(p->reputation);
	neighbours_free(p->neighbours);
	outage_free(p->outage);
	gateway_free(p->gateway);
	free(p);
}

void
policy_configure(struct policy *p, const struct msg_policy *settings,
    struct prefix_set *whitelist)
{
	p->settings = *settings;
	if (p->whitelist != whitelist) {
		prefix_set_free(p->whitelist);
		p->whitelist = whitelist;
	}
	offenders_set_limit(p->offenders, settings->limit_offenders);
	if (!policy_counts_bans(p))
		neighbours_forget_bans(p->neighbours);
	if (settings->network.count == 0)
		neighbours_forget_failures(p->neighbours);
}

const struct msg_policy *
policy_settings(const struct policy *p)
{
	return &p->settings;
}

const struct prefix_set *
policy_whitelist(const struct policy *p)
{
	return p->whitelist;
}

struct offenders *
policy_offenders(struct policy *p)
{
	return p->offenders;
}

void
policy_prefix(const struct policy *p, const struct prefix *client,
    struct prefix *out)
{
	*out = *client;
	if (client->family == PREFIX_INET6)
		prefix_widen(out, p->settings.inet6_len);
}

/*
 * Good logins of that time and later count now.  0 is no login; and
 * MSG_FOR_EVER is more than there was since 1970.
 */
static int64_t
known_since(const struct policy *p, int64_t now)
{
	int64_t since = now - p->settings.known_for;

	return since > 0 ? since : 1;
}

int64_t
policy_known(const struct policy *p, const struct prefix *counted, int64_t now)
{
	int64_t last = known_last(p->known, counted);

	return last >= known_since(p, now) ? last : 0;
}

bool
policy_is_mail_server(const struct policy *p, const struct prefix *counted,
    int64_t now)
{
	return reputation_is_server(p->reputation, counted, now);
}

uint32_t
policy_patience(const struct policy *p, const struct prefix *counted,
    int64_t now)
{
	return policy_known(p, counted, now) != 0 ? p->settings.known_patience :
						    1;
}

const char *
policy_protects(const struct policy *p, const struct prefix *prefix)
{
	const char *special;

	if (p->whitelist != NULL &&
	    (p->settings.exempt ?
		    prefix_set_covering(p->whitelist, prefix) :
		    prefix_set_overlapping(p->whitelist, prefix)) != NULL)
		return "whitelisted";
	if ((special = prefix_special(prefix)) != NULL)
		return special;
	if (!p->settings.private_allowed && prefix_is_private(prefix))
		return "private";
	return NULL;
}

/* Which threshold holds for the client. */
static void
weighing_begin(const struct policy *p, struct weighing *w)
{
	uint64_t count;

	w->group = w->v->category;
	if (p->settings.threshold[w->group].count == 0)
		w->group = CATEGORY_NONE;
	w->t = p->settings.threshold[w->group];
	w->known = policy_known(p, &w->v->prefix, w->time) != 0;
	if (!w->known)
		return;
	count = (uint64_t)w->t.count * p->settings.known_patience;
	w->t.count = count < MSG_COUNT_MAX ? (uint32_t)count : MSG_COUNT_MAX;
}

/* Whether a network may be asked for, by all that the policy knows. */
static bool
network_is_free(struct policy *p, const struct prefix *network, int64_t now)
{
	return policy_protects(p, network) == NULL &&
	    !policy_holds_proxy(p, network, now) &&
	    !known_within(p->known, network, known_since(p, now)) &&
	    !neighbours_covered(p->neighbours, network);
}

static void
judge_network(struct policy *p, const struct weighing *w)
{
	const struct msg_threshold *t = &p->settings.network;
	struct verdict *v = w->v;
	struct offender has;

	if (t->count == 0 || w->time < w->now - t->within || w->known ||
	    policy_is_mail_server(p, &v->prefix, w->time))
		return;
	neighbours_network(&v->prefix, prefix_network_len(&v->prefix),
	    &v->network);
	if (v->network.len == v->prefix.len)
		return; /* it is counted by as much as that already */
	if (!neighbours_fail(p->neighbours, &v->prefix, &v->network,
		v->category, w->time, w->n, t, &has))
		return;
	v->network_count = has.count;
	v->network_over = network_is_free(p, &v->network, w->now);
}

static void
judge_host(struct policy *p, const struct weighing *w)
{
	struct verdict *v = w->v;
	struct offender has;

	if (offenders_count(p->offenders, &v->prefix, w->group, v->category,
		w->time, w->n, &w->t, &has) == -1)
		return;
	v->count = has.count;
	v->over = has.count >= w->t.count;
}

/*
 * A line from the future (of a host whose clock is wrong) counts as of now:
 * else it would end the window of all that came before it.
 */
void
policy_judge(struct policy *p, const struct event *ev, int64_t now,
    struct verdict *v)
{
	struct weighing w = { .ev = ev,
		.v = v,
		.time = ev->time < now ? ev->time : now,
		.now = now,
		.n = ev->count > 0 ? ev->count : 1 };

	memset(v, 0, sizeof(*v));
	v->category = ev->category;
	policy_prefix(p, &ev->client, &v->prefix);
	if (ev->kind != EVENT_FAILURE ||
	    (p->settings.counted >> ev->category & 1) == 0)
		return;
	v->counted = true;
	weighing_begin(p, &w);
	spare_hear(p, &w);
	if ((v->spared = policy_protects(p, &ev->client)) != NULL)
		return;
	v->threshold = w.t.count;
	if (w.time < now - w.t.within || (v->spared = spare_why(p, &w)) != NULL)
		return;
	judge_network(p, &w);
	judge_host(p, &w);
}

bool
policy_is_mail(const struct event *ev)
{
	return ev->rule == NULL || ev->rule->program == NULL ||
	    strcmp(ev->rule->program, "postscreen") != 0;
}

void
policy_welcome(struct policy *p, const struct event *ev, int64_t now)
{
	int64_t time = ev->time < now ? ev->time : now;
	struct prefix counted;

	policy_prefix(p, &ev->client, &counted);
	if (ev->kind == EVENT_LOGIN && time >= known_since(p, now)) {
		known_login(p->known, &counted, ev->user, ev->user_len, time);
		outage_login(p->outage, &counted,
		    known_latest_name(p->known, &counted), time);
	}
	if (ev->kind == EVENT_LOGIN)
		gateway_login(p->gateway, &counted, time);
	if (ev->kind == EVENT_ACCEPT && time >= now - REPUTATION_AGE &&
	    policy_is_mail(ev))
		reputation_accept(p->reputation, &counted, time);
}

bool
policy_counts_bans(const struct policy *p)
{
	return p->settings.network_len[0] != 0 ||
	    p->settings.network_len[1] != 0;
}

bool
policy_take_ban(struct policy *p, const struct ban *ban, struct prefix *network,
    uint32_t *failures)
{
	unsigned family = ban->prefix.family == PREFIX_INET ? 0 : 1;
	uint32_t len = p->settings.network_len[family];
	uint32_t most = p->settings.network_hosts[family];

	if (!policy_counts_bans(p))
		return false;
	neighbours_take_ban(p->neighbours, ban);
	if (ban->state != BAN_ACTIVE || ban->category == CATEGORY_MANUAL ||
	    len == 0 || ban->prefix.len <= len)
		return false;
	neighbours_network(&ban->prefix, len, network);
	return neighbours_banned(p->neighbours, network, most, failures) >=
	    most &&
	    network_is_free(p, network, ban->since);
}

void
policy_forget(struct policy *p, const struct prefix *prefix)
{
	offenders_forget(p->offenders, prefix);
	neighbours_forget(p->neighbours, prefix);
}

void
policy_shift(struct policy *p, int64_t by)
{
	offenders_shift(p->offenders, by);
	neighbours_shift(p->neighbours, by);
	known_shift(p->known, by);
	repeats_shift(p->repeats, by);
	reputation_shift(p->reputation, by);
	outage_shift(p->outage, by);
	gateway_shift(p->gateway, by);
}
