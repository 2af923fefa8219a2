#include <inttypes.h>
#include <stdbool.h>

#include "attacked.h"
#include "html.h"
#include "html_chart.h"
#include "html_lists.h"
#include "html_style.h"
#include "show.h"
#include "when.h"

#define BAR_COLOR "#4477aa"
#define ROWS_MAX  25 /* bans: a mail of over 100 kB is cut by some readers */

void
html_list_section(FILE *out, const char *title)
{
	fprintf(out, "<h2 class=\"t\" style=\"" STYLE_SECTION "\">%s</h2>\n",
	    title);
}

static void
put_note(FILE *out, const char *text)
{
	fprintf(out,
	    "<p class=\"m\" style=\"margin:6px 0 0;" STYLE_MUTED "\">%s</p>\n",
	    text);
}

/* Ends what table_begin began, and tells what was left out. */
static void
table_end(FILE *out, size_t all, size_t shown, const char *where)
{
	char note[128];

	fputs("</table>\n", out);
	if (all <= shown)
		return;
	snprintf(note, sizeof(note), "and %zu more: %s", all - shown, where);
	put_note(out, note);
}

/*
 * Headings up to NULL; one that begins with '>' stands to the right.  Returns
 * false, with that said, if there is nothing to show.
 */
static bool
table_begin(FILE *out, size_t rows, const char *const *headings)
{
	if (rows == 0) {
		put_note(out, "none");
		return false;
	}
	fputs("<table style=\"" STYLE_TABLE "\">\n<tr>", out);
	for (; *headings != NULL; headings++)
		fprintf(out,
		    "<th class=\"m r n\" scope=\"col\" style=\"" STYLE_HEAD
		    "%s\">%s</th>",
		    **headings == '>' ? STYLE_RIGHT : STYLE_LEFT,
		    *headings + (**headings == '>'));
	fputs("</tr>\n", out);
	return true;
}

/* style: STYLE_LEFT or STYLE_RIGHT, or more. */
static void
cell_begin(FILE *out, const char *style)
{
	fprintf(out, "<td class=\"t r n\" style=\"" STYLE_CELL "%s\">", style);
}

/* A cell for a bar. */
static void
cell_bar(FILE *out, double share, const char *color)
{
	cell_begin(out, "width:34%;padding-right:0;padding-top:13px");
	html_chart_bar(out, share, color);
	fputs("</td>", out);
}

static void
cell_number(FILE *out, uint64_t number)
{
	char buf[HTML_NUMBER_LEN];

	cell_begin(out, STYLE_RIGHT);
	fprintf(out, "%s</td>", html_number(number, buf));
}

static void
cell_prefix(FILE *out, const struct prefix *p)
{
	char buf[PREFIX_STRLEN];

	cell_begin(out, STYLE_LEFT ";" STYLE_MONO);
	fprintf(out, "%s</td>", prefix_format(p, buf));
}

/* A second line in a cell, and its end. */
static void
put_second(FILE *out, const char *text)
{
	fputs("<br/><span class=\"m\" style=\"" STYLE_MUTED "\">", out);
	html_text(out, text);
	fputs("</span></td>", out);
}

/* "5 auth failures", "by hand"; and the how manieth ban it is. */
static void
cell_why(FILE *out, const struct ban *b)
{
	char count[HTML_NUMBER_LEN], second[32] = "first ban";

	cell_begin(out, STYLE_LEFT);
	if (b->category == CATEGORY_MANUAL)
		fputs("by hand", out);
	else
		fprintf(out, "%s %s failure%s", html_number(b->count, count),
		    category_name(b->category), b->count == 1 ? "" : "s");
	if (b->strikes > 1)
		snprintf(second, sizeof(second), "ban number %" PRIu32,
		    b->strikes);
	put_second(out, second);
}

static void
put_bans(const struct report *r, FILE *out, const struct report_bans *bans,
    const char *when, bool ended)
{
	const char *const headings[] = { "Prefix", "Why", when, NULL };
	size_t skip = bans->n > ROWS_MAX ? bans->n - ROWS_MAX : 0;
	char first[WHEN_STRLEN], at[WHEN_STRLEN], rel[WHEN_STRLEN];
	char second[2 * WHEN_STRLEN + 16];
	const struct ban *b;
	size_t i;

	if (!table_begin(out, bans->n, headings))
		return;
	for (i = bans->n; i > skip; i--) { /* the newest first */
		b = &bans->list[i - 1];
		when_short(ended ? b->released : b->since, r->now, first);
		when_short(ended ? b->since : b->expires, r->now, at);
		when_relative(b->expires, r->now, rel);
		if (ended)
			snprintf(second, sizeof(second), "since %s", at);
		else if (b->state == BAN_ENDED)
			snprintf(second, sizeof(second), "ended %s",
			    when_short(b->released, r->now, at));
		else
			snprintf(second, sizeof(second), "until %s%s%s", at,
			    rel[0] != '\0' ? ", " : "", rel);
		fputs("<tr>", out);
		cell_prefix(out, &b->prefix);
		cell_why(out, b);
		cell_begin(out, STYLE_LEFT);
		fputs(first, out);
		put_second(out, second);
		fputs("</tr>\n", out);
	}
	table_end(out, bans->n, bans->n - skip, "smtpbanctl bans");
}

void
html_list_banned(const struct report *r, FILE *out)
{
	html_list_section(out, "Banned in the last day");
	put_bans(r, out, &r->banned, "Since", false);
}

