#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "msg_fault.h"
#include "outage.h"
#include "show.h"
#include "when.h"
#include "wrong.h"

#define QUIET_LONG 86400 /* no line for so many seconds is odd */

static void
wrong_fault(const struct msg_counters *c, unsigned kind, struct wrong *w)
{
	memset(w, 0, sizeof(*w));
	strlcpy(w->what, msg_fault_name(kind), sizeof(w->what));
	strlcpy(w->why, c->fault[kind].why, sizeof(w->why));
	w->since = c->fault[kind].since;
	if (kind == MSG_FAULT_LEDGER && c->unwritten != 0)
		snprintf(w->more, sizeof(w->more), "%" PRIu64 " changes wait",
		    c->unwritten);
	if (kind == MSG_FAULT_CONF)
		strlcpy(w->more, "the old one holds", sizeof(w->more));
	if (kind == MSG_FAULT_ROUTES && c->unrouted != 0)
		snprintf(w->what, sizeof(w->what),
		    "%" PRIu64 " bans have no route", c->unrouted);
}

static void
wrong_log(const struct ctl_log_record *log, const char *how, struct wrong *w)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->what, sizeof(w->what), "log %s %s", log->path, how);
	if (log->error != 0)
		strlcpy(w->why, msg_log_error((int)log->error), sizeof(w->why));
	w->since = log->since;
}

/* Its reader cannot call a syslogd that came after it. */
static void
wrong_unlogged(uint64_t lines, struct wrong *w)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->what, sizeof(w->what),
	    "%" PRIu64 " lines of smtpban-parser are not in the system's log",
	    lines);
	strlcpy(w->why, "syslogd does not take them", sizeof(w->why));
	strlcpy(w->more, "if that was restarted, restart smtpband",
	    sizeof(w->more));
}

/* It was asked for, and is not there: it is waited for. */
static bool
is_absent(const struct ctl_log_record *log)
{
	return log->present == 0 && log->error == ENOENT;
}

/* Waiting for a log is no fault while there is another one to follow. */
static bool
all_absent(const struct answer *a)
{
	size_t i = 0;

	while (i < a->nlogs && is_absent(&a->logs[i]))
		i++;
	return i == a->nlogs;
}

size_t
wrong_collect(const struct answer *a, struct wrong w[WRONG_MAX])
{
	const struct msg_counters *c = &a->status.enforcer;
	bool none = all_absent(a);
	unsigned kind;
	size_t i, n = 0;

	for (kind = 0; kind < MSG_FAULTS; kind++)
		if (c->fault[kind].since != 0)
			wrong_fault(c, kind, &w[n++]);
	if (a->status.unlogged != 0)
		wrong_unlogged(a->status.unlogged, &w[n++]);
	for (i = 0; i < a->nlogs && n < WRONG_MAX; i++)
		if (is_absent(&a->logs[i]) ? none : a->logs[i].error != 0)
			wrong_log(&a->logs[i], "cannot be read", &w[n++]);
		else if (a->logs[i].unwatched != 0)
			wrong_log(&a->logs[i],
			    "cannot be watched, and is read every few seconds",
			    &w[n++]);
	return n;
}

static void
remark_log(const struct ctl_log_record *log, int64_t now, struct wrong *w,
    size_t *n)
{
	if (is_absent(log)) {
		wrong_log(log, "is missing", &w[*n]);
		strlcpy(w[(*n)++].why, "it is waited for", sizeof(w->why));
	} else if (log->present != 0 && log->last_line != 0 &&
	    log->last_line < now - QUIET_LONG) {
		wrong_log(log, "has no new line", &w[*n]);
		strlcpy(w[*n].more, "does the mail server log elsewhere?",
		    sizeof(w->more));
		w[(*n)++].since = log->last_line;
	}
}

static void
remark_clock(const struct msg_counters *c, int64_t now, struct wrong *w)
{
	uint64_t by = (uint64_t)c->clock_by;
	char span[WHEN_STRLEN], rel[WHEN_STRLEN];

	memset(w, 0, sizeof(*w));
	snprintf(w->what, sizeof(w->what), "the clock jumped %s by %s, %s",
	    c->clock_by < 0 ? "back" : "forward",
	    when_span(c->clock_by < 0 ? 0 - by : by, span),
	    when_relative(c->clock_set, now, rel));
}

