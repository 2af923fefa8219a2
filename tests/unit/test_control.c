#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
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
#include <event2/event.h>

#include "accounts.h"
#include "control.h"
#include "control_lane.h"
#include "ctl.h"
#include "enforcer.h"
#include "evidence.h"
#include "follow.h"
#include "judge.h"
#include "log.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "watch.h"

#define NOW 1700000000

/* The process around it; its channel and its logs are played by the test. */
static struct rig {
	struct parser parser;
	char path[64];
	uid_t uid;     /* of all clients */
	int64_t ms;    /* clock_ms() */
	int no_accept; /* so many times there is no descriptor */
	unsigned accepts, warnings;
	unsigned room; /* for messages in one go; 0: as the kernel has it */
	unsigned asked, told, forgotten;
	uint32_t type; /* of the last request to the enforcer */
	uint8_t payload[64];
	size_t len;
	enforcer_answer answer;
	void *arg;
} rig;

uint32_t
enforcer_ask(struct enforcer *e, uint32_t type, const void *payload, size_t len,
    enforcer_answer answer, void *arg)
{
	(void)e;
	assert_true(len <= sizeof(rig.payload));
	rig.asked++;
	rig.type = type;
	rig.len = len;
	if (len > 0)
		memcpy(rig.payload, payload, len);
	rig.answer = answer;
	rig.arg = arg;
	return rig.asked;
}

void
enforcer_tell(struct enforcer *e, uint32_t type, const void *payload,
    size_t len)
{
	(void)e;
	rig.told++;
	rig.type = type;
	memcpy(rig.payload, payload, len);
}

void
enforcer_forget(struct enforcer *e, uint32_t id)
{
	(void)e;
	assert_in_range(id, 1, rig.asked);
	rig.forgotten++;
}

void
judge_check_clock(struct judge *j, int64_t now)
{
	(void)j;
	assert_true(now > 0);
}

bool
follow_is_replaying(const struct follow *f)
{
	(void)f;
	return true;
}

bool
follow_describe(const struct follow *f, unsigned index,
    struct ctl_log_record *r)
{
	(void)f;
	if (index != 3 && index != MSG_LOGS_MAX - 1)
		return false;
	memset(r, 0, sizeof(*r));
	(void)snprintf(r->path, sizeof(r->path), "/log/%u", index);
	return true;
}

/* Every client is this test; what counts is who he says he is. */
int __real_getsockopt(int, int, int, void *, socklen_t *);
int __wrap_getsockopt(int, int, int, void *, socklen_t *);

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int result = __real_getsockopt(fd, level, name, value, len);

	if (result == 0 && name == SO_PEERCRED)
		((struct ucred *)value)->uid = rig.uid;
	return result;
}

int64_t __wrap_clock_ms(void);

int64_t
__wrap_clock_ms(void)
{
	return rig.ms;
}

int __real_accept4(int, struct sockaddr *, socklen_t *, int);
int __wrap_accept4(int, struct sockaddr *, socklen_t *, int);

int
__wrap_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
	rig.accepts++;
	if (rig.no_accept == 0)
		return __real_accept4(fd, sa, len, flags);
	rig.no_accept--;
	errno = EMFILE;
	return -1;
}

void __wrap_log_warnx(const char *, ...);
void __wrap_log_warn(const char *, ...);

void
__wrap_log_warnx(const char *fmt, ...)
{
	(void)fmt;
	rig.warnings++;
}

void
__wrap_log_warn(const char *fmt, ...)
{
	(void)fmt;
	rig.warnings++;
}

/* A socket that is nearly full takes a part of what it is given. */
int __real_channel_send_many(int, const struct channel_msg *, unsigned);
int __wrap_channel_send_many(int, const struct channel_msg *, unsigned);

int
__wrap_channel_send_many(int sock, const struct channel_msg *m, unsigned n)
{
	if (rig.room != 0 && n > rig.room)
		n = rig.room;
	return __real_channel_send_many(sock, m, n);
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix p;

	assert_null(prefix_parse(text, &p));
	return p;
}

static int
setup(void **state)
{
	struct parser *p = &rig.parser;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	memset(&rig, 0, sizeof(rig));
	rig.ms = NOW;
	p->base = event_base_new();
	p->policy = policy_new();
	p->mirror = mirror_new();
	p->accounts = accounts_new();
	p->evidence = evidence_new();
	p->watch = watch_new();
	p->control = control_new(p);
	/* An abstract name: nothing is left behind. */
	(void)snprintf(rig.path, sizeof(rig.path), "smtpban-test-%d",
	    (int)getpid());
	(void)strlcpy(sun.sun_path + 1, rig.path, sizeof(sun.sun_path) - 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 512) == -1)
		return -1;
	control_listen(p->control, fd);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct parser *p = *state;

	control_free(p->control);
	mirror_free(p->mirror);
	watch_free(p->watch);
	evidence_free(p->evidence);
	accounts_free(p->accounts);
	policy_free(p->policy);
	event_base_free(p->base);
	return 0;
}

