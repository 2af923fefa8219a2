#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "accounts.h"
#include "enforcer.h"
#include "evidence.h"
#include "judge.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "watch.h"

#define NOW   1700000000
#define LIMIT 5 /* the default threshold */
#define YEAR  (INT64_C(365) * 86400)

int __wrap_clock_gettime(clockid_t, struct timespec *);

static int64_t clock_now; /* of the wall; nothing else ever passes */
static long late;         /* but these milliseconds */

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	*ts = (struct timespec){ id == CLOCK_REALTIME ? clock_now : 1000, 0 };
	if (id == CLOCK_MONOTONIC)
		ts->tv_nsec = late * 1000000;
	return 0;
}

/* What it said of outages. */
static unsigned said_begin, said_end;

void __wrap_log_warnx(const char *, ...);
void __wrap_log_info(const char *, ...);

void
__wrap_log_warnx(const char *fmt, ...)
{
	said_begin += strstr(fmt, "fail to log in") != NULL;
}

void
__wrap_log_info(const char *fmt, ...)
{
	said_end += strstr(fmt, "counted again") != NULL;
}

/* The channel: what was asked for, and who waits for the answer. */
static struct {
	unsigned number;
	bool full;
	struct msg_ban_request last;
	struct msg_ban_request before; /* the last */
	enforcer_answer answer;
	void *arg;
} asked;

