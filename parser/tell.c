#include <string.h>

#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "tell.h"
#include "watch.h"

static void
put_user(struct ctl_event_record *r, const struct event *ev)
{
	size_t n = ev->user_len;

	if (ev->user == NULL)
		return;
	if (n >= sizeof(r->user))
		n = sizeof(r->user) - 1;
	memcpy(r->user, ev->user, n);
}

void
tell_failure(const struct parser *p, const struct event *ev,
    const struct verdict *v)
{
	struct ctl_event_record r;

	if (!watch_is_on(p->watch))
		return;
	memset(&r, 0, sizeof(r));
	r.kind = v->spared != NULL ? CTL_EVENT_SPARED : CTL_EVENT_FAILURE;
	r.time = ev->time;
	r.prefix = ev->client;
	r.category = v->category;
	put_user(&r, ev);
	if (v->spared != NULL) {
		(void)strlcpy(r.text, v->spared, sizeof(r.text));
	} else {
		r.count = v->count;
		r.threshold = v->threshold;
	}
	watch_put(p->watch, &r);
}

void
tell_settled(const struct parser *p, const struct event *ev, int64_t now)
{
	const struct verdict v = { .category = ev->category,
		.spared = "allowed" };
	struct mirror_view view;

	if (!watch_is_on(p->watch) ||
	    (policy_settings(p->policy)->counted >> ev->category & 1) == 0)
		return;
	mirror_look(p->mirror, &ev->client, &view);
	if (view.active == NULL && view.allowed > now)
		tell_failure(p, ev, &v);
}

void
tell_login(const struct parser *p, const struct event *ev, int64_t now)
{
	const struct msg_threshold *by_group;
	struct ctl_event_record r;
	struct prefix counted;
	struct offender o;
	uint32_t group;

	if (!watch_is_on(p->watch) || ev->kind != EVENT_LOGIN)
		return;
	memset(&r, 0, sizeof(r));
	by_group = policy_settings(p->policy)->threshold;
	policy_prefix(p->policy, &ev->client, &counted);
	for (group = 0; group < CATEGORY_COUNT; group++)
		if (offenders_get(policy_offenders(p->policy), &counted, group,
			by_group, now, &o) == 1)
			r.count += o.count;
	if (r.count == 0)
		return;
	r.kind = CTL_EVENT_LOGIN;
	r.time = ev->time;
	r.prefix = ev->client;
	put_user(&r, ev);
	watch_put(p->watch, &r);
}

/* What the new state is, compared with the old one; 0: nothing of interest. */
static uint32_t
ban_kind(const struct ban *old, const struct ban *new)
{
	bool was = old != NULL && old->state == BAN_ACTIVE;

	if (new->state != BAN_ACTIVE)
		return was ? CTL_EVENT_RELEASED : 0;
	if (was && old->since == new->since && old->expires == new->expires)
		return 0;
	return CTL_EVENT_BANNED;
}

void
tell_ban(const struct parser *p, const struct ban *b, int64_t now)
{
	struct ctl_event_record r;

	if (!watch_is_on(p->watch) || !p->restored)
		return;
	memset(&r, 0, sizeof(r));
	r.kind = ban_kind(mirror_find(p->mirror, &b->prefix), b);
	if (r.kind == 0)
		return;
	r.time = now;
	r.prefix = b->prefix;
	r.category = b->category;
	r.count = b->count;
	r.strikes = b->strikes;
	r.expires = b->expires;
	watch_put(p->watch, &r);
}

void
tell_refused(const struct parser *p, const struct prefix *prefix,
    const char *reason, int64_t now)
{
	struct ctl_event_record r;

	if (!watch_is_on(p->watch))
		return;
	memset(&r, 0, sizeof(r));
	r.kind = CTL_EVENT_REFUSED;
	r.time = now;
	r.prefix = *prefix;
	(void)strlcpy(r.text, reason, sizeof(r.text));
	watch_put(p->watch, &r);
}