static void
turn(void)
{
	int i;

	for (i = 0; i < 4; i++)
		(void)event_base_loop(rig.parser.base,
		    EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static int
client(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	(void)strlcpy(sun.sun_path + 1, rig.path, sizeof(sun.sun_path) - 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	turn();
	return fd;
}

static void
say(int fd, uint32_t type, const void *payload, size_t len)
{
	assert_int_equal(channel_send(fd, type, 7, payload, len, -1), 0);
	turn();
}

/* 1: a message, 0: closed, -1: nothing yet. */
static int
hear(int fd, struct channel_msg *m)
{
	int n;

	turn();
	n = channel_recv(fd, m);
	if (n == 1)
		assert_int_equal(m->hdr.id, 7);
	return n == -1 && errno == ECONNRESET ? 0 : n;
}

static void
hear_closed(int fd)
{
	struct channel_msg m;

	assert_int_equal(hear(fd, &m), 0);
	close(fd);
}

static void
hear_done(int fd, uint32_t number)
{
	struct channel_msg m;
	struct ctl_done done;

	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_DONE);
	assert_int_equal(m.hdr.len, sizeof(done));
	memcpy(&done, m.payload, sizeof(done));
	assert_int_equal(done.number, number);
	hear_closed(fd);
}

static void
hear_error(int fd, uint32_t kind, const char *text)
{
	struct channel_msg m;
	struct ctl_error error;

	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_ERROR);
	assert_int_equal(m.hdr.len, sizeof(error));
	memcpy(&error, m.payload, sizeof(error));
	assert_int_equal(error.kind, kind);
	assert_string_equal(error.text, text);
	hear_closed(fd);
}

static void
answer(uint32_t type, const void *payload, size_t len)
{
	struct channel_msg m = { .hdr = { .type = type } };

	m.hdr.len = (uint32_t)len;
	memcpy(m.payload, payload, len);
	rig.answer(rig.arg, &m);
	turn();
}

static void
put_ban(const char *text, uint32_t state)
{
	struct ban b = { .prefix = prefix_of(text), .state = state };

	mirror_put(rig.parser.mirror, &b);
}

static void
count_failure(const char *text, int64_t time)
{
	const struct msg_threshold t = { 5, 86400 };
	struct prefix p = prefix_of(text);
	struct offender o;

	assert_int_equal(offenders_count(policy_offenders(rig.parser.policy),
			     &p, 0, CATEGORY_AUTH, time, 1, &t, &o),
	    0);
}

static const struct sample {
	uint32_t type;
	uint32_t len;
	bool root;
} samples[] = {
	{ CTL_STATUS, 0, false },
	{ CTL_BANS, sizeof(struct ctl_bans), false },
	{ CTL_OFFENDERS, 0, false },
	{ CTL_ACCOUNTS, 0, false },
	{ CTL_WATCH, 0, false },
	{ CTL_METRICS, 0, false },
	{ CTL_CHECK, sizeof(struct ctl_address), false },
	{ CTL_BAN, sizeof(struct ctl_ban), true },
	{ CTL_UNBAN, sizeof(struct ctl_unban), true },
	{ CTL_EXPIRE, 0, true },
	{ CTL_FLUSH, 0, true },
	{ CTL_RELOAD, 0, true },
	{ CTL_LEVEL, sizeof(struct ctl_level), true },
};
#define NSAMPLES (sizeof(samples) / sizeof(samples[0]))

static void
test_wrong_length_closes_the_client(void **state)
{
	uint8_t payload[128] = { 0 };
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < NSAMPLES; i++) {
		fd = client();
		say(fd, samples[i].type, payload, samples[i].len + 1);
		hear_closed(fd);
		fd = client();
		say(fd, samples[i].type, payload,
		    samples[i].len > 0 ? samples[i].len - 1 : 4);
		hear_closed(fd);
	}
	assert_int_equal(rig.asked + rig.told, 0);
}

static void
test_unknown_request_closes_the_client(void **state)
{
	static const uint32_t types[] = { 0, CTL_STATUS - 1, CTL_METRICS + 1,
		CTL_DONE, MSG_BAN_REQUEST, MSG_BAN_STATE, UINT32_MAX };
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		fd = client();
		say(fd, types[i], NULL, 0);
		hear_closed(fd);
	}
}

static void
test_bytes_that_are_no_message_close_the_client(void **state)
{
	int fd = client();

	(void)state;
	assert_int_equal(send(fd, "GET / HTTP/1.0", 14, 0), 14);
	hear_closed(fd);
}

/* Cut within the header, after it, within the payload; nothing at all. */
static void
test_half_a_message_closes_the_client(void **state)
{
	struct {
		struct channel_hdr hdr;
		struct ctl_ban ban;
	} m = { { CTL_BAN, sizeof(m.ban), 7, 0 },
		{ prefix_of("192.0.2.1"), 0, 0 } };
	uint8_t more[CHANNEL_PAYLOAD_MAX];
	size_t n;
	int fd;

	(void)state;
	for (n = 0; n < sizeof(m); n++) {
		fd = client();
		assert_int_equal(send(fd, &m, n, n % 2 == 0 ? MSG_EOR : 0), n);
		hear_closed(fd);
	}
	assert_int_equal(rig.asked, 0);
	memset(more, 0xff, sizeof(more)); /* or far too much */
	fd = client();
	say(fd, CTL_BAN, more, sizeof(more));
	hear_closed(fd);
	m.hdr.zero = 1;
	fd = client();
	assert_int_equal(send(fd, &m, sizeof(m), 0), sizeof(m));
	hear_closed(fd);
	assert_int_equal(rig.asked, 0);
}

/* More than a buffer takes: the kernel cuts it, and may split it. */
static void
test_huge_message_closes_the_client(void **state)
{
	static char bytes[100000];
	struct channel_hdr hdr = { CTL_STATUS, sizeof(bytes) - sizeof(hdr), 7,
		0 };
	int fd = client();

	(void)state;
	memcpy(bytes, &hdr, sizeof(hdr));
	assert_int_equal(send(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	hear_closed(fd);
	assert_int_equal(rig.asked, 0);
}

static void
test_shutdown_of_one_half_ends_the_client(void **state)
{
	struct msg_done done = { 1 };
	int fd = client();

	(void)state;
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	hear_closed(fd);
	fd = client();
	say(fd, CTL_FLUSH, NULL, 0);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	hear_closed(fd);
	answer(MSG_DONE, &done, sizeof(done)); /* to nobody */
	fd = client();
	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	say(fd, CTL_OFFENDERS, NULL, 0);
	assert_int_equal(channel_send(fd, CTL_OFFENDERS, 7, NULL, 0, -1), -1);
	assert_int_equal(errno, EPIPE);
	close(fd);
}

static int
count_open(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			n++;
	return n;
}

static void
test_descriptor_closes_the_client(void **state)
{
	int before = count_open(), fd = client();

	(void)state;
	assert_int_equal(
	    channel_send(fd, CTL_STATUS, 7, NULL, 0, STDERR_FILENO), 0);
	hear_closed(fd);
	assert_int_equal(rig.asked, 0);
	fd = client();
	say(fd, CTL_FLUSH, NULL, 0);
	assert_int_equal(
	    channel_send(fd, CTL_STATUS, 7, NULL, 0, STDERR_FILENO), 0);
	hear_closed(fd);
	assert_int_equal(count_open(), before);
}

#define MALFORMED(type, payload)                             \
	do {                                                 \
		int fd_ = client();                          \
		say(fd_, type, &(payload), sizeof(payload)); \
		hear_closed(fd_);                            \
	} while (0)

static void
test_values_past_their_bounds_close_the_client(void **state)
{
	struct ctl_bans bans = { 2 };
	struct ctl_address address = { prefix_of("192.0.2.1") };
	struct ctl_ban ban = { prefix_of("192.0.2.1"), MSG_SECONDS_MAX + 1, 0 };
	struct ctl_unban unban = { prefix_of("192.0.2.1"), 0 };
	struct ctl_level level = { LOG_NORMAL };

	(void)state;
	MALFORMED(CTL_BANS, bans);
	address.prefix.len = 24; /* host bits */
	MALFORMED(CTL_CHECK, address);
	MALFORMED(CTL_BAN, ban);
	ban.seconds = 0;
	ban.prefix.family = 0;
	MALFORMED(CTL_BAN, ban);
	unban.allow = MSG_SECONDS_MAX + 1;
	MALFORMED(CTL_UNBAN, unban);
	unban.allow = 0;
	unban.prefix.zero[1] = 1;
	MALFORMED(CTL_UNBAN, unban);
	MALFORMED(CTL_LEVEL, level);
	level.level = LOG_EVERY_LINE;
	MALFORMED(CTL_LEVEL, level);
	assert_int_equal(rig.asked + rig.told, 0);
}

static void
test_only_root_may_change(void **state)
{
	uint8_t payload[128] = { 0 };
	size_t i;
	int fd;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < NSAMPLES; i++) {
		if (!samples[i].root)
			continue;
		fd = client();
		say(fd, samples[i].type, payload, samples[i].len);
		hear_error(fd, CTL_DENIED, "only root may do that");
	}
	assert_int_equal(rig.asked + rig.told, 0);
	fd = client();
	say(fd, CTL_OFFENDERS, NULL, 0);
	hear_done(fd, 0);
}

/* Not who he was when he came: what the kernel says of him now. */
static void
test_who_asks_is_looked_at_when_he_asks(void **state)
{
	int fd;

	(void)state;
	fd = client();
	rig.uid = 1000;
	say(fd, CTL_FLUSH, NULL, 0);
	hear_error(fd, CTL_DENIED, "only root may do that");
	assert_int_equal(rig.asked, 0);
	fd = client();
	rig.uid = 0;
	say(fd, CTL_FLUSH, NULL, 0);
	assert_int_equal(rig.type, MSG_FLUSH);
	close(fd);
	turn();
}

static void
test_ban_is_asked_and_shown(void **state)
{
	struct ctl_ban ban = { prefix_of("192.0.2.1"), MSG_FOR_EVER, 60 };
	struct ban made = { .prefix = ban.prefix, .state = BAN_ACTIVE };
	struct msg_ban_request request;
	struct channel_msg m;
	int fd = client();

	(void)state;
	say(fd, CTL_BAN, &ban, sizeof(ban));
	assert_int_equal(hear(fd, &m), -1);
	assert_int_equal(rig.type, MSG_BAN_REQUEST);
	assert_int_equal(rig.len, sizeof(request));
	memcpy(&request, rig.payload, sizeof(request));
	assert_memory_equal(&request.prefix, &ban.prefix, sizeof(ban.prefix));
	assert_int_equal(request.category, CATEGORY_MANUAL);
	assert_int_equal(request.count, 0);
	assert_int_equal(request.seconds, MSG_FOR_EVER);
	assert_int_equal(request.ago, 60);
	answer(MSG_BAN_STATE, &made, sizeof(made));
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_BAN_RECORD);
	assert_memory_equal(m.payload, &made, sizeof(made));
	hear_done(fd, 0);
}

