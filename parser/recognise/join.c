/* Lines joined by the session or the mail that they are about. */
#include <string.h>

#include "join.h"

#define AUTHS_MAX    1000000
#define LASTED_SLACK 2 /* seconds that Exim rounds away */

/* Hosts that share a log have processes and ids of their own. */
static uint64_t
host_key(const struct recognise *r, const struct finding *f)
{
	return sessions_key(r->sessions, 0, f->h.host, f->h.host_len);
}

struct session *
join_queue(struct recognise *r, const struct finding *f, bool make)
{
	struct session *s;
	uint64_t key = sessions_key(r->sessions, host_key(r, f), f->queue_id,
	    f->queue_id_len);

	s = make ? sessions_get(r->sessions, key) :
		   sessions_find(r->sessions, key);
	if (s != NULL)
		session_touch(s, f->h.time);
	return s;
}

/*
 * "TEXT from CLIENT; from=<SENDER>": TEXT and SENDER are the client's and can
 * hold the same, but the server's own is always there.  So a single one is
 * the server's, and of several none is believed.
 */
static bool
find_origin(const struct recognise *r, struct finding *f)
{
	const char *p = f->h.message, *end = p + f->h.message_len, *q, *word;
	int origins = 0;

	for (q = p; origins < 2; q++) {
		if ((q = chars_find(q, end, "; from=<")) == NULL)
			break;
		word = memrchr(p, ' ', (size_t)(q - p));
		if (word == NULL || chars_find_tail(p, word, " from") == NULL)
			continue;
		origins++;
		if (!template_match(r->origin, word + 1,
			(size_t)(end - word - 1), &f->m))
			return false;
	}
	return origins == 1;
}

/* Whose message is it?  Its queue id tells, if smtpd was heard before. */
static bool
find_sender(struct recognise *r, struct finding *f)
{
	struct session *s = NULL;

	if (f->queue_id_len > 0)
		s = join_queue(r, f, false);
	if (s == NULL)
		return find_origin(r, f);
	f->m.client = s->client;
	return true;
}

/*
 * A process serves one client at a time, or many, told apart by port, or by an
 * id in each line.
 */
static uint64_t
session_key(const struct recognise *r, const struct finding *f)
{
	const struct header *h = &f->h;
	uint64_t key = host_key(r, f);

	if ((f->rule->flags & RULE_BY_ID) != 0)
		return sessions_key(r->sessions, key, f->queue_id,
		    f->queue_id_len);
	if ((f->rule->flags & RULE_BY_SESSION) != 0)
		return sessions_key(r->sessions, key, f->m.session,
		    f->m.session_len);
	/* postscreen and tlsproxy, two processes, share a client's port. */
	if ((f->rule->flags & RULE_BY_PORT) == 0)
		key =
		    sessions_key(r->sessions, key + h->pid, h->tag, h->tag_len);
	if (h->pid == 0 || (f->rule->flags & RULE_BY_PORT) != 0) {
		key = sessions_key(r->sessions, key, &f->m.client,
		    sizeof(f->m.client));
		key = sessions_key(r->sessions, key, &f->m.port,
		    sizeof(f->m.port));
	}
	return key;
}

/* Keep in the session what the row tells of it. */
static void
mark_session(struct session *s, const struct finding *f)
{
	const struct rule *rule = f->rule;

	s->told |= rule->tells;
	if ((rule->tells & TOLD_AUTH) != 0 && s->auths < AUTHS_MAX)
		s->auths += f->h.repeated;
	if ((rule->flags & RULE_KEEPS_USER) != 0)
		session_keep_user(s, f->m.user, f->m.user_len);
	if ((rule->flags & (RULE_BEGINS | RULE_ENDS)) != 0)
		session_forget(s);
	if ((rule->flags & RULE_BEGINS) != 0) {
		s->client = f->m.client;
		s->seen = f->h.time;
	}
}

/* Who failed to log in, where another line of the session told it. */
static void
find_user(struct finding *f, struct session *s)
{
	if (f->rule->category != CATEGORY_AUTH || f->m.user != NULL ||
	    s->user_len == 0)
		return;
	f->m.user = s->user;
	f->m.user_len = s->user_len;
	s->user_len = 0;
}

/* False if the session was already counted for what the message tells. */
bool
join_judge(struct finding *f, struct session *s)
{
	const struct rule *rule = f->rule;
	bool news;

	if (s == NULL)
		return true;
	news = (s->told & rule->unless) == 0;
	if ((rule->flags & RULE_UNTOLD) != 0)
		f->m.count -= s->auths < f->m.count ? s->auths : f->m.count;
	find_user(f, s);
	mark_session(s, f);
	return news;
}

/* The session of a message whose row tells or asks something of one. */
struct session *
join_find_session(struct recognise *r, const struct finding *f)
{
	const unsigned asks =
	    RULE_BEGINS | RULE_ENDS | RULE_FROM_SESSION | RULE_DOUBTED;
	const struct rule *rule = f->rule;
	struct session *s;
	uint64_t key;

	if ((rule->flags & asks) == 0 && rule->tells == 0 && rule->unless == 0)
		return NULL;
	if ((rule->flags & RULE_BY_SESSION) != 0 && f->m.session == NULL)
		return NULL;
	key = session_key(r, f);
	if (rule->tells != 0 || (rule->flags & RULE_BEGINS) != 0)
		s = sessions_get(r->sessions, key);
	else
		s = sessions_find(r->sessions, key);
	if (s != NULL && (rule->flags & RULE_LASTED) != 0 &&
	    s->seen + f->m.seconds + LASTED_SLACK < f->h.time)
		session_forget(s);
	if (s != NULL)
		session_touch(s, f->h.time);
	return s;
}

/*
 * The client of the session, or of the mail, if a line told it.  If not, some
 * rows wait for one that will.
 */
static bool
find_joined(struct recognise *r, struct finding *f, const struct session *s)
{
	const bool hold = (f->rule->flags & RULE_HOLD) != 0;
	struct session *mail;

	if (s != NULL && s->client.family != 0) {
		f->m.client = s->client;
		return true;
	}
	if (f->queue_id_len == 0)
		return false;
	mail = join_queue(r, f, hold);
	if (mail != NULL && mail->client.family == 0 && hold)
		session_hold(mail, f->rule, f->h.repeated);
	if (mail == NULL || mail->client.family == 0)
		return false;
	f->m.client = mail->client;
	return true;
}

/* The client, where the message itself does not tell. */
bool
join_find_client(struct recognise *r, struct finding *f,
    const struct session *s)
{
	if ((f->rule->flags & RULE_FROM_QUEUE) != 0)
		return find_sender(r, f);
	if ((f->rule->flags & RULE_DOUBTED) != 0 && f->m.client.family != 0 &&
	    s != NULL && s->client.family != 0 &&
	    prefix_cmp(&f->m.client, &s->client) != 0)
		return false;
	if ((f->rule->flags & RULE_FROM_SESSION) == 0 ||
	    f->m.client.family != 0)
		return true;
	return find_joined(r, f, s);
}

/* The client of a queue id is known now: count what was told before. */
void
join_release(struct recognise *r, struct finding *f)
{
	struct session *s;

	if (f->queue_id_len == 0)
		return;
	s = join_queue(r, f, false);
	if (s == NULL || s->nheld == 0)
		return;
	f->rule = s->held;
	f->category = f->rule->category;
	f->m.count = s->nheld;
	f->m.user = NULL;
	s->nheld = 0;
}
