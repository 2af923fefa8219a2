/* A log line in, what it says of a client out. */
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "log.h"
#include "recognise.h"
#include "rules.h"
#include "session.h"
#include "template.h"

#define COUNT_MAX    1000000
#define QUEUE_ID_MIN 5
#define QUEUE_ID_MAX 24
#define ORIGINS_MAX  16

struct recognise {
	struct stamp_clock clock;
	int64_t time;
	struct sessions *sessions;
	struct template_tree *trees[RULES_PROGRAMS_MAX];
	size_t name_len[RULES_PROGRAMS_MAX];
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

static int
add_rows(struct recognise *r, size_t program)
{
	const struct rule_program *p = &rules_programs[program];
	const char *error;
	size_t i;

	r->name_len[program] = strlen(p->name);
	r->trees[program] = template_new();
	if (r->trees[program] == NULL)
		return -1;
	for (i = 0; i < rules_count; i++) {
		if (strcmp(rules[i].server, p->server) != 0 ||
		    strcmp(rules[i].program, p->name) != 0)
			continue;
		error = template_add(r->trees[program], rules[i].template,
		    &rules[i]);
		if (error != NULL)
			fatalx("rule \"%s\": %s", rules[i].template, error);
	}
	return 0;
}

struct recognise *
recognise_new(void)
{
	struct recognise *r = calloc(1, sizeof(*r));
	size_t i;

	if (r == NULL)
		return NULL;
	r->sessions = sessions_new();
	r->origin = template_new();
	if (r->sessions == NULL || r->origin == NULL)
		goto fail;
	if (template_add(r->origin, "<client>; from=<<", r) != NULL)
		goto fail;
	for (i = 0; i < rules_programs_count; i++)
		if (add_rows(r, i) == -1)
			goto fail;
	return r;
fail:
	recognise_free(r);
	return NULL;
}

void
recognise_free(struct recognise *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < rules_programs_count; i++)
		template_free(r->trees[i]);
	template_free(r->origin);
	sessions_free(r->sessions);
	free(r);
}

/* The rule set for a tag, or NULL. */
static const struct template_tree *
find_tree(const struct recognise *r, struct finding *f)
{
	const struct rule_program *p;
	size_t i;

	for (i = 0; i < rules_programs_count; i++) {
		p = &rules_programs[i];
		if (r->name_len[i] == f->h.program_len &&
		    memcmp(p->name, f->h.program, f->h.program_len) == 0 &&
		    p->instance == (f->h.program != f->h.tag)) {
			f->program = p;
			return r->trees[i];
		}
	}
	return NULL;
}

/*
 * Postfix's queue ids: hexadecimal, or digits and consonants.  No word of a
 * message looks like one.
 */
static bool
is_queue_id(const char *p, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char vowels[] = "AEIOUaeiou";
	bool is_hex = true, is_long = true;
	size_t i;

	if (n == 7 && memcmp(p, "NOQUEUE", 7) == 0)
		return true;
	if (n < QUEUE_ID_MIN || n > QUEUE_ID_MAX)
		return false;
	for (i = 0; i < n; i++) {
		is_hex &= memchr(hex, p[i], sizeof(hex) - 1) != NULL;
		is_long &= ((p[i] >= '0' && p[i] <= '9') ||
			       (p[i] >= 'A' && p[i] <= 'Z') ||
			       (p[i] >= 'a' && p[i] <= 'z')) &&
		    memchr(vowels, p[i], sizeof(vowels) - 1) == NULL;
	}
	return is_hex || is_long;
}

/* Take a queue id off the front of the message. */
static void
take_queue_id(struct finding *f)
{
	struct header *h = &f->h;
	size_t room = h->message_len, n;
	const char *colon;

	f->queue_id = h->message;
	f->queue_id_len = 0;
	if (room > QUEUE_ID_MAX + 2)
		room = QUEUE_ID_MAX + 2;
	colon = memchr(h->message, ':', room);
	if (colon == NULL)
		return;
	n = (size_t)(colon - h->message);
	if (n + 2 > h->message_len || colon[1] != ' ' ||
	    !is_queue_id(h->message, n))
		return;
	f->queue_id_len = n;
	h->message += n + 2;
	h->message_len -= n + 2;
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

/* A process serves one client at a time, or many, told apart by port. */
static uint64_t
session_key(const struct recognise *r, const struct finding *f)
{
	const struct header *h = &f->h;
	uint64_t key;

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
}

/* False if the session was already counted for what the message tells. */
static bool
judge_session(struct recognise *r, struct finding *f)
{
	const struct rule *rule = f->rule;
	struct session *s;
	bool news;

	if ((rule->flags & (RULE_BEGINS | RULE_ENDS)) == 0 &&
	    rule->tells == 0 && rule->unless == 0)
		return true;
	s = rule->tells != 0 ? sessions_get(r->sessions, session_key(r, f)) :
			       sessions_find(r->sessions, session_key(r, f));
	if (s == NULL)
		return true;
	news = (s->told & rule->unless) == 0;
	if ((rule->flags & RULE_UNTOLD) != 0)
		f->m.count -= s->auths < f->m.count ? s->auths : f->m.count;
	mark_session(s, f);
	return news;
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
}

bool
recognise_line(struct recognise *r, const char *line, size_t n, int64_t now,
    struct event *ev)
{
	const struct template_tree *tree;
	struct finding f;
	bool whole;

	ev->rule = NULL;
	whole = header_parse(&r->clock, line, n, now, &f.h);
	r->time = f.h.time;
	if (!whole || (tree = find_tree(r, &f)) == NULL)
		return false;
	f.queue_id_len = 0;
	if (f.program->queue_id)
		take_queue_id(&f);
	if (!template_match(tree, f.h.message, f.h.message_len, &f.m))
		return false;
	f.rule = ev->rule = f.m.row;
	if ((f.rule->flags & RULE_FROM_QUEUE) != 0 && !find_sender(r, &f))
		return false;
	if (!judge_session(r, &f))
		return false;
	if ((f.rule->flags & RULE_QUEUE) != 0 && f.queue_id_len > 0)
		queue_session(r, &f, true)->client = f.m.client;
	if ((f.rule->flags & RULE_QUIET) != 0 || f.m.count == 0)
		return false;
	fill_event(&f, ev);
	return true;
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
