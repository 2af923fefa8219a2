#include <errno.h>
#include <linux/rtnetlink.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl_socket.h"
#include "detach.h"
#include "loop.h"
#include "smtpband.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define START_MS    30000 /* a parser that is not confined then hangs */

static int
usage(void)
{
	fprintf(stderr, "usage: smtpband [-dnqv] [-f file]\n");
	return 1;
}

static void
print_error(void *arg, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

/* smtpband -n */
static int
check_conf(const char *path)
{
	struct conf *conf = conf_read(path, true, print_error, NULL);

	if (conf == NULL)
		return 1;
	conf_free(conf);
	printf("configuration OK\n");
	return 0;
}

static void
load(void *arg, const struct ban *ban)
{
	struct enforcer *e = arg;
	struct ban_entry *entry = bans_find(&e->bans, &ban->prefix);

	if (entry == NULL)
		entry = bans_insert(&e->bans, &ban->prefix);
	entry->ban = *ban;
	bans_settle(&e->bans, entry, ban_due(ban, e->conf));
}

/* A route of ours that the ledger does not tell of becomes a ban. */
static void
adopt(void *arg, const struct prefix *p, const struct route_kind *kind)
{
	struct enforcer *e = arg;

	if (kind->type != RTN_THROW && bans_find(&e->bans, p) == NULL)
		ban_begin(&turn_touch(e, p, 0)->ban, e->conf, CATEGORY_MANUAL,
		    0, 0, clock_wall());
}

/* Bans whose records are gone may still have their routes. */
static void
restore_damaged(struct enforcer *e, int damaged)
{
	struct msg_counters *c = &e->counters;
	size_t before = e->bans.active.n;

	if (route_dump(e->route, adopt, e) == -1)
		log_warn("listing routes");
	turn_commit(e);
	if (e->bans.active.n > before)
		log_warnx("%zu bans are known by their routes only",
		    e->bans.active.n - before);
	if (damaged == -1) /* it is the first start, perhaps */
		return;
	strlcpy(c->error, "ledger damaged: bans may be missing",
	    sizeof(c->error));
	c->error_at = clock_wall();
	c->errors++;
}

/* Bring back what was there before: from the ledger, then in the kernel. */
static void
restore(struct enforcer *e)
{
	int damaged = 0;

	e->ledger = ledger_open(e->conf->database, &e->bans, load, e, &damaged);
	if (e->ledger == NULL)
		exit(1);
	if (damaged != 0)
		restore_damaged(e, damaged);
	skew_start(e);
	if (e->skew.hold_at == 0)
		(void)release_due(e);
	release_refused(e);
	(void)reconcile(e);
	log_info("%zu bans restored, %zu ended ones remembered",
	    e->bans.active.n, e->bans.ended.n);
}

static void
start(struct enforcer *e)
{
	struct route_kind kind;

	e->counters.started = clock_wall();
	bans_init(&e->bans, e->conf->limit_bans);
	route_kind_of(e->conf, &kind);
	if ((e->host = hostaddr_open(RESOLV_CONF)) == NULL ||
	    (e->route = route_open(&kind)) == NULL)
		exit(1);
	disconnect_open(&e->disconnect);
	if ((e->listener = ctl_listen(e->conf->control)) == -1)
		fatal("control socket %s%s", e->conf->control,
		    errno == EADDRINUSE ? " of another smtpband" : "");
	exporter_open(e);
	restore(e);
	if (sources_configure(&e->sources, e->conf) == -1)
		fatal("watching logs");
	journal_start(e);
	e->parser = spawn_parser(e->conf->user, e->target, &e->channel);
	e->confined_by = clock_ms() + START_MS;
	sandbox_enter();
}

/*
 * The parser ends when it sees our end closed: leave nothing behind.  Returns
 * the exit status: not 0 if the ledger lacks something.
 */
static int
stop(struct enforcer *e)
{
	int i, status = turn_write(e) != 0;

	notify_send("STOPPING=1");
	log_info("stopping; routes stay");
	close(e->channel);
	for (i = 0; i < 100 && waitpid(e->parser, NULL, WNOHANG) == 0; i++)
		(void)usleep(10000);
	ledger_close(e->ledger);
	(void)unlink(e->conf->control);
	detach_end();
	return status;
}

static int
run(struct enforcer *e, bool debug, int level)
{
	struct msg_text errors;
	int signals;

	umask(022);
	log_init("smtpband", LOG_TO_STDERR, level);
	if (geteuid() != 0)
		fatalx("must be started as root (only -n need not)");
	if ((e->conf = reload_read(e->conf_path, NULL, &errors)) == NULL)
		return 1;
	if (getpwnam(e->conf->user) == NULL)
		fatalx("user \"%s\" does not exist, see useradd(8)",
		    e->conf->user);
	e->target = notify_open() ? LOG_TO_MANAGER : LOG_TO_SYSLOG;
	if (debug)
		e->target = LOG_TO_STDERR;
	if (e->target == LOG_TO_SYSLOG) {
		detach_begin(); /* who started us still sees what is wrong */
		log_open();
	} else
		log_init("smtpband", e->target, level);
	signals = loop_signals();
	start(e);
	loop_run(e, signals);
	return stop(e);
}

int
main(int argc, char *argv[])
{
	static struct enforcer e;
	bool debug = false, check = false;
	int ch, level = 0;

	detach_fill_descriptors();
	if (access(CONF_FILE, F_OK) == 0)
		e.conf_path = CONF_FILE;
	while ((ch = getopt(argc, argv, "df:nqv")) != -1) {
		if (ch == 'd')
			debug = true;
		else if (ch == 'f')
			e.conf_path = optarg;
		else if (ch == 'n')
			check = true;
		else if (ch == 'q')
			level = LOG_BRIEF;
		else if (ch == 'v')
			level++;
		else
			return usage();
	}
	if (argc != optind)
		return usage();
	return check ? check_conf(e.conf_path) : run(&e, debug, level);
}
