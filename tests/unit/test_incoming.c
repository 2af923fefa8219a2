#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "incoming.h"
#include "log.h"

#define SOME_FD 77 /* never used as one */

/* The end of the process, as a failed assertion that a test can expect. */
void
fatalx(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

/* What arrived at the other side of the table. */
static struct {
	unsigned calls;
	unsigned answers;
	uint32_t answer_type;
	int fd;
	int level;
	struct msg_policy policy;
	struct ban ban;
	struct msg_log log;
	struct msg_moved moved;
} got;

static void
on_nothing(void *arg)
{
	(void)arg;
	got.calls++;
}

static void
on_policy(void *arg, const struct msg_policy *p)
{
	(void)arg;
	got.calls++;
	got.policy = *p;
}

static void
on_whitelist(void *arg, const struct prefix *p)
{
	(void)arg;
	(void)p;
	got.calls++;
}

static void
on_conf_log(void *arg, const struct msg_conf_log *l)
{
	(void)arg;
	(void)l;
	got.calls++;
}

static void
on_watch(void *arg, const struct msg_watch *w, int fd)
{
	(void)arg;
	(void)w;
	got.calls++;
	got.fd = fd;
}

static void
on_log(void *arg, const struct msg_log *l, int fd)
{
	(void)arg;
	got.calls++;
	got.log = *l;
	got.fd = fd;
}

static void
on_listener(void *arg, int fd)
{
	(void)arg;
	got.calls++;
	got.fd = fd;
}

static void
on_ban_state(void *arg, const struct ban *b)
{
	(void)arg;
	got.calls++;
	got.ban = *b;
}

static void
on_bans_moved(void *arg, const struct msg_moved *m)
{
	(void)arg;
	got.calls++;
	got.moved = *m;
}

static void
on_level(void *arg, int level)
{
	(void)arg;
	got.calls++;
	got.level = level;
}

static void
on_answer(void *arg, const struct channel_msg *m)
{
	(void)arg;
	got.answers++;
	got.answer_type = m->hdr.type;
}

static const struct incoming_ops ops = {
	.conf_begin = on_nothing,
	.conf_policy = on_policy,
	.conf_whitelist = on_whitelist,
	.conf_log = on_conf_log,
	.conf_commit = on_nothing,
	.watch = on_watch,
	.log = on_log,
	.listener = on_listener,
	.metrics = on_listener,
	.ban_state = on_ban_state,
	.bans_moved = on_bans_moved,
	.ready = on_nothing,
	.level = on_level,
	.ping = on_nothing,
	.dump = on_nothing,
	.answer = on_answer,
};

static struct channel_msg
message(uint32_t type, const void *payload, size_t len)
{
	struct channel_msg m;

	memset(&m, 0, sizeof(m));
	m.hdr.type = type;
	m.hdr.len = (uint32_t)len;
	m.fd = -1;
	if (len > 0)
		memcpy(m.payload, payload, len);
	return m;
}

static void
take(struct incoming *in, uint32_t type, const void *payload, size_t len)
{
	struct channel_msg m = message(type, payload, len);

	incoming_take(in, &m);
}

static struct msg_policy
valid_policy(void)
{
	struct msg_policy p = {
		.threshold[CATEGORY_NONE] = { 5, 86400 },
		.counted = 1U << CATEGORY_AUTH,
		.known_for = 86400,
		.known_patience = 4,
		.repeats = MSG_REPEATS_PASSWORD,
		.inet6_len = 64,
		.limit_offenders = 1000,
	};

	return p;
}

static struct prefix
host(void)
{
	const uint8_t addr[4] = { 192, 0, 2, 1 };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, addr, 32);
	return p;
}

static struct ban
valid_ban(void)
{
	struct ban b = {
		.prefix = host(),
		.state = BAN_ACTIVE,
		.category = CATEGORY_AUTH,
		.since = 1700000000,
		.expires = BAN_FOR_EVER,
	};

	return b;
}

