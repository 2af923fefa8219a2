#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scan_bans.h"

#define T0 1800000000

static const struct conf conf = {
	.ban_for = 100,
	.ban_double = 1,
	.ban_max = 350,
	.remember = 1000,
	.limit_bans = 5000,
};

static struct prefix
host(uint32_t n)
{
	struct prefix p;

	assert_null(prefix_parse("2001:db8::", &p));
	memcpy(p.addr + 12, &n, sizeof(n));
	return p;
}

static const struct ban *
add(struct scan_bans *s, uint32_t n, int64_t time)
{
	struct prefix p = host(n);
	const struct scan_ban *sb =
	    scan_bans_add(s, &p, CATEGORY_AUTH, 5, false, time);
	const struct ban *b = &sb->ban;

	assert_non_null(sb);
	assert_int_equal(prefix_cmp(&b->prefix, &p), 0);
	assert_int_equal(b->since, time);
	assert_int_equal(b->category, CATEGORY_AUTH);
	assert_int_equal(b->count, 5);
	return b;
}

static bool
settled(struct scan_bans *s, uint32_t n, int64_t time)
{
	struct prefix p = host(n);

	return scan_bans_covering(s, &p, time) != NULL;
}

static int
setup(void **state)
{
	*state = scan_bans_new(&conf);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	scan_bans_free(*state);
	return 0;
}

static void
test_a_ban_settles_all_up_to_its_end(void **state)
{
	assert_false(settled(*state, 1, T0));
	assert_int_equal(add(*state, 1, T0)->expires, T0 + 100);
	assert_true(settled(*state, 1, T0 - 50));
	assert_true(settled(*state, 1, T0 + 99));
	assert_false(settled(*state, 1, T0 + 100));
	assert_false(settled(*state, 2, T0));
}

static void
test_the_next_ban_is_longer_up_to_the_maximum(void **state)
{
	const struct ban *b;

	add(*state, 1, T0);
	b = add(*state, 1, T0 + 100);
	assert_int_equal(b->strikes, 2);
	assert_int_equal(b->expires, T0 + 300);
	b = add(*state, 1, T0 + 400);
	assert_int_equal(b->strikes, 3);
	assert_int_equal(b->expires, T0 + 750);
}

static void
test_a_ban_that_was_seen_to_end_is_followed_by_the_same(void **state)
{
	add(*state, 1, T0);
	assert_non_null(scan_bans_expire(*state, T0 + 100));
	assert_int_equal(add(*state, 1, T0 + 200)->strikes, 2);
}

static void
test_bans_end_in_their_order_and_once(void **state)
{
	static const int64_t begin[] = { 40, 10, 30, 0, 20, 50, 15 };
	static const int64_t end[] = { 100, 110, 115, 120, 130, 140, 150 };
	const struct scan_ban *b;
	uint32_t i;

	for (i = 0; i < 7; i++)
		add(*state, i, T0 + begin[i]);
	assert_null(scan_bans_expire(*state, T0 + 99));
	for (i = 0; i < 7; i++) {
		b = scan_bans_expire(*state, T0 + 1000);
		assert_non_null(b);
		assert_int_equal(b->ban.expires, T0 + end[i]);
		assert_int_equal(b->ban.state, BAN_ENDED);
		assert_int_equal(b->ban.released, T0 + end[i]);
	}
	assert_null(scan_bans_expire(*state, T0 + 1000));
}

static const struct scan_ban *
add_network(struct scan_bans *s, unsigned len, int64_t time)
{
	struct prefix p = host(0);

	prefix_widen(&p, len);
	return scan_bans_add(s, &p, CATEGORY_RELAY, 3, true, time);
}

static const struct prefix *
banned_by(struct scan_bans *s, uint32_t n, int64_t time)
{
	struct prefix p = host(n);

	return &scan_bans_covering(s, &p, time)->ban.prefix;
}

