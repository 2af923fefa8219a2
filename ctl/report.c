#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "hints.h"
#include "networks.h"
#include "report.h"
#include "show.h"
#include "table.h"
#include "when.h"
#include "wrong.h"

#define DAY       86400
#define ROWS_MAX  50 /* of a section */
#define CLOSE_MAX 20 /* offenders that are close to the threshold */
#define WORST_MAX 10 /* networks */
#define BAR_WIDTH 50
#define HOST_LEN  256

/* A ban has a part in the report. */
typedef bool (*report_choice)(const struct report *, const struct ban *);

static bool
report_is_new(const struct report *r, const struct ban *b)
{
	return b->since > r->now - DAY;
}

static bool
report_has_ended(const struct report *r, const struct ban *b)
{
	return b->state == BAN_ENDED && b->released > r->now - DAY;
}

/* At half of the threshold or more; they are sorted. */
static size_t
report_close(const struct report *r)
{
	const struct answer *a = r->answer;
	size_t n = 0;

	while (n < a->noffenders &&
	    (uint64_t)a->offenders[n].count * 2 >= a->offenders[n].threshold)
		n++;
	return n;
}

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

/* One section of chosen bans, the newest ROWS_MAX of them. */
static void
report_bans(const struct report *r, FILE *out, const char *title,
    report_choice choice)
{
	const struct answer *a = r->answer;
	struct ban *chosen;
	size_t i, n = 0, skip;

	report_heading(out, title);
	if ((chosen = calloc(a->nbans + 1, sizeof(*chosen))) == NULL)
		err(1, NULL);
	for (i = 0; i < a->nbans; i++)
		if (choice(r, &a->bans[i]))
			chosen[n++] = a->bans[i];
	skip = n > ROWS_MAX ? n - ROWS_MAX : 0;
	show_bans(out, chosen + skip, n - skip, r->now, true);
	report_more(out, n, n - skip);
	free(chosen);
}

static void
report_offenders(const struct report *r, FILE *out)
{
	size_t n = report_close(r), shown = n < CLOSE_MAX ? n : CLOSE_MAX;

	report_heading(out, "Close to the threshold");
	show_offenders(out, r->answer->offenders, shown, r->now, true);
	report_more(out, n, shown);
}

static void
report_networks(const struct report *r, FILE *out)
{
	static const char *const names[] = { "NETWORK", ">BANS", ">COUNTED",
		">FAILURES", NULL };
	char buf[PREFIX_STRLEN];
	struct network *all;
	struct table *t;
	size_t n, i;

	report_heading(out, "Worst networks");
	all = networks_sum(r->answer, &n);
	t = table_new(names);
	for (i = 0; i < n && i < WORST_MAX; i++) {
		table_cell(t, "%s", prefix_format(&all[i].prefix, buf));
		table_cell(t, "%" PRIu32, all[i].bans);
		table_cell(t, "%" PRIu32, all[i].offenders);
		table_cell(t, "%" PRIu64, all[i].failures);
	}
	table_print(t, out, true);
	table_free(t);
	report_more(out, n, i);
	free(all);
}

/* A bar for each of the last 24 hours, the running one last. */
static void
report_hours(const struct report *r, FILE *out)
{
	const uint64_t *weighed = r->answer->status.weighed;
	uint64_t most = 1;
	char label[8];
	struct tm tm;
	time_t t;
	int i, width;

	report_heading(out, "Failures by hour");
	for (i = 0; i < 24; i++)
		if (weighed[i] > most)
			most = weighed[i];
	for (i = 23; i >= 0; i--) {
		t = (time_t)(r->now - (int64_t)i * 3600);
		if (localtime_r(&t, &tm) == NULL ||
		    strftime(label, sizeof(label), "%H:00", &tm) == 0)
			strlcpy(label, "??:??", sizeof(label));
		width = (int)((double)weighed[i] / (double)most * BAR_WIDTH);
		if (weighed[i] > 0 && width == 0)
			width = 1;
		fprintf(out, "%s %10" PRIu64 "%s", label, weighed[i],
		    width > 0 ? " " : "");
		while (width-- > 0)
			putc('#', out);
		putc('\n', out);
	}
}

static void
report_wrong(const struct report *r, FILE *out)
{
	static struct wrong wrong[WRONG_MAX], remarks[WRONG_REMARKS];
	size_t i, n = wrong_collect(r->answer, wrong);

	for (i = 0; i < n; i++)
		wrong_show(out, "wrong: ", &wrong[i], r->now);
	n = wrong_remark(r->answer, r->now, remarks);
	for (i = 0; i < n; i++)
		wrong_show(out, "remark: ", &remarks[i], r->now);
}

