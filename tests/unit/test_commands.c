#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "command.h"
#include "kernel.h"
#include "log.h"
#include "prefix_rig.h"
#include "show.h"

#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10
#define T0  1795546155 /* 2026-11-24 18:49:15 UTC */

/* client.c is stood in for: what was asked, and what is answered. */
static struct {
	unsigned number;
	char what[64];
	uint32_t type;
	uint8_t payload[64];
	size_t len;
} asked;
static struct answer reply;
static struct kernel_routes kernel;
static int reply_result;

int
client_ask(const char *socket_path, const char *what, uint32_t type,
    const void *payload, size_t len, struct answer *a)
{
	assert_string_equal(socket_path, "/the/socket");
	asked.number++;
	asked.type = type;
	asked.len = len;
	strlcpy(asked.what, what, sizeof(asked.what));
	assert_in_range(len, 0, sizeof(asked.payload));
	if (len > 0)
		memcpy(asked.payload, payload, len);
	*a = reply;
	return reply_result;
}

/* What the daemon tells who watches, until the connection ends. */
static struct ctl_event_record events[8];
static unsigned nevents;
static bool cut_short; /* the last message is no whole event */

int
client_follow(const char *socket_path, const char *what, uint32_t type,
    int (*take)(void *arg, const struct channel_msg *), void *arg)
{
	struct channel_msg m = { .fd = -1 };
	unsigned i;
	int taken;

	assert_string_equal(socket_path, "/the/socket");
	assert_int_equal(type, CTL_WATCH);
	for (i = 0; i < nevents; i++) {
		m.hdr.type = CTL_EVENT_RECORD;
		m.hdr.len = sizeof(events[i]);
		if (cut_short && i + 1 == nevents)
			m.hdr.len--;
		memcpy(m.payload, &events[i], sizeof(events[i]));
		if ((taken = take(arg, &m)) != 0)
			return taken == 1 ? 0 : -1;
	}
	return -1;
}

void
client_free(struct answer *a)
{
	(void)a; /* it is made of the test's own variables */
}

/* Stands in for the kernel: see -Wl,--wrap in ctl.cmake. */
int __wrap_kernel_look(const struct prefix *, uint32_t, struct kernel_routes *);
int
__wrap_kernel_look(const struct prefix *p, uint32_t our_protocol,
    struct kernel_routes *found)
{
	*found = kernel;
	return 0;
}

static char *printed;

/* Run a command with its words, standard output kept and errors hidden. */
static int
run(command fn, bool json, const char *words)
{
	struct invocation v = { .socket = "/the/socket",
		.json = json,
		.now = T0 };
	FILE *saved = stdout;
	char copy[128], *argv[8], *word, *rest = copy;
	int code, err = dup(STDERR_FILENO), null;
	size_t size;

	strlcpy(copy, words, sizeof(copy));
	while ((word = strsep(&rest, " ")) != NULL)
		argv[v.argc++] = word;
	v.name = argv[0];
	v.argv = argv + 1;
	v.argc--;
	free(printed);
	stdout = open_memstream(&printed, &size);
	assert_non_null(stdout);
	null = open("/dev/null", O_WRONLY);
	dup2(null, STDERR_FILENO);
	code = fn(&v);
	dup2(err, STDERR_FILENO);
	close(err);
	close(null);
	fclose(stdout);
	stdout = saved;
	return code;
}

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	memset(&asked, 0, sizeof(asked));
	memset(&reply, 0, sizeof(reply));
	memset(&kernel, 0, sizeof(kernel));
	reply_result = 0;
	nevents = 0;
	cut_short = false;
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	free(printed);
	return 0;
}

static struct ban
a_ban(const char *prefix)
{
	return (struct ban){ .prefix = pfx(prefix),
		.state = BAN_ACTIVE,
		.category = CATEGORY_AUTH,
		.count = 5,
		.strikes = 2,
		.since = T0 - 3600,
		.expires = T0 + 7 * 86400 - 3600 };
}

