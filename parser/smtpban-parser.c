/* The process that reads hostile text: no rights, no paths, only descriptors
 * that smtpband gave it. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "accounts.h"
#include "control.h"
#include "enforcer.h"
#include "evidence.h"
#include "filter.h"
#include "follow.h"
#include "judge.h"
#include "log.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "privdrop.h"
#include "scrape.h"
#include "setup.h"
#include "watch.h"

struct options {
	const char *user;
	const char *dir; /* to be the root directory */
	enum log_target target;
	int level;
};

static void
on_conf_begin(void *arg)
{
	struct parser *p = arg;

	p->setup = setup_new();
}

static void
on_conf_policy(void *arg, const struct msg_policy *policy)
{
	struct parser *p = arg;

	p->setup->policy = *policy;
}

static void
on_conf_whitelist(void *arg, const struct prefix *prefix)
{
	struct parser *p = arg;

	setup_add_whitelist(p->setup, prefix);
}

static void
on_conf_match(void *arg, const struct msg_conf_match *match)
{
	struct parser *p = arg;

	setup_add_match(p->setup, match);
}

static void
on_conf_log(void *arg, const struct msg_conf_log *log)
{
	struct parser *p = arg;

	setup_add_log(p->setup, log);
}

static void
on_conf_commit(void *arg)
{
	struct parser *p = arg;
	struct setup *s = p->setup;

	policy_configure(p->policy, &s->policy, s->whitelist);
	s->whitelist = NULL; /* the policy's now */
	p->reach = time(NULL) - s->policy.known_for;
	follow_configure(p->follow, s->paths, s->rules,
	    time(NULL) - setup_window(s));
	s->rules = NULL; /* and these are follow's */
	judge_reconsider(p->judge, time(NULL));
	setup_free(s);
	p->setup = NULL;
}

static void
on_watch(void *arg, const struct msg_watch *watch, int fd)
{
	struct parser *p = arg;

	follow_take_watch(p->follow, watch, fd);
}

static void
on_log(void *arg, const struct msg_log *log, int fd)
{
	struct parser *p = arg;

	follow_take_log(p->follow, log, fd);
}

static void
on_listener(void *arg, int fd)
{
	struct parser *p = arg;

	control_listen(p->control, fd);
}

static void
on_metrics(void *arg, int fd)
{
	struct parser *p = arg;

	scrape_listen(p->scrape, fd);
}

static void
on_ban_state(void *arg, const struct ban *ban)
{
	struct parser *p = arg;

	judge_ban_state(p->judge, ban, time(NULL));
}

static void
on_bans_moved(void *arg, const struct msg_moved *moved)
{
	struct parser *p = arg;

	judge_bans_moved(p->judge, moved);
}

static void
on_ready(void *arg)
{
	struct parser *p = arg;

	p->restored = true;
	follow_start(p->follow);
}

static void
on_level(void *arg, int level)
{
	(void)arg;
	log_set_level(level);
}

static void
on_ping(void *arg)
{
	struct parser *p = arg;

	enforcer_tell(p->enforcer, MSG_PONG, NULL, 0);
}

static void
on_dump(void *arg)
{
	struct parser *p = arg;

	stats_log(&p->stats, offenders_number(policy_offenders(p->policy)),
	    mirror_active(p->mirror));
}

static void
on_answer(void *arg, const struct channel_msg *m)
{
	struct parser *p = arg;

	enforcer_take_answer(p->enforcer, m);
}

static void
on_drained(void *arg)
{
	struct parser *p = arg;

	follow_resume(p->follow);
}

static const struct incoming_ops ops = {
	.conf_begin = on_conf_begin,
	.conf_policy = on_conf_policy,
	.conf_whitelist = on_conf_whitelist,
	.conf_match = on_conf_match,
	.conf_log = on_conf_log,
	.conf_commit = on_conf_commit,
	.watch = on_watch,
	.log = on_log,
	.listener = on_listener,
	.metrics = on_metrics,
	.ban_state = on_ban_state,
	.bans_moved = on_bans_moved,
	.ready = on_ready,
	.level = on_level,
	.ping = on_ping,
	.dump = on_dump,
	.answer = on_answer,
};

static enum log_target
target_parse(const char *name)
{
	enum log_target target = LOG_TO_STDERR;
	const char *known;

	for (; (known = log_target_name(target)) != NULL; target++)
		if (strcmp(name, known) == 0)
			return target;
	fatalx("-t %s: not a target", name);
}

