#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer.h"
#include "judge.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"

#define NOW   1700000000
#define LIMIT 5 /* the default threshold */

/* The channel: what was asked for, and who waits for the answer. */
static struct {
	unsigned number;
	bool full;
	struct msg_ban_request last;
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
	p->policy = policy_new();
	p->mirror = mirror_new();
	p->judge = judge_new(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct parser *p = *state;

	judge_free(p->judge);
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

	judge_event(p->judge, &ev, live, NOW);
}

static void
fail_often(struct parser *p, const char *client, unsigned n)
{
	while (n-- > 0)
		fail_at(p, client, NOW, true);
}

static void
tell_state(struct parser *p, const char *prefix, uint32_t state,
    int64_t released, int64_t allowed)
{
	struct ban b = {
		.prefix = prefix_of(prefix),
		.state = state,
		.released = released,
		.allowed = allowed,
	};

	judge_ban_state(p->judge, &b);
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
	judge_reconsider(p->judge);
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
	uint64_t hours[STATS_HOURS];
	struct event login = { .kind = EVENT_LOGIN, .count = 1 };

	fail_often(p, "192.0.2.1", 2);
	fail_often(p, "192.168.0.1", 4); /* private */
	login.client = prefix_of("192.0.2.1");
	judge_event(p->judge, &login, true, NOW);
	stats_hours(&p->stats, NOW, hours);
	assert_int_equal(hours[0], 2);
	assert_int_equal(p->stats.events[CATEGORY_AUTH], 6);
	assert_int_equal(p->stats.events[CATEGORY_NONE], 1);
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
		fail_at(*state, "192.0.2.3", NOW + 2 * MSG_AHEAD_MAX, true);
	assert_int_equal(asked.last.ahead, MSG_AHEAD_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_threshold_asks_once),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
