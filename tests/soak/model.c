#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define SECOND   100
#define SLACK    (3 * SECOND)  /* ends are not to the moment */
#define REFUSED  (63 * SECOND) /* a refusal is not asked for again */
#define WORD_LEN 64

struct action {
	char name[WORD_LEN];
	struct prefix prefix;
	int64_t number[3];
};

struct model_entry *
model_find(struct model *m, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (prefix_cmp(&m->v[i].prefix, p) == 0)
			return &m->v[i];
	return NULL;
}

static struct model_entry *
model_entry(struct model *m, const struct prefix *p)
{
	struct model_entry *e = model_find(m, p);

	if (e != NULL)
		return e;
	m->v = reallocarray(m->v, m->n + 1, sizeof(*m->v));
	if (m->v == NULL)
		err(1, NULL);
	e = &m->v[m->n++];
	*e = (struct model_entry){ .prefix = *p };
	return e;
}

bool
model_must(const struct model_entry *e, int64_t now)
{
	return e->must > now + SLACK;
}

bool
model_may(const struct model_entry *e, int64_t now)
{
	return e->open || e->may == MODEL_EVER ||
	    (e->may != 0 && e->may + SLACK >= now);
}

/* Already kept out for sure, perhaps, or not at all. */
static int
model_covered(struct model *m, const struct prefix *p, int64_t now)
{
	int covered = 0;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (prefix_contains(&m->v[i].prefix, p)) {
			if (model_must(&m->v[i], now))
				return 2;
			if (model_may(&m->v[i], now))
				covered = 1;
		}
	return covered;
}

static void
maybe(struct model *m, const struct action *a, int64_t until)
{
	struct model_entry *e = model_entry(m, &a->prefix);

	if (until == MODEL_EVER || e->may < until)
		e->may = until;
}

/* What is known of it, and of the networks that it is in, together. */
static struct model_entry
model_past(const struct model *m, const struct prefix *p)
{
	struct model_entry past = { .ended = 0 };
	const struct model_entry *e;

	for (e = m->v; e < m->v + m->n; e++) {
		if (!prefix_contains(&e->prefix, p))
			continue;
		if (e->ended > past.ended)
			past.ended = e->ended;
		if (e->allowed > past.allowed)
			past.allowed = e->allowed;
	}
	return past;
}

static void
on_auto(struct model *m, const struct action *a)
{
	int64_t now = a->number[0];
	int covered = model_covered(m, &a->prefix, now);
	struct model_entry past = model_past(m, &a->prefix);
	struct model_entry *e = model_entry(m, &a->prefix);

	if (covered == 2)
		return;
	if (past.allowed > now + SLACK) {
		e->allowed = now + REFUSED;
		if (past.allowed > e->allowed)
			e->allowed = past.allowed;
		e->lurks = true;
		return;
	}
	e->open = true;
	if (covered == 1 || past.allowed > now - REFUSED ||
	    (past.ended != 0 && past.ended > now - SLACK))
		return; /* perhaps */
	e->must = now + m->ban_for * SECOND;
}

static void
on_ban(struct model *m, const struct action *a)
{
	int64_t begin = a->number[0], end = a->number[1], s = a->number[2];
	struct model_entry *e = model_entry(m, &a->prefix);

	if (s == 0 && model_must(e, end))
		return;
	e->allowed = 0;
	if (s == -1) {
		e->must = e->may = MODEL_EVER;
	} else if (s == 0 && model_may(e, begin)) {
		e->must = 0; /* the old one may just have ended */
		e->may = end + m->ban_for * SECOND;
	} else {
		e->must = begin + (s != 0 ? s : m->ban_for) * SECOND;
		e->may = end + (s != 0 ? s : m->ban_for) * SECOND;
	}
	e->open = false;
}

static void
on_maybe(struct model *m, const struct action *a)
{
	struct model_entry *e = model_entry(m, &a->prefix);
	int64_t until = a->number[0] +
	    (a->number[1] > 0 ? a->number[1] : m->ban_for) * SECOND;

	if (a->number[1] > 0 && e->must > until)
		e->must = until; /* it may have been made shorter */
	maybe(m, a, a->number[1] == -1 ? MODEL_EVER : until);
}

static void
release(struct model_entry *e, int64_t now)
{
	e->must = e->may = 0;
	e->open = e->lurks = false;
	e->ended = now;
}

