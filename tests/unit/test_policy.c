#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "recognise/rules.h"
#include "reputation.h"

#define T0 1800000000

static struct prefix
pfx(const char *text)
{
	struct prefix p;
	const char *error = prefix_parse(text, &p);

	if (error != NULL)
		fail_msg("%s: %s", text, error);
	return p;
}

static struct verdict
judge_at(struct policy *p, const char *client, enum category c, int64_t time,
    int64_t now)
{
	struct event ev = { .kind = EVENT_FAILURE,
		.category = c,
		.time = time,
		.client = pfx(client),
		.count = 1 };
	struct verdict v;

	policy_judge(p, &ev, now, &v);
	return v;
}

static struct verdict
judge(struct policy *p, const char *client, enum category c)
{
	return judge_at(p, client, c, T0, T0);
}

static void
configure(struct policy *p, const struct msg_policy *s, const char *whitelisted)
{
	struct prefix_set *set = prefix_set_new();
	struct prefix entry;

	assert_non_null(set);
	if (whitelisted != NULL) {
		entry = pfx(whitelisted);
		assert_int_equal(prefix_set_add(set, &entry), 0);
	}
	policy_configure(p, s, set);
}

static int
setup(void **state)
{
	*state = policy_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	policy_free(*state);
	return 0;
}

static void
test_defaults_are_those_of_the_manual(void **state)
{
	const struct msg_policy *s = policy_settings(*state);

	assert_int_equal(s->threshold[CATEGORY_NONE].count, 5);
	assert_int_equal(s->threshold[CATEGORY_NONE].within, 86400);
	assert_int_equal(s->threshold[CATEGORY_PROBE].count, 20);
	assert_int_equal(s->threshold[CATEGORY_PROBE].within, 3600);
	assert_int_equal(s->threshold[CATEGORY_AUTH].count, 0);
	assert_int_equal(s->network.count, 0);
	assert_int_equal(s->counted,
	    1U << CATEGORY_AUTH | 1U << CATEGORY_RELAY | 1U << CATEGORY_PROBE |
		1U << CATEGORY_PROTOCOL);
	assert_int_equal(s->known_for, 30 * 86400);
	assert_int_equal(s->known_patience, 4);
	assert_int_equal(s->repeats, MSG_REPEATS_PASSWORD);
	assert_int_equal(s->private_allowed, 0);
	assert_int_equal(s->inet6_len, 64);
	assert_int_equal(s->limit_offenders, 1000000);
	assert_int_equal(prefix_set_count(policy_whitelist(*state)), 0);
}

static void
test_the_fifth_failure_is_over_and_the_fourth_is_not(void **state)
{
	struct verdict v;
	int i;

	for (i = 1; i <= 4; i++) {
		v = judge(*state, "192.0.2.1", CATEGORY_AUTH);
		assert_true(v.counted);
		assert_false(v.over);
		assert_int_equal(v.count, i);
		assert_int_equal(v.threshold, 5);
	}
	v = judge(*state, "192.0.2.1", CATEGORY_RELAY);
	assert_true(v.over);
	assert_int_equal(v.count, 5);
	assert_int_equal(v.category, CATEGORY_RELAY);
	v = judge(*state, "192.0.2.2", CATEGORY_AUTH);
	assert_int_equal(v.count, 1);
}

static void
test_a_category_with_a_threshold_of_its_own_counts_alone(void **state)
{
	struct verdict v;
	int i;

	for (i = 1; i <= 19; i++) {
		v = judge(*state, "192.0.2.1", CATEGORY_PROBE);
		assert_false(v.over);
		assert_int_equal(v.threshold, 20);
	}
	v = judge(*state, "192.0.2.1", CATEGORY_AUTH);
	assert_int_equal(v.count, 1);
	v = judge(*state, "192.0.2.1", CATEGORY_PROBE);
	assert_true(v.over);
}

static void
test_a_category_not_in_count_is_not_counted(void **state)
{
	struct verdict v = judge(*state, "192.0.2.1", CATEGORY_RBL);

	assert_false(v.counted);
	assert_false(v.over);
	assert_int_equal(v.category, CATEGORY_RBL);
	assert_int_equal(offenders_number(policy_offenders(*state)), 0);
}