static void
report_health(const struct report *r, FILE *out)
{
	const struct ctl_status_record *s = &r->answer->status;
	char span[WHEN_STRLEN];
	unsigned i;

	report_heading(out, "Health");
	fprintf(out, "smtpband is up for %s, %" PRIu64 " lines read\n",
	    when_span(r->now > s->enforcer.started ?
		    (uint64_t)r->now - (uint64_t)s->enforcer.started :
		    0,
		span),
	    s->lines);
	if (s->enforcer.refused != 0)
		fprintf(out, "%" PRIu64 " bans refused\n", s->enforcer.refused);
	if (s->enforcer.healed != 0)
		fprintf(out, "%" PRIu64 " routes removed by others, put back\n",
		    s->enforcer.healed);
	if (s->enforcer.foreign != 0)
		fprintf(out, "%" PRIu64 " bans where another's route stands\n",
		    s->enforcer.foreign);
	report_wrong(r, out);
	for (i = 0; i < r->nhints; i++)
		show_wrapped(out, "hint: ", r->hints[i]);
	if (s->enforcer.error[0] != '\0')
		wrong_show_last(out,
		    "last error: ", when_local(s->enforcer.error_at, span),
		    s->enforcer.error);
}

static void
report_events(const struct report *r, FILE *out)
{
	const struct ctl_status_record *s = &r->answer->status;
	char counts[SHOW_COUNTS_LEN], from[WHEN_STRLEN], to[WHEN_STRLEN];

	show_counts(s->events, counts);
	fprintf(out, "smtpban on %s\nfrom %s to %s\n\n", r->host,
	    when_local(r->now - DAY, from), when_local(r->now, to));
	fprintf(out, "bans: %" PRIu64 " active, %" PRIu64 " remembered\n",
	    s->enforcer.bans, s->enforcer.remembered);
	fprintf(out, "clients being counted: %" PRIu64 "\n", s->offenders);
	fprintf(out, "failures since smtpband started: %s\n",
	    counts[0] != '\0' ? counts : "none");
}

void
report_print(const struct report *r, FILE *out)
{
	report_events(r, out);
	report_bans(r, out, "Banned in the last day", report_is_new);
	report_bans(r, out, "Ended in the last day", report_has_ended);
	report_offenders(r, out);
	report_networks(r, out);
	report_hours(r, out);
	report_health(r, out);
}

static void
report_bans_json(const struct report *r, struct json *j, const char *key,
    report_choice choice)
{
	size_t i;

	json_array(j, key);
	for (i = 0; i < r->answer->nbans; i++)
		if (choice(r, &r->answer->bans[i]))
			show_ban_json(j, NULL, &r->answer->bans[i]);
	json_end(j);
}

static void
report_networks_json(const struct report *r, struct json *j)
{
	struct network *all;
	size_t n, i;

	all = networks_sum(r->answer, &n);
	json_array(j, "networks");
	for (i = 0; i < n && i < WORST_MAX; i++) {
		json_object(j, NULL);
		json_prefix(j, "prefix", &all[i].prefix);
		json_number(j, "bans", all[i].bans);
		json_number(j, "offenders", all[i].offenders);
		json_number(j, "failures", all[i].failures);
		json_end(j);
	}
	json_end(j);
	free(all);
}

void
report_print_json(const struct report *r, FILE *out)
{
	const struct answer *a = r->answer;
	struct json j;
	size_t i;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_string(&j, "host", r->host);
	json_time(&j, "from", r->now - DAY);
	json_time(&j, "to", r->now);
	report_bans_json(r, &j, "bans", report_is_new);
	report_bans_json(r, &j, "expired", report_has_ended);
	json_array(&j, "offenders");
	for (i = 0; i < report_close(r); i++)
		show_offender_json(&j, NULL, &a->offenders[i]);
	json_end(&j);
	report_networks_json(r, &j);
	json_array(&j, "hours");
	for (i = 24; i > 0; i--)
		json_number(&j, NULL, a->status.weighed[i - 1]);
	json_end(&j);
	json_array(&j, "hints");
	for (i = 0; i < r->nhints; i++)
		json_string(&j, NULL, r->hints[i]);
	json_end(&j);
	json_string(&j, "error",
	    a->status.enforcer.error[0] != '\0' ? a->status.enforcer.error :
						  NULL);
	json_end(&j);
}

/* All that the report is made of, or -1 with the error printed. */
static int
report_ask(const struct invocation *v, struct answer *a)
{
	struct ctl_bans all = { .ended = 1 };

	if (client_ask(v->socket, v->name, CTL_STATUS, NULL, 0, a) == -1 ||
	    client_ask(v->socket, v->name, CTL_BANS, &all, sizeof(all), a) ==
		-1 ||
	    client_ask(v->socket, v->name, CTL_OFFENDERS, NULL, 0, a) == -1)
		return -1;
	if (a->has_status)
		return 0;
	warnx("report: the daemon's answer makes no sense");
	return -1;
}

int
command_report(const struct invocation *v)
{
	const char *hints[HINTS_MAX];
	struct answer a = { 0 };
	char host[HOST_LEN] = "";
	struct report r = { .host = host,
		.now = v->now,
		.answer = &a,
		.hints = hints };
	int code = COMMAND_FAILED;

	if (gethostname(host, sizeof(host) - 1) == -1)
		strlcpy(host, "this host", sizeof(host));
	if (report_ask(v, &a) == 0) {
		r.nhints = hints_collect("", hints);
		show_sort_bans(a.bans, a.nbans);
		show_sort_offenders(a.offenders, a.noffenders);
		if (v->json)
			report_print_json(&r, stdout);
		else
			report_print(&r, stdout);
		code = COMMAND_OK;
	}
	client_free(&a);
	return code;
}
