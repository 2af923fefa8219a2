/* The table of requests: accepted, refused, and what ends the process. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW 1790000000

static struct conf conf = { .ban_for = 100,
	.ban_max = 100,
	.remember = 1000,
	.limit_bans = 3,
	.limit_requests = 10 };
static struct enforcer e;
static int64_t ms;
static uint32_t answered; /* type of the last answer */
static uint32_t number;   /* of the last MSG_DONE */
static char said[MSG_REASON_LEN];
static int told, reloads, watchdogs, opened;
static int lines;         /* of log_info */
static int64_t reload_ms; /* that one takes */
static int commit_error;  /* errno that a commit leaves */

void __wrap_log_info(const char *, ...);

void
__wrap_log_info(const char *fmt, ...)
{
	lines++;
}

int64_t
clock_ms(void)
{
	return ms;
}

int64_t
clock_wall(void)
{
	return NOW;
}

int64_t
clock_wall_ms(void)
{
	return clock_wall() * 1000;
}

bool
guard_refuses(const struct conf *c, const struct hostaddr *h,
    const struct prefix *p, char reason[MSG_REASON_LEN])
{
	strlcpy(reason, "loopback address", MSG_REASON_LEN);
	return p->addr[0] == 127;
}

uint64_t
ledger_bytes(const struct ledger *l)
{
	return 4096;
}

unsigned
ledger_pending(const struct ledger *l)
{
	return 3;
}

void
fault_notify(const struct enforcer *en)
{
	watchdogs++;
}

uint32_t
release_all(struct enforcer *en)
{
	return 7;
}

uint32_t
release_due(struct enforcer *en)
{
	return 2;
}

void
reload(struct enforcer *en, uint32_t id)
{
	reloads++;
	ms += reload_ms;
}

void
reload_tell(struct enforcer *en)
{
	told++;
	en->told = true;
}

void
reply_send(struct enforcer *en, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	answered = type;
}

void
reply_done(struct enforcer *en, uint32_t id, uint32_t n)
{
	answered = MSG_DONE;
	number = n;
}

void
reply_refused(struct enforcer *en, uint32_t id, const struct prefix *p,
    const char *reason)
{
	answered = MSG_REFUSED;
	strlcpy(said, reason, sizeof(said));
}

void
reply_failed(struct enforcer *en, uint32_t id, const char *fmt, ...)
{
	answered = MSG_FAILED;
}

void
reply_watches(struct enforcer *en)
{
}

int
source_open(struct source *s, uint32_t which)
{
	opened++;
	errno = ENOENT;
	return -1;
}

uint32_t
release_covering(struct enforcer *en, const struct prefix *p, uint32_t allow)
{
	struct ban_entry *entry = bans_find(&en->bans, p);

	if (allow == 0 && (entry == NULL || entry->ban.state != BAN_ACTIVE))
		return 0;
	ban_end(&turn_touch(en, p, 0)->ban, allow, NOW);
	return 1;
}

/* Settles at once: what a turn does is another module's test. */
struct ban_entry *
turn_touch(struct enforcer *en, const struct prefix *p, uint32_t id)
{
	struct ban_entry *entry = bans_find(&en->bans, p);

	if (entry == NULL)
		entry = bans_insert(&en->bans, p);
	bans_unqueue(&en->bans, entry);
	entry->touched = true;
	return entry;
}

void
turn_commit(struct enforcer *en)
{
	struct ban_entry *entry, *next;

	for (entry = bans_first(&en->bans); entry != NULL; entry = next) {
		next = bans_after(entry);
		if (entry->touched)
			bans_settle(&en->bans, entry,
			    ban_due(&entry->ban, &conf));
	}
	errno = commit_error != 0 ? commit_error : errno;
}

static struct channel_msg
message(uint32_t type, const void *payload, size_t len)
{
	struct channel_msg m = { .hdr = { type, (uint32_t)len, 1, 0 },
		.fd = -1 };

	if (len > 0)
		memcpy(m.payload, payload, len);
	return m;
}

