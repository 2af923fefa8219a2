/* What scan found, for people and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan_compare.h"
#include "scan_summary.h"
#include "table.h"
#include "when.h"

/* Where most bans are, if they are not all on their own. */
static void
print_networks(const struct scan_play *p)
{
	static const char *const names[] = { "NETWORK", ">BANS", ">FAILURES",
		NULL };
	struct table *t = table_new(names);
	struct network *networks;
	char buf[PREFIX_STRLEN];
	size_t n, i;

	networks = scan_summary_networks(p, &n);
	for (i = 0; i < n && i < SCAN_NETWORKS && networks[i].bans > 1; i++) {
		table_cell(t, "%s", prefix_format(&networks[i].prefix, buf));
		table_cell(t, "%" PRIu32, networks[i].bans);
		table_cell(t, "%" PRIu64, networks[i].failures);
	}
	if (i > 0)
		putchar('\n');
	table_print(t, stdout, true);
	table_free(t);
	free(networks);
}

static void
print_ban(const struct scan_ban *b, int width)
{
	char buf[PREFIX_STRLEN], at[WHEN_STRLEN];

	printf("%-*s %-19s %-12s %6" PRIu32 " %7" PRIu64 " %6" PRIu64
	       " %5" PRIu64,
	    width, prefix_format(&b->ban.prefix, buf),
	    when_local(b->ban.since, at), category_name(b->ban.category),
	    b->ban.count, b->stopped, b->logins, b->mails);
	if (b->folded)
		printf(" in %s", prefix_format(&b->network_prefix, buf));
	putchar('\n');
}

/* There can be very many: their rows are not gathered in a table first. */
static void
print_bans(const struct scan_play *p, bool headings)
{
	size_t n = scan_bans_count(p->bans), i, len, width = 0;
	char buf[PREFIX_STRLEN];

	for (i = 0; i < n; i++) {
		len = strlen(
		    prefix_format(&scan_bans_get(p->bans, i)->ban.prefix, buf));
		width = len > width ? len : width;
	}
	if (headings && n > 0)
		printf("\n%-*s %-19s %-12s %6s %7s %6s %5s\n", (int)width,
		    "PREFIX", "BANNED AT", "CATEGORY", "COUNT", "STOPPED",
		    "LOGINS", "MAILS");
	for (i = 0; i < n; i++)
		print_ban(scan_bans_get(p->bans, i), (int)width);
}

static void
report_text(struct scan *s)
{
	const struct invocation *v = s->invocation;

	if (!v->quiet || v->summary)
		scan_summary_print(s);
	if (!v->quiet && s->nplays == 1)
		print_networks(&s->plays[0]);
	if (v->summary)
		return;
	if (s->nplays == 1)
		print_bans(&s->plays[0], !v->quiet);
	else
		scan_compare_print(s);
}

/* other: the clients of the configuration beside it, or NULL. */
static void
ban_json(struct json *j, const struct scan_ban *b,
    const struct scan_clients *other)
{
	json_object(j, NULL);
	json_prefix(j, "prefix", &b->ban.prefix);
	json_time(j, "since", b->ban.since);
	json_time(j, "expires", b->ban.expires);
	json_number(j, "strikes", b->ban.strikes);
	json_string(j, "category", category_name(b->ban.category));
	json_number(j, "count", b->ban.count);
	json_number(j, "stopped", b->stopped);
	json_object(j, "collateral");
	json_number(j, "logins", b->logins);
	json_number(j, "mails", b->mails);
	json_end(j);
	json_bool(j, "network", b->network);
	if (b->folded)
		json_prefix(j, "inside", &b->network_prefix);
	else
		json_null(j, "inside");
	if (other != NULL)
		json_bool(j, "only", scan_compare_only(other, &b->ban.prefix));
	json_end(j);
}

static void
bans_json(struct json *j, const char *key, const struct scan_play *p,
    const struct scan_clients *other)
{
	size_t i;

	json_array(j, key);
	for (i = 0; i < scan_bans_count(p->bans); i++)
		ban_json(j, scan_bans_get(p->bans, i), other);
	json_end(j);
}

/* An object: of the lines, and an array of what each configuration did. */
static void
compare_json(struct scan *s)
{
	struct scan_clients clients[2];
	struct json *j = &s->json;
	unsigned i;

	scan_compare(s->plays, clients);
	json_object(j, NULL);
	scan_summary_lines_json(j, s);
	json_array(j, "configurations");
	for (i = 0; i < 2; i++) {
		json_object(j, NULL);
		json_object(j, "summary");
		scan_summary_json(j, &s->plays[i]);
		json_end(j);
		if (!s->invocation->summary)
			bans_json(j, "bans", &s->plays[i], &clients[1 - i]);
		json_end(j);
	}
	json_end(j);
	json_end(j);
	scan_compare_free(clients);
}

static void
report_json(struct scan *s)
{
	if (s->nplays > 1) {
		compare_json(s);
		return;
	}
	if (!s->invocation->summary) {
		bans_json(&s->json, NULL, &s->plays[0], NULL);
		return;
	}
	json_object(&s->json, NULL);
	scan_summary_lines_json(&s->json, s);
	scan_summary_json(&s->json, &s->plays[0]);
	json_end(&s->json);
}

void
scan_report(struct scan *s)
{
	if (s->invocation->json)
		report_json(s);
	else
		report_text(s);
}
