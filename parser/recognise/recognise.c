/* A log line in, what it says of a client out. */
#include <stdlib.h>
#include <string.h>

#include "domains.h"
#include "doubles.h"
#include "id.h"
#include "join.h"

struct recognise *
recognise_new(const struct recognise_rules *rules, struct doubles *doubles)
{
	struct recognise *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->rules = rules;
	r->own = doubles == NULL ? doubles_new() : NULL;
	r->doubles = doubles != NULL ? doubles : r->own;
	r->sessions = sessions_new();
	r->domains = domains_new();
	r->origin = template_new();
	if (doubles != NULL)
		r->stream = doubles_join(doubles);
	if (r->doubles == NULL || r->sessions == NULL || r->domains == NULL ||
	    r->origin == NULL ||
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
	doubles_free(r->own);
	domains_free(r->domains);
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

/*
 * OpenSMTPD refuses a stranger's mail for unknown users and for others'
 * domains in the same words.  Its own domains are those that it took
 * strangers' mail for.
 */
static void
judge_domain(struct recognise *r, struct finding *f, const struct session *s)
{
	if (f->m.domain == NULL)
		return;
	if ((f->rule->flags & RULE_BY_DOMAIN) != 0 &&
	    !domains_has(r->domains, f->m.domain, f->m.domain_len))
		f->category = CATEGORY_RELAY;
	if ((f->rule->flags & RULE_LEARNS) != 0 && s != NULL &&
	    (s->told & TOLD_LOGIN) == 0 && !prefix_is_private(&f->m.client))
		domains_add(r->domains, f->m.domain, f->m.domain_len);
}

static void
fill_event(const struct finding *f, struct event *ev)
{
	uint64_t count = (uint64_t)f->m.count * f->h.repeated;

	ev->kind = f->rule->kind;
	ev->category = f->category;
	ev->time = f->h.time;
	ev->client = f->m.client;
	ev->count =
	    count < RECOGNISE_COUNT_MAX ? (uint32_t)count : RECOGNISE_COUNT_MAX;
	ev->user = f->m.user;
	ev->user_len = f->m.user_len;
	ev->hash = f->m.hash;
	ev->hash_len = f->m.hash_len;
}

/* False if the password server could not tell right from wrong. */
static bool
judge_away(struct recognise *r, const struct finding *f)
{
	const unsigned asks = RULE_AWAY | RULE_UNLESS_AWAY;
	uint64_t host;

	if ((f->rule->flags & asks) == 0)
		return true;
	host = sessions_key(r->sessions, 0, f->h.host, f->h.host_len);
	if ((f->rule->flags & RULE_AWAY) != 0)
		courier_log_saw_away(&r->courier, host, f->h.time);
	return (f->rule->flags & RULE_UNLESS_AWAY) == 0 ||
	    !courier_log_is_away(&r->courier, host, f->h.time);
}

/* What a message with a row tells, in the light of its session. */
static enum recognise_outcome
judge(struct recognise *r, struct finding *f)
{
	struct session *s;

	if (!exim_judge_helo(r, f))
		return RECOGNISE_NO_CLIENT;
	if (!judge_away(r, f))
		return RECOGNISE_TOLD;
	s = join_find_session(r, f);
	if (!join_find_client(r, f, s))
		return RECOGNISE_NO_CLIENT;
	judge_domain(r, f, s);
	if (!join_judge(f, s))
		return RECOGNISE_TOLD;
	if ((f->rule->flags & RULE_QUEUE) != 0 && f->queue_id_len > 0)
		join_queue(r, f, true)->client = f->m.client;
	if ((f->rule->flags & RULE_RELEASE) != 0)
		join_release(r, f);
	if ((f->rule->flags & RULE_QUIET) != 0)
		return RECOGNISE_QUIET;
	if (f->m.client.family == 0)
		return RECOGNISE_NO_CLIENT;
	if (!exim_judge_copies(r, f, s))
		return RECOGNISE_TOLD;
	return f->m.count != 0 ? RECOGNISE_EVENT : RECOGNISE_TOLD;
}

/* Of a failure only that counts which no other line told of. */
static bool
is_news(struct recognise *r, struct finding *f)
{
	struct doubles_failure failure = { r->stream, &f->h, f->rule, &f->m,
		f->category };

	if (f->rule->kind != EVENT_FAILURE)
		return true;
	f->h.repeated = doubles_count_news(r->doubles, &failure);
	return f->h.repeated > 0;
}

/* Is it a piece of a longer line, so that its beginning is the client's? */
static bool
is_piece(struct recognise *r, const struct header *h)
{
	const struct rule_set *set = NULL;
	uint64_t key;

	if (r->courier.pending == 0 && !courier_log_is_cut(h->message_len))
		return false;
	do {
		set = ruleset_find(r->rules, set, h->tag, h->tag_len,
		    h->program, h->program_len);
	} while (set != NULL && set->program->id != RULE_ID_COURIER);
	if (set == NULL)
		return false;
	key = sessions_key(r->sessions, h->pid, h->host, h->host_len);
	key = sessions_key(r->sessions, key, h->tag, h->tag_len);
	return !courier_log_is_whole(&r->courier, key, h->message_len);
}

/* What the line tells, by itself. */
static bool
recognise_message(struct recognise *r, struct finding *f, struct event *ev)
{
	r->outcome = RECOGNISE_NO_CLIENT;
	if (is_piece(r, &f->h))
		return false;
	r->outcome = match_rules(r, f);
	if (r->outcome != RECOGNISE_EVENT)
		return false;
	f->rule = f->m.row;
	f->category = f->rule->category;
	r->outcome = judge(r, f);
	ev->rule = f->rule;
	if (r->outcome == RECOGNISE_EVENT && !is_news(r, f))
		r->outcome = RECOGNISE_DOUBLE;
	if (r->outcome != RECOGNISE_EVENT)
		return false;
	fill_event(f, ev);
	return true;
}

/* "last message repeated 3 times" */
static bool
recognise_again(struct recognise *r, const struct finding *f, struct event *ev)
{
	if (!repeated_recall(&r->repeated, &f->h, ev)) {
		r->outcome = RECOGNISE_NO_RULE;
		return false;
	}
	r->outcome = RECOGNISE_EVENT;
	return true;
}

bool
recognise_line(struct recognise *r, const char *line, size_t n, int64_t now,
    struct event *ev)
{
	struct finding f;
	bool whole, told = false;

	ev->rule = NULL;
	r->outcome = RECOGNISE_NO_HEADER;
	whole = header_parse(&r->reader, line, n, now, &f.h);
	ev->lines_ago = f.h.lines_ago;
	r->time = f.h.time;
	r->tag = whole ? f.h.tag : NULL;
	r->tag_len = whole ? f.h.tag_len : 0;
	if (whole && f.h.again != 0)
		return recognise_again(r, &f, ev);
	if (whole)
		told = recognise_message(r, &f, ev);
	repeated_keep(&r->repeated, &f.h, told ? ev : NULL);
	return told;
}

enum recognise_outcome
recognise_outcome(const struct recognise *r)
{
	return r->outcome;
}

const char *
recognise_tag(const struct recognise *r, size_t *n)
{
	*n = r->tag_len;
	return r->tag;
}

int64_t
recognise_time(const struct recognise *r)
{
	return r->time;
}

int64_t
recognise_peek_time(const char *line, size_t n, int64_t now)
{
	return header_peek_time(line, n, now);
}