static void
test_ban_asks_for_prefix_and_time(void **state)
{
	struct ctl_ban want = { .prefix = pfx("192.0.2.0/24"),
		.seconds = 7200 };
	struct ban ban = a_ban("192.0.2.0/24");

	(void)state;
	reply.bans = &ban;
	reply.nbans = 1;
	assert_int_equal(run(command_ban, false, "ban 192.0.2.0/24 for 2h"),
	    COMMAND_OK);
	assert_int_equal(asked.type, CTL_BAN);
	assert_int_equal(asked.len, sizeof(want));
	assert_memory_equal(asked.payload, &want, sizeof(want));
	assert_string_equal(asked.what, "ban 192.0.2.0/24");
	assert_string_equal(printed,
	    "192.0.2.0/24: banned, expires 2026-12-01 17:49:15\n");
}

static void
test_ban_for_ever_and_as_configured(void **state)
{
	struct ctl_ban request;

	(void)state;
	run(command_ban, false, "ban 192.0.2.1 for ever");
	memcpy(&request, asked.payload, sizeof(request));
	assert_true(request.seconds == MSG_FOR_EVER);
	run(command_ban, false, "ban 192.0.2.1");
	memcpy(&request, asked.payload, sizeof(request));
	assert_int_equal(request.seconds, 0);
}

static void
test_wrong_arguments_ask_nothing(void **state)
{
	(void)state;
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1/24"),
	    COMMAND_USAGE);
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1 for"),
	    COMMAND_USAGE);
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1 for 0"),
	    COMMAND_USAGE);
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1 allow 1h"),
	    COMMAND_USAGE);
	assert_int_equal(
	    run(command_unban, false, "unban 192.0.2.1 allow ever"),
	    COMMAND_USAGE);
	assert_int_equal(run(command_log, false, "log loud"), COMMAND_USAGE);
	assert_int_equal(run(command_check, false, "check nobody"), 2);
	assert_int_equal(asked.number, 0);
}

static void
test_unban_asks_for_prefix_and_time_allowed(void **state)
{
	struct ctl_unban want = { .prefix = pfx("2001:db8::/64"),
		.allow = 86400 };

	(void)state;
	reply.number = 1;
	assert_int_equal(
	    run(command_unban, true, "unban 2001:db8::/64 allow 1d"),
	    COMMAND_OK);
	assert_int_equal(asked.type, CTL_UNBAN);
	assert_int_equal(asked.len, sizeof(want));
	assert_memory_equal(asked.payload, &want, sizeof(want));
	assert_string_equal(printed, "{\"released\": 1}\n");
}

static void
test_unban_tells_how_long_a_prefix_is_allowed(void **state)
{
	(void)state;
	reply.number = 1; /* also if it was not banned */
	run(command_unban, false, "unban 192.0.2.1 allow 1d");
	assert_string_equal(printed,
	    "192.0.2.1: allowed until 2026-11-25 18:49:15\n");
	run(command_unban, false, "unban 192.0.2.1");
	assert_string_equal(printed, "1 released\n");
}

static void
test_flush_and_expire_are_told_apart(void **state)
{
	(void)state;
	reply.number = 3;
	assert_int_equal(run(command_release, false, "flush"), COMMAND_OK);
	assert_int_equal(asked.type, CTL_FLUSH);
	assert_string_equal(printed, "3 released\n");
	assert_int_equal(run(command_release, false, "expire"), COMMAND_OK);
	assert_int_equal(asked.type, CTL_EXPIRE);
	assert_int_equal(asked.len, 0);
}

static void
test_log_asks_for_the_level(void **state)
{
	struct ctl_level level;

	(void)state;
	assert_int_equal(run(command_log, false, "log brief"), COMMAND_OK);
	assert_int_equal(asked.type, CTL_LEVEL);
	memcpy(&level, asked.payload, sizeof(level));
	assert_int_equal(level.level, LOG_BRIEF);
	run(command_log, false, "log verbose");
	memcpy(&level, asked.payload, sizeof(level));
	assert_int_equal(level.level, LOG_VERBOSE);
}

static void
test_what_the_daemon_refuses_is_exit_1_and_for_questions_2(void **state)
{
	(void)state;
	reply_result = -1;
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1"), 1);
	assert_int_equal(run(command_unban, false, "unban 192.0.2.1"), 1);
	assert_int_equal(run(command_release, false, "flush"), 1);
	assert_int_equal(run(command_reload, false, "reload"), 1);
	assert_int_equal(run(command_status, false, "status"), 2);
	assert_int_equal(run(command_bans, false, "bans"), 1);
	assert_int_equal(run(command_offenders, false, "offenders"), 1);
	assert_int_equal(run(command_report, false, "report"), 1);
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 2);
	assert_string_equal(printed, "");
}