static void
remark_outage(const struct ctl_status_record *s, struct wrong *w)
{
	memset(w, 0, sizeof(*w));
	strlcpy(w->what, "failures to log in are not counted", sizeof(w->what));
	snprintf(w->why, sizeof(w->why),
	    "%s%" PRIu32 " known clients fail, as if passwords could not be "
	    "checked",
	    s->outage_clients < OUTAGE_VOICES ? "" : "at least ",
	    s->outage_clients);
	w->since = s->outage;
}

static void
remark_proxy(const struct ctl_status_record *s, struct wrong *w)
{
	char buf[PREFIX_STRLEN];

	memset(w, 0, sizeof(*w));
	snprintf(w->what, sizeof(w->what),
	    "%s makes most of the good logins, and is banned",
	    prefix_format(&s->proxy, buf));
	strlcpy(w->more, "smtpbanctl unban releases it", sizeof(w->more));
}

size_t
wrong_remark(const struct answer *a, int64_t now, struct wrong w[WRONG_REMARKS])
{
	const struct ctl_status_record *s = &a->status;
	bool none = all_absent(a);
	size_t i, n = 0;

	for (i = 0; i < a->nlogs && n < MSG_LOGS_MAX && !none; i++)
		remark_log(&a->logs[i], now, w, &n);
	if (s->enforcer.clock_set != 0)
		remark_clock(&s->enforcer, now, &w[n++]);
	if (s->outage != 0)
		remark_outage(s, &w[n++]);
	if (s->proxy.family != 0 && s->proxy_banned != 0)
		remark_proxy(s, &w[n++]);
	if (s->offenders_lost != 0) {
		memset(&w[n], 0, sizeof(w[n]));
		snprintf(w[n++].what, sizeof(w->what),
		    "%" PRIu64 " clients were dropped from the full table of "
		    "offenders before their time",
		    s->offenders_lost);
	}
	return n;
}

const char *
wrong_last_line(const char *when, const char *error, char line[WRONG_LINE_LEN])
{
	line[0] = '\0';
	if (when[0] != '\0') {
		strlcat(line, when, WRONG_LINE_LEN);
		strlcat(line, ": ", WRONG_LINE_LEN);
	}
	escape_append(line, WRONG_LINE_LEN, error);
	return line;
}

void
wrong_show_last(FILE *out, const char *label, const char *when,
    const char *error)
{
	char line[WRONG_LINE_LEN];

	show_wrapped(out, label, wrong_last_line(when, error, line));
}

const char *
wrong_line(const struct wrong *w, int64_t now, char line[WRONG_LINE_LEN])
{
	char span[WHEN_STRLEN];

	line[0] = '\0';
	escape_append(line, WRONG_LINE_LEN, w->what);
	if (w->since != 0 && w->since <= now) {
		strlcat(line, " for ", WRONG_LINE_LEN);
		strlcat(line,
		    when_span((uint64_t)now - (uint64_t)w->since, span),
		    WRONG_LINE_LEN);
	}
	if (w->why[0] != '\0') {
		strlcat(line, ": ", WRONG_LINE_LEN);
		escape_append(line, WRONG_LINE_LEN, w->why);
	}
	if (w->more[0] != '\0') {
		strlcat(line, " (", WRONG_LINE_LEN);
		strlcat(line, w->more, WRONG_LINE_LEN);
		strlcat(line, ")", WRONG_LINE_LEN);
	}
	return line;
}

void
wrong_show(FILE *out, const char *label, enum colour colour,
    const struct wrong *w, int64_t now)
{
	char line[WRONG_LINE_LEN];

	fputs(colour_begin(out, colour), out);
	show_wrapped(out, label, wrong_line(w, now, line));
	fputs(colour_end(out, colour), out);
}

void
wrong_json(struct json *j, const char *key, const struct wrong *w, size_t n)
{
	size_t i;

	json_array(j, key);
	for (i = 0; i < n; i++) {
		json_object(j, NULL);
		json_string(j, "what", w[i].what);
		json_string(j, "why", w[i].why[0] != '\0' ? w[i].why : NULL);
		json_time(j, "since", w[i].since);
		json_end(j);
	}
	json_end(j);
}