uint32_t
enforcer_ask_ban(struct enforcer *e, const struct msg_ban_request *ban,
    enforcer_answer answer, void *arg)
{
	(void)e;
	if (asked.full)
		return 0;
	asked.number++;
	asked.before = asked.last;
	asked.last = *ban;
	asked.answer = answer;
	asked.arg = arg;
	return asked.number;
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
	struct parser *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	memset(&asked, 0, sizeof(asked));
	clock_now = NOW;
	said_begin = said_end = 0;
	late = 0;
	p->policy = policy_new();
	p->mirror = mirror_new();
	p->accounts = accounts_new();
	p->evidence = evidence_new();
	p->watch = watch_new();
	p->judge = judge_new(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct parser *p = *state;

	judge_free(p->judge);
	watch_free(p->watch);
	evidence_free(p->evidence);
	accounts_free(p->accounts);
	mirror_free(p->mirror);
	policy_free(p->policy);
	free(p);
	return 0;
}

static void
fail_at(struct parser *p, const char *client, int64_t time, bool live)
{
	struct event ev = {
		.kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = time,
		.client = prefix_of(client),
		.count = 1,
		.user = "mallory",
		.user_len = 7,
	};

	judge_event(p->judge, &ev, live, clock_now);
}

static void
fail_often(struct parser *p, const char *client, unsigned n)
{
	while (n-- > 0)
		fail_at(p, client, clock_now, true);
}

static void
set_clock(int64_t by)
{
	clock_now += by;
}

static void
tell_state(struct parser *p, const char *prefix, uint32_t state,
    int64_t released, int64_t allowed)
{
	struct ban b = {
		.prefix = prefix_of(prefix),
		.state = state,
		.category = CATEGORY_AUTH,
		.count = 3,
		.released = released,
		.allowed = allowed,
	};

	judge_ban_state(p->judge, &b, NOW);
}

static void
answer(uint32_t type)
{
	struct channel_msg m = { .hdr = { .type = type } };

	asked.answer(asked.arg, &m);
}

static void
test_threshold_asks_once(void **state)
{
	struct parser *p = *state;
	struct prefix client = prefix_of("192.0.2.1");

	fail_often(p, "192.0.2.1", LIMIT - 1);
	assert_int_equal(asked.number, 0);
	fail_often(p, "192.0.2.1", 3);
	assert_int_equal(asked.number, 1);
	assert_memory_equal(&asked.last.prefix, &client, sizeof(client));
	assert_int_equal(asked.last.category, CATEGORY_AUTH);
	assert_int_equal(asked.last.count, LIMIT);
	assert_int_equal(asked.last.seconds, 0);
	assert_int_equal(p->stats.events[CATEGORY_AUTH], LIMIT + 2);
}

static void
test_ipv6_is_asked_by_its_network(void **state)
{
	struct prefix net = prefix_of("2001:db8:0:1::/64");

	fail_often(*state, "2001:db8:0:1::1", LIMIT - 1);
	fail_often(*state, "2001:db8:0:1::2", 1);
	assert_int_equal(asked.number, 1);
	assert_memory_equal(&asked.last.prefix, &net, sizeof(net));
}

static void
test_latecomers_of_a_banned_client_do_not_count(void **state)
{
	struct parser *p = *state;

	fail_often(p, "192.0.2.1", LIMIT);
	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	answer(MSG_BAN_STATE);
	fail_often(p, "192.0.2.1", 2 * LIMIT);
	assert_int_equal(asked.number, 1);
	tell_state(p, "192.0.2.1", BAN_FORGOTTEN, 0, 0);
	fail_often(p, "192.0.2.1", LIMIT - 1);
	assert_int_equal(asked.number, 1); /* counted anew */
	fail_often(p, "192.0.2.1", 1);
	assert_int_equal(asked.number, 2);
}

static void
test_manual_ban_of_a_network_covers_its_hosts(void **state)
{
	tell_state(*state, "192.0.2.0/24", BAN_ACTIVE, 0, 0);
	fail_often(*state, "192.0.2.77", LIMIT);
	assert_int_equal(asked.number, 0);
}

static void
test_release_forgets_the_failures(void **state)
{
	struct parser *p = *state;

	fail_often(p, "192.0.2.1", LIMIT - 1);
	tell_state(p, "192.0.2.1", BAN_ENDED, NOW, 0);
	fail_often(p, "192.0.2.1", LIMIT - 1);
	assert_int_equal(asked.number, 0);
	fail_often(p, "192.0.2.1", 1);
	assert_int_equal(asked.number, 1);
}

static void
test_lines_from_before_the_release_do_not_count(void **state)
{
	struct parser *p = *state;
	unsigned i;

	tell_state(p, "192.0.2.1", BAN_ENDED, NOW - 60, 0);
	for (i = 0; i < LIMIT; i++) {
		fail_at(p, "192.0.2.1", NOW - 61, false);
		fail_at(p, "192.0.2.1", NOW - 60, false);
		fail_at(p, "192.0.2.1", NOW - 61, true);
	}
	assert_int_equal(asked.number, 0);
	for (i = 0; i < LIMIT; i++)
		fail_at(p, "192.0.2.1", NOW - 59, false);
	assert_int_equal(asked.number, 1);
}

static void
test_live_line_of_the_release_second_counts(void **state)
{
	unsigned i;

	tell_state(*state, "192.0.2.1", BAN_ENDED, NOW, 0);
	for (i = 0; i < LIMIT; i++)
		fail_at(*state, "192.0.2.1", NOW, true);
	assert_int_equal(asked.number, 1);
}

static void
test_allowed_client_is_let_be(void **state)
{
	unsigned i;

	tell_state(*state, "192.0.2.1", BAN_ENDED, NOW - 60, NOW + 1);
	tell_state(*state, "192.0.2.2", BAN_ENDED, NOW - 60, NOW);
	fail_often(*state, "192.0.2.1", LIMIT);
	for (i = 0; i < LIMIT; i++)
		fail_at(*state, "192.0.2.2", NOW - 1, true);
	for (i = 0; i < LIMIT; i++) /* of a clock that is fast */
		fail_at(*state, "192.0.2.1", NOW + 600, true);
	assert_int_equal(asked.number, 0);
	fail_often(*state, "192.0.2.2", LIMIT);
	assert_int_equal(asked.number, 1);
}

static void
refuse(void)
{
	struct channel_msg m = { .hdr = { .type = MSG_REFUSED } };
	struct msg_refused r = { .reason = "a gateway of this host" };

	memcpy(m.payload, &r, sizeof(r));
	asked.answer(asked.arg, &m);
}

static void
test_refusal_is_kept_until_a_reload(void **state)
{
	struct parser *p = *state;

	fail_often(p, "192.0.2.1", LIMIT);
	refuse();
	fail_often(p, "192.0.2.1", LIMIT);
	assert_int_equal(asked.number, 1);
	judge_reconsider(p->judge, NOW);
	fail_often(p, "192.0.2.1", 1);
	assert_int_equal(asked.number, 2);
}

static void
test_what_failed_is_asked_at_the_next_failure(void **state)
{
	fail_often(*state, "192.0.2.1", LIMIT);
	answer(MSG_FAILED);
	assert_int_equal(asked.number, 1);
	fail_often(*state, "192.0.2.1", 1);
	assert_int_equal(asked.number, 2);
}

static void
test_what_found_no_room_is_asked_at_the_next_failure(void **state)
{
	asked.full = true;
	fail_often(*state, "192.0.2.1", LIMIT);
	asked.full = false;
	fail_often(*state, "192.0.2.1", 1);
	assert_int_equal(asked.number, 1);
}

static void
test_only_what_weighs_enters_the_hours(void **state)
{
	struct parser *p = *state;
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	struct event login = { .kind = EVENT_LOGIN, .count = 1 };

	fail_often(p, "192.0.2.1", 2);
	fail_often(p, "192.168.0.1", 4); /* private */
	login.client = prefix_of("192.0.2.1");
	judge_event(p->judge, &login, true, NOW);
	stats_hours(&p->stats, NOW, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 2);
	assert_int_equal(p->stats.events[CATEGORY_AUTH], 6);
	assert_int_equal(p->stats.events[CATEGORY_NONE], 1);
}

/* What the judge says of a line of that client and time. */
static bool
speaks(struct parser *p, const char *client, int64_t time, bool live)
{
	struct event ev = { .kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = time,
		.client = prefix_of(client),
		.count = 1 };

	return judge_event(p->judge, &ev, live, clock_now);
}

static void
test_lines_that_count_speak_against_their_client(void **state)
{
	struct event ev = { .kind = EVENT_LOGIN,
		.time = NOW,
		.client = prefix_of("192.0.2.1") };

	assert_true(speaks(*state, "192.0.2.1", NOW, true));
	assert_true(speaks(*state, "192.0.2.1", NOW, false));
	assert_false(speaks(*state, "127.0.0.1", NOW, true));
	assert_false(
	    judge_event(((struct parser *)*state)->judge, &ev, true, NOW));
	ev.kind = EVENT_FAILURE;
	ev.category = CATEGORY_POLICY; /* not in count */
	assert_false(
	    judge_event(((struct parser *)*state)->judge, &ev, true, NOW));
}

/* After a restart they would be gone, as a banned client is not counted. */
static void
test_replayed_lines_from_before_a_ban_speak_against_its_client(void **state)
{
	struct parser *p = *state;
	struct ban b = { .prefix = prefix_of("192.0.2.0/24"),
		.state = BAN_ACTIVE,
		.since = NOW - 100 };

	judge_ban_state(p->judge, &b, NOW);
	assert_true(speaks(p, "192.0.2.1", NOW - 101, false));
	assert_true(speaks(p, "192.0.2.1", NOW - 100, false));
	assert_false(speaks(p, "192.0.2.1", NOW - 99, false));
	assert_false(speaks(p, "192.0.2.1", NOW - 101, true));
	b.state = BAN_ENDED;
	b.released = NOW - 50;
	judge_ban_state(p->judge, &b, NOW);
	assert_true(speaks(p, "192.0.2.1", NOW - 100, false));
	assert_false(speaks(p, "192.0.2.1", NOW - 99, false));
	assert_int_equal(asked.number, 0);
}

/* Or a report after a restart would have bans for which nothing failed. */
static void
test_replayed_lines_from_before_a_ban_enter_the_hours(void **state)
{
	struct parser *p = *state;
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	struct ban b = { .prefix = prefix_of("192.0.2.1"),
		.state = BAN_ACTIVE,
		.since = NOW - 100 };

	judge_ban_state(p->judge, &b, NOW);
	(void)speaks(p, "192.0.2.1", NOW - 101, false);
	(void)speaks(p, "192.0.2.1", NOW - 100, false);
	(void)speaks(p, "192.0.2.1", NOW - 99, false); /* a latecomer */
	(void)speaks(p, "192.0.2.1", NOW - 101, true);
	stats_hours(&p->stats, clock_now, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH] + hours[1][CATEGORY_AUTH], 2);
}