static void
test_check_of_a_banned_address(void **state)
{
	(void)state;
	reply.has_check = true;
	reply.check.ban = a_ban("192.0.2.0/24");
	kernel.ours = true;
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 0);
	assert_string_equal(printed,
	    "192.0.2.1: banned\n"
	    "  by         192.0.2.0/24\n"
	    "  why        auth, 5 failures\n"
	    "  since      2026-11-24 17:49:15 (1h ago)\n"
	    "  expires    2026-12-01 17:49:15 (in 6d 23h)\n"
	    "  strikes    2\n");
	assert_int_equal(run(command_check, true, "check 192.0.2.1"), 0);
	assert_string_equal(printed,
	    "{\"address\": \"192.0.2.1\", \"banned\": true, "
	    "\"prefix\": \"192.0.2.0/24\", "
	    "\"since\": \"2026-11-24T17:49:15Z\", "
	    "\"expires\": \"2026-12-01T17:49:15Z\", \"strikes\": 2, "
	    "\"category\": \"auth\", \"count\": 5, \"active\": true, "
	    "\"released\": null, \"allowed\": null, \"foreign\": false, "
	    "\"unwritten\": false, \"whitelist\": null, \"guard\": null, "
	    "\"known\": false, \"login\": null, \"mail_server\": false, "
	    "\"proxy\": false, \"kernel\": true, \"blackhole\": null, \"offenders\": [], \"lines\": []}\n");
}

static void
test_check_tells_what_stands_against_a_ban(void **state)
{
	(void)state;
	reply.has_check = true;
	reply.check.whitelist = pfx("192.0.2.0/24");
	strlcpy(reply.check.reason, "whitelisted by 192.0.2.0/24",
	    sizeof(reply.check.reason));
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 1);
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  whitelist  192.0.2.0/24\n"
	    "  guard      a ban is refused: whitelisted by 192.0.2.0/24\n");
}

static void
test_check_tells_what_speaks_for_a_client(void **state)
{
	(void)state;
	reply.has_check = true;
	reply.check.login = T0 - 3600;
	reply.check.mail_server = 1;
	reply.check.proxy_logins = 61;
	reply.check.logins_of = 80;
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 1);
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  last login 2026-11-24 17:49:15 (1h ago)\n"
	    "  spared     failures of names that it logged in as; its "
	    "thresholds are higher\n"
	    "  spared     all failures, as a proxy: 61 of 80 good logins\n"
	    "  spared     refusals of its mail, since enough is accepted\n");
	assert_int_equal(run(command_check, true, "check 192.0.2.1"), 1);
	assert_non_null(strstr(printed,
	    "\"known\": true, \"login\": \"2026-11-24T17:49:15Z\", "
	    "\"mail_server\": true, \"proxy\": true"));
}

static void
test_check_names_whose_blackhole_it_is(void **state)
{
	(void)state;
	reply.has_check = true;
	reply.check.protocol = 83;
	kernel.foreign = true;
	kernel.protocol = 12;
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 1);
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  kernel     dropped by a route of another program: bird "
	    "(protocol 12)\n");
	kernel.protocol = 196;
	run(command_check, false, "check 192.0.2.1");
	assert_non_null(strstr(printed, ": static of FRR (protocol 196)"));
	kernel.protocol = 200;
	run(command_check, false, "check 192.0.2.1");
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  kernel     dropped by a route of another program "
	    "(protocol 200)\n");
	reply.check.ban = a_ban("192.0.2.1");
	kernel.foreign = false;
	kernel.ours = true;
	run(command_check, false, "check 192.0.2.1");
	assert_null(strstr(printed, "kernel"));
	kernel.ours = false;
	run(command_check, false, "check 192.0.2.1");
	assert_non_null(strstr(printed, "has no route that drops it"));
}

static void
test_check_shows_what_is_counted(void **state)
{
	struct ctl_offender_record o = { .prefix = pfx("192.0.2.1"),
		.count = 3,
		.threshold = 5,
		.within = 86400,
		.last = T0 - 60 };

	(void)state;
	o.counts[CATEGORY_AUTH] = 2;
	o.counts[CATEGORY_RELAY] = 1;
	reply.has_check = true;
	reply.offenders = &o;
	reply.noffenders = 1;
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 1);
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  counted    192.0.2.1: 3 of 5 within 1d (auth 2, relay 1)\n"
	    "  last       2026-11-24 18:48:15 (1m ago)\n");
}