static void
test_unban_of_an_address_releases_the_ban_that_covers_it(void **state)
{
	struct ctl_unban unban = { prefix_of("2001:db8:0:1::5"), 0 };
	struct prefix net = prefix_of("2001:db8:0:1::/64");
	struct msg_unban_request request;
	struct msg_done done = { 1 };
	int fd = client();

	(void)state;
	put_ban("2001:db8:0:1::/64", BAN_ACTIVE);
	say(fd, CTL_UNBAN, &unban, sizeof(unban));
	assert_int_equal(rig.type, MSG_UNBAN_REQUEST);
	memcpy(&request, rig.payload, sizeof(request));
	assert_memory_equal(&request.prefix, &net, sizeof(net));
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 1);
	put_ban("2001:db8:0:1::/64", BAN_ENDED);
	fd = client();
	say(fd, CTL_UNBAN, &unban, sizeof(unban));
	memcpy(&request, rig.payload, sizeof(request));
	assert_memory_equal(&request.prefix, &net, sizeof(net));
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 1);
}

/* What the enforcer is asked to release, when that is given. */
static void
assert_unban(const char *given, const char *want)
{
	struct ctl_unban unban = { prefix_of(given), 60 };
	struct prefix wanted = prefix_of(want);
	struct msg_unban_request request;
	struct msg_done done = { 1 };
	int fd = client();

	say(fd, CTL_UNBAN, &unban, sizeof(unban));
	memcpy(&request, rig.payload, sizeof(request));
	assert_memory_equal(&request.prefix, &wanted, sizeof(wanted));
	assert_int_equal(request.allow, 60);
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 1);
}

/* Its neighbours are not to be let in for longer with it. */
static void
test_unban_allows_no_more_than_what_is_counted(void **state)
{
	(void)state;
	put_ban("198.51.100.0/24", BAN_ACTIVE);
	put_ban("198.51.100.2", BAN_ACTIVE);
	assert_unban("198.51.100.2", "198.51.100.2");
	assert_unban("198.51.100.3", "198.51.100.3");
	assert_unban("198.51.100.0/24", "198.51.100.0/24");
	put_ban("2001:db8::/48", BAN_ACTIVE);
	assert_unban("2001:db8::5", "2001:db8::/64");
	put_ban("2001:db8::5", BAN_ACTIVE);
	assert_unban("2001:db8::5", "2001:db8::5");
	assert_unban("2001:db8::/48", "2001:db8::/48");
}

static void
test_refusal_and_failure_carry_their_reason(void **state)
{
	struct ctl_ban ban = { prefix_of("192.0.2.1"), 0, 0 };
	struct msg_refused refused = { .reason = "a gateway of this host" };
	struct msg_text failed = { "first\nsecond" };
	int fd = client();

	(void)state;
	say(fd, CTL_BAN, &ban, sizeof(ban));
	answer(MSG_REFUSED, &refused, sizeof(refused));
	hear_error(fd, CTL_REFUSED, "a gateway of this host");
	fd = client();
	say(fd, CTL_RELOAD, NULL, 0);
	assert_int_equal(rig.type, MSG_RELOAD);
	answer(MSG_FAILED, &failed, sizeof(failed));
	hear_error(fd, CTL_FAILED, "first\nsecond");
}

static void
test_unban_of_what_is_not_banned_is_an_error(void **state)
{
	struct ctl_unban unban = { prefix_of("192.0.2.1"), 60 };
	struct msg_unban_request request;
	struct msg_done done = { 0 };
	int fd = client();

	(void)state;
	say(fd, CTL_UNBAN, &unban, sizeof(unban));
	assert_int_equal(rig.type, MSG_UNBAN_REQUEST);
	memcpy(&request, rig.payload, sizeof(request));
	assert_int_equal(request.allow, 60);
	answer(MSG_DONE, &done, sizeof(done));
	hear_error(fd, CTL_ABSENT, "not banned");
	fd = client();
	say(fd, CTL_UNBAN, &unban, sizeof(unban));
	done.number = 1;
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 1);
}