static void
dispatch(uint32_t type, const void *payload, size_t len)
{
	struct channel_msg m = message(type, payload, len);

	answered = 0;
	request_dispatch(&e, &m);
	turn_commit(&e);
}

/* In a child: whether this message ends the process with status 1. */
static void
assert_fatal(struct channel_msg *m)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (close(2) == 0)
			request_dispatch(&e, m);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static struct msg_ban_request
ban_of(unsigned i)
{
	struct msg_ban_request req = { .category = CATEGORY_AUTH, .count = 5 };
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };

	prefix_from_bytes(&req.prefix, PREFIX_INET, bytes, 32);
	return req;
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	e.conf = &conf;
	e.told = true;
	bans_init(&e.bans, 100);
	conf.limit_requests = 10;
	ms = 100000;
	lines = reloads = commit_error = 0;
	reload_ms = 0;
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	return 0;
}

static void
test_a_ban_is_made(void **state)
{
	struct msg_ban_request req = ban_of(1);

	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(e.bans.active.n, 1);
	assert_int_equal(answered, 0);
	assert_int_equal(bans_first(&e.bans)->ban.since, NOW);
}

static void
test_a_ban_begins_by_the_clock_of_the_log_if_that_is_ahead(void **state)
{
	struct msg_ban_request req = ban_of(1);

	req.ahead = 3600;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(bans_first(&e.bans)->ban.since, NOW + 3600);
	assert_int_equal(bans_first(&e.bans)->ban.expires, NOW + 100);
}

static void
assert_over(const struct msg_ban_request *req)
{
	answered = 0;
	dispatch(MSG_BAN_REQUEST, req, sizeof(*req));
	assert_int_equal(answered, MSG_REFUSED);
	assert_int_equal(e.bans.active.n, 0);
}

/* In this test a ban lasts for 100 seconds. */
static void
test_a_ban_that_began_before_now_keeps_its_beginning(void **state)
{
	struct msg_ban_request req = ban_of(1);
	struct ban *ban;

	req.category = CATEGORY_MANUAL;
	req.ago = 99;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	ban = &bans_first(&e.bans)->ban;
	assert_int_equal(ban->since, NOW - 99);
	assert_int_equal(ban->expires, NOW + 1);
	req.ago = 50; /* one that is in force stays as it is */
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(ban->since, NOW - 99);
}

static void
test_a_ban_that_would_be_over_is_not_made(void **state)
{
	struct msg_ban_request req = ban_of(1);
	struct ban_entry *entry;

	req.category = CATEGORY_MANUAL;
	req.ago = 100;
	assert_over(&req);
	entry = bans_insert(&e.bans, &req.prefix);
	entry->ban.state = BAN_ENDED;
	entry->ban.released = NOW - 10;
	req.ago = 11;
	assert_over(&req);
	req.ago = 10;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(entry->ban.state, BAN_ACTIVE);
	assert_int_equal(e.counters.refused, 0);
}

static void
test_what_the_guard_says_is_refused(void **state)
{
	struct msg_ban_request req = ban_of(1);

	req.prefix.addr[0] = 127;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(answered, MSG_REFUSED);
	assert_int_equal(e.counters.refused, 1);
	assert_int_equal(e.bans.active.n, 0);
}

static void
test_the_limit_of_bans_holds(void **state)
{
	struct msg_ban_request req;
	unsigned i;

	for (i = 1; i <= 3; i++) {
		req = ban_of(i);
		dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
		assert_int_equal(answered, 0);
	}
	req = ban_of(4);
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(answered, MSG_REFUSED);
	assert_non_null(strstr(said, "limit"));
	req = ban_of(3);
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(answered, 0);
}

static void
test_who_is_allowed_is_banned_by_hand_only(void **state)
{
	struct msg_unban_request unban = { .allow = 60 };
	struct msg_ban_request req = ban_of(1);

	unban.prefix = req.prefix;
	dispatch(MSG_UNBAN_REQUEST, &unban, sizeof(unban));
	assert_int_equal(answered, MSG_DONE);
	assert_int_equal(number, 1);
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(answered, MSG_REFUSED);
	req.category = CATEGORY_MANUAL;
	req.count = 0;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(e.bans.active.n, 1);
}