static void
test_a_login_is_not_counted(void **state)
{
	struct event ev = { .kind = EVENT_LOGIN,
		.time = T0,
		.client = pfx("192.0.2.1"),
		.count = 1 };
	struct verdict v;

	policy_judge(*state, &ev, T0, &v);
	assert_false(v.counted);
	assert_int_equal(offenders_number(policy_offenders(*state)), 0);
}

static void
test_inet6_clients_count_by_their_network(void **state)
{
	struct prefix net = pfx("2001:db8:0:1::/64");
	struct verdict v;

	judge(*state, "2001:db8:0:1::1", CATEGORY_AUTH);
	v = judge(*state, "2001:db8:0:1:ffff::2", CATEGORY_AUTH);
	assert_int_equal(v.count, 2);
	assert_int_equal(prefix_cmp(&v.prefix, &net), 0);
	v = judge(*state, "2001:db8:0:2::1", CATEGORY_AUTH);
	assert_int_equal(v.count, 1);
}

static void
test_whitelisted_clients_are_spared_before_all_else(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct verdict v;

	configure(*state, &s, "192.0.2.0/25");
	v = judge(*state, "192.0.2.127", CATEGORY_AUTH);
	assert_true(v.counted);
	assert_string_equal(v.spared, "whitelisted");
	assert_null(judge(*state, "192.0.2.128", CATEGORY_AUTH).spared);
	assert_int_equal(offenders_number(policy_offenders(*state)), 1);
	configure(*state, &s, "10.0.0.0/8");
	assert_string_equal(judge(*state, "10.1.1.1", CATEGORY_AUTH).spared,
	    "whitelisted");
}

static void
test_a_whitelisted_host_does_not_spare_its_neighbours(void **state)
{
	struct msg_policy s = *policy_settings(*state);

	configure(*state, &s, "2001:db8::1");
	assert_string_equal(judge(*state, "2001:db8::1", CATEGORY_AUTH).spared,
	    "whitelisted");
	assert_null(judge(*state, "2001:db8::2", CATEGORY_AUTH).spared);
}

static void
test_special_and_private_clients_are_spared(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct verdict v;

	v = judge(*state, "127.0.0.1", CATEGORY_AUTH);
	assert_string_equal(v.spared, "loopback");
	v = judge(*state, "10.0.0.1", CATEGORY_AUTH);
	assert_string_equal(v.spared, "private");
	v = judge(*state, "fd00::1", CATEGORY_AUTH);
	assert_string_equal(v.spared, "private");
	s.private_allowed = 1;
	configure(*state, &s, NULL);
	v = judge(*state, "10.0.0.1", CATEGORY_AUTH);
	assert_null(v.spared);
	assert_int_equal(v.count, 1);
	v = judge(*state, "127.0.0.1", CATEGORY_AUTH);
	assert_string_equal(v.spared, "loopback");
}

static void
test_an_event_older_than_the_window_is_not_counted(void **state)
{
	struct verdict v;

	v = judge_at(*state, "192.0.2.1", CATEGORY_AUTH, T0 - 86401, T0);
	assert_true(v.counted);
	assert_null(v.spared);
	assert_int_equal(v.count, 0);
	v = judge_at(*state, "192.0.2.1", CATEGORY_AUTH, T0 - 86400, T0);
	assert_int_equal(v.count, 1);
	v = judge_at(*state, "192.0.2.1", CATEGORY_PROBE, T0 - 3601, T0);
	assert_int_equal(v.count, 0);
}

static void
test_an_event_from_the_future_does_not_end_the_window(void **state)
{
	struct verdict v;

	judge(*state, "192.0.2.1", CATEGORY_AUTH);
	judge_at(*state, "192.0.2.1", CATEGORY_AUTH, T0 + 30 * 86400, T0);
	v = judge(*state, "192.0.2.1", CATEGORY_AUTH);
	assert_int_equal(v.count, 3);
}

static void
test_a_line_may_tell_of_several_failures_but_never_of_none(void **state)
{
	struct event ev = { .kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = T0,
		.client = pfx("192.0.2.1"),
		.count = 0 };
	struct verdict v;

	policy_judge(*state, &ev, T0, &v);
	assert_int_equal(v.count, 1);
	ev.count = 4;
	policy_judge(*state, &ev, T0, &v);
	assert_int_equal(v.count, 5);
	assert_true(v.over);
}