static void
test_check_shows_the_lines_that_counted(void **state)
{
	static struct ctl_evidence_record e[3];

	(void)state;
	memset(e, 0, sizeof(e));
	e[0] = (struct ctl_evidence_record){ .client = pfx("192.0.2.1"),
		.category = CATEGORY_AUTH,
		.time = T0,
		.len = 6,
		.line = "a\033[2Jb",
		.log = "/var/log/mail.log" };
	e[1] = e[0];
	e[1].len = CTL_LINE_LEN;
	e[1].cut = 1;
	memset(e[1].line, 'x', sizeof(e[1].line));
	e[1].line[70] = ' ';
	e[2] = e[0];
	e[2].log[0] = '\0';
	reply.has_check = true;
	reply.evidence = e;
	reply.nevidence = 3;
	assert_int_equal(run(command_check, false, "check 192.0.2.1"), 1);
	assert_string_equal(printed,
	    "192.0.2.1: not banned\n"
	    "  last lines in /var/log/mail.log\n"
	    "    a\\x1b[2Jb\n"
	    "    " X70 "\n"
	    "    " X70 "xxxxxx\n"
	    "    " X70 "xxxxxx\n"
	    "    " X70 "xxx...\n"
	    "  last lines in a log of before\n"
	    "    a\\x1b[2Jb\n");
	reply.nevidence = 1;
	assert_int_equal(run(command_check, true, "check 192.0.2.1"), 1);
	assert_non_null(strstr(printed,
	    "\"lines\": [{\"time\": \"2026-11-24T18:49:15Z\", "
	    "\"address\": \"192.0.2.1\", \"category\": \"auth\", "
	    "\"log\": \"/var/log/mail.log\", "
	    "\"line\": \"a\\u001b[2Jb\", \"cut\": false}]"));
}

static struct ctl_event_record *
add_event(uint32_t kind)
{
	struct ctl_event_record *e = &events[nevents++];

	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->time = T0;
	e->prefix = pfx("192.0.2.1");
	e->category = CATEGORY_AUTH;
	return e;
}

static void
add_events(void)
{
	struct ctl_event_record *e;

	(void)add_event(CTL_EVENT_BEGIN);
	e = add_event(CTL_EVENT_FAILURE);
	e->count = 3;
	e->threshold = 5;
	strlcpy(e->user, "a\033", sizeof(e->user));
	e = add_event(CTL_EVENT_SPARED);
	strlcpy(e->text, "known", sizeof(e->text));
	e = add_event(CTL_EVENT_LOGIN);
	e->count = 1;
	e = add_event(CTL_EVENT_BANNED);
	e->count = 5;
	e->strikes = 2;
	e->expires = T0 + 86400;
	(void)add_event(CTL_EVENT_RELEASED);
	e = add_event(CTL_EVENT_REFUSED);
	strlcpy(e->text, "a gateway", sizeof(e->text));
	e = add_event(CTL_EVENT_LOST);
	e->lost = 4711;
}

static void
test_events_are_shown_a_line_each(void **state)
{
	(void)state;
	add_events();
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_equal(printed,
	    "11-24 18:49:15 watching\n"
	    "11-24 18:49:15 failure  192.0.2.1       auth 3/5 user a\\x1b\n"
	    "11-24 18:49:15 spared   192.0.2.1       auth (known)\n"
	    "11-24 18:49:15 login    192.0.2.1       after 1 failure\n"
	    "11-24 18:49:15 banned   192.0.2.1       auth 5, strike 2, "
	    "until 11-25 18:49\n"
	    "11-24 18:49:15 released 192.0.2.1\n"
	    "11-24 18:49:15 refused  192.0.2.1       a gateway\n"
	    "11-24 18:49:15 lost     4711 events: they came faster than they "
	    "were read\n");
}