static void
test_unban_tells_whether_there_was_one(void **state)
{
	struct msg_ban_request req = ban_of(1);
	struct msg_unban_request unban = { .allow = 0 };

	unban.prefix = req.prefix;
	dispatch(MSG_UNBAN_REQUEST, &unban, sizeof(unban));
	assert_int_equal(number, 0);
	assert_null(bans_first(&e.bans));
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	dispatch(MSG_UNBAN_REQUEST, &unban, sizeof(unban));
	assert_int_equal(number, 1);
	assert_int_equal(e.bans.active.n, 0);
	assert_int_equal(e.bans.ended.n, 1);
}

static void
test_a_release_that_is_not_written_has_failed(void **state)
{
	e.rewrite_at = 1;
	dispatch(MSG_FLUSH, NULL, 0);
	assert_int_equal(answered, MSG_FAILED);
	e.rewrite_at = 0;
	dispatch(MSG_FLUSH, NULL, 0);
	assert_int_equal(answered, MSG_DONE);
	assert_int_equal(number, 7);
	dispatch(MSG_EXPIRE, NULL, 0);
	assert_int_equal(number, 2);
}

static void
test_logs_are_opened_by_index_only(void **state)
{
	struct msg_log_open req = { 3, MSG_CURRENT };

	dispatch(MSG_LOG_OPEN, &req, sizeof(req));
	assert_int_equal(answered, MSG_LOG);
	assert_int_equal(opened, 1);
}

static void
test_every_other_request_is_answered(void **state)
{
	struct msg_check check = { .prefix = ban_of(1).prefix };
	struct msg_level level = { LOG_VERBOSE };

	dispatch(MSG_CHECK, &check, sizeof(check));
	assert_int_equal(answered, MSG_CHECKED);
	dispatch(MSG_COUNTERS, NULL, 0);
	assert_int_equal(answered, MSG_COUNTED);
	dispatch(MSG_RELOAD, NULL, 0);
	assert_int_equal(reloads, 1);
	e.pings = 2;
	dispatch(MSG_PONG, NULL, 0); /* a late one */
	assert_int_equal(watchdogs, 0);
	dispatch(MSG_PONG, NULL, 0);
	assert_int_equal(watchdogs, 1);
	dispatch(MSG_FOLLOWING, NULL, 0);
	dispatch(MSG_LEVEL, &level, sizeof(level));
	assert_int_equal(log_level(), LOG_VERBOSE);
}

static void
test_a_pong_that_nobody_asked_for_is_fatal(void **state)
{
	struct channel_msg m = message(MSG_PONG, NULL, 0);

	e.pings = 1;
	watchdogs = 0;
	dispatch(MSG_PONG, NULL, 0);
	assert_fatal(&m);
	assert_int_equal(watchdogs, 1);
}

static void
test_every_wrong_length_is_fatal(void **state)
{
	static const size_t lengths[] = { [MSG_CONFINED] = 0,
		[MSG_BAN_REQUEST] = sizeof(struct msg_ban_request),
		[MSG_UNBAN_REQUEST] = sizeof(struct msg_unban_request),
		[MSG_FLUSH] = 0,
		[MSG_EXPIRE] = 0,
		[MSG_RELOAD] = 0,
		[MSG_LOG_OPEN] = sizeof(struct msg_log_open),
		[MSG_CHECK] = sizeof(struct msg_check),
		[MSG_COUNTERS] = 0,
		[MSG_LEVEL] = sizeof(struct msg_level),
		[MSG_PONG] = 0,
		[MSG_FOLLOWING] = 0 };
	struct msg_ban_request req = ban_of(1);
	struct channel_msg m;
	size_t len;
	uint32_t type;

	for (type = 0; type <= MSG_FOLLOWING + 1; type++)
		for (len = 0; len <= sizeof(req) + 1; len++) {
			e.told = type != MSG_CONFINED;
			m = message(type, NULL, 0);
			memcpy(m.payload, &req, sizeof(req));
			m.hdr.len = (uint32_t)len;
			if (type == 0 || type > MSG_FOLLOWING ||
			    len != lengths[type])
				assert_fatal(&m);
		}
}