static void
test_counts_stay_over_a_new_configuration(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct verdict v;

	judge(*state, "192.0.2.1", CATEGORY_AUTH);
	judge(*state, "192.0.2.1", CATEGORY_AUTH);
	s.threshold[CATEGORY_NONE].count = 3;
	configure(*state, &s, NULL);
	v = judge(*state, "192.0.2.1", CATEGORY_AUTH);
	assert_true(v.over);
	assert_int_equal(v.count, 3);
}

#define DAY 86400

static struct event
event_of(enum event_kind kind, const char *client, const char *user,
    int64_t time)
{
	return (struct event){ .kind = kind,
		.category =
		    kind == EVENT_FAILURE ? CATEGORY_AUTH : CATEGORY_NONE,
		.time = time,
		.client = pfx(client),
		.count = 1,
		.user = user,
		.user_len = user != NULL ? strlen(user) : 0 };
}

static void
login(struct policy *p, const char *client, const char *user, int64_t time)
{
	struct event ev = event_of(EVENT_LOGIN, client, user, time);

	policy_welcome(p, &ev, T0);
}

static void
accepts(struct policy *p, const char *client, unsigned n)
{
	struct event ev = event_of(EVENT_ACCEPT, client, NULL, T0);

	while (n-- > 0)
		policy_welcome(p, &ev, T0);
}

/* A login that failed, with the hash of its password. */
static struct verdict
fails(struct policy *p, const char *client, const char *user, const char *hash,
    int64_t time)
{
	struct event ev = event_of(EVENT_FAILURE, client, user, time);
	struct verdict v;

	ev.hash = hash;
	ev.hash_len = hash != NULL ? strlen(hash) : 0;
	policy_judge(p, &ev, T0, &v);
	return v;
}

static void
test_a_known_client_has_patience_and_its_own_names(void **state)
{
	struct verdict v;
	int i;

	login(*state, "192.0.2.1", "alice", T0 - 30 * DAY);
	for (i = 0; i < 50; i++) {
		v = fails(*state, "192.0.2.1", "alice", NULL, T0);
		assert_true(v.counted);
		assert_string_equal(v.spared, "known");
	}
	for (i = 1; i <= 20; i++) {
		v = fails(*state, "192.0.2.1", "bob", NULL, T0);
		assert_null(v.spared);
		assert_int_equal(v.count, i);
		assert_int_equal(v.threshold, 20);
		assert_int_equal(v.over, i == 20);
	}
	v = fails(*state, "192.0.2.1", NULL, NULL, T0);
	assert_null(v.spared);
	v = fails(*state, "192.0.2.2", "alice", NULL, T0);
	assert_null(v.spared);
	assert_int_equal(v.threshold, 5);
}

static void
test_a_login_is_forgotten_after_its_time(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct prefix p = pfx("192.0.2.1");
	struct verdict v;

	login(*state, "192.0.2.1", "alice", T0 - 30 * DAY - 1);
	assert_int_equal(policy_known(*state, &p, T0), 0);
	login(*state, "192.0.2.1", "alice", T0 - 29 * DAY);
	assert_int_equal(policy_known(*state, &p, T0), T0 - 29 * DAY);
	assert_int_equal(policy_patience(*state, &p, T0), 4);
	assert_int_equal(policy_known(*state, &p, T0 + 2 * DAY), 0);
	s.known_for = 28 * DAY;
	s.known_patience = 7;
	configure(*state, &s, NULL);
	assert_int_equal(policy_patience(*state, &p, T0), 1);
	v = fails(*state, "192.0.2.1", "alice", NULL, T0);
	assert_null(v.spared);
	assert_int_equal(v.threshold, 5);
	s.known_for = MSG_FOR_EVER;
	configure(*state, &s, NULL);
	v = fails(*state, "192.0.2.1", "alice", NULL, T0);
	assert_string_equal(v.spared, "known");
	v = fails(*state, "192.0.2.1", "bob", NULL, T0);
	assert_int_equal(v.threshold, 35);
}

static void
test_a_login_from_the_future_is_one_of_now(void **state)
{
	struct prefix p = pfx("192.0.2.1");

	login(*state, "192.0.2.1", "alice", T0 + 365 * DAY);
	assert_int_equal(policy_known(*state, &p, T0), T0);
	/* the clock was put back: the login is still newer than 30 days */
	assert_int_equal(policy_known(*state, &p, T0 - 365 * DAY), T0);
}