/* One line each, also on 80 columns: what it has no room for is left out. */
static void
test_events_of_long_prefixes_fit_on_the_screen(void **state)
{
	struct ctl_event_record *e = add_event(CTL_EVENT_BANNED);

	(void)state;
	e->prefix = pfx("2001:db8:1234:5678::/64");
	e->count = 5;
	e->strikes = 12;
	e->expires = time(NULL) + 56 * 86400 + 3600;
	nevents++;
	events[1] = *e;
	events[1].prefix = pfx("2001:db8:1234:5678:1234:5678:1234:5678");
	e = add_event(CTL_EVENT_FAILURE);
	e->prefix = events[1].prefix;
	e->count = 3;
	e->threshold = 5;
	strlcpy(e->user, "info@example.org", sizeof(e->user));
	nevents++;
	events[3] = events[2];
	events[3].category = CATEGORY_UNKNOWN_USER;
	e = add_event(CTL_EVENT_REFUSED);
	e->prefix = events[1].prefix;
	strlcpy(e->text, "a connected network of this host", sizeof(e->text));
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_equal(printed,
	    "11-24 18:49:15 banned   2001:db8:1234:5678::/64 auth 5, "
	    "strike 12, ends in 56d\n"
	    "11-24 18:49:15 banned   2001:db8:1234:5678:1234:5678:1234:5678 "
	    "auth 5, strike...\n"
	    "11-24 18:49:15 failure  2001:db8:1234:5678:1234:5678:1234:5678 "
	    "auth 3/5 info@...\n"
	    "11-24 18:49:15 failure  2001:db8:1234:5678:1234:5678:1234:5678 "
	    "unknown-user 3/5\n"
	    "11-24 18:49:15 refused  2001:db8:1234:5678:1234:5678:1234:5678 "
	    "a connected ne...\n");
}

#define EVENT(name) \
	"{\"time\": \"2026-11-24T18:49:15Z\", \"event\": \"" name "\""
#define HOST ", \"prefix\": \"192.0.2.1\""

static void
test_events_are_objects_of_one_line(void **state)
{
	(void)state;
	add_events();
	assert_int_equal(run(command_watch, true, "watch"), COMMAND_FAILED);
	assert_string_equal(printed,
	    EVENT("watching") "}\n" /* and so on */
	    EVENT("failure") HOST ", \"category\": \"auth\", \"count\": 3, "
				  "\"threshold\": 5, "
				  "\"user\": \"a\\u001b\"}\n" EVENT("spared")
				      HOST
	    ", \"category\": \"auth\", "
	    "\"user\": null, \"why\": \"known\"}\n" EVENT("login") HOST
	    ", \"count\": 1, \"user\": null}\n" EVENT("banned") HOST
	    ", \"category\": \"auth\", \"count\": 5, "
	    "\"strikes\": 2, "
	    "\"expires\": \"2026-11-25T18:49:15Z\"}\n" EVENT("released") HOST
	    "}\n" EVENT("refused") HOST
	    ", \"why\": \"a gateway\"}\n" EVENT("lost") ", \"lost\": 4711}\n");
}

static void
test_event_that_makes_no_sense_is_not_shown(void **state)
{
	(void)state;
	add_event(CTL_EVENT_KINDS);
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_equal(printed, "");
	events[0].kind = 0;
	assert_int_equal(run(command_watch, true, "watch"), COMMAND_FAILED);
	assert_string_equal(printed, "");
	events[0].kind = CTL_EVENT_RELEASED;
	events[0].prefix.len = 33;
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_equal(printed, "");
	events[0].prefix.len = 32;
	cut_short = true;
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_equal(printed, "");
	cut_short = false;
	memset(events[0].user, 'u', sizeof(events[0].user));
	assert_int_equal(run(command_watch, false, "watch"), COMMAND_FAILED);
	assert_string_not_equal(printed, "");
}

static void
test_bans_are_listed_by_their_beginning(void **state)
{
	struct ban bans[] = { a_ban("192.0.2.1"), a_ban("2001:db8::/64") };

	(void)state;
	bans[1].since -= 60;
	bans[1].expires = BAN_FOR_EVER;
	reply.bans = bans;
	reply.nbans = 2;
	assert_int_equal(run(command_bans, false, "bans"), 0);
	assert_string_equal(printed,
	    "PREFIX         SINCE                EXPIRES            STRIKES  "
	    "CATEGORY  COUNT\n"
	    "2001:db8::/64  11-24 17:48 61m ago  for ever                 2  "
	    "auth          5\n"
	    "192.0.2.1      11-24 17:49 60m ago  12-01 17:49 in 6d        2  "
	    "auth          5\n");
}

