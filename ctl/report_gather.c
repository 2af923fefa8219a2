#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"
#include "report.h"
#include "show.h"
#include "when.h"
#include "wrong.h"

#define TEXT_LEN (MSG_PATH_LEN * 2 + 256)

static bool
is_new(const struct report *r, const struct ban *b)
{
	return b->since > r->now - REPORT_DAY;
}

/* One that never began is the mark of a prefix that is allowed for a time. */
static bool
has_ended(const struct report *r, const struct ban *b)
{
	return b->state == BAN_ENDED && b->since != 0 &&
	    b->released > r->now - REPORT_DAY;
}

static void
gather_bans(const struct report *r, struct report_bans *bans,
    bool (*choice)(const struct report *, const struct ban *))
{
	const struct answer *a = r->answer;
	size_t i;

	bans->n = 0;
	bans->list = calloc(a->nbans + 1, sizeof(*bans->list));
	if (bans->list == NULL)
		err(1, NULL);
	for (i = 0; i < a->nbans; i++)
		if (choice(r, &a->bans[i]))
			bans->list[bans->n++] = a->bans[i];
}

/* At half of the threshold or more; they are sorted. */
static size_t
count_close(const struct answer *a)
{
	size_t n = 0;

	while (n < a->noffenders &&
	    (uint64_t)a->offenders[n].count * 2 >= a->offenders[n].threshold)
		n++;
	return n;
}

/* The daemon remembers names for a week. */
static size_t
keep_accounts(struct answer *a, int64_t now)
{
	size_t i, n = 0;

	for (i = 0; i < a->naccounts; i++)
		if (a->accounts[i].last > now - REPORT_DAY)
			a->accounts[n++] = a->accounts[i];
	a->naccounts = n;
	return n;
}

static void
hours_add(struct report_hours *h, unsigned ago, unsigned category, uint64_t n)
{
	h->of[ago][category] += n;
	h->in_hour[ago] += n;
	h->by_category[category] += n;
	h->all += n;
}

static void
gather_hours(struct report *r)
{
	const struct ban *b = r->banned.list;
	int64_t ago;
	unsigned c, i;
	size_t n;

	memset(&r->failures, 0, sizeof(r->failures));
	memset(&r->bans, 0, sizeof(r->bans));
	for (i = 0; i < REPORT_HOURS; i++)
		for (c = 0; c < CATEGORY_COUNT; c++)
			hours_add(&r->failures, i, c,
			    r->answer->status.hours[i][c]);
	for (n = 0; n < r->banned.n; n++) {
		ago = r->now / 3600 - b[n].since / 3600;
		if (ago >= 0 && ago < REPORT_HOURS &&
		    b[n].category < CATEGORY_COUNT)
			hours_add(&r->bans, (unsigned)ago, b[n].category, 1);
	}
}

void
report_gather(struct report *r)
{
	struct answer *a = r->answer;

	show_sort_bans(a->bans, a->nbans);
	show_sort_offenders(a->offenders, a->noffenders);
	gather_bans(r, &r->banned, is_new);
	gather_bans(r, &r->ended, has_ended);
	r->nclose = count_close(a);
	r->naccounts = keep_accounts(a, r->now);
	r->networks = networks_sum(a, &r->nnetworks);
	gather_hours(r);
}

void
report_free(struct report *r)
{
	free(r->banned.list);
	free(r->ended.list);
	free(r->networks);
	r->banned.list = r->ended.list = NULL;
	r->networks = NULL;
}

const char *
report_hour(const struct report *r, unsigned ago, char buf[REPORT_HOUR_LEN])
{
	time_t t = (time_t)(r->now - (int64_t)ago * 3600);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, REPORT_HOUR_LEN, "%H:00", &tm) == 0)
		strlcpy(buf, "??:??", REPORT_HOUR_LEN);
	return buf;
}

/* So many of something, if there are any. */
static void
health_count(FILE *out, report_line line, uint64_t n, const char *of_what)
{
	char text[TEXT_LEN];

	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " %s", n, of_what);
	line(out, "", text);
}

static void
health_logs(const struct report *r, FILE *out, report_line line)
{
	const struct ctl_log_record *log;
	char path[MSG_PATH_LEN * 2], text[TEXT_LEN], rel[WHEN_STRLEN];
	size_t i;

	for (i = 0; i < r->answer->nlogs; i++) {
		log = &r->answer->logs[i];
		if (log->present == 0)
			continue; /* a remark or a fault tells of it */
		when_relative(log->last_line, r->now, rel);
		path[0] = '\0';
		escape_append(path, sizeof(path), log->path);
		snprintf(text, sizeof(text),
		    "log %s: last line %s, %" PRIu64 " bytes behind", path,
		    rel[0] != '\0' ? rel : "not yet seen", log->behind);
		line(out, "", text);
	}
}

static void
health_wrong(const struct report *r, FILE *out, report_line line)
{
	static struct wrong wrong[WRONG_MAX], remarks[WRONG_REMARKS];
	char text[WRONG_LINE_LEN];
	size_t i, n = wrong_collect(r->answer, wrong);

	for (i = 0; i < n; i++)
		line(out, "wrong", wrong_line(&wrong[i], r->now, text));
	n = wrong_remark(r->answer, r->now, remarks);
	for (i = 0; i < n; i++)
		line(out, "remark", wrong_line(&remarks[i], r->now, text));
}

void
report_health(const struct report *r, FILE *out, report_line line)
{
	const struct ctl_status_record *s = &r->answer->status;
	char text[WRONG_LINE_LEN], span[WHEN_STRLEN];
	uint64_t up = 0;
	unsigned i;

	if (r->now > s->enforcer.started)
		up = (uint64_t)r->now - (uint64_t)s->enforcer.started;
	snprintf(text, sizeof(text),
	    "smtpband is up for %s, %" PRIu64 " lines read",
	    when_span(up, span), s->lines);
	line(out, "", text);
	health_logs(r, out, line);
	health_count(out, line, s->enforcer.refused, "bans refused");
	health_count(out, line, s->enforcer.healed,
	    "routes removed by others, put back");
	health_count(out, line, s->enforcer.foreign,
	    "bans where another's route stands");
	health_wrong(r, out, line);
	for (i = 0; i < r->nhints; i++)
		line(out, "hint", r->hints[i]);
	if (s->enforcer.error[0] != '\0')
		line(out, "last error",
		    wrong_last_line(when_local(s->enforcer.error_at, span),
			s->enforcer.error, text));
}