void
html_list_ended(const struct report *r, FILE *out)
{
	html_list_section(out, "Ended in the last day");
	put_bans(r, out, &r->ended, "Ended", true);
}

void
html_list_close(const struct report *r, FILE *out)
{
	static const char *const headings[] = { "Prefix", "Failures", "Last",
		"", NULL };
	char span[WHEN_STRLEN], counts[SHOW_COUNTS_LEN], rel[WHEN_STRLEN];
	const struct ctl_offender_record *o;
	size_t i;

	html_list_section(out, "Close to a ban");
	if (!table_begin(out, r->nclose, headings))
		return;
	for (i = 0; i < r->nclose && i < REPORT_CLOSE_MAX; i++) {
		o = &r->answer->offenders[i];
		fputs("<tr>", out);
		cell_prefix(out, &o->prefix);
		cell_begin(out, STYLE_LEFT);
		fprintf(out, "%" PRIu32 " of %" PRIu32 " within %s", o->count,
		    o->threshold, when_span(o->within, span));
		put_second(out, show_offender_counts(o, counts));
		cell_begin(out, STYLE_LEFT);
		fprintf(out, "%s</td>", when_relative(o->last, r->now, rel));
		cell_bar(out, html_share(o->count, o->threshold), BAR_COLOR);
		fputs("</tr>\n", out);
	}
	table_end(out, r->nclose, i, "smtpbanctl offenders");
}

/* The legend of the charts, too. */
void
html_list_categories(const struct report *r, FILE *out)
{
	static const char *const headings[] = { "Category", ">Failures",
		">Bans", "", NULL };
	const uint64_t *failures = r->failures.by_category;
	const uint64_t *bans = r->bans.by_category;
	uint64_t most = 0;
	size_t rows = 0;
	unsigned c;

	for (c = CATEGORY_NONE + 1; c < CATEGORY_COUNT; c++) {
		if (failures[c] > most)
			most = failures[c];
		rows += failures[c] + bans[c] != 0;
	}
	html_list_section(out, "By category");
	if (!table_begin(out, rows, headings))
		return;
	for (c = CATEGORY_NONE + 1; c < CATEGORY_COUNT; c++) {
		if (failures[c] + bans[c] == 0)
			continue;
		fputs("<tr>", out);
		cell_begin(out, STYLE_LEFT);
		html_swatch(out, c);
		fprintf(out, "%s</td>", category_name(c));
		cell_number(out, failures[c]);
		cell_number(out, bans[c]);
		cell_bar(out, html_share(failures[c], most), html_color(c));
		fputs("</tr>\n", out);
	}
	table_end(out, rows, rows, "");
}

void
html_list_networks(const struct report *r, FILE *out)
{
	static const char *const headings[] = { "Network", ">Bans", ">Failures",
		"", NULL };
	const struct network *n = r->networks;
	uint64_t most = 0;
	size_t i;

	html_list_section(out, "Top networks");
	if (!table_begin(out, r->nnetworks, headings))
		return;
	for (i = 0; i < r->nnetworks && i < REPORT_WORST_MAX; i++)
		if (n[i].failures > most)
			most = n[i].failures;
	for (i = 0; i < r->nnetworks && i < REPORT_WORST_MAX; i++) {
		fputs("<tr>", out);
		cell_prefix(out, &n[i].prefix);
		cell_number(out, n[i].bans);
		cell_number(out, n[i].failures);
		cell_bar(out, html_share(n[i].failures, most), BAR_COLOR);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
	put_note(out,
	    "Of all bans that are active or remembered, and of all "
	    "clients being counted.");
}

void
html_list_accounts(const struct report *r, FILE *out)
{
	static const char *const headings[] = { "User name", ">Failures",
		">Clients", ">Good logins", NULL };
	char cell[ATTACKED_USER_SIZE];
	const struct ctl_account_record *a;
	size_t i;

	html_list_section(out, "Accounts under attack");
	if (!table_begin(out, r->naccounts, headings))
		return;
	for (i = 0; i < r->naccounts && i < REPORT_WORST_MAX; i++) {
		a = &r->answer->accounts[i];
		fputs("<tr>", out);
		cell_begin(out, STYLE_LEFT);
		html_text(out,
		    attacked_user(a->user, ATTACKED_USER_WIDTH, cell));
		fputs("</td>", out);
		cell_number(out, a->failures);
		cell_number(out, a->clients);
		cell_number(out, a->logins);
		fputs("</tr>\n", out);
	}
	table_end(out, r->naccounts, i, "smtpbanctl accounts");
}

/* The charts once more, for clients that show none; folded where that works. */
void
html_list_hours(const struct report *r, FILE *out)
{
	static const char *const headings[] = { "Hour", ">Failures", ">Bans",
		NULL };
	char label[REPORT_HOUR_LEN];
	unsigned i;

	fputs("<details style=\"margin-top:10px\"><summary class=\"m\" "
	      "style=\"cursor:pointer;" STYLE_MUTED
	      "\">The numbers by hour</summary>\n",
	    out);
	table_begin(out, REPORT_HOURS, headings);
	for (i = REPORT_HOURS; i-- > 0;) {
		fputs("<tr>", out);
		cell_begin(out, STYLE_LEFT);
		fprintf(out, "%s</td>", report_hour(r, i, label));
		cell_number(out, r->failures.in_hour[i]);
		cell_number(out, r->bans.in_hour[i]);
		fputs("</tr>\n", out);
	}
	fputs("</table></details>\n", out);
}