static void
test_flush_and_expire_tell_their_number(void **state)
{
	struct msg_done done = { 0 };
	int fd = client();

	(void)state;
	say(fd, CTL_FLUSH, NULL, 0);
	assert_int_equal(rig.type, MSG_FLUSH);
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 0);
	fd = client();
	say(fd, CTL_EXPIRE, NULL, 0);
	assert_int_equal(rig.type, MSG_EXPIRE);
	done.number = 12;
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 12);
}

static void
test_level_is_set_here_and_told(void **state)
{
	struct ctl_level level = { LOG_BRIEF };
	int32_t told;
	int fd = client();

	(void)state;
	say(fd, CTL_LEVEL, &level, sizeof(level));
	hear_done(fd, 0);
	assert_int_equal(log_level(), LOG_BRIEF);
	assert_int_equal(rig.type, MSG_LEVEL);
	memcpy(&told, rig.payload, sizeof(told));
	assert_int_equal(told, LOG_BRIEF);
	log_set_level(LOG_NORMAL);
}

static void
test_status_is_counters_then_logs(void **state)
{
	struct msg_counters counters = { .started = NOW, .bans = 4 };
	struct ctl_status_record s;
	struct ctl_log_record l;
	struct channel_msg m;
	int fd = client();

	(void)state;
	rig.parser.stats.lines = 99;
	rig.parser.stats.events[CATEGORY_AUTH] = 5;
	count_failure("192.0.2.1", NOW);
	say(fd, CTL_STATUS, NULL, 0);
	assert_int_equal(rig.type, MSG_COUNTERS);
	answer(MSG_COUNTED, &counters, sizeof(counters));
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_STATUS_RECORD);
	assert_int_equal(m.hdr.len, sizeof(s));
	memcpy(&s, m.payload, sizeof(s));
	assert_int_equal(s.enforcer.bans, 4);
	assert_int_equal(s.lines, 99);
	assert_int_equal(s.events[CATEGORY_AUTH], 5);
	assert_int_equal(s.offenders, 1);
	assert_int_equal(s.offenders_limit, 1000000);
	assert_int_equal(s.rules, 0);
	assert_int_equal(s.replaying, 1);
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_LOG_RECORD);
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&l, m.payload, sizeof(l));
	assert_string_equal(l.path, "/log/31");
	hear_done(fd, 0);
}

static void
test_bans_are_shown_in_order(void **state)
{
	struct ctl_bans all = { 1 }, active = { 0 };
	struct channel_msg m;
	struct ban b;
	int fd;

	(void)state;
	put_ban("192.0.2.2", BAN_ENDED);
	put_ban("192.0.2.3", BAN_ACTIVE);
	put_ban("192.0.2.1", BAN_ACTIVE);
	fd = client();
	say(fd, CTL_BANS, &active, sizeof(active));
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&b, m.payload, sizeof(b));
	assert_int_equal(b.prefix.addr[3], 1);
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&b, m.payload, sizeof(b));
	assert_int_equal(b.prefix.addr[3], 3);
	hear_done(fd, 0);
	fd = client();
	say(fd, CTL_BANS, &all, sizeof(all));
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&b, m.payload, sizeof(b));
	assert_int_equal(b.prefix.addr[3], 2);
	assert_int_equal(hear(fd, &m), 1);
	hear_done(fd, 0);
}

static void
test_slow_reader_gets_all_and_stops_nobody(void **state)
{
	struct ctl_bans all = { 1 };
	struct channel_msg m;
	char text[32];
	unsigned i, n = 0;
	int slow, fast;

	(void)state;
	for (i = 0; i < 5000; i++) { /* far more than a socket holds */
		(void)snprintf(text, sizeof(text), "198.51.%u.%u", i / 250,
		    i % 250 + 1);
		put_ban(text, BAN_ACTIVE);
	}
	slow = client();
	say(slow, CTL_BANS, &all, sizeof(all));
	turn();
	fast = client();
	say(fast, CTL_OFFENDERS, NULL, 0);
	hear_done(fast, 0);
	while (hear(slow, &m) == 1 && m.hdr.type == CTL_BAN_RECORD)
		n++;
	assert_int_equal(n, 5000);
	assert_int_equal(m.hdr.type, CTL_DONE);
	hear_closed(slow);
}

static void
test_socket_that_takes_a_part_gets_the_rest(void **state)
{
	struct ctl_bans all = { 1 };
	struct channel_msg m;
	struct ban b;
	char text[32];
	uint8_t i;
	int fd;

	(void)state;
	rig.room = 7;
	for (i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "192.0.2.%u", i);
		put_ban(text, BAN_ACTIVE);
	}
	fd = client();
	say(fd, CTL_BANS, &all, sizeof(all));
	for (i = 0; i < 100; i++) {
		assert_int_equal(hear(fd, &m), 1);
		memcpy(&b, m.payload, sizeof(b));
		assert_int_equal(b.prefix.addr[3], i);
	}
	hear_done(fd, 0);
}

static void
test_offenders_are_all_shown(void **state)
{
	struct ctl_offender_record r;
	struct channel_msg m;
	int64_t now = time(NULL);
	unsigned i, n = 0, two = 0;
	char text[32];
	int fd;

	(void)state;
	for (i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "192.0.2.%u", i);
		count_failure(text, now);
	}
	count_failure("192.0.2.7", now);
	fd = client();
	say(fd, CTL_OFFENDERS, NULL, 0);
	while (hear(fd, &m) == 1 && m.hdr.type == CTL_OFFENDER_RECORD) {
		assert_int_equal(m.hdr.len, sizeof(r));
		memcpy(&r, m.payload, sizeof(r));
		assert_int_equal(r.threshold, 5);
		assert_int_equal(r.within, 86400);
		assert_int_equal(r.count, r.counts[CATEGORY_AUTH]);
		if (r.count == 2)
			two += r.prefix.addr[3];
		n++;
	}
	assert_int_equal(n, 100);
	assert_int_equal(two, 7);
	hear_closed(fd);
}

static void
close_all(const int *fds, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		close(fds[i]);
	turn();
}

static bool
is_open(int fd)
{
	struct channel_msg m;

	return hear(fd, &m) == -1;
}

static void
keep_line(const char *client_of, uint32_t log, const char *line)
{
	struct event ev = { .client = prefix_of(client_of),
		.category = CATEGORY_AUTH,
		.time = NOW };

	evidence_put(rig.parser.evidence, &ev, log, line, strlen(line));
}

static void
hear_line(int fd, const char *log, const char *line)
{
	struct ctl_evidence_record r;
	struct channel_msg m;

	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_EVIDENCE_RECORD);
	assert_int_equal(m.hdr.len, sizeof(r));
	memcpy(&r, m.payload, sizeof(r));
	assert_int_equal(r.category, CATEGORY_AUTH);
	assert_int_equal(r.time, NOW);
	assert_int_equal(r.len, strlen(line));
	assert_string_equal(r.line, line);
	assert_string_equal(r.log, log);
}