static void
test_bans_that_are_not_as_they_should_be_are_named(void **state)
{
	struct ban b = a_ban("192.0.2.1");

	(void)state;
	b.flags = BAN_FOREIGN | BAN_UNWRITTEN;
	reply.bans = &b;
	reply.nbans = 1;
	assert_int_equal(run(command_bans, false, "bans"), 0);
	assert_non_null(
	    strstr(printed, "\n192.0.2.1: another program's route"));
	assert_non_null(strstr(printed, "\n192.0.2.1: not yet in the ledger"));
	assert_int_equal(run(command_ban, false, "ban 192.0.2.1"), 1);
}

static void
test_offenders_are_listed_by_how_close_they_are(void **state)
{
	struct ctl_offender_record o[] = {
		{ .prefix = pfx("192.0.2.1"),
		    .count = 10,
		    .threshold = 20,
		    .within = 3600,
		    .last = T0 },
		{ .prefix = pfx("192.0.2.2"),
		    .count = 3,
		    .threshold = 5,
		    .within = 86400,
		    .last = T0 - 60 },
	};

	(void)state;
	o[0].counts[CATEGORY_PROBE] = 10;
	o[1].counts[CATEGORY_AUTH] = 3;
	reply.offenders = o;
	reply.noffenders = 2;
	assert_int_equal(run(command_offenders, false, "offenders"), 0);
	assert_string_equal(printed,
	    "PREFIX     COUNT  OF  WITHIN  LAST                 CATEGORIES\n"
	    "192.0.2.2      3  5   1d      11-24 18:48 60s ago  auth 3\n"
	    "192.0.2.1     10  20  1h      11-24 18:49 now      probe 10\n");
}

/* Whatever a daemon sends: qsort(3) goes astray where there is no order. */
static void
test_a_threshold_of_0_has_its_place_in_the_order(void **state)
{
	static const unsigned orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const struct ctl_offender_record all[] = {
		{ .prefix = pfx("192.0.2.1"),
		    .count = 3,
		    .threshold = 4,
		    .last = 4 },
		{ .prefix = pfx("192.0.2.2"),
		    .count = 1,
		    .threshold = 2,
		    .last = 6 },
		{ .prefix = pfx("192.0.2.3"), .last = 5 },
	};
	struct ctl_offender_record o[3];
	size_t i, k;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (k = 0; k < 3; k++)
			o[k] = all[orders[i][k]];
		show_sort_offenders(o, 3);
		for (k = 0; k < 3; k++)
			assert_memory_equal(&o[k], &all[k], sizeof(o[k]));
	}
}

static void
test_accounts_are_listed_as_they_come(void **state)
{
	struct ctl_account_record r[] = {
		{ .failures = 1234,
		    .error = 20,
		    .clients = 130,
		    .networks = 97,
		    .logins = 2,
		    .first = T0 - 86400,
		    .last = T0 - 60,
		    .user = "alice@example.org" },
		{ .failures = 7,
		    .clients = 1,
		    .networks = 1,
		    .first = T0,
		    .last = T0,
		    .user = "bob" },
	};

	(void)state;
	reply.accounts = r;
	reply.naccounts = 2;
	assert_int_equal(run(command_accounts, false, "accounts"), 0);
	assert_int_equal(asked.type, CTL_ACCOUNTS);
	assert_int_equal(asked.len, 0);
	assert_string_equal(printed,
	    "USER               FAILURES  CLIENTS  NETWORKS  LOGINS  LAST\n"
	    "alice@example.org    <=1234      130        97       2  11-24 "
	    "18:48 60s ago\n"
	    "bob                       7        1         1       0  11-24 "
	    "18:49 now\n"
	    "<=: at most; there were more names than can be counted\n");
	assert_int_equal(run(command_accounts, true, "accounts"), 0);
	assert_string_equal(printed,
	    "[\n{\"user\": \"alice@example.org\", \"failures\": 1234, "
	    "\"error\": 20, \"clients\": 130, \"networks\": 97, "
	    "\"logins\": 2, \"first\": \"2026-11-23T18:49:15Z\", "
	    "\"last\": \"2026-11-24T18:48:15Z\"},\n"
	    "{\"user\": \"bob\", \"failures\": 7, \"error\": 0, "
	    "\"clients\": 1, \"networks\": 1, \"logins\": 0, "
	    "\"first\": \"2026-11-24T18:49:15Z\", "
	    "\"last\": \"2026-11-24T18:49:15Z\"}\n]\n");
	reply.naccounts = 0;
	assert_int_equal(run(command_accounts, true, "accounts"), 0);
	assert_string_equal(printed, "[]\n");
	assert_int_equal(run(command_accounts, false, "accounts"), 0);
	assert_string_equal(printed, "");
}