static void
test_inet6_clients_are_known_by_their_network(void **state)
{
	struct verdict v;

	login(*state, "2001:db8:0:1::1", "alice", T0);
	v = fails(*state, "2001:db8:0:1:2:3:4:5", "alice", NULL, T0);
	assert_string_equal(v.spared, "known");
	v = fails(*state, "2001:db8:0:2::1", "alice", NULL, T0);
	assert_null(v.spared);
}

/* An own account is no licence for anything but its own password. */
static void
test_own_names_spare_only_attempts_to_log_in(void **state)
{
	struct event ev = event_of(EVENT_FAILURE, "192.0.2.1", "alice", T0);
	struct verdict v;

	login(*state, "192.0.2.1", "alice", T0);
	ev.category = CATEGORY_PROBE;
	policy_judge(*state, &ev, T0, &v);
	assert_string_equal(v.spared, "known");
	ev.category = CATEGORY_RELAY;
	policy_judge(*state, &ev, T0, &v);
	assert_null(v.spared);
	assert_int_equal(v.count, 1);
}

static void
test_the_same_password_counts_once_in_the_window(void **state)
{
	struct event ev = event_of(EVENT_FAILURE, "192.0.2.1", "bob", T0);
	struct verdict v;
	int i;

	for (i = 0; i < 50; i++) {
		v = fails(*state, "192.0.2.1", "bob", "0beec7", T0);
		assert_true(v.counted);
		if (i == 0)
			assert_int_equal(v.count, 1);
		else
			assert_string_equal(v.spared, "repeat");
		assert_false(v.over);
	}
	v = fails(*state, "192.0.2.1", "bob", "62cdb7", T0);
	assert_int_equal(v.count, 2);
	v = fails(*state, "192.0.2.1", "eve", "62cdb7", T0);
	assert_int_equal(v.count, 3);
	/* without a hash nothing tells */
	v = fails(*state, "192.0.2.1", "bob", NULL, T0);
	assert_int_equal(v.count, 4);
	v = fails(*state, "192.0.2.1", "bob", NULL, T0);
	assert_true(v.over);
	/* "message repeated 7 times" says the same password again */
	ev.client = pfx("192.0.2.2");
	ev.hash = "0beec7";
	ev.hash_len = 6;
	ev.count = 7;
	policy_judge(*state, &ev, T0, &v);
	assert_int_equal(v.count, 1);
}

static void
test_repeats_user_counts_a_name_once_an_hour(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct verdict v;

	s.repeats = MSG_REPEATS_USER;
	configure(*state, &s, NULL);
	v = fails(*state, "192.0.2.1", "bob", "0beec7", T0 - 3600);
	assert_int_equal(v.count, 1);
	v = fails(*state, "192.0.2.1", "bob", "62cdb7", T0 - 1);
	assert_string_equal(v.spared, "repeat");
	v = fails(*state, "192.0.2.1", "bob", NULL, T0);
	assert_int_equal(v.count, 2);
	v = fails(*state, "192.0.2.1", NULL, "0beec7", T0);
	assert_int_equal(v.count, 3);
	v = fails(*state, "192.0.2.1", NULL, "0beec7", T0);
	assert_int_equal(v.count, 4);
}

static void
test_repeats_all_counts_every_line(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	int i;

	s.repeats = MSG_REPEATS_ALL;
	configure(*state, &s, NULL);
	for (i = 1; i < 5; i++)
		assert_int_equal(
		    fails(*state, "192.0.2.1", "bob", "0beec7", T0).count, i);
	assert_true(fails(*state, "192.0.2.1", "bob", "0beec7", T0).over);
}

static void
count_refusals(struct policy *p)
{
	struct msg_policy s = *policy_settings(p);

	s.counted |= 1U << CATEGORY_UNKNOWN_USER | 1U << CATEGORY_RBL |
	    1U << CATEGORY_POLICY;
	configure(p, &s, NULL);
}