static void
no_wake(void *arg)
{
	(void)arg;
}

static struct ctl_event_record
next_event(struct parser *p, uint64_t *at, uint32_t kind)
{
	struct ctl_event_record r = { .kind = 0 };

	assert_true(watch_next(p->watch, at, NOW, &r));
	assert_int_equal(r.kind, kind);
	return r;
}

static void
test_failures_and_logins_are_told_to_who_watches(void **state)
{
	struct parser *p = *state;
	struct watcher who = { .wake = no_wake };
	struct event ev = { .kind = EVENT_LOGIN,
		.time = NOW,
		.client = prefix_of("192.0.2.1"),
		.user = "alice",
		.user_len = 5 };
	struct ctl_event_record r;
	uint64_t at;

	assert_null(watch_join(p->watch, &who, &at));
	judge_event(p->judge, &ev, true, NOW); /* nothing failed so far */
	ev.client = prefix_of("192.0.2.2");
	fail_at(p, "192.0.2.2", NOW, false); /* it did not happen now */
	fail_at(p, "192.0.2.2", NOW - 1, true);
	r = next_event(p, &at, CTL_EVENT_FAILURE);
	assert_int_equal(r.time, NOW - 1);
	assert_int_equal(r.category, CATEGORY_AUTH);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.threshold, LIMIT);
	assert_string_equal(r.user, "mallory");
	fail_at(p, "127.0.0.1", NOW, true);
	r = next_event(p, &at, CTL_EVENT_SPARED);
	assert_string_equal(r.text, "loopback");
	judge_event(p->judge, &ev, false, NOW);
	judge_event(p->judge, &ev, true, NOW);
	r = next_event(p, &at, CTL_EVENT_LOGIN);
	assert_int_equal(r.count, 2);
	assert_string_equal(r.user, "alice");
	assert_false(watch_next(p->watch, &at, NOW, &r));
	watch_leave(p->watch, &who);
}

