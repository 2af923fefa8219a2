/* An outage and a proxy, as the policy sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "outage.h"
#include "policy.h"
#include "prefix_rig.h"
#include "recognise/rules.h"

#define DAY 86400
#define T0  1800000000

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

static struct event
event(enum event_kind kind, const char *client, const char *user, int64_t time)
{
	struct event ev = { .kind = kind,
		.category =
		    kind == EVENT_FAILURE ? CATEGORY_AUTH : CATEGORY_NONE,
		.time = time,
		.client = pfx(client),
		.count = 1 };

	if (user != NULL) {
		ev.user = user;
		ev.user_len = strlen(user);
	}
	return ev;
}

static struct verdict
fails_as(struct policy *p, const char *client, const char *user,
    enum category category, int64_t time)
{
	struct event ev = event(EVENT_FAILURE, client, user, time);
	struct verdict v;

	ev.category = category;
	policy_judge(p, &ev, time, &v);
	return v;
}

static struct verdict
fails(struct policy *p, const char *client, const char *user, int64_t time)
{
	return fails_as(p, client, user, CATEGORY_AUTH, time);
}

static void
logs_in(struct policy *p, const char *client, const char *user, int64_t time)
{
	struct event ev = event(EVENT_LOGIN, client, user, time);

	policy_welcome(p, &ev, time);
}

static const char *
numbered(const char *before, unsigned n, const char *after)
{
	static char text[4][64];
	static unsigned turn;
	char *s = text[turn++ % 4];

	(void)snprintf(s, sizeof(text[0]), "%s%u%s", before, n, after);
	return s;
}

/* n clients that logged in once, the day before. */
static void
befriend(struct policy *p, unsigned n)
{
	for (; n > 0; n--)
		logs_in(p, numbered("198.51.100.", n, ""),
		    numbered("user", n, ""), T0 - DAY);
}

/* They fail now, and their line tells no name. */
static void
friends_fail(struct policy *p, unsigned n, int64_t time)
{
	for (; n > 0; n--)
		(void)fails(p, numbered("198.51.100.", n, ""), NULL, time);
}

static bool
is_outage(struct policy *p, int64_t now)
{
	uint32_t clients;

	return policy_outage(p, now, &clients) != 0;
}

static void
assert_counted(struct policy *p, const char *client, int64_t time)
{
	struct verdict v = fails(p, client, "nobody", time);

	assert_true(v.counted);
	assert_null(v.spared);
	assert_int_not_equal(v.count, 0);
}

static void
test_five_friends_pause_the_count_for_all(void **state)
{
	uint32_t clients = 0;
	struct verdict v;

	befriend(*state, 5);
	friends_fail(*state, 4, T0);
	assert_counted(*state, "203.0.113.1", T0);
	friends_fail(*state, 5, T0 + 1);
	assert_int_equal(policy_outage(*state, T0 + 1, &clients), T0);
	assert_int_equal(clients, 5);
	v = fails(*state, "203.0.113.1", "nobody", T0 + 2);
	assert_string_equal(v.spared, "outage");
	assert_int_equal(v.count, 0);
	v = fails_as(*state, "203.0.113.1", "nobody", CATEGORY_PROBE, T0 + 2);
	assert_string_equal(v.spared, "outage");
}

static void
test_what_is_no_login_counts_as_ever(void **state)
{
	struct verdict v;

	befriend(*state, 5);
	friends_fail(*state, 5, T0);
	v = fails_as(*state, "203.0.113.1", NULL, CATEGORY_PROBE, T0);
	assert_null(v.spared);
	v = fails_as(*state, "203.0.113.1", "nobody", CATEGORY_RELAY, T0);
	assert_null(v.spared);
	assert_int_equal(v.count, 1);
}

static void
test_it_ends_by_itself(void **state)
{
	befriend(*state, 5);
	friends_fail(*state, 5, T0);
	assert_true(is_outage(*state, T0 + OUTAGE_QUIET));
	assert_false(is_outage(*state, T0 + OUTAGE_QUIET + 1));
	assert_counted(*state, "203.0.113.1", T0 + OUTAGE_QUIET + 1);
}

static void
test_it_ends_as_they_log_in(void **state)
{
	befriend(*state, 5);
	friends_fail(*state, 5, T0);
	logs_in(*state, "198.51.100.1", "user1", T0 + 9);
	assert_true(is_outage(*state, T0 + 9));
	logs_in(*state, "198.51.100.2", "user2", T0 + 10);
	assert_false(is_outage(*state, T0 + 10));
	assert_counted(*state, "203.0.113.1", T0 + 10);
}

