/*
 * The invariants of the soak.  usage: soak [-l] FOLDER NOW SECONDS
 * FOLDER has: model, the actions so far; bans.db and bans.db.2, copies of the
 * ledger (-l: not to be looked at, its disk is full); routes, the kernel's of
 * ours, a prefix a line; bans, of smtpbanctl -j; never, prefixes that are
 * never banned.  SECONDS: how long a ban lasts.  Prints what does not hold,
 * and exits with 1 then.
 */
#include <err.h>
#include <gdbm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ban.h"
#include "ledger_record.h"
#include "model.h"

struct set {
	struct ban *v;
	size_t n;
};

static int wrong;

static void
tell(const char *what, const struct prefix *p)
{
	char text[PREFIX_STRLEN];

	printf("%s: %s\n", prefix_format(p, text), what);
	wrong = 1;
}

static void
set_add(struct set *s, const struct ban *b)
{
	s->v = reallocarray(s->v, s->n + 1, sizeof(*s->v));
	if (s->v == NULL)
		err(1, NULL);
	s->v[s->n++] = *b;
}

static struct ban *
set_find(const struct set *s, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (prefix_cmp(&s->v[i].prefix, p) == 0)
			return &s->v[i];
	return NULL;
}

/* A prefix of each line, behind what comes before it; some are foreign. */
static void
set_read(struct set *s, const char *path, const char *before)
{
	char line[1024], text[PREFIX_STRLEN];
	struct ban b = { .state = BAN_ACTIVE };
	const char *at;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if ((at = strstr(line, before)) == NULL)
			continue;
		at += strlen(before);
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "\"\n "),
		    at);
		if (prefix_parse(text, &b.prefix) != NULL)
			errx(1, "%s: not a prefix: %s", path, text);
		b.flags =
		    strstr(at, "\"foreign\": true") != NULL ? BAN_FOREIGN : 0;
		set_add(s, &b);
	}
	fclose(f);
}

/* The active bans of one file; returns its generation, 0 if it is not whole. */
static uint64_t
ledger_file(const char *path, struct set *s)
{
	struct ledger_mark mark = { 0 };
	datum key, next, value;
	struct ban b;
	uint64_t n = 0;
	GDBM_FILE db;

	if ((db = gdbm_open(path, 0, GDBM_READER | GDBM_NOLOCK | GDBM_NOMMAP, 0,
		 NULL)) == NULL)
		return 0;
	for (key = gdbm_firstkey(db); key.dptr != NULL; key = next) {
		value = gdbm_fetch(db, key);
		if (ledger_record_decode(value.dptr, (size_t)value.dsize, &b) ==
		    0) {
			n++;
			if (b.state == BAN_ACTIVE)
				set_add(s, &b);
		} else
			(void)ledger_mark_decode(value.dptr,
			    (size_t)value.dsize, &mark);
		free(value.dptr);
		next = gdbm_nextkey(db, key);
		free(key.dptr);
	}
	gdbm_close(db);
	return n == mark.records ? mark.generation : 0;
}

static void
ledger_read(struct set *s)
{
	struct set one = { NULL, 0 }, two = { NULL, 0 };
	uint64_t first = ledger_file("bans.db", &one);
	uint64_t second = ledger_file("bans.db.2", &two);

	if (first == 0 && second == 0) {
		printf("no file of the ledger is whole\n");
		wrong = 1;
	}
	*s = first > second ? one : two;
	free(first > second ? two.v : one.v);
}

/* Within another ban; one whose prefix another's route holds is none. */
static bool
is_covered(const struct set *s, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if ((s->v[i].flags & BAN_FOREIGN) == 0 &&
		    prefix_cmp(&s->v[i].prefix, p) != 0 &&
		    prefix_contains(&s->v[i].prefix, p))
			return true;
	return false;
}

/* What smtpbanctl lists are the outermost bans, and these have the routes. */
static void
check_routes(const struct set *bans, const struct set *routes)
{
	size_t i;

	for (i = 0; i < bans->n; i++)
		if ((bans->v[i].flags & BAN_FOREIGN) == 0 &&
		    set_find(routes, &bans->v[i].prefix) == NULL)
			tell("banned, and has no route", &bans->v[i].prefix);
	for (i = 0; i < routes->n; i++) {
		const struct ban *b = set_find(bans, &routes->v[i].prefix);

		if (b == NULL)
			tell("has a route, and is not banned",
			    &routes->v[i].prefix);
		else if ((b->flags & BAN_FOREIGN) != 0)
			tell("has a route of ours, and is said to be another's",
			    &b->prefix);
	}
}

static void
check_ledger(struct set *ledger, const struct set *bans)
{
	const struct ban *b;
	size_t i;

	for (i = 0; i < ledger->n; i++) {
		b = set_find(bans, &ledger->v[i].prefix);
		ledger->v[i].flags = b != NULL ? b->flags : 0;
	}
	for (i = 0; i < ledger->n; i++)
		if (!is_covered(ledger, &ledger->v[i].prefix) &&
		    set_find(bans, &ledger->v[i].prefix) == NULL)
			tell("in the ledger, and not in the mirror",
			    &ledger->v[i].prefix);
	for (i = 0; i < bans->n; i++)
		if (set_find(ledger, &bans->v[i].prefix) == NULL)
			tell("in the mirror, and not in the ledger",
			    &bans->v[i].prefix);
}

/* all: the ledger, or the mirror without what lies within networks. */
static void
check_model(struct model *m, const struct set *all, bool folded, int64_t now)
{
	const struct model_entry *e;
	size_t i;

	for (e = m->v; e < m->v + m->n; e++)
		if (model_must(e, now) && set_find(all, &e->prefix) == NULL &&
		    !(folded && is_covered(all, &e->prefix)))
			tell("must be banned, and is not", &e->prefix);
	for (i = 0; i < all->n; i++) {
		e = model_find(m, &all->v[i].prefix);
		if (e == NULL || !model_may(e, now))
			tell("is banned, and must not be", &all->v[i].prefix);
	}
}

static void
check_never(const struct set *never, const struct set *routes)
{
	size_t i, k;

	for (i = 0; i < routes->n; i++)
		for (k = 0; k < never->n; k++)
			if (prefix_overlaps(&never->v[k].prefix,
				&routes->v[i].prefix))
				tell("a route that must never be",
				    &routes->v[i].prefix);
}

int
main(int argc, char *argv[])
{
	struct set ledger = { NULL, 0 }, bans = { NULL, 0 },
		   routes = { NULL, 0 }, never = { NULL, 0 };
	struct model model = { NULL, 0, 0 };
	bool full = argc == 5 && strcmp(argv[1], "-l") == 0;
	int64_t now;

	if (argc != 4 + full || chdir(argv[argc - 3]) == -1)
		errx(2, "usage: soak [-l] FOLDER NOW SECONDS");
	now = strtoll(argv[argc - 2], NULL, 10);
	model.ban_for = strtoll(argv[argc - 1], NULL, 10);
	model_read(&model, "model");
	set_read(&bans, "bans", "{\"prefix\": \"");
	set_read(&routes, "routes", "");
	set_read(&never, "never", "");
	check_routes(&bans, &routes);
	check_never(&never, &routes);
	if (!full) {
		ledger_read(&ledger);
		check_ledger(&ledger, &bans);
	}
	check_model(&model, full ? &bans : &ledger, full, now);
	if (!wrong)
		printf("%zu routes, %zu bans\n", routes.n,
		    full ? bans.n : ledger.n);
	free(model.v);
	free(ledger.v);
	free(bans.v);
	free(routes.v);
	free(never.v);
	return wrong;
}