static void
test_failures_of_who_is_allowed_are_told_as_spared(void **state)
{
	struct parser *p = *state;
	struct watcher who = { .wake = no_wake };
	struct event ev = { .kind = EVENT_FAILURE,
		.category = CATEGORY_RBL, /* is not counted at all */
		.time = NOW,
		.client = prefix_of("192.0.2.1") };
	struct ctl_event_record r;
	uint64_t at;

	tell_state(p, "192.0.2.1", BAN_ENDED, NOW - 60, NOW + 1);
	tell_state(p, "192.0.2.2", BAN_ENDED, NOW, 0);
	tell_state(p, "192.0.2.3", BAN_ENDED, NOW - 60, NOW + 1);
	tell_state(p, "192.0.2.3", BAN_ACTIVE, 0, NOW + 1);
	assert_null(watch_join(p->watch, &who, &at));
	fail_at(p, "192.0.2.1", NOW, false);
	fail_at(p, "192.0.2.2", NOW - 1, true); /* before its release */
	fail_at(p, "192.0.2.3", NOW, true);     /* banned all the same */
	judge_event(p->judge, &ev, true, NOW);
	fail_at(p, "192.0.2.1", NOW, true);
	r = next_event(p, &at, CTL_EVENT_SPARED);
	assert_string_equal(r.text, "allowed");
	assert_string_equal(r.user, "mallory");
	assert_int_equal(r.prefix.addr[3], 1);
	assert_int_equal(r.category, CATEGORY_AUTH);
	assert_false(watch_next(p->watch, &at, NOW, &r));
	watch_leave(p->watch, &who);
}