static void
test_metrics_are_printed_as_they_come(void **state)
{
	static char text[] = "# TYPE a gauge\na 1\n";

	(void)state;
	reply.text = text;
	assert_int_equal(run(command_metrics, false, "metrics"), 0);
	assert_int_equal(asked.type, CTL_METRICS);
	assert_int_equal(asked.len, 0);
	assert_string_equal(printed, text);
	reply.text = NULL;
	assert_int_equal(run(command_metrics, false, "metrics"), 0);
	assert_string_equal(printed, "");
}

static void
test_metrics_are_objects_with_labels(void **state)
{
	char text[] = "# HELP a It is { \"a\".\n"
		      "# TYPE a gauge\n"
		      "a 1\n"
		      "b_bucket{le=\"+Inf\",log=\"/x\\\\y\\n\\\"} 7\"} 0.25\n";
	char broken[] = "a\nb{c\nd{e=\"f\ng{h=\"i\\";

	(void)state;
	reply.text = text;
	assert_int_equal(run(command_metrics, true, "metrics"), 0);
	assert_string_equal(printed,
	    "[\n"
	    "{\"name\": \"a\", \"labels\": {}, \"value\": \"1\"},\n"
	    "{\"name\": \"b_bucket\", \"labels\": {\"le\": \"+Inf\", "
	    "\"log\": \"/x\\\\y\\u000a\\\"} 7\"}, \"value\": \"0.25\"}\n"
	    "]\n");
	reply.text = broken; /* as no daemon writes it: it ends all the same */
	assert_int_equal(run(command_metrics, true, "metrics"), 0);
	assert_non_null(strstr(printed, "\"h\": \"i\""));
	reply.text = NULL;
	assert_int_equal(run(command_metrics, true, "metrics"), 0);
	assert_string_equal(printed, "[]\n");
}