static void
test_a_mail_server_is_spared_for_stale_addresses(void **state)
{
	struct verdict v;
	int i;

	count_refusals(*state);
	accepts(*state, "192.0.2.1", 30);
	for (i = 0; i < 20; i++) {
		v = judge(*state, "192.0.2.1", CATEGORY_UNKNOWN_USER);
		assert_true(v.counted);
		assert_string_equal(v.spared, "mail server");
		v = judge(*state, "192.0.2.1", CATEGORY_RBL);
		assert_string_equal(v.spared, "mail server");
		v = judge(*state, "192.0.2.1", CATEGORY_POLICY);
		assert_string_equal(v.spared, "mail server");
	}
	/* its share is small now */
	v = judge(*state, "192.0.2.1", CATEGORY_UNKNOWN_USER);
	assert_null(v.spared);
	/* and what is no refusal counts in any case */
	accepts(*state, "192.0.2.1", 30);
	v = judge(*state, "192.0.2.1", CATEGORY_AUTH);
	assert_null(v.spared);
	v = judge(*state, "192.0.2.1", CATEGORY_UNKNOWN_USER);
	assert_string_equal(v.spared, "mail server");
}

static void
test_who_guesses_addresses_is_not_spared_for_a_hit(void **state)
{
	struct verdict v;
	int i;

	count_refusals(*state);
	accepts(*state, "192.0.2.1", 2);
	for (i = 1; i <= 5; i++) {
		v = judge(*state, "192.0.2.1", CATEGORY_UNKNOWN_USER);
		assert_null(v.spared);
		assert_int_equal(v.over, i == 5);
	}
	/* even with a few of them in */
	accepts(*state, "192.0.2.2", 4);
	for (i = 1; i <= 8 + 5; i++) {
		v = judge(*state, "192.0.2.2", CATEGORY_UNKNOWN_USER);
		assert_int_equal(v.spared != NULL, i <= 8);
	}
	assert_true(v.over);
}

static void
test_a_greeting_is_no_mail(void **state)
{
	static const struct rule pass = { .program = "postscreen" };
	struct event ev = event_of(EVENT_ACCEPT, "192.0.2.1", NULL, T0);
	struct prefix p = pfx("192.0.2.1");
	int i;

	ev.rule = &pass;
	for (i = 0; i < 10; i++)
		policy_welcome(*state, &ev, T0);
	assert_false(policy_is_mail_server(*state, &p, T0));
	accepts(*state, "192.0.2.1", 3);
	assert_true(policy_is_mail_server(*state, &p, T0));
}

static void
set_networks(struct policy *p, uint32_t failures, uint32_t hosts,
    const char *whitelisted)
{
	struct msg_policy s = *policy_settings(p);

	s.network.count = failures;
	s.network.within = DAY;
	s.network_len[0] = hosts > 0 ? 24 : 0;
	s.network_len[1] = hosts > 0 ? 48 : 0;
	s.network_hosts[0] = s.network_hosts[1] = hosts;
	configure(p, &s, whitelisted);
}

static void
test_failures_of_changing_hosts_are_their_networks(void **state)
{
	struct prefix net = pfx("192.0.2.0/24"), net6 = pfx("2001:db8::/48");
	struct verdict v;
	char client[64];
	int i;

	set_networks(*state, 6, 0, NULL);
	for (i = 1; i <= 6; i++) {
		(void)snprintf(client, sizeof(client), "192.0.2.%d", i);
		v = judge(*state, client, CATEGORY_AUTH);
		assert_false(v.over);
		assert_int_equal(v.network_over, i == 6);
	}
	assert_int_equal(v.network_count, 6);
	assert_int_equal(prefix_cmp(&v.network, &net), 0);
	for (i = 1; i <= 6; i++) {
		(void)snprintf(client, sizeof(client), "2001:db8:0:%d::1", i);
		v = judge(*state, client, CATEGORY_RELAY);
		assert_int_equal(v.network_over, i == 6);
	}
	assert_int_equal(prefix_cmp(&v.network, &net6), 0);
	policy_forget(*state, &net);
	v = judge(*state, "192.0.2.77", CATEGORY_AUTH);
	assert_false(v.network_over);
	assert_int_equal(v.count, 1);
}

static void
test_spared_and_known_clients_are_not_their_networks(void **state)
{
	struct verdict v;
	int i;

	set_networks(*state, 6, 0, "192.0.2.200");
	login(*state, "192.0.3.1", "alice", T0);
	for (i = 0; i < 9; i++) {
		judge(*state, "192.0.2.200", CATEGORY_AUTH);
		fails(*state, "192.0.2.1", "bob", "0beec7", T0);
		judge(*state, "192.0.2.2", CATEGORY_RBL);
		fails(*state, "192.0.3.1", "alice", NULL, T0);
		v = fails(*state, "192.0.3.1", "bob", NULL, T0);
		assert_int_equal(v.network_count, 0);
	}
	v = judge(*state, "192.0.2.3", CATEGORY_AUTH);
	assert_int_equal(v.network_over, false);
}