static void
configure(struct incoming *in)
{
	struct msg_policy p = valid_policy();

	take(in, MSG_CONF_BEGIN, NULL, 0);
	take(in, MSG_CONF_POLICY, &p, sizeof(p));
	take(in, MSG_CONF_COMMIT, NULL, 0);
}

static int
setup(void **state)
{
	static struct incoming in;

	memset(&in, 0, sizeof(in));
	in.ops = &ops;
	configure(&in);
	memset(&got, 0, sizeof(got));
	*state = &in;
	return 0;
}

/* All types but those of the configuration, with payloads that are right. */
static const struct sample {
	uint32_t type;
	uint32_t len;
	bool answer;
	bool fd;
} samples[] = {
	{ MSG_WATCH, sizeof(struct msg_watch), false, false },
	{ MSG_LISTENER, 0, false, true },
	{ MSG_METRICS, 0, false, true },
	{ MSG_READY, 0, false, false },
	{ MSG_DONE, sizeof(struct msg_done), true, false },
	{ MSG_REFUSED, sizeof(struct msg_refused), true, false },
	{ MSG_FAILED, sizeof(struct msg_text), true, false },
	{ MSG_CHECKED, sizeof(struct msg_checked), true, false },
	{ MSG_COUNTED, sizeof(struct msg_counters), true, false },
	{ MSG_BAN_STATE, sizeof(struct ban), false, false },
	{ MSG_BANS_MOVED, sizeof(struct msg_moved), false, false },
	{ MSG_LOG, sizeof(struct msg_log), false, true },
	{ MSG_PING, 0, false, false },
	{ MSG_NEW_LEVEL, sizeof(struct msg_level), false, false },
	{ MSG_DUMP, 0, false, false },
};
#define NSAMPLES (sizeof(samples) / sizeof(samples[0]))

static struct channel_msg
sample_message(const struct sample *s)
{
	struct channel_msg m = message(s->type, NULL, 0);
	struct msg_refused refused = { .prefix = host() };
	struct msg_log log = { .which = MSG_CURRENT };
	struct ban ban = valid_ban();

	m.hdr.len = s->len;
	m.fd = s->fd ? SOME_FD : -1;
	if (s->type == MSG_REFUSED)
		memcpy(m.payload, &refused, sizeof(refused));
	else if (s->type == MSG_LOG)
		memcpy(m.payload, &log, sizeof(log));
	else if (s->type == MSG_BAN_STATE)
		memcpy(m.payload, &ban, sizeof(ban));
	return m;
}

static void
test_each_message_is_taken(void **state)
{
	struct channel_msg m;
	volatile size_t i; /* survives the jumps of expect_assert_failure */

	for (i = 0; i < NSAMPLES; i++) {
		m = sample_message(&samples[i]);
		memset(&got, 0, sizeof(got));
		incoming_take(*state, &m);
		assert_int_equal(got.calls, samples[i].answer ? 0 : 1);
		assert_int_equal(got.answers, samples[i].answer ? 1 : 0);
		if (samples[i].fd)
			assert_int_equal(got.fd, SOME_FD);
	}
}

static void
test_each_wrong_length_is_fatal(void **state)
{
	struct channel_msg m;
	volatile size_t i; /* survives the jumps of expect_assert_failure */

	for (i = 0; i < NSAMPLES; i++) {
		m = sample_message(&samples[i]);
		m.hdr.len++;
		expect_assert_failure(incoming_take(*state, &m));
		m.hdr.len = samples[i].len > 0 ? m.hdr.len - 2 : 4;
		expect_assert_failure(incoming_take(*state, &m));
	}
	assert_int_equal(got.calls + got.answers, 0);
}

static void
test_each_false_descriptor_is_fatal(void **state)
{
	struct channel_msg m;
	volatile size_t i; /* survives the jumps of expect_assert_failure */

	for (i = 0; i < NSAMPLES; i++) {
		if (samples[i].type == MSG_WATCH ||
		    samples[i].type == MSG_METRICS)
			continue; /* with or without */
		m = sample_message(&samples[i]);
		m.fd = samples[i].fd ? -1 : SOME_FD;
		expect_assert_failure(incoming_take(*state, &m));
	}
	assert_int_equal(got.calls + got.answers, 0);
}

