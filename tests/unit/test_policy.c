#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