static void
test_accidents_of_mail_servers_are_not_their_networks(void **state)
{
	struct verdict v;
	char client[64];
	int i;

	set_networks(*state, 6, 0, NULL);
	for (i = 1; i <= 9; i++) {
		(void)snprintf(client, sizeof(client), "192.0.2.%d", i);
		accepts(*state, client, 3);
		v = judge(*state, client, CATEGORY_PROBE);
		assert_int_equal(v.count, 1);
		assert_false(v.network_over);
	}
	for (i = 101; i <= 106; i++) {
		(void)snprintf(client, sizeof(client), "192.0.2.%d", i);
		v = judge(*state, client, CATEGORY_PROBE);
		assert_int_equal(v.network_over, i == 106);
	}
}

/* Nor later, when they are not known any more. */
static void
test_failures_of_a_known_time_are_not_their_networks(void **state)
{
	struct msg_policy s;
	struct verdict v;
	int i;

	set_networks(*state, 6, 0, NULL);
	s = *policy_settings(*state);
	s.known_for = 3600;
	configure(*state, &s, NULL);
	login(*state, "192.0.2.1", NULL, T0 - 3600);
	for (i = 0; i < 9; i++)
		judge_at(*state, "192.0.2.1", CATEGORY_AUTH, T0 - 1, T0 - 1);
	for (i = 1; i <= 5; i++) {
		v = judge_at(*state, "192.0.2.2", CATEGORY_AUTH, T0 + 9,
		    T0 + 9);
		assert_int_equal(v.network_count, 0);
	}
	v = judge_at(*state, "192.0.2.3", CATEGORY_AUTH, T0 + 9, T0 + 9);
	assert_true(v.network_over);
	assert_int_equal(v.network_count, 6);
}

static void
fill_network(struct policy *p, const char *network, bool expected)
{
	char client[64];
	struct verdict v;
	int i;

	for (i = 1; i <= 8; i++) {
		(void)snprintf(client, sizeof(client), "%s%d", network, i);
		v = judge(p, client, CATEGORY_AUTH);
	}
	assert_int_equal(v.network_over, expected);
}

static void
test_a_network_with_a_friend_in_it_is_not_asked_for(void **state)
{
	struct msg_policy s;

	set_networks(*state, 6, 0, "192.0.2.200");
	fill_network(*state, "192.0.2.", false);
	login(*state, "198.51.100.200", NULL, T0 - 29 * DAY);
	fill_network(*state, "198.51.100.", false);
	login(*state, "203.0.113.200", NULL, T0 - 31 * DAY);
	fill_network(*state, "203.0.113.", true);
	s = *policy_settings(*state);
	s.private_allowed = 1;
	configure(*state, &s, NULL);
	fill_network(*state, "10.0.0.", true);
	set_networks(*state, 6, 0, "192.0.0.0/16"); /* spared as a whole */
	fill_network(*state, "192.0.2.", false);
}

static void
test_with_exemptions_a_network_around_the_whitelist_is_asked_for(void **state)
{
	struct prefix_set *set;
	struct prefix p;
	struct msg_policy s;

	set_networks(*state, 6, 0, "192.0.2.200");
	fill_network(*state, "192.0.2.", false);
	set_networks(*state, 6, 0, "192.0.2.200");
	s = *policy_settings(*state);
	s.exempt = 1;
	set = prefix_set_new();
	p = pfx("192.0.2.200");
	assert_int_equal(prefix_set_add(set, &p), 0);
	p = pfx("198.51.100.0/24");
	assert_int_equal(prefix_set_add(set, &p), 0);
	policy_configure(*state, &s, set);
	fill_network(*state, "192.0.2.", true);
	assert_string_equal(judge(*state, "192.0.2.200", CATEGORY_AUTH).spared,
	    "whitelisted");
	assert_string_equal(judge(*state, "198.51.100.1", CATEGORY_AUTH).spared,
	    "whitelisted");
	p = pfx("198.51.100.0/24");
	assert_string_equal(policy_protects(*state, &p), "whitelisted");
}