static void
test_unknown_type_is_fatal(void **state)
{
	expect_assert_failure(take(*state, 0, NULL, 0));
	expect_assert_failure(take(*state, MSG_DUMP + 1, NULL, 0));
	expect_assert_failure(take(*state, MSG_PONG, NULL, 0));
	expect_assert_failure(take(*state, UINT32_MAX, NULL, 0));
}

static void
test_configuration_is_a_whole(void **state)
{
	struct msg_policy p = valid_policy();
	struct prefix prefix = host();
	struct msg_conf_log log = { .index = 0, .path = "/var/log/mail.log" };

	expect_assert_failure(take(*state, MSG_CONF_POLICY, &p, sizeof(p)));
	expect_assert_failure(
	    take(*state, MSG_CONF_WHITELIST, &prefix, sizeof(prefix)));
	expect_assert_failure(take(*state, MSG_CONF_LOG, &log, sizeof(log)));
	expect_assert_failure(take(*state, MSG_CONF_COMMIT, NULL, 0));
	assert_int_equal(got.calls, 0);

	take(*state, MSG_CONF_BEGIN, NULL, 0);
	expect_assert_failure(take(*state, MSG_CONF_BEGIN, NULL, 0));
	expect_assert_failure(take(*state, MSG_CONF_COMMIT, NULL, 0));
	take(*state, MSG_CONF_POLICY, &p, sizeof(p));
	expect_assert_failure(take(*state, MSG_CONF_POLICY, &p, sizeof(p)));
	take(*state, MSG_CONF_WHITELIST, &prefix, sizeof(prefix));
	take(*state, MSG_CONF_LOG, &log, sizeof(log));
	take(*state, MSG_CONF_COMMIT, NULL, 0);
	assert_int_equal(got.calls, 5);
	assert_int_equal(got.policy.threshold[0].count, 5);
}

static void
test_nothing_is_due_before_the_first_configuration(void **state)
{
	struct incoming in = { .ops = &ops };
	struct channel_msg m;
	volatile size_t i; /* survives the jumps of expect_assert_failure */

	(void)state;
	for (i = 0; i < NSAMPLES; i++) {
		m = sample_message(&samples[i]);
		if (m.hdr.type >= MSG_PING && m.hdr.type <= MSG_DUMP)
			incoming_take(&in, &m);
		else
			expect_assert_failure(incoming_take(&in, &m));
	}
	assert_int_equal(got.calls, 3);
}

static void
test_ready_and_listener_come_once(void **state)
{
	struct channel_msg m = message(MSG_LISTENER, NULL, 0);

	take(*state, MSG_READY, NULL, 0);
	expect_assert_failure(take(*state, MSG_READY, NULL, 0));
	m.fd = SOME_FD;
	incoming_take(*state, &m);
	expect_assert_failure(incoming_take(*state, &m));
}

static void
test_metrics_may_move_and_end(void **state)
{
	struct channel_msg m = message(MSG_METRICS, NULL, 0);

	m.fd = SOME_FD;
	incoming_take(*state, &m);
	incoming_take(*state, &m);
	assert_int_equal(got.fd, SOME_FD);
	m.fd = -1;
	incoming_take(*state, &m);
	assert_int_equal(got.fd, -1);
	assert_int_equal(got.calls, 3);
}

static void
refuse_policy(struct incoming *in, const struct msg_policy *p)
{
	take(in, MSG_CONF_BEGIN, NULL, 0);
	expect_assert_failure(take(in, MSG_CONF_POLICY, p, sizeof(*p)));
	in->configuring = false;
}