static void
test_bans_are_told_when_they_change(void **state)
{
	struct parser *p = *state;
	struct watcher who = { .wake = no_wake };
	struct ban b = { .prefix = prefix_of("192.0.2.1"),
		.state = BAN_ENDED,
		.category = CATEGORY_AUTH,
		.count = 5,
		.strikes = 2,
		.since = NOW,
		.expires = NOW + 10 };
	struct channel_msg m = { .hdr = { .type = MSG_REFUSED } };
	struct msg_refused refused = { .reason = "a gateway" };
	struct ctl_event_record r;
	uint64_t at;

	p->restored = true;
	assert_null(watch_join(p->watch, &who, &at));
	judge_ban_state(p->judge, &b, NOW); /* is remembered, not released */
	b.state = BAN_ACTIVE;
	judge_ban_state(p->judge, &b, NOW);
	r = next_event(p, &at, CTL_EVENT_BANNED);
	assert_int_equal(r.count, 5);
	assert_int_equal(r.strikes, 2);
	assert_int_equal(r.expires, NOW + 10);
	b.flags = BAN_FOREIGN; /* nothing new for who watches */
	judge_ban_state(p->judge, &b, NOW);
	b.expires = BAN_FOR_EVER;
	judge_ban_state(p->judge, &b, NOW);
	r = next_event(p, &at, CTL_EVENT_BANNED);
	assert_true(r.expires == BAN_FOR_EVER);
	b.state = BAN_FORGOTTEN;
	judge_ban_state(p->judge, &b, NOW);
	(void)next_event(p, &at, CTL_EVENT_RELEASED);
	fail_often(p, "192.0.2.7", LIMIT);
	at += LIMIT;
	memcpy(m.payload, &refused, sizeof(refused));
	asked.answer(asked.arg, &m);
	r = next_event(p, &at, CTL_EVENT_REFUSED);
	assert_int_equal(r.prefix.addr[3], 7);
	assert_string_equal(r.text, "a gateway");
	assert_false(watch_next(p->watch, &at, NOW, &r));
	watch_leave(p->watch, &who);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
test_a_log_whose_clock_is_ahead_is_told_so(void **state)
{
	unsigned i;

	for (i = 0; i < 5; i++)
		fail_at(*state, "192.0.2.1", NOW + 3600, true);
	assert_int_equal(asked.number, 1);
	assert_int_equal(asked.last.ahead, 3600);
	for (i = 0; i < 5; i++)
		fail_at(*state, "192.0.2.2", NOW, true);
	assert_int_equal(asked.last.ahead, 0);
	for (i = 0; i < 5; i++)
		fail_at(*state, "192.0.2.3", NOW + MSG_AHEAD_MAX, true);
	assert_int_equal(asked.last.ahead, MSG_AHEAD_MAX);
	for (i = 0; i < 5; i++) /* that is no clock */
		fail_at(*state, "192.0.2.4", NOW + MSG_AHEAD_MAX + 1, true);
	assert_int_equal(asked.last.ahead, 0);
}

static void
set_networks(struct parser *p, uint32_t failures, uint32_t hosts)
{
	struct msg_policy s = *policy_settings(p->policy);

	s.network.count = failures;
	s.network.within = 86400;
	s.network_len[0] = hosts > 0 ? 24 : 0;
	s.network_hosts[0] = hosts;
	policy_configure(p->policy, &s, prefix_set_new());
	judge_reconsider(p->judge, NOW);
}

static void
assert_asked(const struct msg_ban_request *r, const char *prefix,
    uint32_t count)
{
	struct prefix want = prefix_of(prefix);

	assert_memory_equal(&r->prefix, &want, sizeof(want));
	assert_int_equal(r->category, CATEGORY_AUTH);
	assert_int_equal(r->count, count);
}

static void
welcome(struct parser *p, enum event_kind kind, const char *client,
    const char *user)
{
	struct event ev = { .kind = kind,
		.time = NOW,
		.client = prefix_of(client),
		.count = 1,
		.user = user,
		.user_len = strlen(user) };

	judge_event(p->judge, &ev, true, NOW);
}

static void
test_a_host_and_its_network_are_asked_for_together(void **state)
{
	struct parser *p = *state;

	set_networks(p, 6, 0);
	fail_often(p, "192.0.2.1", 4);
	fail_often(p, "192.0.2.2", 1);
	assert_int_equal(asked.number, 0);
	fail_often(p, "192.0.2.1", 1);
	assert_int_equal(asked.number, 2);
	assert_asked(&asked.before, "192.0.2.1", 5);
	assert_asked(&asked.last, "192.0.2.0/24", 6);
	fail_often(p, "192.0.2.3", 3);
	assert_int_equal(asked.number, 2);
	tell_state(p, "192.0.2.0/24", BAN_ACTIVE, 0, 0);
	answer(MSG_BAN_STATE);
	fail_often(p, "192.0.2.3", 30);
	assert_int_equal(asked.number, 2);
}

static void
test_an_allowed_network_is_let_be(void **state)
{
	struct parser *p = *state;
	char client[32];
	unsigned i;

	set_networks(p, 6, 0);
	tell_state(p, "198.51.0.0/16", BAN_ENDED, NOW - 60, NOW + 60);
	tell_state(p, "192.0.2.200", BAN_ENDED, NOW - 60, NOW + 60);
	tell_state(p, "203.0.113.1", BAN_ENDED, NOW - 60, NOW);
	tell_state(p, "203.0.114.1", BAN_ENDED, NOW - 60, NOW + 60);
	for (i = 2; i < 9; i++) {
		(void)snprintf(client, sizeof(client), "198.51.100.%u", i);
		fail_at(p, client, NOW, true);
		(void)snprintf(client, sizeof(client), "192.0.2.%u", i);
		fail_at(p, client, NOW, true); /* but one host is */
	}
	assert_int_equal(asked.number, 0);
	for (i = 2; i < 9; i++) {
		(void)snprintf(client, sizeof(client), "203.0.113.%u", i);
		fail_at(p, client, NOW, true);
	}
	assert_int_equal(asked.number, 1);
}

static void
test_bans_do_not_fill_a_network_that_is_allowed(void **state)
{
	struct parser *p = *state;

	set_networks(p, 0, 2);
	tell_state(p, "198.51.0.0/16", BAN_ENDED, NOW - 60, NOW + 60);
	tell_state(p, "198.51.100.1", BAN_ACTIVE, 0, 0);
	tell_state(p, "198.51.100.2", BAN_ACTIVE, 0, 0);
	judge_replayed(p->judge, NOW);
	assert_int_equal(asked.number, 0);
	judge_replayed(p->judge, NOW + 60);
	assert_int_equal(asked.number, 1);
}

/* Who logged in is known only then. */
static void
test_full_networks_are_asked_for_after_the_replay(void **state)
{
	struct parser *p = *state;

	set_networks(p, 0, 2);
	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	tell_state(p, "192.0.2.2", BAN_ACTIVE, 0, 0);
	tell_state(p, "198.51.100.1", BAN_ACTIVE, 0, 0);
	tell_state(p, "198.51.100.2", BAN_ACTIVE, 0, 0);
	assert_int_equal(asked.number, 0);
	welcome(p, EVENT_LOGIN, "198.51.100.77", "alice");
	judge_replayed(p->judge, NOW);
	assert_int_equal(asked.number, 1);
	assert_asked(&asked.last, "192.0.2.0/24", 6);
	tell_state(p, "203.0.113.1", BAN_ACTIVE, 0, 0);
	tell_state(p, "203.0.113.2", BAN_ACTIVE, 0, 0);
	assert_int_equal(asked.number, 2);
	assert_asked(&asked.last, "203.0.113.0/24", 6);
}

static void
test_a_reload_finds_the_networks_that_are_full_now(void **state)
{
	struct parser *p = *state;

	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	tell_state(p, "192.0.2.2", BAN_ACTIVE, 0, 0);
	judge_replayed(p->judge, NOW);
	set_networks(p, 0, 3);
	assert_int_equal(asked.number, 0);
	set_networks(p, 0, 2);
	assert_int_equal(asked.number, 1);
	assert_asked(&asked.last, "192.0.2.0/24", 6);
	tell_state(p, "192.0.2.0/24", BAN_ACTIVE, 0, 0);
	answer(MSG_BAN_STATE);
	set_networks(p, 0, 2);
	assert_int_equal(asked.number, 1);
}

static void
test_a_known_clients_own_name_never_bans_it(void **state)
{
	struct parser *p = *state;

	welcome(p, EVENT_LOGIN, "192.0.2.1", "mallory");
	fail_often(p, "192.0.2.1", 100);
	assert_int_equal(asked.number, 0);
	fail_often(p, "192.0.2.2", LIMIT);
	assert_int_equal(asked.number, 1);
}

static bool
top_account(struct parser *p, struct ctl_account_record *r)
{
	uint16_t order[ACCOUNTS_MAX];

	return accounts_order(p->accounts, order) > 0 &&
	    accounts_get(p->accounts, order[0], r);
}

static void
test_accounts_tell_of_all_but_their_owners(void **state)
{
	struct parser *p = *state;
	struct ctl_account_record r;

	welcome(p, EVENT_LOGIN, "192.0.2.1", "mallory");
	fail_often(p, "192.0.2.1", 9);
	assert_false(top_account(p, &r));
	tell_state(p, "192.0.2.2", BAN_ACTIVE, 0, 0);
	fail_often(p, "192.0.2.2", 2);   /* banned */
	fail_often(p, "192.168.0.1", 3); /* private */
	fail_often(p, "2001:db8:0:1::1", 1);
	fail_often(p, "2001:db8:0:1::2", 1);
	welcome(p, EVENT_LOGIN, "203.0.113.1", "mallory");
	assert_true(top_account(p, &r));
	assert_string_equal(r.user, "mallory");
	assert_int_equal(r.failures, 7);
	assert_int_equal(r.clients, 3);
	assert_int_equal(r.networks, 3);
	assert_int_equal(r.logins, 1);
}

static void
test_a_clock_that_is_set_changes_no_count(void **state)
{
	static const int64_t jumps[] = { 7200, -7200, 5 * YEAR, -5 * YEAR };
	struct parser *p = *state;
	uint64_t hours[STATS_HOURS][CATEGORY_COUNT];
	char client[32];
	unsigned i;

	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		(void)snprintf(client, sizeof(client), "192.0.2.%u", i);
		fail_often(p, client, LIMIT - 1);
		set_clock(jumps[i]);
		assert_int_equal(asked.number, i);
		fail_often(p, client, 1);
		assert_int_equal(asked.number, i + 1);
	}
	stats_hours(&p->stats, clock_now, hours);
	assert_int_equal(hours[0][CATEGORY_AUTH], 4 * LIMIT);
}