static bool
ban_is_told(struct policy *p, const char *prefix, uint32_t state, int64_t since,
    int64_t released)
{
	struct ban b = { .prefix = pfx(prefix),
		.state = state,
		.category = CATEGORY_AUTH,
		.count = 5,
		.since = since,
		.released = released };
	struct prefix network;
	uint32_t failures;
	bool full = policy_take_ban(p, &b, &network, &failures);

	if (full) {
		assert_true(prefix_contains(&network, &b.prefix));
		assert_int_equal(network.len,
		    network.family == PREFIX_INET ? 24 : 48);
		assert_in_range(failures, 5, 15);
	}
	return full;
}

static void
test_banned_hosts_fill_a_network(void **state)
{
	assert_false(policy_counts_bans(*state));
	set_networks(*state, 0, 3, NULL);
	assert_true(policy_counts_bans(*state));
	assert_false(ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.2", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.3.3", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.3", BAN_ENDED, T0, T0));
	assert_true(ban_is_told(*state, "192.0.2.4", BAN_ACTIVE, T0, 0));
	assert_true(ban_is_told(*state, "192.0.2.4", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "2001:db8::/64", BAN_ACTIVE, T0, 0));
	assert_false(
	    ban_is_told(*state, "2001:db8:0:1::/64", BAN_ACTIVE, T0, 0));
	assert_true(
	    ban_is_told(*state, "2001:db8:0:2::/64", BAN_ACTIVE, T0, 0));
}

static void
test_a_ban_by_hand_does_not_make_a_network_full(void **state)
{
	struct ban b = { .prefix = pfx("192.0.2.3"),
		.state = BAN_ACTIVE,
		.category = CATEGORY_MANUAL };
	struct prefix network;
	uint32_t failures;

	set_networks(*state, 0, 3, NULL);
	ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	assert_false(policy_take_ban(*state, &b, &network, &failures));
	b.prefix = pfx("192.0.2.4");
	assert_false(policy_take_ban(*state, &b, &network, &failures));
	assert_true(ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0));
}

static void
test_a_banned_network_is_not_full_again_by_the_same(void **state)
{
	set_networks(*state, 0, 3, NULL);
	ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	ban_is_told(*state, "192.0.2.2", BAN_ACTIVE, T0, 0);
	assert_true(ban_is_told(*state, "192.0.2.3", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.0/24", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.4", BAN_ACTIVE, T0, 0));
	assert_false(
	    ban_is_told(*state, "192.0.2.0/24", BAN_ENDED, T0, T0 + 9));
	assert_false(ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0));
	assert_false(ban_is_told(*state, "192.0.2.5", BAN_ACTIVE, T0 + 10, 0));
	assert_false(ban_is_told(*state, "192.0.2.6", BAN_ACTIVE, T0 + 10, 0));
	assert_true(ban_is_told(*state, "192.0.2.7", BAN_ACTIVE, T0 + 10, 0));
}

