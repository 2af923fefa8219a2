#include <inttypes.h>
#include <string.h>

#include "attacked.h"
#include "report.h"
#include "show.h"
#include "table.h"
#include "when.h"

#define BAR_WIDTH 50

static void
report_heading(FILE *out, const char *title)
{
	size_t i;

	fprintf(out, "\n%s\n", title);
	for (i = 0; i < strlen(title); i++)
		putc('-', out);
	putc('\n', out);
}

static void
report_more(FILE *out, size_t all, size_t shown)
{
	if (all == 0)
		fprintf(out, "none\n");
	else if (all > shown)
		fprintf(out, "... and %zu more\n", all - shown);
}

/* One section of bans, the newest of them. */
static void
report_bans(const struct report *r, FILE *out, const char *title,
    const struct report_bans *bans)
{
	size_t skip = bans->n > REPORT_BANS_MAX ? bans->n - REPORT_BANS_MAX : 0;

	report_heading(out, title);
	show_bans(out, bans->list + skip, bans->n - skip, r->now, true);
	report_more(out, bans->n, bans->n - skip);
}

static void
report_offenders(const struct report *r, FILE *out)
{
	size_t shown =
	    r->nclose < REPORT_CLOSE_MAX ? r->nclose : REPORT_CLOSE_MAX;

	report_heading(out, "Close to the threshold");
	show_offenders(out, r->answer->offenders, shown, r->now, true);
	report_more(out, r->nclose, shown);
}

static void
report_networks(const struct report *r, FILE *out)
{
	static const char *const names[] = { "NETWORK", ">BANS", ">COUNTED",
		">FAILURES", NULL };
	const struct network *all = r->networks;
	char buf[PREFIX_STRLEN];
	struct table *t;
	size_t i;

	report_heading(out, "Worst networks");
	t = table_new(names);
	for (i = 0; i < r->nnetworks && i < REPORT_WORST_MAX; i++) {
		table_cell(t, "%s", prefix_format(&all[i].prefix, buf));
		table_cell(t, "%" PRIu32, all[i].bans);
		table_cell(t, "%" PRIu32, all[i].offenders);
		table_cell(t, "%" PRIu64, all[i].failures);
	}
	table_print(t, out, true);
	table_free(t);
	report_more(out, r->nnetworks, i);
}

static void
report_accounts(const struct report *r, FILE *out)
{
	size_t shown =
	    r->naccounts < REPORT_WORST_MAX ? r->naccounts : REPORT_WORST_MAX;

	report_heading(out, "Accounts under attack");
	attacked_show(out, r->answer->accounts, shown, r->now, true);
	report_more(out, r->naccounts, shown);
}

/* A bar for each of the last 24 hours, the running one last. */
static void
report_hours(const struct report *r, FILE *out)
{
	uint64_t most = 1;
	char label[REPORT_HOUR_LEN];
	unsigned i;
	int width;

	report_heading(out, "Failures by hour");
	for (i = 0; i < REPORT_HOURS; i++)
		if (r->failures.in_hour[i] > most)
			most = r->failures.in_hour[i];
	for (i = REPORT_HOURS; i-- > 0;) {
		width = (int)((double)r->failures.in_hour[i] / (double)most *
		    BAR_WIDTH);
		if (r->failures.in_hour[i] > 0 && width == 0)
			width = 1;
		fprintf(out, "%s %10" PRIu64 "%s", report_hour(r, i, label),
		    r->failures.in_hour[i], width > 0 ? " " : "");
		while (width-- > 0)
			putc('#', out);
		putc('\n', out);
	}
}

static void
report_health_line(FILE *out, const char *label, const char *text)
{
	char before[32] = "";

	if (label[0] != '\0')
		snprintf(before, sizeof(before), "%s: ", label);
	show_wrapped(out, before, text);
}

static void
report_events(const struct report *r, FILE *out)
{
	const struct ctl_status_record *s = &r->answer->status;
	char counts[SHOW_COUNTS_LEN], from[WHEN_STRLEN], to[WHEN_STRLEN];

	fprintf(out, "smtpban on %s\nfrom %s to %s\n\n", r->host,
	    when_local(r->now - REPORT_DAY, from), when_local(r->now, to));
	fprintf(out, "bans: %" PRIu64 " active, %" PRIu64 " remembered\n",
	    s->enforcer.bans, s->enforcer.remembered);
	fprintf(out, "clients being counted: %" PRIu64 "\n", s->offenders);
	show_counts(r->failures.by_category, counts);
	show_wrapped(out, "failures counted in these hours: ",
	    counts[0] != '\0' ? counts : "none");
	show_counts(s->events, counts);
	show_wrapped(out, "failures since smtpband started: ",
	    counts[0] != '\0' ? counts : "none");
}

void
report_print(const struct report *r, FILE *out)
{
	report_events(r, out);
	report_bans(r, out, "Banned in the last day", &r->banned);
	report_bans(r, out, "Ended in the last day", &r->ended);
	report_offenders(r, out);
	report_networks(r, out);
	report_accounts(r, out);
	report_hours(r, out);
	report_heading(out, "Health");
	report_health(r, out, report_health_line);
}