/* The network's ban ended; then the clock goes back, and all bans with it. */
static void
test_bans_that_moved_are_no_news(void **state)
{
	const struct msg_moved moved = { 0, NOW + 3 * 86400, -600 };
	struct parser *p = *state;
	struct ban b = { .state = BAN_ACTIVE, .count = 5, .since = NOW };
	struct ban ended = b;
	unsigned i;

	set_networks(p, 0, 2);
	ended.prefix = prefix_of("192.0.2.0/24");
	ended.state = BAN_ENDED;
	ended.released = NOW + 10;
	judge_replayed(p->judge, NOW);
	judge_ban_state(p->judge, &ended, NOW);
	ended.prefix = prefix_of("198.51.100.1");
	judge_ban_state(p->judge, &ended, NOW);
	for (i = 0; i < 4; i++) {
		b.prefix = prefix_of("192.0.2.0");
		b.prefix.addr[3] = (uint8_t)i;
		judge_ban_state(p->judge, &b, NOW);
	}
	clock_now = NOW + 20;
	fail_often(p, "198.51.100.1", LIMIT - 1);

	set_clock(-600);
	judge_bans_moved(p->judge, &moved);
	assert_int_equal(asked.number, 0);
	fail_often(p, "198.51.100.1", 1);
	assert_int_equal(asked.number, 1);
	b.category = CATEGORY_AUTH;
	b.since = clock_now;
	b.prefix.addr[3] = 9;
	judge_ban_state(p->judge, &b, clock_now);
	assert_int_equal(asked.number, 1); /* one is new */
	b.prefix.addr[3] = 10;
	judge_ban_state(p->judge, &b, clock_now);
	assert_int_equal(asked.number, 2);
}