/* A name is a client's: it can neither command a terminal nor move a table. */
static void
test_hostile_names_are_shown_as_text(void **state)
{
	struct ctl_account_record r = { .failures = UINT64_MAX,
		.clients = UINT32_MAX,
		.networks = UINT32_MAX,
		.last = T0,
		.user = "\033[2J\n\\\xff" };
	const char *p;

	(void)state;
	reply.accounts = &r;
	reply.naccounts = 1;
	run(command_accounts, false, "accounts");
	assert_non_null(strstr(printed, "\n\\x1b[2J\\x0a\\\\\\xff "));
	memset(r.user, '\001', sizeof(r.user) - 1);
	r.failures = r.clients = r.networks = 99999;
	run(command_accounts, false, "accounts");
	assert_non_null(strstr(printed, "\\x01\\x01...  "));
	for (p = printed; *p != '\0'; p += strcspn(p, "\n") + 1)
		assert_in_range(strcspn(p, "\n"), 1, 80);
	run(command_accounts, true, "accounts");
	for (p = printed; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
	memset(r.user, 'x', 26);
	r.user[26] = '\0';
	run(command_accounts, false, "accounts");
	assert_null(strstr(printed, "..."));
	r.user[26] = 'x';
	r.user[27] = '\0';
	run(command_accounts, false, "accounts");
	assert_non_null(strstr(printed, "xxx..."));
}

static void
test_empty_lists_are_empty(void **state)
{
	(void)state;
	assert_int_equal(run(command_bans, true, "bans"), 0);
	assert_string_equal(printed, "[]\n");
	assert_int_equal(run(command_offenders, true, "offenders"), 0);
	assert_string_equal(printed, "[]\n");
	assert_int_equal(run(command_bans, false, "bans"), 0);
	assert_string_equal(printed, "");
}

static void
test_a_status_tells_of_each_log(void **state)
{
	struct ctl_log_record logs[] = {
		{ .present = 1,
		    .behind = 7,
		    .lines = 9,
		    .last_line = T0 - 5,
		    .path = "/var/log/mail.log" },
		{ .error = 13, .path = "/var/log/other" },
	};

	(void)state;
	reply.has_status = true;
	reply.status.enforcer.started = T0 - 90;
	reply.logs = logs;
	reply.nlogs = 2;
	assert_int_equal(run(command_status, false, "status"), 1);
	assert_non_null(strstr(printed,
	    "wrong: log /var/log/other cannot be read: Permission denied\n"
	    "up since   2026-11-24 18:47:45 (1m 30s ago)\n"
	    "log        /var/log/mail.log\n"
	    "           9 lines, 7 bytes behind, last line "
	    "2026-11-24 18:49:10 (5s ago)\n"
	    "log        /var/log/other\n"
	    "           waited for: Permission denied\n"));
}

static void
test_a_status_begins_with_whether_all_is_well(void **state)
{
	struct msg_counters *c = &reply.status.enforcer;

	(void)state;
	reply.has_status = true;
	c->started = T0 - 90;
	c->disconnected = 17;
	assert_int_equal(run(command_status, false, "status"), 0);
	assert_ptr_equal(strstr(printed, "all well\nup since "), printed);
	assert_non_null(strstr(printed, "last error none\n"));
	assert_non_null(strstr(printed, "ended      17 connections of "));
	reply.status.offenders_lost = 3;
	c->fault[MSG_FAULT_LEDGER].since = T0 - 60;
	c->unwritten = 4;
	strlcpy(c->fault[MSG_FAULT_LEDGER].why, "disk full", MSG_REASON_LEN);
	strlcpy(c->error, "ledger not written: disk full", sizeof(c->error));
	c->error_at = T0 - 5;
	assert_int_equal(run(command_status, false, "status"), 1);
	assert_ptr_equal(strstr(printed,
			     "wrong: ledger not written for 1m: disk full (4 "
			     "changes wait)\nremark: 3 clients "),
	    printed);
	assert_non_null(strstr(printed, "bytes, 4 changes not written\n"));
	assert_non_null(strstr(printed,
	    "last error 5s ago: ledger not written: disk full\n"));
	assert_int_equal(run(command_status, true, "status"), 1);
	assert_ptr_equal(strstr(printed,
			     "{\"wrong\": [{\"what\": \"ledger not written\", "
			     "\"why\": \"disk full\", "
			     "\"since\": \"2026-11-24T18:48:15Z\"}], "),
	    printed);
	assert_non_null(strstr(printed, "\"disconnected\": 17, "));
	assert_non_null(strstr(printed, "\"unwritten\": 4, "));
	assert_non_null(
	    strstr(printed, "\"error_at\": \"2026-11-24T18:49:10Z\"}\n"));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ban_asks_for_prefix_and_time),
		TEST(test_ban_for_ever_and_as_configured),
		TEST(test_wrong_arguments_ask_nothing),
		TEST(test_unban_asks_for_prefix_and_time_allowed),
		TEST(test_unban_tells_how_long_a_prefix_is_allowed),
		TEST(test_flush_and_expire_are_told_apart),
		TEST(test_log_asks_for_the_level),
		TEST(
		    test_what_the_daemon_refuses_is_exit_1_and_for_questions_2),
		TEST(test_check_of_a_banned_address),
		TEST(test_check_tells_what_stands_against_a_ban),
		TEST(test_check_tells_what_speaks_for_a_client),
		TEST(test_check_names_whose_blackhole_it_is),
		TEST(test_check_shows_what_is_counted),
		TEST(test_check_shows_the_lines_that_counted),
		TEST(test_events_are_shown_a_line_each),
		TEST(test_events_of_long_prefixes_fit_on_the_screen),
		TEST(test_events_are_objects_of_one_line),
		TEST(test_event_that_makes_no_sense_is_not_shown),
		TEST(test_bans_are_listed_by_their_beginning),
		TEST(test_bans_that_are_not_as_they_should_be_are_named),
		TEST(test_offenders_are_listed_by_how_close_they_are),
		TEST(test_a_threshold_of_0_has_its_place_in_the_order),
		TEST(test_accounts_are_listed_as_they_come),
		TEST(test_metrics_are_printed_as_they_come),
		TEST(test_metrics_are_objects_with_labels),
		TEST(test_hostile_names_are_shown_as_text),
		TEST(test_empty_lists_are_empty),
		TEST(test_a_status_tells_of_each_log),
		TEST(test_a_status_begins_with_whether_all_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, group_teardown);
}
