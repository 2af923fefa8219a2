#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "scan_summary.h"
#include "show.h"
#include "table.h"
#include "when.h"

#define LABEL_LEN 48

static const char *
last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

const char *
scan_summary_name(const struct scan *s, const struct scan_play *p)
{
	const char *name;
	unsigned i;

	if (p->path == NULL)
		return "defaults";
	name = last_component(p->path);
	for (i = 0; i < s->nplays; i++)
		if (&s->plays[i] != p && s->plays[i].path != NULL &&
		    strcmp(last_component(s->plays[i].path), name) == 0)
			return p->path;
	return name;
}

/* One number of each configuration and, of two, the difference. */
static void
put_row(struct table *t, const struct scan *s, const char *label,
    uint64_t (*number)(const struct scan_play *, unsigned), unsigned arg)
{
	uint64_t n[COMMAND_CONFS_MAX] = { 0 };
	unsigned i;

	table_cell(t, "%s", label);
	for (i = 0; i < s->nplays; i++) {
		n[i] = number(&s->plays[i], arg);
		table_cell(t, "%" PRIu64, n[i]);
	}
	if (s->nplays == 2)
		table_cell(t, n[0] == n[1] ? "0" : "%+" PRId64,
		    (int64_t)(n[1] - n[0]));
}

static uint64_t
number_of_failures(const struct scan_play *p, unsigned category)
{
	return p->sums.failures[category];
}

static uint64_t
number_of_all_failures(const struct scan_play *p, unsigned unused)
{
	uint64_t all = 0;
	unsigned c;

	(void)unused;
	for (c = 0; c < CATEGORY_COUNT; c++)
		all += p->sums.failures[c];
	return all;
}

enum number {
	LOGINS,
	MAILS,
	OFFENDERS,
	BANS,
	NETWORKS,
	REFUSED,
	STOPPED,
	LOST_LOGINS,
	LOST_MAILS,
	LOST_CLIENTS,
	NUMBERS
};

static uint64_t
number_of(const struct scan_play *p, unsigned what)
{
	const struct scan_sums *sums = &p->sums;
	const uint64_t n[NUMBERS] = {
		[LOGINS] = sums->logins,
		[MAILS] = sums->mails,
		[OFFENDERS] = scan_set_count(p->offenders),
		[BANS] = sums->bans,
		[NETWORKS] = sums->networks,
		[REFUSED] = scan_set_count(p->refused),
		[STOPPED] = sums->stopped,
		[LOST_LOGINS] = sums->lost_logins,
		[LOST_MAILS] = sums->lost_mails,
		[LOST_CLIENTS] = scan_set_count(p->lost),
	};

	return n[what];
}

/* A category that no configuration counts is marked. */
static void
put_categories(struct table *t, const struct scan *s)
{
	char label[LABEL_LEN];
	bool seen, counted;
	unsigned c, i;

	for (c = CATEGORY_NONE + 1; c < CATEGORY_COUNT; c++) {
		seen = counted = false;
		for (i = 0; i < s->nplays; i++) {
			seen = seen || s->plays[i].sums.failures[c] != 0;
			counted = counted ||
			    (s->plays[i].conf->policy.counted >> c & 1) != 0;
		}
		snprintf(label, sizeof(label), "  %s%s", category_name(c),
		    counted ? "" : " (not counted)");
		if (seen)
			put_row(t, s, label, number_of_failures, c);
	}
}

