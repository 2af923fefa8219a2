#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "policy.h"

struct policy {
	struct msg_policy settings;
	struct prefix_set *whitelist;
	struct offenders *offenders;
};

struct policy *
policy_new(void)
{
	struct policy *p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	conf_default_policy(&p->settings);
	p->whitelist = prefix_set_new();
	p->offenders = offenders_new(p->settings.limit_offenders);
	if (p->whitelist == NULL || p->offenders == NULL) {
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

/* Why failures of this client never weigh, or NULL. */
static const char *
policy_spares(const struct policy *p, const struct prefix *client)
{
	const char *special;

	if (p->whitelist != NULL &&
	    prefix_set_covering(p->whitelist, client) != NULL)
		return "whitelisted";
	if ((special = prefix_special(client)) != NULL)
		return special;
	if (!p->settings.private_allowed && prefix_is_private(client))
		return "private";
	return NULL;
}

/*
 * A line from the future (of a host whose clock is wrong) counts as of now:
 * else it would end the window of all that came before it.
 */
void
policy_judge(struct policy *p, const struct event *ev, int64_t now,
    struct verdict *v)
{
	const struct msg_threshold *t;
	struct offender has;
	uint32_t group = ev->category;
	int64_t time = ev->time < now ? ev->time : now;

	memset(v, 0, sizeof(*v));
	v->category = ev->category;
	policy_prefix(p, &ev->client, &v->prefix);
	if (ev->kind != EVENT_FAILURE ||
	    (p->settings.counted >> ev->category & 1) == 0)
		return;
	v->counted = true;
	if ((v->spared = policy_spares(p, &ev->client)) != NULL)
		return;
	if (p->settings.threshold[group].count == 0)
		group = CATEGORY_NONE;
	t = &p->settings.threshold[group];
	v->threshold = t->count;
	if (time < now - t->within ||
	    offenders_count(p->offenders, &v->prefix, group, ev->category, time,
		ev->count > 0 ? ev->count : 1, t, &has) == -1)
		return;
	v->count = has.count;
	v->over = has.count >= t->count;
}

void
policy_welcome(struct policy *p, const struct event *ev, int64_t now)
{
	(void)p;
	(void)ev;
	(void)now;
}

bool
policy_take_ban(struct policy *p, const struct ban *ban,
    struct prefix *network, uint32_t *hosts)
{
	(void)p;
	(void)ban;
	(void)network;
	(void)hosts;
	return false;
}