static int
level_parse(const char *text)
{
	const char *error;
	long long level;

	level = strtonum(text, LOG_BRIEF, LOG_EVERY_LINE, &error);
	if (error != NULL)
		fatalx("-v %s: %s", text, error);
	return (int)level;
}

static void
options_parse(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "c:t:u:v:")) != -1) {
		switch (c) {
		case 'c':
			o->dir = optarg;
			break;
		case 't':
			o->target = target_parse(optarg);
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'v':
			o->level = level_parse(optarg);
			break;
		default:
			exit(1); /* getopt(3) told why */
		}
	}
	if (o->user == NULL || o->dir == NULL || optind != argc)
		fatalx("smtpban-parser is started by smtpband");
}

/* Only smtpband leaves a packet socket on this descriptor. */
static void
channel_check(void)
{
	int type = 0, flags;
	socklen_t len = sizeof(type);

	if (getsockopt(MSG_PARSER_FD, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    type != SOCK_SEQPACKET)
		fatalx("smtpban-parser is started by smtpband");
	flags = fcntl(MSG_PARSER_FD, F_GETFL);
	if (flags == -1 ||
	    fcntl(MSG_PARSER_FD, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(MSG_PARSER_FD, F_SETFD, FD_CLOEXEC) == -1)
		fatal("channel to the enforcer");
}

/* All are the enforcer's business; it ends us by closing the channel. */
static void
signals_ignore(void)
{
	static const int signals[] = { SIGPIPE, SIGHUP, SIGINT, SIGTERM,
		SIGQUIT, SIGUSR1, SIGUSR2 };
	unsigned i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signal(signals[i], SIG_IGN) == SIG_ERR)
			fatal("signal %d", signals[i]);
}

/*
 * Have libc read the time zone now, and keep it: a zone that is not named it
 * would look for again and again, and in the chroot not find.
 */
static void
zone_load(void)
{
	time_t now = time(NULL);
	struct tm tm;

	if (setenv("TZ", ":/etc/localtime", 0) == -1)
		fatal("time zone");
	tzset();
	if (localtime_r(&now, &tm) == NULL)
		fatal("time zone");
}

static void
parser_free(struct parser *p)
{
	scrape_free(p->scrape);
	control_free(p->control);
	follow_free(p->follow);
	judge_free(p->judge);
	watch_free(p->watch);
	evidence_free(p->evidence);
	accounts_free(p->accounts);
	mirror_free(p->mirror);
	policy_free(p->policy);
	setup_free(p->setup);
	enforcer_free(p->enforcer);
	event_base_free(p->base);
}

static void
parser_init(struct parser *p)
{
	p->policy = policy_new();
	p->mirror = mirror_new();
	p->accounts = accounts_new();
	p->evidence = evidence_new();
	p->watch = watch_new();
	p->judge = judge_new(p);
	p->enforcer = enforcer_new(p->base, MSG_PARSER_FD, &ops, on_drained, p);
	p->follow = follow_new(p);
	p->control = control_new(p);
	p->scrape = scrape_new(p);
	if (p->policy == NULL || p->mirror == NULL || p->accounts == NULL ||
	    p->evidence == NULL || p->watch == NULL || p->judge == NULL ||
	    p->enforcer == NULL || p->follow == NULL || p->control == NULL ||
	    p->scrape == NULL)
		fatal("start");
}

int
main(int argc, char *argv[])
{
	struct options options = { .level = LOG_NORMAL };
	struct parser parser = { 0 };
	struct passwd *pw;

	options_parse(&options, argc, argv);
	channel_check();
	if (geteuid() != 0)
		fatalx("smtpban-parser must begin as root, to give that up");
	signals_ignore();
	errno = 0;
	pw = getpwnam(options.user);
	if (pw == NULL)
		fatalx("user %s: %s", options.user,
		    errno != 0 ? strerror(errno) : "not there");
	zone_load();
	log_init("smtpban-parser", options.target, options.level);
	if (options.target == LOG_TO_SYSLOG) {
		log_open();
		log_connect();
	}
	parser.base = event_base_new();
	if (parser.base == NULL)
		fatalx("no event loop");
	privdrop_confine(options.dir, pw->pw_uid, pw->pw_gid);
	filter_enter();
	parser_init(&parser);
	enforcer_tell(parser.enforcer, MSG_CONFINED, NULL, 0);
	if (event_base_dispatch(parser.base) == -1)
		fatalx("event loop");
	parser_free(&parser); /* the channel ended, and so do we */
	return 1;
}
