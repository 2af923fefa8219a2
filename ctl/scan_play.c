/*
 * What one configuration would have made of the events of the logs.  The
 * daemon's own policy decides; only the bans are played, in log time.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "scan_play.h"

static void
conf_error(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

int
scan_play_begin(struct scan_play *p, const char *path)
{
	struct conf *c;

	memset(p, 0, sizeof(*p));
	p->path = path;
	if ((p->conf = c = conf_read(path, false, conf_error, NULL)) == NULL)
		return -1;
	if ((p->policy = policy_new()) == NULL)
		err(COMMAND_FAILED, NULL);
	policy_configure(p->policy, &c->policy, c->whitelist);
	c->whitelist = NULL;
	p->bans = scan_bans_new(c);
	p->offenders = scan_set_new(c->policy.limit_offenders);
	p->refused = scan_set_new(c->policy.limit_offenders);
	p->lost = scan_set_new(c->policy.limit_offenders);
	return 0;
}

void
scan_play_end(struct scan_play *p)
{
	scan_set_free(p->lost);
	scan_set_free(p->refused);
	scan_set_free(p->offenders);
	scan_bans_free(p->bans);
	policy_free(p->policy);
	conf_free(p->conf);
}

/*
 * A ban begins, and perhaps it is the one by which its network is full: then
 * that is banned as well.  Returns false if the configuration refuses it; what
 * only the running host can tell is not played.
 */
static bool
play_ban(struct scan_play *p, const struct prefix *prefix, uint32_t category,
    uint32_t count, bool network, int64_t time)
{
	const struct scan_ban *b;
	struct prefix wider;
	uint32_t failures;

	b = scan_bans_covering(p->bans, prefix, time);
	if (b != NULL && time >= b->ban.since)
		return true;
	if (policy_protects(p->policy, prefix) != NULL ||
	    (b = scan_bans_add(p->bans, prefix, category, count, network,
		 time)) == NULL) {
		scan_set_add(p->refused, prefix);
		return false;
	}
	p->sums.bans++;
	p->sums.networks += network;
	policy_forget(p->policy, prefix);
	if (policy_take_ban(p->policy, &b->ban, &wider, &failures))
		(void)play_ban(p, &wider, category, failures, true, time);
	return true;
}

/* A failure reached a threshold. */
static enum scan_fate
play_over(struct scan_play *p, const struct verdict *v, int64_t time)
{
	bool banned = false;

	if (v->over)
		banned =
		    play_ban(p, &v->prefix, v->category, v->count, false, time);
	if (v->network_over &&
	    play_ban(p, &v->network, v->category, v->network_count, true, time))
		banned = true;
	return banned ? SCAN_BANS : SCAN_REFUSED;
}

static enum scan_fate
play_failure(struct scan_play *p, const struct event *ev, struct verdict *v)
{
	policy_judge(p->policy, ev, ev->time, v);
	if (!v->counted)
		return SCAN_UNCOUNTED;
	if (v->spared != NULL)
		return SCAN_SPARED;
	if (v->count <= ev->count) /* the first in its window */
		scan_set_add(p->offenders, &v->prefix);
	if (p->never || (!v->over && !v->network_over))
		return SCAN_COUNTED;
	return play_over(p, v, ev->time);
}

/* What a banned client did: it would not have come. */
static enum scan_fate
play_banned(struct scan_play *p, const struct event *ev, struct scan_ban *b)
{
	if (ev->kind == EVENT_FAILURE) {
		if (ev->time < b->ban.since)
			return SCAN_LATE;
		b->stopped += ev->count;
		p->sums.stopped += ev->count;
		return SCAN_STOPPED;
	}
	if (ev->kind == EVENT_ACCEPT && !policy_is_mail(ev))
		return SCAN_LOST;
	scan_set_add(p->lost, &ev->client);
	if (ev->kind == EVENT_LOGIN) {
		b->logins += ev->count;
		p->sums.lost_logins += ev->count;
	} else {
		b->mails += ev->count;
		p->sums.lost_mails += ev->count;
	}
	return SCAN_LOST;
}

static void
play_sum(struct scan_sums *s, const struct event *ev)
{
	if (ev->kind == EVENT_LOGIN)
		s->logins += ev->count;
	else if (ev->kind == EVENT_ACCEPT)
		s->mails += policy_is_mail(ev) ? ev->count : 0;
	else
		s->failures[ev->category] += ev->count;
}

/* Bans end, and their networks are less full. */
static void
play_expire(struct scan_play *p, int64_t time)
{
	const struct scan_ban *b;
	struct prefix network;
	uint32_t failures;

	while ((b = scan_bans_expire(p->bans, time)) != NULL)
		(void)policy_take_ban(p->policy, &b->ban, &network, &failures);
}

void
scan_play_event(struct scan_play *p, const struct event *ev,
    struct scan_outcome *o)
{
	struct scan_ban *b;

	play_sum(&p->sums, ev);
	play_expire(p, ev->time);
	b = scan_bans_covering(p->bans, &ev->client, ev->time);
	if (b != NULL)
		o->by = b->ban.prefix;
	if (b != NULL &&
	    (ev->kind == EVENT_FAILURE || ev->time >= b->ban.since))
		o->fate = play_banned(p, ev, b);
	else if (ev->kind == EVENT_FAILURE)
		o->fate = play_failure(p, ev, &o->verdict);
	else {
		policy_welcome(p->policy, ev, ev->time);
		o->fate = SCAN_GOOD;
	}
}