static void
put_rows(struct table *t, const struct scan *s)
{
	static const struct {
		const char *label;
		enum number number;
		bool optional; /* left out if it is 0 */
	} rows[] = {
		{ "good logins", LOGINS, false },
		{ "accepted mails", MAILS, false },
		{ "offenders", OFFENDERS, false },
		{ "bans", BANS, false },
		{ "  of networks", NETWORKS, false },
		{ "bans refused", REFUSED, true },
		{ "stopped failures", STOPPED, false },
		{ "collateral logins", LOST_LOGINS, false },
		{ "collateral mails", LOST_MAILS, false },
		{ "collateral clients", LOST_CLIENTS, false },
	};
	uint64_t sum;
	size_t r;
	unsigned i;

	put_row(t, s, "failures", number_of_all_failures, 0);
	put_categories(t, s);
	for (r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (sum = 0, i = 0; i < s->nplays; i++)
			sum += number_of(&s->plays[i], rows[r].number);
		if (sum != 0 || !rows[r].optional)
			put_row(t, s, rows[r].label, number_of, rows[r].number);
	}
}

void
scan_summary_print(const struct scan *s)
{
	char names[COMMAND_CONFS_MAX][256], from[WHEN_STRLEN], to[WHEN_STRLEN];
	const char *headings[COMMAND_CONFS_MAX + 3] = { "" };
	struct table *t;
	unsigned i;

	printf("%" PRIu64 " lines", s->lines);
	if (s->first != 0)
		printf(", %s to %s", when_local(s->first, from),
		    when_local(s->last, to));
	printf("\n\n");
	for (i = 0; i < s->nplays; i++) {
		snprintf(names[i], sizeof(names[i]), ">%s",
		    s->nplays > 1 ? scan_summary_name(s, &s->plays[i]) : "");
		headings[i + 1] = names[i];
	}
	if (s->nplays == 2)
		headings[i + 1] = ">DIFFERENCE";
	t = table_new(headings);
	put_rows(t, s);
	table_print(t, stdout, s->nplays > 1);
	table_free(t);
}

struct network *
scan_summary_networks(const struct scan_play *p, size_t *n)
{
	size_t all = scan_bans_count(p->bans), i;
	struct answer a = { .nbans = all };
	struct network *networks;
	const struct scan_ban *b;
	uint64_t failures;

	*n = 0;
	if (all == 0)
		return NULL;
	if ((a.bans = calloc(all, sizeof(*a.bans))) == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < all; i++) {
		b = scan_bans_get(p->bans, i);
		a.bans[i].prefix = b->ban.prefix;
		/* Those of a network's hosts are counted with these. */
		failures = b->stopped;
		if (b->ban.count > b->inside)
			failures += b->ban.count - b->inside;
		a.bans[i].count =
		    failures < UINT32_MAX ? (uint32_t)failures : UINT32_MAX;
	}
	networks = networks_sum(&a, n);
	free(a.bans);
	return networks;
}

void
scan_summary_lines_json(struct json *j, const struct scan *s)
{
	json_number(j, "lines", s->lines);
	json_time(j, "from", s->first);
	json_time(j, "to", s->last);
}

void
scan_summary_json(struct json *j, const struct scan_play *p)
{
	struct network *networks;
	size_t n, i;

	json_string(j, "configuration", p->path);
	show_counts_json(j, "failures", p->sums.failures);
	json_number(j, "logins", p->sums.logins);
	json_number(j, "mails", p->sums.mails);
	json_number(j, "offenders", scan_set_count(p->offenders));
	json_number(j, "bans", p->sums.bans);
	json_number(j, "network_bans", p->sums.networks);
	json_number(j, "refused", scan_set_count(p->refused));
	json_number(j, "stopped", p->sums.stopped);
	json_object(j, "collateral");
	json_number(j, "logins", p->sums.lost_logins);
	json_number(j, "mails", p->sums.lost_mails);
	json_number(j, "clients", scan_set_count(p->lost));
	json_end(j);
	networks = scan_summary_networks(p, &n);
	json_array(j, "networks");
	for (i = 0; i < n && i < SCAN_NETWORKS; i++) {
		json_object(j, NULL);
		json_prefix(j, "prefix", &networks[i].prefix);
		json_number(j, "bans", networks[i].bans);
		json_number(j, "failures", networks[i].failures);
		json_end(j);
	}
	json_end(j);
	free(networks);
}