static void
test_bans_do_not_fill_a_network_with_a_friend_in_it(void **state)
{
	set_networks(*state, 0, 3, "192.0.2.200");
	ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	ban_is_told(*state, "192.0.2.2", BAN_ACTIVE, T0, 0);
	assert_false(ban_is_told(*state, "192.0.2.3", BAN_ACTIVE, T0, 0));
	login(*state, "192.0.3.200", NULL, T0);
	ban_is_told(*state, "192.0.3.1", BAN_ACTIVE, T0, 0);
	ban_is_told(*state, "192.0.3.2", BAN_ACTIVE, T0, 0);
	assert_false(ban_is_told(*state, "192.0.3.3", BAN_ACTIVE, T0, 0));
	ban_is_told(*state, "10.0.0.1", BAN_ACTIVE, T0, 0);
	ban_is_told(*state, "10.0.0.2", BAN_ACTIVE, T0, 0);
	assert_false(ban_is_told(*state, "10.0.0.3", BAN_ACTIVE, T0, 0));
	set_networks(*state, 0, 0, NULL);
	set_networks(*state, 0, 3, NULL); /* all are to be told again */
	assert_false(ban_is_told(*state, "192.0.2.3", BAN_ACTIVE, T0, 0));
	ban_is_told(*state, "192.0.2.1", BAN_ACTIVE, T0, 0);
	assert_true(ban_is_told(*state, "192.0.2.2", BAN_ACTIVE, T0, 0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_what_is_remembered_moves_with_the_clock(void **state)
{
	static const int64_t jumps[] = { 86400 * 400, -86400 * 800,
		86400 * 400 };
	struct prefix known = pfx("192.0.2.2"), server = pfx("192.0.2.3");
	struct event ev = { .kind = EVENT_LOGIN, .time = T0, .client = known };
	struct event attempt = { .kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = T0,
		.client = pfx("192.0.2.4"),
		.count = 1,
		.user = "alice",
		.user_len = 5,
		.hash = "0beec7",
		.hash_len = 6 };
	struct msg_policy s = *policy_settings(*state);
	struct verdict v;
	int64_t now = T0;
	size_t i;

	s.network = (struct msg_threshold){ 5, 86400 };
	configure(*state, &s, NULL);
	policy_welcome(*state, &ev, T0);
	ev.kind = EVENT_ACCEPT;
	ev.client = server;
	for (i = 0; i < REPUTATION_MAILS; i++)
		policy_welcome(*state, &ev, T0);
	(void)judge(*state, "192.0.2.1", CATEGORY_AUTH);
	policy_judge(*state, &attempt, T0, &v);
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		now += jumps[i];
		policy_shift(*state, jumps[i]);
		assert_true(policy_known(*state, &known, now) == now);
		assert_true(policy_is_mail_server(*state, &server, now));
		v = judge_at(*state, "192.0.2.1", CATEGORY_AUTH, now, now);
		assert_int_equal(v.count, 2 + i);
		assert_int_equal(v.network_count, i < 2 ? 0 : 5);
		attempt.time = now;
		policy_judge(*state, &attempt, now, &v);
		assert_string_equal(v.spared, "repeat");
	}
	assert_true(
	    judge_at(*state, "192.0.2.1", CATEGORY_AUTH, now, now).over);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults_are_those_of_the_manual),
		TEST(test_the_fifth_failure_is_over_and_the_fourth_is_not),
		TEST(test_a_category_with_a_threshold_of_its_own_counts_alone),
		TEST(test_a_category_not_in_count_is_not_counted),
		TEST(test_a_login_is_not_counted),
		TEST(test_inet6_clients_count_by_their_network),
		TEST(test_whitelisted_clients_are_spared_before_all_else),
		TEST(test_a_whitelisted_host_does_not_spare_its_neighbours),
		TEST(test_special_and_private_clients_are_spared),
		TEST(test_an_event_older_than_the_window_is_not_counted),
		TEST(test_an_event_from_the_future_does_not_end_the_window),
		TEST(
		    test_a_line_may_tell_of_several_failures_but_never_of_none),
		TEST(test_counts_stay_over_a_new_configuration),
		TEST(test_a_known_client_has_patience_and_its_own_names),
		TEST(test_a_login_is_forgotten_after_its_time),
		TEST(test_a_login_from_the_future_is_one_of_now),
		TEST(test_inet6_clients_are_known_by_their_network),
		TEST(test_own_names_spare_only_attempts_to_log_in),
		TEST(test_the_same_password_counts_once_in_the_window),
		TEST(test_repeats_user_counts_a_name_once_an_hour),
		TEST(test_repeats_all_counts_every_line),
		TEST(test_a_mail_server_is_spared_for_stale_addresses),
		TEST(test_who_guesses_addresses_is_not_spared_for_a_hit),
		TEST(test_a_greeting_is_no_mail),
		TEST(test_failures_of_changing_hosts_are_their_networks),
		TEST(test_spared_and_known_clients_are_not_their_networks),
		TEST(test_accidents_of_mail_servers_are_not_their_networks),
		TEST(test_failures_of_a_known_time_are_not_their_networks),
		TEST(test_a_network_with_a_friend_in_it_is_not_asked_for),
		TEST(
		    test_with_exemptions_a_network_around_the_whitelist_is_asked_for),
		TEST(test_banned_hosts_fill_a_network),
		TEST(test_a_ban_by_hand_does_not_make_a_network_full),
		TEST(test_a_banned_network_is_not_full_again_by_the_same),
		TEST(test_bans_do_not_fill_a_network_with_a_friend_in_it),
		TEST(test_what_is_remembered_moves_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
