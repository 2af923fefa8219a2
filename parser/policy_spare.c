#include <string.h>

#include "known.h"
#include "policy_spare.h"
#include "repeats.h"
#include "reputation.h"

#define HOUR 3600

/* Attempts to log in, and refusals of a mail, as sets of categories. */
#define ATTEMPTS (1U << CATEGORY_AUTH | 1U << CATEGORY_PROBE)
#define REFUSALS                                            \
	(1U << CATEGORY_UNKNOWN_USER | 1U << CATEGORY_RBL | \
	    1U << CATEGORY_POLICY)

bool
policy_is_own_name(const struct policy *p, const struct event *ev, int64_t now)
{
	struct prefix counted;

	if ((ATTEMPTS >> ev->category & 1) == 0)
		return false;
	policy_prefix(p, &ev->client, &counted);
	return policy_known(p, &counted, now) != 0 &&
	    known_has_name(p->known, &counted, ev->user, ev->user_len);
}

static bool
spared_as_server(struct policy *p, const struct weighing *w)
{
	if ((REFUSALS >> w->v->category & 1) == 0)
		return false;
	reputation_refuse(p->reputation, &w->v->prefix, w->time, w->n);
	return policy_is_mail_server(p, &w->v->prefix, w->time);
}

static bool
spared_as_own_name(const struct policy *p, const struct weighing *w)
{
	return w->known && (ATTEMPTS >> w->v->category & 1) != 0 &&
	    known_has_name(p->known, &w->v->prefix, w->ev->user,
		w->ev->user_len);
}

/*
 * Whether this attempt to log in repeats one that was counted.  Without what
 * would tell, none does.  What is counted then counts once, however often a
 * line says that it came.
 */
static bool
spared_as_repeat(struct policy *p, struct weighing *w)
{
	const struct event *ev = w->ev;
	struct attempt a = { &w->v->prefix, ev->user, ev->user_len, NULL, 0 };
	uint32_t within = w->t.within;

	if ((ATTEMPTS >> ev->category & 1) == 0)
		return false;
	switch (p->settings.repeats) {
	case MSG_REPEATS_PASSWORD:
		if (ev->hash == NULL || ev->hash_len == 0)
			return false;
		a.hash = ev->hash;
		a.hash_len = ev->hash_len;
		break;
	case MSG_REPEATS_USER:
		if (ev->user == NULL || ev->user_len == 0)
			return false;
		within = HOUR;
		break;
	default:
		return false;
	}
	w->n = 1;
	return repeats_saw(p->repeats, &a, w->time, within);
}

/* A probe is an attempt to log in if it is told under which name. */
static bool
is_login_attempt(const struct event *ev)
{
	return ev->category == CATEGORY_AUTH ||
	    (ev->category == CATEGORY_PROBE && ev->user_len > 0);
}

static bool
spared_by_outage(const struct policy *p, const struct weighing *w)
{
	return is_login_attempt(w->ev) && outage_since(p->outage, w->time) != 0;
}

static bool
spared_as_proxy(const struct policy *p, const struct weighing *w)
{
	return policy_holds_proxy(p, &w->v->prefix, w->time);
}

/* What they were counted before it was noticed is taken back. */
static void
outage_take_back(struct policy *p)
{
	const struct prefix *client;
	unsigned i;

	for (i = 0; (client = outage_client(p->outage, i)) != NULL; i++)
		offenders_forget(p->offenders, client);
}

void
spare_hear(struct policy *p, const struct weighing *w)
{
	const struct event *ev = w->ev;
	bool first = false;
	uint32_t name;

	if (!w->known || !is_login_attempt(ev))
		return;
	name =
	    known_fail(p->known, &w->v->prefix, ev->user, ev->user_len, &first);
	if (name != 0 &&
	    outage_fail(p->outage, &w->v->prefix, name, first, w->time))
		outage_take_back(p);
}

const char *
spare_why(struct policy *p, struct weighing *w)
{
	if (spared_as_proxy(p, w))
		return "proxy";
	if (spared_as_server(p, w))
		return "mail server";
	if (spared_as_own_name(p, w))
		return "known";
	if (spared_by_outage(p, w))
		return "outage";
	if (spared_as_repeat(p, w))
		return "repeat";
	return NULL;
}

int64_t
policy_outage(const struct policy *p, int64_t now, uint32_t *clients)
{
	int64_t since = outage_since(p->outage, now);

	*clients = since != 0 ? outage_clients(p->outage) : 0;
	return since;
}

bool
policy_proxy(const struct policy *p, int64_t now, struct gateway_share *share)
{
	return gateway_get(p->gateway, now, share);
}

bool
policy_holds_proxy(const struct policy *p, const struct prefix *prefix,
    int64_t now)
{
	struct gateway_share share;

	return gateway_get(p->gateway, now, &share) &&
	    prefix_overlaps(prefix, &share.client);
}
