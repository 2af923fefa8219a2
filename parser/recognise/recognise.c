/* A log line in, what it says of a client out. */
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "id.h"
#include "recognise.h"
#include "ruleset.h"
#include "session.h"

#define COUNT_MAX 1000000

struct recognise {
	struct stamp_clock clock;
	int64_t time;
	enum recognise_outcome outcome; /* of the last line */
	struct sessions *sessions;
	const struct recognise_rules *rules;
	struct doubles *doubles;
	struct template_tree *origin; /* of a message that cleanup refused */
};

/* The parts of a message, on their way to an event. */
struct finding {
	struct header h;
	const struct rule_program *program;
	const char *queue_id;
	size_t queue_id_len; /* 0: none */
	struct template_match m;
	const struct rule *rule;
};

struct recognise *
recognise_new(const struct recognise_rules *rules, struct doubles *doubles)
{
	struct recognise *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->rules = rules;
	r->doubles = doubles;
	r->sessions = sessions_new();
	r->origin = template_new();
	if (r->sessions == NULL || r->origin == NULL ||
	    template_add(r->origin, "<client>; from=<<", r) != NULL) {
		recognise_free(r);
		return NULL;
	}
	return r;
}

void
recognise_free(struct recognise *r)
{
	if (r == NULL)
		return;
	template_free(r->origin);
	sessions_free(r->sessions);
	free(r);
}

void
recognise_use(struct recognise *r, const struct recognise_rules *rules)
{
	r->rules = rules;
}

/*
 * Match the message with the rows of its program, without the id in front of
 * it.  Returns what became of it.
 */
static enum recognise_outcome
match_rules(const struct recognise *r, struct finding *f)
{
	const struct header *h = &f->h;
	const struct rule_set *set = NULL;
	enum recognise_outcome outcome = RECOGNISE_NO_PROGRAM;
	size_t skip;

	while ((set = ruleset_find(r->rules, set, h->tag, h->tag_len,
		    h->program, h->program_len)) != NULL) {
		outcome = RECOGNISE_NO_RULE;
		f->program = set->program;
		f->queue_id = h->message;
		skip = id_take(set->program->id, h->message, h->message_len,
		    &f->queue_id_len);
		if (template_match(set->tree, h->message + skip,
			h->message_len - skip, &f->m)) {
			f->h.message += skip;
			f->h.message_len -= skip;
			return RECOGNISE_EVENT;
		}
	}
	return outcome;
}

static struct session *
queue_session(struct recognise *r, const struct finding *f, bool make)
{
	uint64_t key =
	    sessions_key(r->sessions, 0, f->queue_id, f->queue_id_len);

	return make ? sessions_get(r->sessions, key) :
		      sessions_find(r->sessions, key);
}

/*
 * "TEXT from CLIENT; from=<SENDER>": TEXT and SENDER are the client's and can
 * hold the same, but the server's own is always there.  So a single one is
 * the server's, and of several none is believed.
 */