static void
test_every_value_past_its_bound_is_fatal(void **state)
{
	struct msg_ban_request req = ban_of(1), bad;
	struct msg_unban_request unban = { req.prefix, MSG_SECONDS_MAX + 1 };
	struct msg_log_open log = { MSG_LOGS_MAX, MSG_CURRENT };
	struct msg_level level = { LOG_EVERY_LINE + 1 };
	struct channel_msg m;

#define BAD(type, value)                              \
	m = message((type), &(value), sizeof(value)); \
	assert_fatal(&m)
#define BAD_BAN(change) \
	bad = req;      \
	change;         \
	BAD(MSG_BAN_REQUEST, bad)

	BAD_BAN(bad.prefix.family = 5);
	BAD_BAN(bad.prefix.len = 33);
	BAD_BAN(bad.prefix.len = 24);
	BAD_BAN(bad.prefix.addr[5] = 1);
	BAD_BAN(bad.prefix.zero[0] = 1);
	BAD_BAN(bad.category = CATEGORY_NONE);
	BAD_BAN(bad.category = CATEGORY_COUNT);
	BAD_BAN(bad.count = MSG_COUNT_MAX + 1);
	BAD_BAN(bad.seconds = 1);
	BAD_BAN(bad.ahead = MSG_AHEAD_MAX + 1);
	BAD_BAN(bad.ago = 1);
	BAD_BAN(bad.category = CATEGORY_MANUAL; bad.ago = MSG_SECONDS_MAX + 1);
	BAD_BAN(bad.category = CATEGORY_MANUAL;
		bad.seconds = MSG_SECONDS_MAX + 1);
	BAD(MSG_UNBAN_REQUEST, unban);
	BAD(MSG_LOG_OPEN, log);
	log.index = 0;
	log.which = MSG_ROTATED_LAST + 1;
	BAD(MSG_LOG_OPEN, log);
	BAD(MSG_LEVEL, level);
	level.level = LOG_BRIEF - 1;
	BAD(MSG_LEVEL, level);
}

static void
test_a_descriptor_or_the_wrong_time_is_fatal(void **state)
{
	struct channel_msg m = message(MSG_FLUSH, NULL, 0);

	m.fd = 0;
	assert_fatal(&m);
	m = message(MSG_CONFINED, NULL, 0);
	assert_fatal(&m);
	e.told = false;
	m = message(MSG_FLUSH, NULL, 0);
	assert_fatal(&m);
	dispatch(MSG_CONFINED, NULL, 0);
	assert_int_equal(told, 1);
}

static void
test_the_rate_of_requests_is_limited(void **state)
{
	struct msg_ban_request req = ban_of(1);
	int pair[2], i, ready;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	e.channel = pair[0];
	for (i = 0; i < 30; i++)
		assert_int_equal(channel_send(pair[1], MSG_BAN_REQUEST, 0, &req,
				     sizeof(req), -1),
		    0);
	ms = 100000;
	assert_int_equal(request_wait(&e), 0);
	request_read(&e);
	assert_true(request_wait(&e) > 0);
	for (ready = 0, i = 0; i < 1000; i++, ms++)
		if (request_wait(&e) == 0) {
			ready++;
			request_read(&e);
		}
	assert_in_range(ready, 9, 10);
	close(pair[0]);
	close(pair[1]);
}

static void
test_what_few_need_costs_more(void **state)
{
	conf.limit_requests = 1000;
	assert_int_equal(request_wait(&e), 0);
	assert_int_equal(e.tokens, 1000);
	dispatch(MSG_EXPIRE, NULL, 0);
	assert_int_equal(e.tokens, 999);
	dispatch(MSG_RELOAD, NULL, 0);
	dispatch(MSG_FLUSH, NULL, 0);
	dispatch(MSG_FOLLOWING, NULL, 0);
	assert_int_equal(e.tokens, 699);
	conf.limit_requests = 1;
	dispatch(MSG_RELOAD, NULL, 0);
	assert_int_equal(e.tokens, 698);
}