static void
test_policy_past_its_bounds_is_fatal(void **state)
{
	struct msg_policy p;

#define REFUSE(member, value) \
	p = valid_policy();   \
	p.member = value;     \
	refuse_policy(*state, &p)

	REFUSE(threshold[0].count, 0);
	REFUSE(threshold[0].within, 0);
	REFUSE(threshold[0].count, MSG_COUNT_MAX + 1);
	REFUSE(threshold[CATEGORY_PROBE].count, 1); /* within 0 */
	REFUSE(threshold[CATEGORY_PROBE].within, MSG_SECONDS_MAX + 1);
	REFUSE(network.count, 1);
	REFUSE(counted, 1U << CATEGORY_COUNT);
	REFUSE(known_for, MSG_SECONDS_MAX + 1);
	REFUSE(repeats, 0);
	REFUSE(repeats, MSG_REPEATS_ALL + 1);
	REFUSE(private_allowed, 2);
	REFUSE(inet6_len, 0);
	REFUSE(inet6_len, 129);
	REFUSE(limit_offenders, 0);
	REFUSE(exempt, 2);
#undef REFUSE
}

static void
test_items_past_their_bounds_are_fatal(void **state)
{
	struct prefix p = host();
	struct msg_conf_log log = { .index = 0 };

	take(*state, MSG_CONF_BEGIN, NULL, 0);
	p.len = 24; /* host bits */
	expect_assert_failure(take(*state, MSG_CONF_WHITELIST, &p, sizeof(p)));
	expect_assert_failure(take(*state, MSG_CONF_LOG, &log, sizeof(log)));
	log.path[0] = '/';
	log.index = MSG_LOGS_MAX;
	expect_assert_failure(take(*state, MSG_CONF_LOG, &log, sizeof(log)));
	log.index = 0;
	memset(log.path, '/', sizeof(log.path));
	expect_assert_failure(take(*state, MSG_CONF_LOG, &log, sizeof(log)));
}

static void
test_ban_past_its_bounds_is_fatal(void **state)
{
	struct ban b;

#define REFUSE(member, value) \
	b = valid_ban();      \
	b.member = value;     \
	expect_assert_failure(take(*state, MSG_BAN_STATE, &b, sizeof(b)))

	REFUSE(prefix.family, 5);
	REFUSE(prefix.len, 33);
	REFUSE(prefix.zero[0], 1);
	REFUSE(state, 0);
	REFUSE(state, BAN_FORGOTTEN + 1);
	REFUSE(category, CATEGORY_COUNT);
	REFUSE(flags, BAN_UNWRITTEN << 1);
	REFUSE(since, -1);
	REFUSE(expires, -1);
	REFUSE(released, -1);
	REFUSE(allowed, -1);
#undef REFUSE
	assert_int_equal(got.calls, 0);
}

static void
test_a_move_past_its_bounds_is_fatal(void **state)
{
	struct msg_moved good = { 5, 5, -MSG_MOVE_MAX }, bad = good;

	take(*state, MSG_BANS_MOVED, &good, sizeof(good));
	assert_memory_equal(&got.moved, &good, sizeof(good));
	bad.by--;
	expect_assert_failure(take(*state, MSG_BANS_MOVED, &bad, sizeof(bad)));
	bad.by = MSG_MOVE_MAX + 1;
	expect_assert_failure(take(*state, MSG_BANS_MOVED, &bad, sizeof(bad)));
	assert_int_equal(got.calls, 1);
}

static void
test_ban_with_an_id_is_an_answer_too(void **state)
{
	struct ban b = valid_ban();
	struct channel_msg m = message(MSG_BAN_STATE, &b, sizeof(b));

	incoming_take(*state, &m);
	assert_int_equal(got.answers, 0);
	assert_int_equal(got.ban.since, b.since);
	m.hdr.id = 9;
	incoming_take(*state, &m);
	assert_int_equal(got.answers, 1);
	assert_int_equal(got.answer_type, MSG_BAN_STATE);
	assert_int_equal(got.calls, 2);
}

static void
take_log(struct incoming *in, struct msg_log log, int fd)
{
	struct channel_msg m = message(MSG_LOG, &log, sizeof(log));

	m.fd = fd;
	incoming_take(in, &m);
}

