#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scan_compare.h"
#include "scan_summary.h"
#include "table.h"
#include "when.h"

static int
compare_clients(const void *a, const void *b)
{
	const struct scan_client *x = a, *y = b;
	int c = prefix_cmp(&x->first->ban.prefix, &y->first->ban.prefix);

	if (c != 0)
		return c;
	/* Both are of one array, which is in the order of time. */
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Make one of all entries of a prefix.  Returns how many are left. */
static size_t
merge_clients(struct scan_client *v, size_t n)
{
	size_t i, used = 0;

	for (i = 1; i < n; i++)
		if (prefix_cmp(&v[used].first->ban.prefix,
			&v[i].first->ban.prefix) == 0) {
			v[used].bans++;
			v[used].stopped += v[i].stopped;
			v[used].logins += v[i].logins;
			v[used].mails += v[i].mails;
		} else
			v[++used] = v[i];
	return n > 0 ? used + 1 : 0;
}

static void
gather(const struct scan_play *p, struct scan_clients *c)
{
	const struct scan_ban *b;
	size_t i;

	c->n = scan_bans_count(p->bans);
	c->v = calloc(c->n + 1, sizeof(*c->v));
	c->banned = prefix_set_new();
	if (c->v == NULL || c->banned == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < c->n; i++) {
		b = scan_bans_get(p->bans, i);
		c->v[i] = (struct scan_client){ .first = b,
			.bans = 1,
			.stopped = b->stopped,
			.logins = b->logins,
			.mails = b->mails };
	}
	qsort(c->v, c->n, sizeof(*c->v), compare_clients);
	c->n = merge_clients(c->v, c->n);
	for (i = 0; i < c->n; i++)
		if (prefix_set_add(c->banned, &c->v[i].first->ban.prefix) == -1)
			err(COMMAND_FAILED, NULL);
}

bool
scan_compare_only(const struct scan_clients *other, const struct prefix *p)
{
	return prefix_set_covering(other->banned, p) == NULL;
}

void
scan_compare(const struct scan_play plays[2], struct scan_clients clients[2])
{
	struct scan_clients *c;
	size_t i;

	gather(&plays[0], &clients[0]);
	gather(&plays[1], &clients[1]);
	for (c = clients; c < clients + 2; c++)
		for (i = 0; i < c->n; i++)
			c->v[i].only = scan_compare_only(
			    c == clients ? &clients[1] : &clients[0],
			    &c->v[i].first->ban.prefix);
}

void
scan_compare_free(struct scan_clients clients[2])
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		prefix_set_free(clients[i].banned);
		free(clients[i].v);
	}
}

/* Those that only this one bans, or those of both with collateral. */
static bool
is_listed(const struct scan_client *c, bool only)
{
	return only ? c->only : !c->only && c->logins + c->mails > 0;
}

static void
list_clients(const struct scan_clients *clients, bool only, bool headings)
{
	static const char *const names[] = { "PREFIX", "BANNED AT", "CATEGORY",
		">BANS", ">STOPPED", ">LOGINS", ">MAILS", NULL };
	struct table *t = table_new(names);
	char buf[PREFIX_STRLEN], at[WHEN_STRLEN];
	const struct scan_client *c;

	for (c = clients->v; c < clients->v + clients->n; c++) {
		if (!is_listed(c, only))
			continue;
		table_cell(t, "%s", prefix_format(&c->first->ban.prefix, buf));
		table_cell(t, "%s", when_local(c->first->ban.since, at));
		table_cell(t, "%s", category_name(c->first->ban.category));
		table_cell(t, "%" PRIu32, c->bans);
		table_cell(t, "%" PRIu64, c->stopped);
		table_cell(t, "%" PRIu64, c->logins);
		table_cell(t, "%" PRIu64, c->mails);
	}
	table_print(t, stdout, headings);
	table_free(t);
}

static size_t
count_listed(const struct scan_clients *clients, bool only)
{
	size_t i, n = 0;

	for (i = 0; i < clients->n; i++)
		n += is_listed(&clients->v[i], only);
	return n;
}

static void
print_section(const struct scan *s, const struct scan_clients clients[2],
    bool only)
{
	const char *name;
	unsigned i;
	size_t n;

	for (i = 0; i < 2; i++) {
		n = count_listed(&clients[i], only);
		name = scan_summary_name(s, &s->plays[i]);
		if (only)
			printf("\nonly %s bans: %zu\n", name, n);
		else if (n > 0)
			printf("\nboth ban, collateral of %s: %zu\n", name, n);
		list_clients(&clients[i], only, !s->invocation->quiet);
	}
}

void
scan_compare_print(const struct scan *s)
{
	struct scan_clients clients[2];

	scan_compare(s->plays, clients);
	print_section(s, clients, true);
	print_section(s, clients, false);
	scan_compare_free(clients);
}