static void
test_a_replayed_line_from_days_ahead_counts_for_nothing(void **state)
{
	unsigned i;

	for (i = 0; i < 2 * LIMIT; i++)
		fail_at(*state, "192.0.2.1", NOW + MSG_AHEAD_MAX + 1, false);
	assert_int_equal(asked.number, 0);
	clock_now = 3600; /* a boot in 1970: no time is not that time */
	for (i = 0; i < 2 * LIMIT; i++)
		fail_at(*state, "192.0.2.3", 0, false);
	clock_now = NOW;
	assert_int_equal(asked.number, 0);
	for (i = 0; i < LIMIT - 1; i++)
		fail_at(*state, "192.0.2.1", NOW - 60, false);
	assert_int_equal(asked.number, 0);
	fail_at(*state, "192.0.2.1", NOW, true);
	assert_int_equal(asked.number, 1);
	for (i = 0; i < LIMIT; i++) /* of a host whose zone is another one */
		fail_at(*state, "192.0.2.2", NOW + 7200, false);
	assert_int_equal(asked.number, 2);
}

/* As in 1970, when the ledger tells of releases in 2023. */
static void
test_a_release_by_a_better_clock_spares_nobody(void **state)
{
	unsigned i;

	tell_state(*state, "192.0.2.1", BAN_ENDED, NOW + 901, 0);
	for (i = 0; i < LIMIT; i++)
		fail_at(*state, "192.0.2.1", NOW - 60, false);
	assert_int_equal(asked.number, 0);
	fail_often(*state, "192.0.2.1", LIMIT);
	assert_int_equal(asked.number, 1);
}

/* Six clients that logged in fail; then they log in again. */
static void
friends(struct parser *p, enum event_kind kind, bool live)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	char text[PREFIX_STRLEN];
	unsigned i;

	for (i = 0; i < 6; i++) {
		struct event ev = { .kind = kind,
			.category = kind == EVENT_FAILURE ? CATEGORY_AUTH :
							    CATEGORY_NONE,
			.time = clock_now,
			.count = 1,
			.user = names[i],
			.user_len = 1 };

		(void)snprintf(text, sizeof(text), "192.0.2.%u", i);
		ev.client = prefix_of(text);
		judge_event(p->judge, &ev, live, clock_now);
	}
}

static void
test_an_outage_is_said_once_and_asks_for_nobody(void **state)
{
	struct parser *p = *state;

	friends(p, EVENT_LOGIN, true);
	set_clock(600);
	friends(p, EVENT_FAILURE, true);
	friends(p, EVENT_FAILURE, true);
	fail_often(p, "203.0.113.1", 3 * LIMIT);
	assert_int_equal(asked.number, 0);
	assert_int_equal(said_begin, 1);
	assert_int_equal(said_end, 0);
	friends(p, EVENT_LOGIN, true);
	assert_int_equal(said_begin, 1);
	assert_int_equal(said_end, 1);
	fail_often(p, "203.0.113.1", LIMIT);
	assert_int_equal(asked.number, 1);
}

static void
test_an_outage_of_old_lines_is_not_said(void **state)
{
	struct parser *p = *state;

	friends(p, EVENT_LOGIN, false);
	set_clock(600);
	friends(p, EVENT_FAILURE, false);
	friends(p, EVENT_LOGIN, false);
	assert_int_equal(said_begin, 0);
	fail_at(p, "203.0.113.1", clock_now, true);
	assert_int_equal(said_begin + said_end, 0);
}