static void
test_check_tells_all_that_is_known(void **state)
{
	struct ctl_address address = { prefix_of("2001:db8:0:1::9") };
	struct msg_checked checked = { 83, "the reason" };
	struct prefix_set *whitelist = prefix_set_new();
	struct prefix net = prefix_of("2001:db8::/32");
	struct msg_policy policy;
	struct ctl_check_record c;
	struct ctl_offender_record o;
	struct channel_msg m;
	int fd = client();

	(void)state;
	assert_int_equal(prefix_set_add(whitelist, &net), 0);
	policy = *policy_settings(rig.parser.policy);
	policy_configure(rig.parser.policy, &policy, whitelist);
	put_ban("2001:db8:0:1::/64", BAN_ENDED);
	count_failure("2001:db8:0:1::/64", time(NULL));
	count_failure("2001:db8:0:2::/64", time(NULL));
	keep_line("2001:db8:0:1::5", 3, "first");
	keep_line("2001:db8:0:2::9", 3, "another's");
	keep_line("2001:db8:0:1::9", MSG_LOGS_MAX, "second");
	say(fd, CTL_CHECK, &address, sizeof(address));
	assert_int_equal(rig.type, MSG_CHECK);
	assert_memory_equal(rig.payload, &address, sizeof(address));
	answer(MSG_CHECKED, &checked, sizeof(checked));
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_CHECK_RECORD);
	assert_int_equal(m.hdr.len, sizeof(c));
	memcpy(&c, m.payload, sizeof(c));
	assert_int_equal(c.ban.state, BAN_ENDED);
	assert_int_equal(c.whitelist.len, 32);
	assert_int_equal(c.protocol, 83);
	assert_string_equal(c.reason, "the reason");
	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_OFFENDER_RECORD);
	memcpy(&o, m.payload, sizeof(o));
	assert_int_equal(o.prefix.len, 64);
	assert_int_equal(o.prefix.addr[7], 1);
	hear_line(fd, "/log/3", "first");
	hear_line(fd, "", "second");
	hear_done(fd, 0);
}

static void
test_lines_of_a_banned_network_are_of_all_in_it(void **state)
{
	struct ctl_address address = { prefix_of("192.0.2.1") };
	struct msg_checked checked = { 83, "" };
	struct channel_msg m;
	char text[8];
	int i, fd = client();

	(void)state;
	put_ban("192.0.2.0/24", BAN_ACTIVE);
	for (i = 0; i <= CTL_EVIDENCE_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		keep_line("192.0.2.2", 3, text);
	}
	keep_line("192.0.3.1", 3, "outside");
	say(fd, CTL_CHECK, &address, sizeof(address));
	answer(MSG_CHECKED, &checked, sizeof(checked));
	assert_int_equal(hear(fd, &m), 1);
	for (i = 1; i <= CTL_EVIDENCE_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		hear_line(fd, "/log/3", text);
	}
	hear_done(fd, 0);
}

static void
hear_event(int fd, struct ctl_event_record *r, uint32_t kind)
{
	struct channel_msg m;

	assert_int_equal(hear(fd, &m), 1);
	assert_int_equal(m.hdr.type, CTL_EVENT_RECORD);
	assert_int_equal(m.hdr.len, sizeof(*r));
	memcpy(r, m.payload, sizeof(*r));
	assert_int_equal(r->kind, kind);
}

static int
watcher(void)
{
	struct ctl_event_record r;
	int fd = client();

	say(fd, CTL_WATCH, NULL, 0);
	hear_event(fd, &r, CTL_EVENT_BEGIN);
	assert_true(r.time > 0);
	return fd;
}

static void
happen(unsigned first, unsigned n)
{
	struct ctl_event_record r;

	memset(&r, 0, sizeof(r));
	r.kind = CTL_EVENT_RELEASED;
	for (; n > 0; n--) {
		r.count = first++;
		watch_put(rig.parser.watch, &r);
	}
}

static void
test_watcher_stays_and_is_told_what_happens(void **state)
{
	struct ctl_event_record r;
	struct channel_msg m;
	int one = watcher(), two;

	(void)state;
	assert_true(is_open(one));
	happen(1, 2);
	two = watcher();
	hear_event(one, &r, CTL_EVENT_RELEASED);
	assert_int_equal(r.count, 1);
	happen(3, 1);
	hear_event(one, &r, CTL_EVENT_RELEASED);
	assert_int_equal(r.count, 2);
	hear_event(one, &r, CTL_EVENT_RELEASED);
	assert_int_equal(r.count, 3);
	hear_event(two, &r, CTL_EVENT_RELEASED);
	assert_int_equal(r.count, 3);
	assert_int_equal(hear(two, &m), -1);
	assert_true(is_open(one));
	say(two, CTL_WATCH, NULL, 0); /* has nothing more to ask */
	hear_closed(two);
	assert_true(watch_is_on(rig.parser.watch));
	close(one);
	turn(); /* who leaves is seen leaving, though nothing happens */
	assert_false(watch_is_on(rig.parser.watch));
}

static void
test_watcher_who_reads_slowly_is_told_of_his_loss(void **state)
{
	struct ctl_event_record r;
	struct channel_msg m;
	unsigned next = 0, i;
	uint64_t lost = 0;
	int fd = watcher();

	(void)state;
	for (i = 0; i < 100; i++) {
		happen(i * 1000, 1000);
		turn();
	}
	while (hear(fd, &m) == 1) {
		memcpy(&r, m.payload, sizeof(r));
		if (r.kind == CTL_EVENT_LOST) {
			lost += r.lost;
			next += r.lost;
		} else {
			assert_int_equal(r.count, next++);
		}
	}
	assert_int_equal(next, 100000);
	assert_true(lost > 90000);
	close(fd);
}

/* The limit runs while something waits to be read, and only then. */
static void
test_watcher_has_a_timer_only_while_he_does_not_read(void **state)
{
	struct channel_msg m;
	int idle, fd;

	(void)state;
	idle =
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED);
	fd = watcher();
	turn();
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    idle + 1);
	happen(0, WATCH_EVENTS);
	turn(); /* far more than the socket takes */
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    idle + 3);
	while (hear(fd, &m) == 1)
		continue;
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    idle + 1);
	close(fd);
}