static void
test_log_past_its_bounds_is_fatal(void **state)
{
	const struct msg_log good = { 1, MSG_ROTATED, 2, -1 };
	struct msg_log l = good;

	take_log(*state, l, -1);
	assert_int_equal(got.log.error, 2);
	expect_assert_failure(take_log(*state, l, SOME_FD));
	l.error = 0;
	expect_assert_failure(take_log(*state, l, -1));
	l = good;
	l.index = MSG_LOGS_MAX;
	expect_assert_failure(take_log(*state, l, -1));
	l = good;
	l.which = 0;
	expect_assert_failure(take_log(*state, l, -1));
	l.which = MSG_ROTATED_LAST + 1;
	expect_assert_failure(take_log(*state, l, -1));
	l = good;
	l.error = 1U << 31;
	expect_assert_failure(take_log(*state, l, -1));
}

static void
test_watch_may_bring_a_descriptor(void **state)
{
	struct msg_watch w = { .index = MSG_LOGS_MAX - 1 };
	struct channel_msg m = message(MSG_WATCH, &w, sizeof(w));

	incoming_take(*state, &m);
	assert_int_equal(got.fd, -1);
	m.fd = SOME_FD;
	incoming_take(*state, &m);
	assert_int_equal(got.fd, SOME_FD);
	w.index = MSG_LOGS_MAX;
	expect_assert_failure(take(*state, MSG_WATCH, &w, sizeof(w)));
	w.index = 0;
	memset(w.name, 'x', sizeof(w.name));
	expect_assert_failure(take(*state, MSG_WATCH, &w, sizeof(w)));
}

static void
test_answers_past_their_bounds_are_fatal(void **state)
{
	struct msg_refused r = { .prefix = host() };
	struct msg_text t;
	struct msg_checked c = { .protocol = 256 };
	struct msg_counters counters;

	memset(r.reason, 'x', sizeof(r.reason));
	expect_assert_failure(take(*state, MSG_REFUSED, &r, sizeof(r)));
	r = (struct msg_refused){ .reason = "no" };
	expect_assert_failure(take(*state, MSG_REFUSED, &r, sizeof(r)));
	memset(&t, 'x', sizeof(t));
	expect_assert_failure(take(*state, MSG_FAILED, &t, sizeof(t)));
	expect_assert_failure(take(*state, MSG_CHECKED, &c, sizeof(c)));
	c.protocol = 83;
	memset(c.reason, 'x', sizeof(c.reason));
	expect_assert_failure(take(*state, MSG_CHECKED, &c, sizeof(c)));
	memset(&counters, 'x', sizeof(counters));
	expect_assert_failure(
	    take(*state, MSG_COUNTED, &counters, sizeof(counters)));
	assert_int_equal(got.answers, 0);
}

static void
test_level_past_its_bounds_is_fatal(void **state)
{
	struct msg_level l = { LOG_EVERY_LINE };

	take(*state, MSG_NEW_LEVEL, &l, sizeof(l));
	assert_int_equal(got.level, LOG_EVERY_LINE);
	l.level++;
	expect_assert_failure(take(*state, MSG_NEW_LEVEL, &l, sizeof(l)));
	l.level = LOG_BRIEF - 1;
	expect_assert_failure(take(*state, MSG_NEW_LEVEL, &l, sizeof(l)));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_message_is_taken),
		TEST(test_each_wrong_length_is_fatal),
		TEST(test_each_false_descriptor_is_fatal),
		TEST(test_unknown_type_is_fatal),
		TEST(test_configuration_is_a_whole),
		TEST(test_nothing_is_due_before_the_first_configuration),
		TEST(test_ready_and_listener_come_once),
		TEST(test_metrics_may_move_and_end),
		TEST(test_policy_past_its_bounds_is_fatal),
		TEST(test_items_past_their_bounds_are_fatal),
		TEST(test_ban_past_its_bounds_is_fatal),
		TEST(test_a_move_past_its_bounds_is_fatal),
		TEST(test_ban_with_an_id_is_an_answer_too),
		TEST(test_log_past_its_bounds_is_fatal),
		TEST(test_watch_may_bring_a_descriptor),
		TEST(test_answers_past_their_bounds_are_fatal),
		TEST(test_level_past_its_bounds_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
