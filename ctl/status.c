/* smtpbanctl status: how the daemon is doing, on one screen. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "hints.h"
#include "log.h"
#include "msg_fault.h"
#include "show.h"
#include "when.h"
#include "wrong.h"

#define LABEL "%-11s"

/* As with check: 1 is an answer, "something is wrong". */
#define STATUS_UNKNOWN 2

/* All that is printed. */
struct status {
	const struct answer *answer;
	int64_t now;
	struct wrong wrong[WRONG_MAX];
	size_t nwrong;
	struct wrong remarks[WRONG_REMARKS];
	size_t nremarks;
	const char *hints[HINTS_MAX];
	unsigned nhints;
};

static const char *
level_name(int32_t level)
{
	return level <= LOG_BRIEF ? "brief" :
	    level == LOG_NORMAL   ? "normal" :
				    "verbose";
}

static void
status_log_json(struct json *j, const struct ctl_log_record *log)
{
	json_object(j, NULL);
	json_string(j, "path", log->path);
	json_bool(j, "present", log->present != 0);
	json_string(j, "error",
	    log->error != 0 ? msg_log_error((int)log->error) : NULL);
	json_number(j, "behind", log->behind);
	json_time(j, "last_line", log->last_line);
	json_number(j, "lines", log->lines);
	json_time(j, "since", log->since);
	json_bool(j, "watched", log->unwatched == 0);
	json_end(j);
}

static void
status_counters_json(struct json *j, const struct ctl_status_record *s)
{
	json_number(j, "lines", s->lines);
	json_number(j, "cut", s->cut);
	show_counts_json(j, "events", s->events);
	json_number(j, "logins", s->events[CATEGORY_NONE]);
	json_number(j, "offenders", s->offenders);
	json_number(j, "offenders_limit", s->offenders_limit);
	json_number(j, "offenders_lost", s->offenders_lost);
	json_number(j, "bans", s->enforcer.bans);
	json_number(j, "banned", s->enforcer.banned);
	json_number(j, "released", s->enforcer.released);
	json_number(j, "remembered", s->enforcer.remembered);
	json_number(j, "refused", s->enforcer.refused);
	json_number(j, "healed", s->enforcer.healed);
	json_number(j, "disconnected", s->enforcer.disconnected);
	json_number(j, "foreign", s->enforcer.foreign);
	json_number(j, "unrouted", s->enforcer.unrouted);
	json_number(j, "exempt", s->enforcer.exempt);
	json_number(j, "unwritten", s->enforcer.unwritten);
	json_number(j, "ledger_bytes", s->enforcer.ledger_bytes);
	json_time(j, "clock_set", s->enforcer.clock_set);
	json_integer(j, "clock_by", s->enforcer.clock_by);
}

static void
status_friends_json(struct json *j, const struct ctl_status_record *s)
{
	if (s->outage != 0) {
		json_object(j, "outage");
		json_time(j, "since", s->outage);
		json_number(j, "clients", s->outage_clients);
		json_end(j);
	} else
		json_null(j, "outage");
	if (s->proxy.family != 0) {
		json_object(j, "proxy");
		json_prefix(j, "address", &s->proxy);
		json_number(j, "logins", s->proxy_logins);
		json_number(j, "of", s->logins_of);
		json_bool(j, "banned", s->proxy_banned != 0);
		json_end(j);
	} else
		json_null(j, "proxy");
}

static void
status_json(const struct status *st)
{
	const struct answer *a = st->answer;
	const struct ctl_status_record *s = &a->status;
	struct json j;
	size_t i;

	json_begin(&j, stdout);
	json_object(&j, NULL);
	wrong_json(&j, "wrong", st->wrong, st->nwrong);
	wrong_json(&j, "remarks", st->remarks, st->nremarks);
	json_time(&j, "since", s->enforcer.started);
	json_time(&j, "now", s->now);
	json_bool(&j, "replaying", s->replaying != 0);
	json_string(&j, "log", level_name(s->level));
	json_array(&j, "logs");
	for (i = 0; i < a->nlogs; i++)
		status_log_json(&j, &a->logs[i]);
	json_end(&j);
	status_counters_json(&j, s);
	status_friends_json(&j, s);
	json_array(&j, "hints");
	for (i = 0; i < st->nhints; i++)
		json_string(&j, NULL, st->hints[i]);
	json_end(&j);
	json_string(&j, "error",
	    s->enforcer.error[0] != '\0' ? s->enforcer.error : NULL);
	json_time(&j, "error_at", s->enforcer.error_at);
	json_end(&j);
}

static void
status_log(const struct ctl_log_record *log, int64_t now)
{
	char at[WHEN_STRLEN], rel[WHEN_STRLEN];

	printf(LABEL, "log");
	show_text(stdout, log->path, true);
	printf(LABEL, "");
	if (log->present == 0) {
		printf("waited for: %s\n",
		    msg_log_error(log->error != 0 ? (int)log->error : 2));
		return;
	}
	printf("%" PRIu64 " lines, %" PRIu64 " bytes behind, last line %s",
	    log->lines, log->behind, when_local(log->last_line, at));
	when_relative(log->last_line, now, rel);
	if (rel[0] != '\0')
		printf(" (%s)", rel);
	putchar('\n');
}