static void
test_delays_are_those_of_bans_that_a_line_led_to(void **state)
{
	struct parser *p = *state;
	const struct stats_delays *d = &p->stats.delays;

	fail_often(p, "192.0.2.1", LIMIT);
	late = 7;
	answer(MSG_BAN_STATE);
	assert_int_equal(d->n[2], 1);
	assert_int_equal(d->sum, 7);
	fail_often(p, "192.0.2.2", LIMIT);
	answer(MSG_REFUSED);
	fail_often(p, "192.0.2.3", LIMIT);
	answer(MSG_FAILED);
	assert_int_equal(d->sum, 7);
	assert_int_equal(d->n[0] + d->n[1], 0);
}

/* Those that were there before the start are no new ones. */
static void
test_bans_made_count_by_category(void **state)
{
	struct parser *p = *state;

	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	p->restored = true;
	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	assert_int_equal(p->stats.banned[CATEGORY_AUTH], 0);
	tell_state(p, "192.0.2.2", BAN_ACTIVE, 0, 0);
	tell_state(p, "192.0.2.3", BAN_ENDED, NOW, 0);
	assert_int_equal(p->stats.banned[CATEGORY_AUTH], 1);
	tell_state(p, "192.0.2.3", BAN_ACTIVE, 0, 0);
	assert_int_equal(p->stats.banned[CATEGORY_AUTH], 2);
}

/* Who watches already while the daemon starts sees no ban of before. */
static void
test_bans_of_before_the_start_are_not_told(void **state)
{
	struct parser *p = *state;
	struct watcher who = { .wake = no_wake };
	struct ctl_event_record r;
	uint64_t at;

	assert_null(watch_join(p->watch, &who, &at));
	tell_state(p, "192.0.2.1", BAN_ACTIVE, 0, 0);
	assert_false(watch_next(p->watch, &at, NOW, &r));
	p->restored = true;
	tell_state(p, "192.0.2.2", BAN_ACTIVE, 0, 0);
	(void)next_event(p, &at, CTL_EVENT_BANNED);
	watch_leave(p->watch, &who);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_threshold_asks_once),
		TEST(test_an_outage_is_said_once_and_asks_for_nobody),
		TEST(test_an_outage_of_old_lines_is_not_said),
		TEST(test_ipv6_is_asked_by_its_network),
		TEST(test_latecomers_of_a_banned_client_do_not_count),
		TEST(test_manual_ban_of_a_network_covers_its_hosts),
		TEST(test_release_forgets_the_failures),
		TEST(test_lines_from_before_the_release_do_not_count),
		TEST(test_live_line_of_the_release_second_counts),
		TEST(test_allowed_client_is_let_be),
		TEST(test_refusal_is_kept_until_a_reload),
		TEST(test_what_failed_is_asked_at_the_next_failure),
		TEST(test_what_found_no_room_is_asked_at_the_next_failure),
		TEST(test_only_what_weighs_enters_the_hours),
		TEST(test_a_log_whose_clock_is_ahead_is_told_so),
		TEST(test_a_host_and_its_network_are_asked_for_together),
		TEST(test_an_allowed_network_is_let_be),
		TEST(test_bans_do_not_fill_a_network_that_is_allowed),
		TEST(test_full_networks_are_asked_for_after_the_replay),
		TEST(test_a_reload_finds_the_networks_that_are_full_now),
		TEST(test_a_known_clients_own_name_never_bans_it),
		TEST(test_accounts_tell_of_all_but_their_owners),
		TEST(test_a_clock_that_is_set_changes_no_count),
		TEST(test_bans_that_moved_are_no_news),
		TEST(test_a_replayed_line_from_days_ahead_counts_for_nothing),
		TEST(test_delays_are_those_of_bans_that_a_line_led_to),
		TEST(test_bans_made_count_by_category),
		TEST(test_a_release_by_a_better_clock_spares_nobody),
		TEST(test_lines_that_count_speak_against_their_client),
		TEST(
		    test_replayed_lines_from_before_a_ban_speak_against_its_client),
		TEST(test_replayed_lines_from_before_a_ban_enter_the_hours),
		TEST(test_failures_and_logins_are_told_to_who_watches),
		TEST(test_failures_of_who_is_allowed_are_told_as_spared),
		TEST(test_bans_are_told_when_they_change),
		TEST(test_bans_of_before_the_start_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