/* So that a parser gets no more than half of our time. */
static void
test_what_takes_long_is_paid_twice(void **state)
{
	int64_t began;

	conf.limit_requests = 1000;
	assert_int_equal(request_wait(&e), 0);
	e.tokens = 1;
	reload_ms = 700;
	began = ms;
	dispatch(MSG_RELOAD, NULL, 0);
	while (request_wait(&e) > 0)
		ms += request_wait(&e);
	assert_in_range(ms - began, 1400, 1600);
}

static void
open_channel(int pair[2])
{
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	e.channel = pair[0];
	assert_int_equal(request_wait(&e), 0);
}

static void
test_a_turn_is_over_soon(void **state)
{
	int pair[2], i;

	conf.limit_requests = 100000;
	open_channel(pair);
	reload_ms = 30;
	for (i = 0; i < 10; i++)
		assert_int_equal(
		    channel_send(pair[1], MSG_RELOAD, 0, NULL, 0, -1), 0);
	request_read(&e);
	assert_int_equal(reloads, 2);
	close(pair[0]);
	close(pair[1]);
}

/* What goes wrong with kernel or ledger says nothing about the parser. */
static void
test_a_commit_that_fails_is_not_the_end(void **state)
{
	int pair[2];

	open_channel(pair);
	commit_error = ENOSPC;
	assert_int_equal(channel_send(pair[1], MSG_EXPIRE, 0, NULL, 0, -1), 0);
	request_read(&e);
	assert_int_equal(answered, MSG_DONE);
	close(pair[0]);
	close(pair[1]);
}

static void
ask_for_loopback(uint8_t i)
{
	struct msg_ban_request req = ban_of(i);

	req.prefix.addr[0] = 127;
	dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	assert_int_equal(answered, MSG_REFUSED);
}

static void
test_refusals_have_few_lines(void **state)
{
	struct msg_ban_request req;
	int i;

	for (i = 0; i < 100; i++)
		ask_for_loopback((uint8_t)i);
	assert_int_equal(lines, 30);
	for (i = 1; i < 100; i++) { /* three of them are banned */
		req = ban_of((unsigned)i);
		dispatch(MSG_BAN_REQUEST, &req, sizeof(req));
	}
	assert_int_equal(lines, 31);
	assert_int_equal(e.counters.refused, 196);
	ms += 59999;
	ask_for_loopback(1);
	assert_int_equal(lines, 31);
	ms++;
	ask_for_loopback(1);
	assert_int_equal(lines, 32);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_ban_is_made),
		TEST(
		    test_a_ban_begins_by_the_clock_of_the_log_if_that_is_ahead),
		cmocka_unit_test_setup_teardown(
		    test_a_ban_that_began_before_now_keeps_its_beginning, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_ban_that_would_be_over_is_not_made, setup, teardown),
		TEST(test_what_the_guard_says_is_refused),
		TEST(test_the_limit_of_bans_holds),
		TEST(test_who_is_allowed_is_banned_by_hand_only),
		TEST(test_unban_tells_whether_there_was_one),
		TEST(test_a_release_that_is_not_written_has_failed),
		TEST(test_logs_are_opened_by_index_only),
		TEST(test_every_other_request_is_answered),
		TEST(test_a_pong_that_nobody_asked_for_is_fatal),
		TEST(test_every_wrong_length_is_fatal),
		TEST(test_every_value_past_its_bound_is_fatal),
		TEST(test_a_descriptor_or_the_wrong_time_is_fatal),
		TEST(test_the_rate_of_requests_is_limited),
		TEST(test_what_few_need_costs_more),
		TEST(test_what_takes_long_is_paid_twice),
		TEST(test_a_turn_is_over_soon),
		TEST(test_a_commit_that_fails_is_not_the_end),
		TEST(test_refusals_have_few_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
