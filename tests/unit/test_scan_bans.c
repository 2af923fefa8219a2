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
	const struct ban *b = scan_bans_add(s, &p, CATEGORY_AUTH, 5, time);

	assert_non_null(b);
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

	return scan_bans_settle(s, &p, time);
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
test_a_forgotten_ban_does_not_count(void **state)
{
	add(*state, 1, T0);
	assert_int_equal(add(*state, 1, T0 + 1101)->strikes, 1);
	assert_int_equal(add(*state, 1, T0 + 1201 + 1000)->strikes, 2);
}

static void
test_a_ban_for_ever_never_ends(void **state)
{
	static const struct conf ever = { .ban_for = MSG_FOR_EVER };
	struct scan_bans *s = scan_bans_new(&ever);

	(void)state;
	assert_non_null(s);
	assert_true(add(s, 1, T0)->expires == BAN_FOR_EVER);
	assert_true(settled(s, 1, T0 + INT64_C(36600) * 86400));
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