static void
test_watchers_keep_nobody_out_and_stay(void **state)
{
	int watchers[WATCH_UID_MAX], fds[CONTROL_UID_MAX], i, fd;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < WATCH_UID_MAX; i++)
		watchers[i] = watcher();
	fd = client();
	say(fd, CTL_WATCH, NULL, 0);
	hear_error(fd, CTL_REFUSED, "too many watch already");
	for (i = 0; i < CONTROL_UID_MAX; i++)
		fds[i] = client();
	assert_true(is_open(fds[i - 1]));
	for (i = 0; i < WATCH_UID_MAX; i++)
		assert_true(is_open(watchers[i]));
	close_all(fds, CONTROL_UID_MAX);
	close_all(watchers, WATCH_UID_MAX);
	assert_false(watch_is_on(rig.parser.watch));
}

/* That is not whom the ban of its network hits. */
static void
test_check_tells_no_ban_of_who_is_whitelisted_in_it(void **state)
{
	struct ctl_address address = { prefix_of("2001:db8:0:1::9") };
	struct msg_checked checked = { 83, "whitelisted" };
	struct prefix_set *whitelist = prefix_set_new();
	struct msg_policy policy;
	struct ctl_check_record c;
	struct channel_msg m;
	int fd, i;

	(void)state;
	assert_int_equal(prefix_set_add(whitelist, &address.prefix), 0);
	policy = *policy_settings(rig.parser.policy);
	policy.exempt = 1;
	policy_configure(rig.parser.policy, &policy, whitelist);
	put_ban("2001:db8:0:1::/64", BAN_ACTIVE);
	for (i = 0; i < 2; i++) {
		fd = client();
		say(fd, CTL_CHECK, &address, sizeof(address));
		answer(MSG_CHECKED, &checked, sizeof(checked));
		assert_int_equal(hear(fd, &m), 1);
		memcpy(&c, m.payload, sizeof(c));
		assert_int_equal(c.ban.state, i == 0 ? 0 : BAN_ACTIVE);
		assert_int_equal(c.whitelist.len, i == 0 ? 128 : 0);
		hear_done(fd, 0);
		address.prefix = prefix_of("2001:db8:0:1::8");
	}
}

/* A good login or accepted mail from there, a moment ago. */
static void
welcome(struct parser *p, enum event_kind kind, const char *text)
{
	struct event ev = { .kind = kind,
		.time = time(NULL),
		.client = prefix_of(text) };

	policy_welcome(p->policy, &ev, ev.time);
}

static void
test_check_tells_what_speaks_for_a_client(void **state)
{
	struct ctl_address address = { prefix_of("2001:db8:0:1::9") };
	struct msg_checked checked = { 83, "" };
	struct ctl_check_record c;
	struct channel_msg m;
	int fd = client(), i;

	for (i = 0; i < 50; i++)
		welcome(*state, EVENT_LOGIN, "2001:db8:0:1::8");
	for (i = 0; i < 3; i++)
		welcome(*state, EVENT_ACCEPT, "2001:db8:0:1::7");
	say(fd, CTL_CHECK, &address, sizeof(address));
	answer(MSG_CHECKED, &checked, sizeof(checked));
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&c, m.payload, sizeof(c));
	assert_in_range(c.login, time(NULL) - 60, time(NULL));
	assert_int_equal(c.mail_server, 1);
	assert_int_equal(c.proxy_logins, 50);
	assert_int_equal(c.logins_of, 50);
	hear_done(fd, 0);
	address.prefix = prefix_of("192.0.2.1");
	fd = client();
	say(fd, CTL_CHECK, &address, sizeof(address));
	answer(MSG_CHECKED, &checked, sizeof(checked));
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&c, m.payload, sizeof(c));
	assert_int_equal(c.login, 0);
	assert_int_equal(c.mail_server, 0);
	assert_int_equal(c.proxy_logins, 0);
	hear_done(fd, 0);
}

static void
test_offenders_show_the_threshold_that_holds_for_them(void **state)
{
	struct event ev = { .kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = time(NULL),
		.client = prefix_of("192.0.2.1") };
	struct parser *p = *state;
	struct ctl_offender_record o;
	struct verdict v;
	struct channel_msg m;
	int fd = client();

	welcome(p, EVENT_LOGIN, "192.0.2.1");
	policy_judge(p->policy, &ev, ev.time, &v);
	say(fd, CTL_OFFENDERS, NULL, 0);
	assert_int_equal(hear(fd, &m), 1);
	memcpy(&o, m.payload, sizeof(o));
	assert_int_equal(o.count, 1);
	assert_int_equal(o.threshold, 20);
	hear_done(fd, 0);
}

static void
test_accounts_are_sent_by_their_failures(void **state)
{
	struct parser *p = *state;
	struct prefix from = prefix_of("192.0.2.1");
	struct ctl_account_record r;
	struct channel_msg m;
	char name[16];
	unsigned i;
	int fd;

	rig.room = 7;
	for (i = 1; i <= 100; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		accounts_fail(p->accounts, name, strlen(name), &from, NOW, i);
	}
	fd = client();
	say(fd, CTL_ACCOUNTS, NULL, 0);
	for (i = 100; i > 0; i--) {
		assert_int_equal(hear(fd, &m), 1);
		assert_int_equal(m.hdr.type, CTL_ACCOUNT_RECORD);
		assert_int_equal(m.hdr.len, sizeof(r));
		memcpy(&r, m.payload, sizeof(r));
		(void)snprintf(name, sizeof(name), "user%u", i);
		assert_string_equal(r.user, name);
		assert_int_equal(r.failures, i);
		assert_int_equal(r.clients, 1);
		turn();
	}
	hear_done(fd, 0);
}

/* A long text comes in parts, whatever the kernel takes at once. */
static void
test_metrics_come_as_one_text(void **state)
{
	static char text[65536];
	static struct msg_counters counters = { .ledger_bytes = 4711 };
	struct channel_msg m;
	size_t n = 0;
	int fd = client();

	(void)state;
	rig.room = 1;
	say(fd, CTL_METRICS, NULL, 0);
	assert_int_equal(rig.type, MSG_COUNTERS);
	answer(MSG_COUNTED, &counters, sizeof(counters));
	while (hear(fd, &m) == 1 && m.hdr.type == CTL_TEXT_RECORD) {
		assert_int_equal(m.hdr.len, sizeof(struct msg_text));
		n += strlcpy(text + n, (const char *)m.payload,
		    sizeof(text) - n);
		assert_true(n < sizeof(text));
	}
	assert_int_equal(m.hdr.type, CTL_DONE);
	hear_closed(fd);
	assert_true(n > MSG_TEXT_LEN);
	assert_non_null(strstr(text, "\nsmtpban_ledger_size_bytes 4711\n"));
	assert_non_null(
	    strstr(text, "smtpban_log_present{log=\"/log/31\"} 0\n"));
	assert_string_equal(text + n - 8, "count 0\n");
}