static bool
find_origin(const struct recognise *r, struct finding *f)
{
	static const char attribute[] = "; from=<", from[] = " from";
	const size_t nfrom = sizeof(from) - 1;
	const char *p = f->h.message, *end = p + f->h.message_len, *q, *word;
	int origins = 0;

	for (q = p; origins < 2; q++) {
		q = memmem(q, (size_t)(end - q), attribute,
		    sizeof(attribute) - 1);
		if (q == NULL)
			break;
		word = memrchr(p, ' ', (size_t)(q - p));
		if (word == NULL || (size_t)(word - p) < nfrom ||
		    memcmp(word - nfrom, from, nfrom) != 0)
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
		s = queue_session(r, f, false);
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
	uint64_t key;

	if ((f->rule->flags & RULE_BY_ID) != 0)
		return sessions_key(r->sessions, 0, f->queue_id,
		    f->queue_id_len);
	key = sessions_key(r->sessions, h->pid, h->tag, h->tag_len);
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
	if ((rule->tells & TOLD_AUTH) != 0 && s->auths < COUNT_MAX)
		s->auths += f->h.repeated;
	if ((rule->flags & (RULE_BEGINS | RULE_ENDS)) != 0) {
		s->told = 0;
		s->auths = 0;
	}
	if ((rule->flags & RULE_BEGINS) != 0)
		s->client = f->m.client;
}

/* False if the session was already counted for what the message tells. */
static bool
judge_session(struct finding *f, struct session *s)
{
	const struct rule *rule = f->rule;
	bool news;

	if (s == NULL)
		return true;
	news = (s->told & rule->unless) == 0;
	if ((rule->flags & RULE_UNTOLD) != 0)
		f->m.count -= s->auths < f->m.count ? s->auths : f->m.count;
	mark_session(s, f);
	return news;
}

/* The session of a message whose row tells or asks something of one. */
static struct session *
find_session(struct recognise *r, const struct finding *f)
{
	const unsigned asks = RULE_BEGINS | RULE_ENDS | RULE_FROM_SESSION;
	const struct rule *rule = f->rule;
	uint64_t key;

	if ((rule->flags & asks) == 0 && rule->tells == 0 && rule->unless == 0)
		return NULL;
	key = session_key(r, f);
	if (rule->tells != 0 || (rule->flags & RULE_BEGINS) != 0)
		return sessions_get(r->sessions, key);
	return sessions_find(r->sessions, key);
}

/* The client, where the message itself does not tell. */
static bool
find_client(struct recognise *r, struct finding *f, const struct session *s)
{
	if ((f->rule->flags & RULE_FROM_QUEUE) != 0)
		return find_sender(r, f);
	if ((f->rule->flags & RULE_FROM_SESSION) == 0)
		return true;
	if (s == NULL || s->client.family == 0)
		return false;
	f->m.client = s->client;
	return true;
}

static void
fill_event(const struct finding *f, struct event *ev)
{
	uint64_t count = (uint64_t)f->m.count * f->h.repeated;

	ev->kind = f->rule->kind;
	ev->category = f->rule->category;
	ev->time = f->h.time;
	ev->client = f->m.client;
	ev->count = count < COUNT_MAX ? (uint32_t)count : COUNT_MAX;
	ev->user = f->m.user;
	ev->user_len = f->m.user_len;
	ev->hash = f->m.hash;
	ev->hash_len = f->m.hash_len;
}

/* What a message with a row tells, in the light of its session. */
static enum recognise_outcome
judge(struct recognise *r, struct finding *f)
{
	struct session *s = find_session(r, f);

	if (!find_client(r, f, s))
		return RECOGNISE_NO_CLIENT;
	if (!judge_session(f, s))
		return RECOGNISE_TOLD;
	if ((f->rule->flags & RULE_QUEUE) != 0 && f->queue_id_len > 0)
		queue_session(r, f, true)->client = f->m.client;
	if ((f->rule->flags & RULE_QUIET) != 0)
		return RECOGNISE_QUIET;
	return f->m.count != 0 ? RECOGNISE_EVENT : RECOGNISE_TOLD;
}

bool
recognise_line(struct recognise *r, const char *line, size_t n, int64_t now,
    struct event *ev)
{
	struct finding f;
	bool whole;

	ev->rule = NULL;
	whole = header_parse(&r->clock, line, n, now, &f.h);
	r->time = f.h.time;
	r->outcome = whole ? match_rules(r, &f) : RECOGNISE_NO_HEADER;
	if (r->outcome != RECOGNISE_EVENT)
		return false;
	f.rule = ev->rule = f.m.row;
	r->outcome = judge(r, &f);
	if (r->outcome != RECOGNISE_EVENT)
		return false;
	fill_event(&f, ev);
	return true;
}

enum recognise_outcome
recognise_outcome(const struct recognise *r)
{
	return r->outcome;
}

int64_t
recognise_time(const struct recognise *r)
{
	return r->time;
}

int64_t
recognise_peek_time(const char *line, size_t n, int64_t now)
{
	struct stamp_clock clock = { 0 };
	struct header h;

	(void)header_parse(&clock, line, n, now, &h);
	return h.time;
}
