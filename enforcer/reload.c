#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "detach.h"
#include "smtpband.h"

/* Log an error, and gather it for who asked. */
static void
gather(void *arg, const char *line)
{
	struct msg_text *errors = arg;

	log_warnx("%s", line);
	if (errors->text[0] != '\0')
		strlcat(errors->text, "\n", sizeof(errors->text));
	strlcat(errors->text, line, sizeof(errors->text));
}

struct conf *
reload_read(const char *path, const struct conf *old, struct msg_text *errors)
{
	struct conf *conf;

	errors->text[0] = '\0';
	if ((conf = conf_read(path, true, gather, errors)) == NULL)
		return NULL;
	conf_default_logs(conf, old);
	return conf;
}

/* What only a new process can take. */
static const char *
fixed_setting(const struct conf *a, const struct conf *b)
{
	if (strcmp(a->database, b->database) != 0)
		return "database";
	if (strcmp(a->control, b->control) != 0)
		return "control";
	if (conf_has_log(b, MSG_JOURNAL) && !conf_has_log(a, MSG_JOURNAL))
		return "log journal";
	return strcmp(a->user, b->user) != 0 ? "user" : NULL;
}

/* Read the new configuration and see that all of it can be taken. */
static struct conf *
acceptable(struct enforcer *e, struct msg_text *errors)
{
	const char *fixed;
	struct conf *new;
	char line[128];

	if ((new = reload_read(e->conf_path, e->conf, errors)) == NULL)
		return NULL;
	if ((fixed = fixed_setting(e->conf, new)) != NULL)
		snprintf(line, sizeof(line),
		    "\"%s\" cannot change without a restart", fixed);
	else if (exporter_move(e, new) == -1)
		snprintf(line, sizeof(line), "metrics: %s port %u: %s",
		    new->metrics_address, new->metrics_port, strerror(errno));
	else if (sources_configure(&e->sources, new) == -1) {
		snprintf(line, sizeof(line), "watching logs: %s",
		    strerror(errno));
		exporter_stay(e);
	} else
		return new;
	gather(errors, line);
	conf_free(new);
	return NULL;
}

/* Routes of the old kind go before those of the new one come. */
static void
change_kind(struct enforcer *e, const struct conf *new)
{
	struct route_kind kind, old;

	route_kind_of(e->conf, &old);
	route_kind_of(new, &kind);
	if (old.type == kind.type && old.protocol == kind.protocol &&
	    old.table == kind.table)
		return;
	reconcile_clear(e);
	old.table = RT_TABLE_MAIN; /* which needs no rule */
	route_set_kind(e->route, &old);
	if (route_keep_rules(e->route, NULL, 0) == -1)
		log_warn("rules of table %u", e->conf->route_table);
	route_set_kind(e->route, &kind);
}

static void
take(struct enforcer *e, struct conf *new)
{
	struct ban_entry *entry;

	change_kind(e, new);
	conf_free(e->conf);
	e->conf = new;
	e->bans.limit = new->limit_bans;
	BANS_FOREACH(entry, &e->bans)
		bans_settle(&e->bans, entry, ban_due(&entry->ban, new));
	if (hostaddr_refresh(e->host) == -1)
		clock_plan(&e->refresh_at, clock_ms());
	release_refused(e);
	(void)reconcile(e);
	reply_conf(e);
	exporter_take(e);
	reply_watches(e);
}

void
reload(struct enforcer *e, uint32_t id)
{
	struct msg_text errors;
	struct conf *new;

	turn_commit(e);
	if ((new = acceptable(e, &errors)) == NULL) {
		fault_begin(e, MSG_FAULT_CONF, "%.*s",
		    (int)strcspn(errors.text, "\n"), errors.text);
		reply_send(e, MSG_FAILED, id, &errors, sizeof(errors), -1);
		return;
	}
	take(e, new);
	fault_end(e, MSG_FAULT_CONF);
	log_info("the configuration was read again");
	reply_done(e, id, 0);
}

void
reload_tell(struct enforcer *e)
{
	const struct ban_entry *entry;

	reply_conf(e);
	reply_send(e, MSG_LISTENER, 0, NULL, 0, e->listener);
	close(e->listener);
	if (e->metrics != -1)
		reply_send(e, MSG_METRICS, 0, NULL, 0, e->metrics);
	e->told = true;
	BANS_FOREACH(entry, &e->bans)
		reply_state(e, &entry->ban, 0);
	reply_watches(e);
	reply_send(e, MSG_READY, 0, NULL, 0, -1);
	notify_send("READY=1");
	log_init("smtpband", e->target, log_level());
	detach_ready(e->conf->control);
}