static void
test_ten_thousand_strangers_are_an_attack(void **state)
{
	unsigned n;

	befriend(*state, 20);
	for (n = 0; n < 10000; n++)
		assert_null(fails(*state, numbered("2001:db8:5:", n, "::1"),
		    numbered("user", n % 20 + 1, ""), T0)
				.spared);
	assert_false(is_outage(*state, T0));
}

static void
test_a_friend_who_guesses_other_names_is_not_heard(void **state)
{
	unsigned n;

	befriend(*state, 20);
	for (n = 1; n <= 20; n++)
		(void)fails(*state, numbered("198.51.100.", n, ""), "root", T0);
	assert_false(is_outage(*state, T0));
}

static void
test_a_house_with_many_users_is_one_voice(void **state)
{
	unsigned n;

	for (n = 0; n < 30; n++)
		logs_in(*state, "198.51.100.9", numbered("user", n, ""),
		    T0 - DAY);
	for (n = 0; n < 30; n++)
		(void)fails(*state, "198.51.100.9", numbered("user", n, ""),
		    T0);
	assert_false(is_outage(*state, T0));
}

static void
test_who_logged_in_long_ago_is_no_friend(void **state)
{
	befriend(*state, 20);
	friends_fail(*state, 20, T0 + 30 * DAY);
	assert_false(is_outage(*state, T0 + 30 * DAY));
}

static void
test_what_they_did_before_is_taken_back(void **state)
{
	struct policy *p = *state;

	befriend(p, 5);
	assert_int_equal(fails(p, "198.51.100.1", NULL, T0).count, 1);
	assert_int_equal(fails(p, "198.51.100.1", NULL, T0).count, 2);
	friends_fail(p, 5, T0 + 1);
	assert_true(is_outage(p, T0 + 1));
	assert_int_equal(offenders_number(policy_offenders(p)), 0);
}

static void
test_all_moves_with_the_clock(void **state)
{
	befriend(*state, 5);
	friends_fail(*state, 5, T0);
	policy_shift(*state, -7 * DAY);
	assert_true(is_outage(*state, T0 - 7 * DAY + 1));
	assert_false(is_outage(*state, T0));
}

static void
proxy(struct policy *p, unsigned logins)
{
	unsigned n;

	for (n = 0; n < logins; n++)
		logs_in(p, "192.0.2.9", numbered("user", n, ""), T0);
	for (n = 0; n < 100 - logins; n++)
		logs_in(p, numbered("2001:db8:9:", n, "::1"), "alice", T0);
}

static void
test_a_proxy_is_spared_whatever_comes(void **state)
{
	struct gateway_share share;
	struct verdict v;
	unsigned n;

	proxy(*state, 51);
	assert_true(policy_proxy(*state, T0, &share));
	assert_int_equal(share.logins, 51);
	for (n = 0; n < 100; n++) {
		v = fails_as(*state, "192.0.2.9", "root", CATEGORY_RELAY, T0);
		assert_string_equal(v.spared, "proxy");
		assert_false(v.over);
	}
}

static void
test_who_makes_less_than_half_is_counted(void **state)
{
	struct gateway_share share;
	struct verdict v;

	proxy(*state, 49);
	assert_false(policy_proxy(*state, T0, &share));
	v = fails(*state, "192.0.2.9", "root", T0);
	assert_null(v.spared);
	assert_int_equal(v.count, 1);
}

/* Also if nobody is known any more for his login. */
static void
test_no_network_with_a_proxy_is_asked_for(void **state)
{
	struct msg_policy s = *policy_settings(*state);
	struct policy *p = *state;
	bool over = false;
	unsigned n;

	s.known_for = 60;
	s.network = (struct msg_threshold){ .count = 20, .within = DAY };
	policy_configure(p, &s, NULL);
	proxy(p, 60);
	for (n = 10; n < 40; n++)
		over |= fails(p, numbered("192.0.2.", n, ""), "root", T0 + 3600)
			    .network_over;
	assert_false(over);
	for (n = 10; n < 40; n++)
		over |=
		    fails(p, numbered("192.0.2.", n, ""), "root", T0 + 8 * DAY)
			.network_over;
	assert_true(over);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_five_friends_pause_the_count_for_all),
		TEST(test_what_is_no_login_counts_as_ever),
		TEST(test_it_ends_by_itself),
		TEST(test_it_ends_as_they_log_in),
		TEST(test_ten_thousand_strangers_are_an_attack),
		TEST(test_a_friend_who_guesses_other_names_is_not_heard),
		TEST(test_a_house_with_many_users_is_one_voice),
		TEST(test_who_logged_in_long_ago_is_no_friend),
		TEST(test_what_they_did_before_is_taken_back),
		TEST(test_all_moves_with_the_clock),
		TEST(test_a_proxy_is_spared_whatever_comes),
		TEST(test_who_makes_less_than_half_is_counted),
		TEST(test_no_network_with_a_proxy_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