static void
on_end(struct model *m, const struct action *a)
{
	struct model_entry *e;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (prefix_contains(&m->v[i].prefix, &a->prefix))
			release(&m->v[i], a->number[1]);
	e = model_entry(m, &a->prefix);
	e->ended = a->number[1];
	if (a->number[2] != 0)
		e->allowed = a->number[1] + a->number[2] * SECOND;
}

static void
perhaps_release(struct model_entry *e, int64_t now)
{
	e->must = 0;
	e->ended = now;
}

static void
on_mayend(struct model *m, const struct action *a)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (prefix_contains(&m->v[i].prefix, &a->prefix))
			perhaps_release(&m->v[i], a->number[0]);
}

static void
on_all(struct model *m, const struct action *a)
{
	int64_t now = a->number[0];
	struct model_entry *e;

	for (e = m->v; e < m->v + m->n; e++)
		if (strcmp(a->name, "flush") == 0) {
			if (model_may(e, now))
				release(e, now);
		} else if (strcmp(a->name, "mayflush") == 0) {
			perhaps_release(e, now);
		} else if (strcmp(a->name, "settled") == 0 && e->open) {
			if (e->may < now + m->ban_for * SECOND)
				e->may = now + m->ban_for * SECOND;
			e->open = false;
		} else if (strcmp(a->name, "restart") == 0 && e->lurks) {
			e->may = MODEL_EVER;
		} else if (strcmp(a->name, "reload") == 0 && e->lurks) {
			if (e->allowed > now)
				e->allowed = now; /* it is asked for anew */
		} else if (strcmp(a->name, "jump") == 0 && e->ended != 0) {
			e->ended = now; /* whole seconds, moved */
		}
}

/* All has come to pass; who plays no part any more is forgotten. */
static void
on_settled(struct model *m, const struct action *a)
{
	int64_t now = a->number[0];
	const struct model_entry *e;
	size_t n = 0;

	on_all(m, a);
	for (e = m->v; e < m->v + m->n; e++)
		if (model_may(e, now) || e->lurks || e->ended > now - SLACK ||
		    e->allowed > now - REFUSED)
			m->v[n++] = *e;
	m->n = n;
}

/* What came to its end in that sleep does so as the host wakes up, now. */
static void
shift(int64_t *t, int64_t by, int64_t now)
{
	if (*t > now && *t != MODEL_EVER)
		*t = *t - by > now ? *t - by : now;
}

static void
on_shift(struct model *m, const struct action *a)
{
	struct model_entry *e;

	for (e = m->v; e < m->v + m->n; e++) {
		shift(&e->must, a->number[1] * SECOND, a->number[0]);
		shift(&e->may, a->number[1] * SECOND, a->number[0]);
		shift(&e->allowed, a->number[1] * SECOND, a->number[0]);
	}
}

static const struct {
	const char *name;
	int prefix;
	int numbers;
	void (*act)(struct model *, const struct action *);
} actions[] = {
	{ "auto", 1, 1, on_auto },
	{ "ban", 1, 3, on_ban },
	{ "maybe", 1, 2, on_maybe },
	{ "end", 1, 3, on_end },
	{ "mayend", 1, 1, on_mayend },
	{ "flush", 0, 1, on_all },
	{ "mayflush", 0, 1, on_all },
	{ "settled", 0, 1, on_settled },
	{ "restart", 0, 1, on_all },
	{ "reload", 0, 1, on_all },
	{ "jump", 0, 1, on_all },
	{ "shift", 0, 2, on_shift },
};

static bool
parse(struct action *a, const char *line, int prefix, int numbers)
{
	char text[WORD_LEN] = "";
	long long v[3] = { 0 };
	int n, i;

	if (prefix)
		n = sscanf(line, "%*s %63s %lld %lld %lld", text, &v[0], &v[1],
		    &v[2]);
	else
		n = sscanf(line, "%*s %lld %lld %lld", &v[0], &v[1], &v[2]);
	for (i = 0; i < 3; i++)
		a->number[i] = v[i];
	return n == prefix + numbers &&
	    (!prefix || prefix_parse(text, &a->prefix) == NULL);
}

static bool
act(struct model *m, const char *line)
{
	struct action a = { .name = "" };
	size_t i;

	if (sscanf(line, "%63s", a.name) != 1)
		return false;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(a.name, actions[i].name) == 0) {
			if (!parse(&a, line, actions[i].prefix,
				actions[i].numbers))
				return false;
			actions[i].act(m, &a);
			return true;
		}
	return false;
}

void
model_read(struct model *m, const char *path)
{
	char line[256];
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL)
		if (!act(m, line))
			errx(1, "%s: not an action: %s", path, line);
	fclose(f);
}