/* Who leaves while it is told leaves nothing behind. */
static void
test_client_that_leaves_within_the_metrics(void **state)
{
	static struct msg_counters counters;
	struct channel_msg m;
	int fd = client();

	(void)state;
	rig.room = 1;
	say(fd, CTL_METRICS, NULL, 0);
	answer(MSG_COUNTED, &counters, sizeof(counters));
	assert_int_equal(hear(fd, &m), 1);
	close(fd);
	turn();
}

/* His request stays with the enforcer, whose answer is for nobody. */
static void
test_client_that_leaves_misses_his_answer(void **state)
{
	struct msg_done done = { 3 };
	int fd = client();

	(void)state;
	say(fd, CTL_FLUSH, NULL, 0);
	close(fd);
	turn();
	answer(MSG_DONE, &done, sizeof(done));
	fd = client();
	say(fd, CTL_FLUSH, NULL, 0);
	answer(MSG_DONE, &done, sizeof(done));
	hear_done(fd, 3);
	assert_int_equal(rig.forgotten, 0);
}

static void
test_answers_that_never_come_are_forgotten_at_the_end(void **state)
{
	int fd = client(), gone = client();

	(void)state;
	say(fd, CTL_FLUSH, NULL, 0);
	say(gone, CTL_FLUSH, NULL, 0);
	close(gone);
	turn();
	control_free(rig.parser.control);
	rig.parser.control = NULL;
	assert_int_equal(rig.forgotten, 2);
	close(fd);
}

static void
test_second_request_closes_the_client(void **state)
{
	struct msg_done done = { 1 };
	int fd = client();

	(void)state;
	say(fd, CTL_FLUSH, NULL, 0);
	say(fd, CTL_FLUSH, NULL, 0);
	hear_closed(fd);
	assert_int_equal(rig.asked, 1);
	answer(MSG_DONE, &done, sizeof(done));
}

/* As many others as there are places, of several users. */
static void
fill(int fds[CONTROL_OTHERS_MAX])
{
	unsigned i;

	for (i = 0; i < CONTROL_OTHERS_MAX; i++) {
		rig.uid = 1000 + i / CONTROL_UID_MAX;
		fds[i] = client();
	}
}

static void
test_root_has_places_of_its_own(void **state)
{
	int fds[CONTROL_OTHERS_MAX], fd;
	unsigned i;

	(void)state;
	fill(fds);
	rig.uid = 0;
	fd = client();
	say(fd, CTL_OFFENDERS, NULL, 0);
	hear_done(fd, 0);
	for (i = 0; i < CONTROL_OTHERS_MAX; i++)
		assert_true(is_open(fds[i]));
	assert_int_equal(rig.warnings, 0);
	close_all(fds, CONTROL_OTHERS_MAX);
}

static void
test_root_has_not_more_places_than_those(void **state)
{
	int fds[CONTROL_ROOT_MAX], fd, i;

	(void)state;
	for (i = 0; i < CONTROL_ROOT_MAX; i++)
		fds[i] = client();
	fd = client();
	assert_false(is_open(fds[0]));
	assert_true(is_open(fds[1]));
	assert_true(is_open(fd));
	close(fd);
	close_all(fds, CONTROL_ROOT_MAX);
}

static void
test_newcomer_takes_the_place_of_who_asked_nothing_for_longest(void **state)
{
	int fds[CONTROL_OTHERS_MAX], fd, i;

	(void)state;
	fill(fds);
	rig.uid = 2000;
	say(fds[0], CTL_STATUS, NULL, 0);
	for (i = 1; i < 4; i++) {
		fd = client();
		assert_false(is_open(fds[i]));
		assert_true(is_open(fds[i + 1]));
		say(fd, CTL_OFFENDERS, NULL, 0);
		hear_done(fd, 0);
		rig.uid++;
		fds[i] = client(); /* the place is taken again */
	}
	assert_true(is_open(fds[0]));
	close_all(fds, CONTROL_OTHERS_MAX);
}

static void
test_of_those_who_asked_the_slowest_reader_goes(void **state)
{
	struct ctl_bans all = { 1 };
	int fds[CONTROL_UID_MAX + 1], i;
	struct channel_msg m;
	char text[32];

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "198.51.%d.%d", i / 250,
		    i % 250 + 1);
		put_ban(text, BAN_ACTIVE);
	}
	fds[0] = client();
	say(fds[0], CTL_STATUS, NULL, 0); /* waits, and does not read */
	for (i = 1; i < CONTROL_UID_MAX; i++) {
		fds[i] = client();
		say(fds[i], CTL_BANS, &all, sizeof(all));
	}
	fds[i] = client();
	assert_true(is_open(fds[i]));
	assert_true(is_open(fds[0]));
	i = 0;
	while (hear(fds[1], &m) == 1)
		i++;
	assert_in_range(i, 1, 4999);
	i = 0;
	while (hear(fds[2], &m) == 1)
		i++;
	assert_int_equal(i, 5001);
	close_all(fds, CONTROL_UID_MAX + 1);
}

/* Who waits for an answer is not sent away for one who came after him. */
static void
test_newcomer_goes_when_all_wait_for_their_answers(void **state)
{
	int fds[CONTROL_UID_MAX], i, fd;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < CONTROL_UID_MAX; i++) {
		fds[i] = client();
		say(fds[i], CTL_STATUS, NULL, 0);
	}
	hear_closed(client());
	for (i = 0; i < CONTROL_UID_MAX; i++)
		assert_true(is_open(fds[i]));
	rig.uid = 1001; /* it is not the fault of others */
	fd = client();
	say(fd, CTL_OFFENDERS, NULL, 0);
	assert_true(is_open(fd));
	close(fd);
	close_all(fds, CONTROL_UID_MAX);
}

static void
test_clients_without_a_place_are_told_of_once_a_minute(void **state)
{
	int fds[CONTROL_UID_MAX], more[30], i;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < CONTROL_UID_MAX; i++)
		fds[i] = client();
	for (i = 0; i < 30; i++) {
		more[i] = client();
		if (i == 19)
			rig.ms += 60000;
	}
	assert_int_equal(rig.warnings, 2);
	close_all(fds, CONTROL_UID_MAX);
	close_all(more, 30);
}

/* However many ask, the enforcer hears of few; root does not stand behind. */
static void
test_few_requests_of_others_are_with_the_enforcer(void **state)
{
	struct msg_counters counters = { 0 };
	int fds[CONTROL_UID_MAX], i, fd;
	struct channel_msg m;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < CONTROL_UID_MAX; i++) {
		fds[i] = client();
		say(fds[i], CTL_STATUS, NULL, 0);
		if (i < 2) { /* to leave does not make it less */
			close(fds[i]);
			turn();
		}
	}
	assert_int_equal(rig.asked, CONTROL_ASKING);
	answer(MSG_COUNTED, &counters, sizeof(counters));
	assert_int_equal(rig.asked, CONTROL_ASKING + 1);
	assert_int_equal(hear(fds[CONTROL_ASKING - 1], &m), 1);
	assert_int_equal(m.hdr.type, CTL_STATUS_RECORD);
	rig.uid = 0;
	fd = client();
	say(fd, CTL_STATUS, NULL, 0);
	assert_int_equal(rig.asked, CONTROL_ASKING + 2);
	answer(MSG_COUNTED, &counters, sizeof(counters));
	assert_int_equal(hear(fd, &m), 1);
	close(fd);
	close_all(fds + 2, CONTROL_UID_MAX - 2);
}

