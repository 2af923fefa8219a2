/* smtpbanctl status: how the daemon is doing, on one screen. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "hints.h"
#include "log.h"
#include "show.h"
#include "when.h"

#define LABEL "%-11s"

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
	    log->error != 0 ? strerror((int)log->error) : NULL);
	json_number(j, "behind", log->behind);
	json_time(j, "last_line", log->last_line);
	json_number(j, "lines", log->lines);
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
	json_number(j, "bans", s->enforcer.bans);
	json_number(j, "banned", s->enforcer.banned);
	json_number(j, "released", s->enforcer.released);
	json_number(j, "remembered", s->enforcer.remembered);
	json_number(j, "refused", s->enforcer.refused);
	json_number(j, "healed", s->enforcer.healed);
	json_number(j, "foreign", s->enforcer.foreign);
	json_number(j, "ledger_bytes", s->enforcer.ledger_bytes);
}

static void
status_json(const struct answer *a, const char **hints, unsigned nhints)
{
	const struct ctl_status_record *s = &a->status;
	struct json j;
	size_t i;

	json_begin(&j, stdout);
	json_object(&j, NULL);
	json_time(&j, "since", s->enforcer.started);
	json_time(&j, "now", s->now);
	json_bool(&j, "replaying", s->replaying != 0);
	json_string(&j, "log", level_name(s->level));
	json_array(&j, "logs");
	for (i = 0; i < a->nlogs; i++)
		status_log_json(&j, &a->logs[i]);
	json_end(&j);
	status_counters_json(&j, s);
	json_array(&j, "hints");
	for (i = 0; i < nhints; i++)
		json_string(&j, NULL, hints[i]);
	json_end(&j);
	json_string(&j, "error",
	    s->enforcer.error[0] != '\0' ? s->enforcer.error : NULL);
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
		    strerror(log->error != 0 ? (int)log->error : 2));
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
	printf(LABEL "%" PRIu64 " requests\n", "refused", e->refused);
	printf(LABEL "%" PRIu64 " routes that others removed\n", "healed",
	    e->healed);
	printf(LABEL "%" PRIu64 " bans where another's route stands\n",
	    "foreign", e->foreign);
	printf(LABEL "%" PRIu64 " bytes\n", "ledger", e->ledger_bytes);
}

static void
status_text(const struct answer *a, const char **hints, unsigned nhints,
    int64_t now)
{
	const struct ctl_status_record *s = &a->status;
	char at[WHEN_STRLEN], rel[WHEN_STRLEN];
	size_t i;

	printf(LABEL "%s (%s)%s\n", "up since",
	    when_local(s->enforcer.started, at),
	    when_relative(s->enforcer.started, now, rel),
	    s->replaying != 0 ? ", still reading what the log has" : "");
	for (i = 0; i < a->nlogs; i++)
		status_log(&a->logs[i], now);
	status_counters(s);
	printf(LABEL "%s\n", "verbosity", level_name(s->level));
	for (i = 0; i < nhints; i++)
		show_wrapped(stdout, "hint       ", hints[i]);
	printf(LABEL, "last error");
	show_text(stdout,
	    s->enforcer.error[0] != '\0' ? s->enforcer.error : "none", true);
}

int
command_status(const struct invocation *v)
{
	const char *hints[HINTS_MAX];
	struct answer a = { 0 };
	unsigned nhints;

	if (client_ask(v->socket, v->name, CTL_STATUS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	if (!a.has_status) {
		warnx("status: the daemon's answer makes no sense");
		client_free(&a);
		return COMMAND_FAILED;
	}
	nhints = hints_collect("", hints);
	if (v->json)
		status_json(&a, hints, nhints);
	else
		status_text(&a, hints, v->quiet ? 0 : nhints, v->now);
	client_free(&a);
	return COMMAND_OK;
}