static void
status_counters(const struct ctl_status_record *s)
{
	const struct msg_counters *e = &s->enforcer;
	char counts[SHOW_COUNTS_LEN];

	show_counts(s->events, counts);
	printf(LABEL "%" PRIu64, "lines", s->lines);
	if (s->cut != 0)
		printf(", %" PRIu64 " too long and cut", s->cut);
	printf("\n" LABEL "%s\n", "events",
	    counts[0] != '\0' ? counts : "none");
	printf(LABEL "%" PRIu64 " good\n", "logins", s->events[CATEGORY_NONE]);
	printf(LABEL "%" PRIu64 " of at most %" PRIu64 "\n", "offenders",
	    s->offenders, s->offenders_limit);
	printf(LABEL "%" PRIu64 " active, %" PRIu64 " remembered; %" PRIu64
		     " made and %" PRIu64 " released since the start\n",
	    "bans", e->bans, e->remembered, e->banned, e->released);
	printf(LABEL "%" PRIu64 " connections of banned clients\n", "ended",
	    e->disconnected);
	printf(LABEL "%" PRIu64 " requests\n", "refused", e->refused);
	printf(LABEL "%" PRIu64 " routes that others removed\n", "healed",
	    e->healed);
	printf(LABEL "%" PRIu64 " bans where another's route stands\n",
	    "foreign", e->foreign);
	if (e->exempt != 0)
		printf(LABEL "%" PRIu64 " whitelist entries, within banned "
			     "networks too\n",
		    "exempt", e->exempt);
	printf(LABEL "%" PRIu64 " bytes", "ledger", e->ledger_bytes);
	if (e->unwritten != 0)
		printf(", %" PRIu64 " changes not written", e->unwritten);
	putchar('\n');
}

static void
status_proxy(const struct ctl_status_record *s)
{
	char buf[PREFIX_STRLEN];

	if (s->proxy.family == 0)
		return;
	printf(LABEL "%s: %" PRIu32 " of %" PRIu32
		     " good logins in a week; %s\n",
	    "proxy", prefix_format(&s->proxy, buf), s->proxy_logins,
	    s->logins_of, s->proxy_banned != 0 ? "banned" : "never banned");
}

static void
status_error(const struct msg_counters *c, int64_t now)
{
	char rel[WHEN_STRLEN];

	if (c->error[0] == '\0')
		printf(LABEL "none\n", "last error");
	else
		wrong_show_last(stdout, "last error ",
		    when_relative(c->error_at, now, rel), c->error);
}

/* What is wrong now comes first. */
static void
status_health(const struct status *st, bool quiet)
{
	size_t i;

	if (st->nwrong == 0)
		printf("%sall well%s\n", colour_begin(stdout, COLOUR_GOOD),
		    colour_end(stdout, COLOUR_GOOD));
	for (i = 0; i < st->nwrong; i++)
		wrong_show(stdout, "wrong: ", COLOUR_WRONG, &st->wrong[i],
		    st->now);
	for (i = 0; i < st->nremarks && !quiet; i++)
		wrong_show(stdout, "remark: ", COLOUR_REMARK, &st->remarks[i],
		    st->now);
}

static void
status_text(const struct status *st, bool quiet)
{
	const struct answer *a = st->answer;
	const struct ctl_status_record *s = &a->status;
	char at[WHEN_STRLEN], rel[WHEN_STRLEN];
	size_t i;

	status_health(st, quiet);
	printf(LABEL "%s (%s)%s\n", "up since",
	    when_local(s->enforcer.started, at),
	    when_relative(s->enforcer.started, st->now, rel),
	    s->replaying != 0 ? ", still reading what the log has" : "");
	for (i = 0; i < a->nlogs; i++)
		status_log(&a->logs[i], st->now);
	status_counters(s);
	status_proxy(s);
	printf(LABEL "%s\n", "verbosity", level_name(s->level));
	for (i = 0; i < st->nhints && !quiet; i++)
		show_wrapped(stdout, "hint       ", st->hints[i]);
	status_error(&s->enforcer, st->now);
}

int
command_status(const struct invocation *v)
{
	static struct status st;
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, CTL_STATUS, NULL, 0, &a) == -1)
		return STATUS_UNKNOWN;
	if (!a.has_status) {
		show_warn_senseless("status");
		client_free(&a);
		return STATUS_UNKNOWN;
	}
	st.answer = &a;
	st.now = v->now;
	st.nwrong = wrong_collect(&a, st.wrong);
	st.nremarks = wrong_remark(&a, v->now, st.remarks);
	st.nhints = hints_collect("", a.status.rules != 0, st.hints);
	if (v->json)
		status_json(&st);
	else
		status_text(&st, v->quiet);
	client_free(&a);
	return st.nwrong == 0 ? COMMAND_OK : COMMAND_FAILED;
}
