#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "enforcer.h"
#include "log.h"

/* The end of the process, as a failed assertion that a test can expect. */
void
fatal(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

void
fatalx(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

/* A parser's side, and the socket of the enforcer that the test plays. */
struct rig {
	struct event_base *base;
	struct enforcer *e;
	int sock;
	int peer;
	unsigned drained;
	unsigned pings;
	unsigned states;
	unsigned answers;
	uint32_t answer_type;
	uint32_t answer_id;
};

static void
on_ping(void *arg)
{
	struct rig *r = arg;

	r->pings++;
}

static void
on_nothing(void *arg)
{
	(void)arg;
}

static void
on_policy(void *arg, const struct msg_policy *p)
{
	(void)arg;
	(void)p;
}

static void
on_ban_state(void *arg, const struct ban *b)
{
	struct rig *r = arg;

	(void)b;
	r->states++;
}

static void
on_answer(void *arg, const struct channel_msg *m)
{
	struct rig *r = arg;

	enforcer_take_answer(r->e, m);
}

static const struct incoming_ops ops = {
	.conf_begin = on_nothing,
	.conf_policy = on_policy,
	.conf_commit = on_nothing,
	.ban_state = on_ban_state,
	.ping = on_ping,
	.answer = on_answer,
};

static void
on_drained(void *arg)
{
	struct rig *r = arg;

	r->drained++;
}

static void
answered(void *arg, const struct channel_msg *m)
{
	struct rig *r = arg;

	r->answers++;
	r->answer_type = m->hdr.type;
	r->answer_id = m->hdr.id;
}

/* Let all happen that is due. */
static void
turn(struct rig *r)
{
	int i;

	for (i = 0; i < 4; i++)
		(void)event_base_loop(r->base, EVLOOP_NONBLOCK);
}

static void
tell(struct rig *r, uint32_t type, uint32_t id, const void *payload, size_t len)
{
	assert_int_equal(channel_send(r->peer, type, id, payload, len, -1), 0);
	turn(r);
}

static bool
receive(struct rig *r, struct channel_msg *m)
{
	int n = channel_recv(r->peer, m);

	assert_true(n == 1 || (n == -1 && errno == EAGAIN));
	return n == 1;
}

/* Read until there is no more; how many, and the id of the last. */
static unsigned
receive_all(struct rig *r, uint32_t *last)
{
	struct channel_msg m;
	unsigned n = 0;

	for (turn(r); receive(r, &m); turn(r)) {
		*last = m.hdr.id;
		n++;
	}
	return n;
}

static int
setup(void **state)
{
	struct msg_policy p = {
		.threshold[CATEGORY_NONE] = { 5, 86400 },
		.repeats = MSG_REPEATS_PASSWORD,
		.inet6_len = 64,
		.limit_offenders = 1,
	};
	struct rig *r = calloc(1, sizeof(*r));
	int sv[2];

	*state = r;
	if (r == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, sv) == -1)
		return -1;
	r->base = event_base_new();
	r->sock = sv[0];
	r->peer = sv[1];
	r->e = enforcer_new(r->base, r->sock, &ops, on_drained, r);
	if (r->e == NULL)
		return -1;
	tell(r, MSG_CONF_BEGIN, 0, NULL, 0);
	tell(r, MSG_CONF_POLICY, 0, &p, sizeof(p));
	tell(r, MSG_CONF_COMMIT, 0, NULL, 0);
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	enforcer_free(r->e);
	event_base_free(r->base);
	close(r->sock);
	if (r->peer != -1)
		close(r->peer);
	free(r);
	return 0;
}

static uint32_t
ask_ban(struct rig *r)
{
	struct msg_ban_request ban = { .category = CATEGORY_AUTH, .count = 5 };

	return enforcer_ask_ban(r->e, &ban, answered, r);
}

static void
test_request_goes_out_and_finds_its_answer(void **state)
{
	struct rig *r = *state;
	struct msg_done done = { 3 };
	struct channel_msg m;
	uint32_t id, other;

	id = enforcer_ask(r->e, MSG_FLUSH, NULL, 0, answered, r);
	other = enforcer_ask(r->e, MSG_EXPIRE, NULL, 0, answered, r);
	assert_int_not_equal(id, 0);
	assert_int_not_equal(id, other);
	turn(r);
	assert_true(receive(r, &m));
	assert_int_equal(m.hdr.type, MSG_FLUSH);
	assert_int_equal(m.hdr.id, id);
	tell(r, MSG_DONE, id, &done, sizeof(done));
	assert_int_equal(r->answers, 1);
	assert_int_equal(r->answer_id, id);
	tell(r, MSG_DONE, id, &done, sizeof(done)); /* once */
	assert_int_equal(r->answers, 1);
}

static void
test_payload_arrives_whole(void **state)
{
	struct rig *r = *state;
	struct msg_log_open open = { 7, MSG_ROTATED };
	struct channel_msg m;

	enforcer_tell(r->e, MSG_LOG_OPEN, &open, sizeof(open));
	turn(r);
	assert_true(receive(r, &m));
	assert_int_equal(m.hdr.id, 0);
	assert_int_equal(m.hdr.len, sizeof(open));
	assert_memory_equal(m.payload, &open, sizeof(open));
}

static void
test_forgotten_request_has_no_answer(void **state)
{
	struct rig *r = *state;
	struct msg_done done = { 0 };
	uint32_t id;

	id = enforcer_ask(r->e, MSG_FLUSH, NULL, 0, answered, r);
	turn(r);
	enforcer_forget(r->e, id);
	tell(r, MSG_DONE, id, &done, sizeof(done));
	assert_int_equal(r->answers, 0);
}

static void
test_state_ends_the_request_for_a_ban_only(void **state)
{
	struct rig *r = *state;
	struct ban b = { .state = BAN_ACTIVE };
	uint32_t flush, ban;

	assert_null(prefix_parse("192.0.2.1", &b.prefix));
	flush = enforcer_ask(r->e, MSG_FLUSH, NULL, 0, answered, r);
	ban = ask_ban(r);
	turn(r);
	tell(r, MSG_BAN_STATE, flush, &b, sizeof(b));
	assert_int_equal(r->answers, 0);
	tell(r, MSG_BAN_STATE, ban, &b, sizeof(b));
	assert_int_equal(r->answers, 1);
	assert_int_equal(r->answer_type, MSG_BAN_STATE);
	assert_int_equal(r->states, 2);
}

static void
test_no_more_bans_are_in_flight_than_the_window(void **state)
{
	struct rig *r = *state;
	struct msg_text text = { "no" };
	uint32_t first = ask_ban(r), last = 0;
	unsigned i;

	for (i = 1; i < 3 * ENFORCER_WINDOW; i++)
		(void)ask_ban(r);
	assert_int_equal(receive_all(r, &last), ENFORCER_WINDOW);
	assert_int_equal(receive_all(r, &last), 0);
	tell(r, MSG_FAILED, first, &text, sizeof(text));
	assert_int_equal(r->answers, 1);
	assert_int_equal(receive_all(r, &last), 1);
	assert_int_equal(last, first + ENFORCER_WINDOW);
}

static void
test_other_requests_overtake_bans(void **state)
{
	struct rig *r = *state;
	uint32_t id, last = 0;
	unsigned i;

	for (i = 0; i < ENFORCER_WINDOW + 1; i++)
		(void)ask_ban(r);
	assert_int_equal(receive_all(r, &last), ENFORCER_WINDOW);
	id = enforcer_ask(r->e, MSG_FLUSH, NULL, 0, answered, r);
	assert_int_equal(receive_all(r, &last), 1);
	assert_int_equal(last, id);
}

static void
test_congestion_begins_and_ends(void **state)
{
	const unsigned enough =
	    ENFORCER_BANS_HIGH - ENFORCER_BANS_LOW - ENFORCER_WINDOW;
	struct rig *r = *state;
	struct msg_text text = { "no" };
	uint32_t id = 0, last = 0;
	unsigned i;

	for (i = 1; i < ENFORCER_BANS_HIGH; i++)
		(void)ask_ban(r);
	assert_false(enforcer_is_congested(r->e));
	(void)ask_ban(r);
	assert_true(enforcer_is_congested(r->e));
	for (id = 1; id < enough; id++) {
		(void)receive_all(r, &last);
		tell(r, MSG_FAILED, id, &text, sizeof(text));
	}
	(void)receive_all(r, &last);
	assert_true(enforcer_is_congested(r->e));
	assert_int_equal(r->drained, 0);
	tell(r, MSG_FAILED, id, &text, sizeof(text));
	assert_false(enforcer_is_congested(r->e));
	assert_int_equal(r->drained, 1);
}

static void
test_queue_of_bans_has_a_bound(void **state)
{
	struct rig *r = *state;
	unsigned i;

	for (i = 0; i < ENFORCER_BANS_MAX; i++)
		assert_int_not_equal(ask_ban(r), 0);
	assert_int_equal(ask_ban(r), 0);
}

static void
test_answer_to_what_was_not_sent_is_fatal(void **state)
{
	struct rig *r = *state;
	struct channel_msg m = { .hdr = { .type = MSG_FAILED } };

	m.hdr.id = ask_ban(r);
	expect_assert_failure(enforcer_take_answer(r->e, &m));
	assert_int_equal(r->answers, 0);
}

static void
test_full_socket_loses_nothing(void **state)
{
	struct rig *r = *state;
	uint32_t last = 0, id = 0;
	unsigned i;

	for (i = 0; i < ENFORCER_URGENT_MAX; i++)
		id = enforcer_ask(r->e, MSG_COUNTERS, NULL, 0, answered, r);
	turn(r); /* more than the socket takes */
	assert_int_equal(receive_all(r, &last), ENFORCER_URGENT_MAX);
	assert_int_equal(last, id);
}

static void
test_enforcer_that_never_reads_is_fatal(void **state)
{
	struct rig *r = *state;
	unsigned i;

	for (i = 0; i < ENFORCER_URGENT_MAX; i++)
		enforcer_tell(r->e, MSG_PONG, NULL, 0);
	expect_assert_failure(enforcer_tell(r->e, MSG_PONG, NULL, 0));
}

static void
test_many_messages_are_all_taken(void **state)
{
	struct rig *r = *state;
	int i;

	for (i = 0; i < 150; i++)
		assert_int_equal(
		    channel_send(r->peer, MSG_PING, 0, NULL, 0, -1), 0);
	turn(r);
	assert_int_equal(r->pings, 150);
}

static void
test_malformed_message_is_fatal(void **state)
{
	struct rig *r = *state;

	assert_int_equal(send(r->peer, "x", 1, 0), 1);
	expect_assert_failure(turn(r));
	assert_int_equal(channel_send(r->peer, MSG_CONFINED, 0, NULL, 0, -1),
	    0);
}

static void
test_loop_ends_with_the_channel(void **state)
{
	struct rig *r = *state;

	close(r->peer);
	r->peer = -1;
	assert_int_equal(event_base_dispatch(r->base), 0);
	assert_true(event_base_got_break(r->base));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request_goes_out_and_finds_its_answer),
		TEST(test_payload_arrives_whole),
		TEST(test_forgotten_request_has_no_answer),
		TEST(test_state_ends_the_request_for_a_ban_only),
		TEST(test_no_more_bans_are_in_flight_than_the_window),
		TEST(test_other_requests_overtake_bans),
		TEST(test_congestion_begins_and_ends),
		TEST(test_queue_of_bans_has_a_bound),
		TEST(test_answer_to_what_was_not_sent_is_fatal),
		TEST(test_full_socket_loses_nothing),
		TEST(test_enforcer_that_never_reads_is_fatal),
		TEST(test_many_messages_are_all_taken),
		TEST(test_malformed_message_is_fatal),
		TEST(test_loop_ends_with_the_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
