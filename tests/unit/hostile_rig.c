#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hostile_rig.h"
#include "netlink.h"
#include "netns_rig.h"

struct enforcer hostile_enforcer;
int hostile_parser;

static struct enforcer *const e = &hostile_enforcer;
static char dir[64], path[128], resolv[128];
static jmp_buf ended;
static bool in_dispatch;
static int descriptors;

__dead void __wrap_fatal(const char *, ...);
__dead void __wrap_fatalx(const char *, ...);
void __wrap_log_info(const char *, ...);
void __wrap_log_warnx(const char *, ...);

__dead static void
end(const char *why)
{
	if (!in_dispatch) {
		fprintf(stderr, "fatal: %s\n", why);
		abort();
	}
	longjmp(ended, 1);
}

void
__wrap_fatal(const char *fmt, ...)
{
	end(fmt);
}

void
__wrap_fatalx(const char *fmt, ...)
{
	end(fmt);
}

void
__wrap_log_info(const char *fmt, ...)
{
}

void
__wrap_log_warnx(const char *fmt, ...)
{
}

static void
write_file(char *file, size_t size, const char *name, const char *text)
{
	FILE *f;

	snprintf(file, size, "%s/%s", dir, name);
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

static int
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
make_network(void)
{
	static const char *const commands[] = {
		"ip link add veth0 type veth peer name veth1",
		"ip link set veth0 up && ip link set veth1 up",
		"ip addr add 192.0.2.25/25 dev veth0",
		"ip addr add 2001:db8:25::25/64 dev veth0 nodad",
		"ip route add 198.51.100.0/24 via 192.0.2.1",
		"ip -6 route add 2001:db8:bad::/48 via 2001:db8:25::1",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		netns_run(commands[i]);
}

static void
ignore(void *arg, const struct ban *ban)
{
}

static void
make_enforcer(void)
{
	struct msg_text errors;
	struct route_kind kind;
	int pair[2], damaged;

	memset(e, 0, sizeof(*e));
	e->conf_path = path;
	e->target = LOG_TO_STDERR;
	e->conf = reload_read(path, NULL, &errors);
	if (e->conf == NULL)
		fail_msg("%s", errors.text);
	bans_init(&e->bans, e->conf->limit_bans);
	route_kind_of(e->conf, &kind);
	e->host = hostaddr_open(resolv);
	e->route = route_open(&kind);
	disconnect_open(&e->disconnect);
	e->ledger =
	    ledger_open(e->conf->database, &e->bans, ignore, NULL, &damaged);
	assert_true(e->host != NULL && e->route != NULL && e->ledger != NULL);
	assert_int_equal(sources_configure(&e->sources, e->conf), 0);
	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
			     pair),
	    0);
	e->channel = pair[0];
	hostile_parser = pair[1];
	e->listener = open("/dev/null", O_RDWR | O_CLOEXEC);
	e->told = true;
	e->tokens = 1000000;
}

int
hostile_setup(void **state)
{
	char text[512];

	netns_enter(state);
	strlcpy(dir, "/dev/shm/smtpban-hostile.XXXXXX", sizeof(dir));
	assert_non_null(mkdtemp(dir));
	write_file(path, sizeof(path), "mail.log.1", "older\n");
	write_file(path, sizeof(path), "mail.log", "newer\n");
	write_file(resolv, sizeof(resolv), "resolv.conf",
	    "nameserver 203.0.113.53\n");
	snprintf(text, sizeof(text),
	    "log \"%s/mail.log\"\ndatabase \"%s/bans.db\"\n"
	    "whitelist { 198.51.100.9, 203.0.113.128/25,"
	    " 2001:db8:bad:99::/64 }\nlimit bans %d\n",
	    dir, dir, HOSTILE_LIMIT);
	write_file(path, sizeof(path), "smtpban.conf", text);
	make_network();
	descriptors = count_descriptors();
	make_enforcer();
	return 0;
}

int
hostile_teardown(void **state)
{
	char command[128];

	ledger_close(e->ledger);
	route_close(e->route);
	netlink_close(e->disconnect.nl);
	hostaddr_close(e->host);
	bans_clear(&e->bans);
	close(e->sources.v[0].inotify);
	free(e->sources.v[0].path);
	conf_free(e->conf);
	close(e->channel);
	close(hostile_parser);
	close(e->listener);
	assert_int_equal(count_descriptors(), descriptors);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

bool
hostile_try(const struct channel_msg *m)
{
	bool survived = false;

	in_dispatch = true;
	if (setjmp(ended) == 0) {
		request_dispatch(e, m);
		turn_commit(e);
		survived = true;
	}
	in_dispatch = false;
	return survived;
}

bool
hostile_read(void)
{
	bool survived = false;

	in_dispatch = true;
	if (setjmp(ended) == 0) {
		request_read(e);
		survived = true;
	}
	in_dispatch = false;
	return survived;
}

int
hostile_drain(void)
{
	static struct channel_msg m;
	int n = 0;

	while (channel_recv(hostile_parser, &m) == 1) {
		if (m.fd != -1)
			close(m.fd);
		n++;
	}
	return n;
}

void
hostile_look(struct hostile_state *now)
{
	memset(now, 0, sizeof(*now)); /* they are compared with memcmp */
	now->active = e->bans.active;
	now->ended = e->bans.ended;
	memcpy(&now->counters, &e->counters, sizeof(e->counters));
	memcpy(&now->log, &e->sources.v[0], sizeof(now->log));
	now->conf = e->conf;
	now->turn = e->turn.n;
	now->tokens = e->tokens;
	now->listener = e->listener;
	now->pings = e->pings;
	now->told = e->told;
}