static void
test_requests_of_others_are_paced(void **state)
{
	int fd, i;

	(void)state;
	rig.uid = 1000;
	for (i = 0; i < LANE_BURST; i++) {
		fd = client();
		say(fd, CTL_OFFENDERS, NULL, 0);
		hear_done(fd, 0);
	}
	fd = client();
	say(fd, CTL_OFFENDERS, NULL, 0);
	assert_true(is_open(fd));
	rig.uid = 0;
	for (i = 0; i < 2 * LANE_BURST; i++) {
		int root = client();

		say(root, CTL_OFFENDERS, NULL, 0);
		hear_done(root, 0);
	}
	assert_true(is_open(fd));
	rig.ms += 1000 / CONTROL_PER_SECOND;
	while (is_open(fd)) /* its time comes by the loop's timer */
		(void)event_base_loop(rig.parser.base, EVLOOP_ONCE);
	hear_closed(fd);
}

/* Without descriptors an idle client goes; if none is there, we wait. */
static void
test_without_descriptors_it_does_not_spin(void **state)
{
	int fd;

	(void)state;
	rig.uid = 1000;
	fd = client();
	rig.uid = 0;
	rig.no_accept = 1;
	rig.accepts = 0;
	close(client());
	assert_false(is_open(fd));
	close(fd);
	turn();
	assert_int_equal(rig.warnings, 1);
	rig.no_accept = 1000;
	rig.accepts = 0;
	fd = client();
	assert_int_equal(rig.accepts, 1);
	say(fd, CTL_OFFENDERS, NULL, 0);
	assert_int_equal(rig.accepts, 1);
	rig.no_accept = 0;
	while (is_open(fd)) /* it is tried again after a while */
		(void)event_base_loop(rig.parser.base, EVLOOP_ONCE);
	close(fd);
	turn();
	assert_int_equal(rig.warnings, 1);
}

/* What is passed over does not end the answer, and is not all done at once. */
static void
test_ban_behind_many_ended_ones_is_shown(void **state)
{
	struct ctl_bans active = { 0 };
	struct channel_msg m;
	char text[32];
	unsigned i;
	int fd;

	(void)state;
	for (i = 0; i < 2000; i++) {
		(void)snprintf(text, sizeof(text), "198.51.%u.%u", i / 250,
		    i % 250 + 1);
		put_ban(text, BAN_ENDED);
	}
	put_ban("203.0.113.1", BAN_ACTIVE);
	fd = client();
	assert_int_equal(
	    channel_send(fd, CTL_BANS, 7, &active, sizeof(active), -1), 0);
	for (i = 0; hear(fd, &m) == -1; i++)
		;
	assert_in_range(i, 1, 100);
	assert_int_equal(m.hdr.type, CTL_BAN_RECORD);
	hear_done(fd, 0);
}

static void
test_client_that_never_asks_has_a_timer(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    1);
	fd = client();
	/* The client's event counts twice: for its socket and its time. */
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    3);
	say(fd, CTL_FLUSH, NULL, 0);
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    2);
	close(fd);
	turn();
	assert_int_equal(
	    event_base_get_num_events(rig.parser.base, EVENT_BASE_COUNT_ADDED),
	    1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_wrong_length_closes_the_client),
		TEST(test_unknown_request_closes_the_client),
		TEST(test_bytes_that_are_no_message_close_the_client),
		TEST(test_half_a_message_closes_the_client),
		TEST(test_huge_message_closes_the_client),
		TEST(test_shutdown_of_one_half_ends_the_client),
		TEST(test_descriptor_closes_the_client),
		TEST(test_values_past_their_bounds_close_the_client),
		TEST(test_only_root_may_change),
		TEST(test_who_asks_is_looked_at_when_he_asks),
		TEST(test_ban_is_asked_and_shown),
		TEST(test_unban_of_an_address_releases_the_ban_that_covers_it),
		TEST(test_unban_allows_no_more_than_what_is_counted),
		TEST(test_refusal_and_failure_carry_their_reason),
		TEST(test_unban_of_what_is_not_banned_is_an_error),
		TEST(test_flush_and_expire_tell_their_number),
		TEST(test_level_is_set_here_and_told),
		TEST(test_status_is_counters_then_logs),
		TEST(test_bans_are_shown_in_order),
		TEST(test_slow_reader_gets_all_and_stops_nobody),
		TEST(test_socket_that_takes_a_part_gets_the_rest),
		TEST(test_offenders_are_all_shown),
		TEST(test_check_tells_all_that_is_known),
		TEST(test_lines_of_a_banned_network_are_of_all_in_it),
		TEST(test_watcher_stays_and_is_told_what_happens),
		TEST(test_watcher_who_reads_slowly_is_told_of_his_loss),
		TEST(test_watcher_has_a_timer_only_while_he_does_not_read),
		TEST(test_watchers_keep_nobody_out_and_stay),
		TEST(test_check_tells_no_ban_of_who_is_whitelisted_in_it),
		TEST(test_check_tells_what_speaks_for_a_client),
		TEST(test_offenders_show_the_threshold_that_holds_for_them),
		TEST(test_accounts_are_sent_by_their_failures),
		TEST(test_metrics_come_as_one_text),
		TEST(test_client_that_leaves_within_the_metrics),
		TEST(test_client_that_leaves_misses_his_answer),
		TEST(test_answers_that_never_come_are_forgotten_at_the_end),
		TEST(test_second_request_closes_the_client),
		TEST(test_root_has_places_of_its_own),
		TEST(test_root_has_not_more_places_than_those),
		TEST(
		    test_newcomer_takes_the_place_of_who_asked_nothing_for_longest),
		TEST(test_of_those_who_asked_the_slowest_reader_goes),
		TEST(test_newcomer_goes_when_all_wait_for_their_answers),
		TEST(test_clients_without_a_place_are_told_of_once_a_minute),
		TEST(test_few_requests_of_others_are_with_the_enforcer),
		TEST(test_requests_of_others_are_paced),
		TEST(test_without_descriptors_it_does_not_spin),
		TEST(test_ban_behind_many_ended_ones_is_shown),
		TEST(test_client_that_never_asks_has_a_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
