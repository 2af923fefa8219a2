#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "msg_fault.h"
#include "smtpband.h"

/* Between two lines of one kind, at least. */
#define CHANGED_MS 10000   /* for another reason */
#define BEGUN_MS   60000   /* when it was over in between */
#define LASTING_MS 3600000 /* as a reminder */

/* Something that happens every few seconds shall not fill the log. */
static void
fault_say(struct enforcer *e, enum msg_fault_kind kind)
{
	struct fault_said *said = &e->faults[kind];
	const char *why = e->counters.fault[kind].why;
	int64_t now = clock_ms(), rest = LASTING_MS;

	if (!said->begun)
		rest = BEGUN_MS;
	if (strcmp(why, said->why) != 0)
		rest = CHANGED_MS;
	if (said->at != 0 && now - said->at < rest)
		return;
	said->at = now;
	said->begun = true;
	strlcpy(said->why, why, sizeof(said->why));
	log_warnx("%s", e->counters.error);
}

void
fault_begin(struct enforcer *e, enum msg_fault_kind kind, const char *fmt, ...)
{
	struct msg_counters *c = &e->counters;
	struct msg_fault *f = &c->fault[kind];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	snprintf(c->error, sizeof(c->error), "%s: %s", msg_fault_name(kind),
	    f->why);
	c->error_at = clock_wall();
	c->errors++;
	if (f->since == 0)
		f->since = c->error_at;
	fault_say(e, kind);
}

void
fault_end(struct enforcer *e, enum msg_fault_kind kind)
{
	if (e->faults[kind].begun)
		log_info("%s: over", msg_fault_name(kind));
	e->faults[kind].begun = false;
	e->counters.fault[kind].since = 0;
}

void
fault_notify(const struct enforcer *e)
{
	const struct msg_fault *f = e->counters.fault;
	char state[MSG_REASON_LEN * 2];
	size_t kind = 0;

	while (kind < MSG_FAULTS && f[kind].since == 0)
		kind++;
	snprintf(state, sizeof(state), "WATCHDOG=1\nSTATUS=%zu bans; %s%s%s",
	    e->bans.active.n,
	    kind < MSG_FAULTS ? msg_fault_name(kind) : "all well",
	    kind < MSG_FAULTS ? ": " : "",
	    kind < MSG_FAULTS ? f[kind].why : "");
	notify_send(state);
}