static void
test_the_widest_ban_counts_and_hosts_come_back_behind_it(void **state)
{
	add(*state, 1, T0);
	add_network(*state, 48, T0 + 10);
	assert_int_equal(banned_by(*state, 1, T0 + 50)->len, 48);
	assert_int_equal(banned_by(*state, 2, T0 + 50)->len, 48);
	assert_false(settled(*state, 2, T0 + 110));
	add(*state, 1, T0 + 101); /* folded away, it is longer the next time */
	assert_int_equal(banned_by(*state, 1, T0 + 105)->len, 48);
	assert_int_equal(banned_by(*state, 1, T0 + 110)->len, 128);
}

static void
test_hosts_in_force_fold_into_a_network(void **state)
{
	add(*state, 1, T0);
	add(*state, 2, T0 + 60);
	assert_non_null(scan_bans_expire(*state, T0 + 110)); /* the first */
	add_network(*state, 56, T0 + 110);
	add_network(*state, 48, T0 + 111);
	add(*state, 3, T0 + 112);
	assert_false(scan_bans_get(*state, 0)->folded);
	assert_true(scan_bans_get(*state, 1)->folded);
	assert_int_equal(scan_bans_get(*state, 1)->network_prefix.len, 56);
	assert_true(scan_bans_get(*state, 2)->folded);
	assert_int_equal(scan_bans_get(*state, 2)->network_prefix.len, 48);
	assert_false(scan_bans_get(*state, 3)->folded);
	assert_false(scan_bans_get(*state, 4)->folded);
	assert_false(scan_bans_get(*state, 1)->network);
	assert_true(scan_bans_get(*state, 2)->network);
}

static void
test_the_limit_is_of_bans_in_force(void **state)
{
	static const struct conf two = { .ban_for = 100, .limit_bans = 2 };
	struct scan_bans *s = scan_bans_new(&two);
	struct prefix p = host(3);

	(void)state;
	add(s, 1, T0);
	add(s, 2, T0 + 10);
	assert_null(scan_bans_add(s, &p, CATEGORY_AUTH, 5, false, T0 + 20));
	assert_non_null(scan_bans_expire(s, T0 + 100));
	add(s, 3, T0 + 100);
	assert_int_equal(scan_bans_count(s), 3);
	scan_bans_free(s);
}

static void
test_a_forgotten_ban_does_not_count(void **state)
{
	add(*state, 1, T0);
	assert_int_equal(add(*state, 1, T0 + 1101)->strikes, 1);
	assert_int_equal(add(*state, 1, T0 + 1201 + 1000)->strikes, 2);
}

static void
test_a_ban_for_ever_never_ends(void **state)
{
	static const struct conf ever = { .ban_for = MSG_FOR_EVER,
		.limit_bans = 10 };
	struct scan_bans *s = scan_bans_new(&ever);

	(void)state;
	assert_non_null(s);
	assert_true(add(s, 1, T0)->expires == BAN_FOR_EVER);
	assert_true(settled(s, 1, T0 + INT64_C(36600) * 86400));
	assert_null(scan_bans_expire(s, INT64_MAX - 1));
	scan_bans_free(s);
}

static void
test_thousands_are_kept_apart(void **state)
{
	uint32_t i;

	for (i = 0; i < 5000; i++)
		add(*state, i, T0 + i);
	for (i = 0; i < 5000; i++) {
		assert_true(settled(*state, i, T0 + i + 99));
		assert_false(settled(*state, i, T0 + i + 100));
	}
	assert_false(settled(*state, 5000, T0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_ban_settles_all_up_to_its_end),
		TEST(test_the_next_ban_is_longer_up_to_the_maximum),
		TEST(test_a_forgotten_ban_does_not_count),
		TEST(test_a_ban_for_ever_never_ends),
		TEST(test_thousands_are_kept_apart),
		TEST(test_a_ban_that_was_seen_to_end_is_followed_by_the_same),
		TEST(test_bans_end_in_their_order_and_once),
		TEST(test_the_widest_ban_counts_and_hosts_come_back_behind_it),
		TEST(test_hosts_in_force_fold_into_a_network),
		TEST(test_the_limit_is_of_bans_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
