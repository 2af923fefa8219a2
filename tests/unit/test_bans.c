#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bans.h"

#define NOW 1790000000

static struct prefix
host(unsigned i)
{
	uint8_t bytes[4] = { 198, 51, (uint8_t)(100 + (i >> 8)), (uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, bytes, 32);
	return p;
}

static struct ban_entry *
add(struct bans *b, unsigned i, uint32_t ban_state, int64_t when)
{
	struct prefix p = host(i);
	struct ban_entry *e = bans_insert(b, &p);

	e->ban.state = ban_state;
	bans_settle(b, e, when);
	return e;
}

static void
clear(struct bans *b)
{
	bans_clear(b);
	assert_null(bans_first(b));
	assert_int_equal(b->active.n, 0);
	assert_int_equal(b->ended.n, 0);
}

static void
test_the_earliest_is_due_first_whatever_the_order_of_adding(void **state)
{
	struct bans b;
	struct ban_entry *e;
	int64_t last = 0;
	unsigned i;

	bans_init(&b, 1000);
	for (i = 0; i < 500; i++)
		add(&b, i, BAN_ACTIVE, NOW + (i * 7919) % 500);
	assert_int_equal(b.active.n, 500);
	assert_int_equal(bans_next(&b), NOW);
	assert_null(bans_due(&b, NOW - 1));
	for (i = 0; (e = bans_due(&b, NOW + 500)) != NULL; i++) {
		assert_true(e->due >= last);
		last = e->due;
		e->ban.state = BAN_FORGOTTEN;
		bans_settle(&b, e, e->due);
	}
	assert_int_equal(i, 500);
	assert_true(bans_next(&b) == INT64_MAX);
}

static void
test_an_ended_ban_is_due_when_it_is_forgotten(void **state)
{
	struct bans b;
	struct prefix p = host(1);

	bans_init(&b, 10);
	add(&b, 1, BAN_ENDED, NOW);
	assert_int_equal(bans_next(&b), NOW);
	assert_null(bans_due(&b, NOW - 1));
	assert_ptr_equal(bans_due(&b, NOW), bans_find(&b, &p));
	clear(&b);
}

static void
test_beyond_the_limit_the_oldest_ended_goes(void **state)
{
	struct bans b;
	unsigned i;

	bans_init(&b, 3);
	for (i = 0; i < 3; i++)
		add(&b, i, BAN_ENDED, NOW + 1 + i);
	assert_null(bans_due(&b, NOW));
	add(&b, 3, BAN_ENDED, NOW + 4);
	assert_int_equal(bans_due(&b, NOW)->due, NOW + 1);
	clear(&b);
}

static void
test_what_is_taken_out_of_its_queue_is_not_due(void **state)
{
	struct bans b;
	struct ban_entry *e;

	bans_init(&b, 10);
	e = add(&b, 1, BAN_ACTIVE, NOW);
	bans_unqueue(&b, e);
	assert_null(bans_due(&b, NOW));
	assert_int_equal(b.active.n, 0);
	bans_settle(&b, e, e->due);
	assert_ptr_equal(bans_due(&b, NOW), e);
	clear(&b);
}

static void
test_a_ban_that_came_to_nothing_leaves_nothing(void **state)
{
	struct bans b;
	struct prefix p = host(1);

	bans_init(&b, 10);
	bans_settle(&b, bans_insert(&b, &p), 0);
	assert_null(bans_find(&b, &p));
}

static void
test_entries_come_in_the_order_of_prefixes(void **state)
{
	struct bans b;
	struct ban_entry *e;
	unsigned i;

	bans_init(&b, 1000);
	for (i = 0; i < 300; i++)
		add(&b, (i * 77) % 300, BAN_ACTIVE, NOW);
	for (e = bans_first(&b), i = 0; e != NULL; e = bans_after(e), i++) {
		struct prefix p = host(i);

		assert_int_equal(prefix_cmp(&e->ban.prefix, &p), 0);
	}
	assert_int_equal(i, 300);
	for (i = 0; i < 299; i++) {
		struct prefix p = host(i), next = host(i + 1);

		e = bans_behind(&b, &p);
		assert_int_equal(prefix_cmp(&e->ban.prefix, &next), 0);
		bans_find(&b, &p)->ban.state = BAN_FORGOTTEN;
		bans_settle(&b, bans_find(&b, &p), 0);
		assert_ptr_equal(bans_behind(&b, &p), e);
	}
	clear(&b);
}

static void
test_only_the_outermost_ban_in_force_asks_for_a_route(void **state)
{
	struct prefix p = host(8);
	struct ban_entry *e, *net;
	struct bans b;

	(void)state;
	bans_init(&b, 10);
	e = add(&b, 8, BAN_ACTIVE, NOW);
	assert_true(bans_is_outermost(&b, e));
	prefix_widen(&p, 24);
	net = bans_insert(&b, &p);
	assert_true(bans_is_outermost(&b, e));
	net->ban.state = BAN_ACTIVE;
	bans_settle(&b, net, NOW);
	assert_false(bans_is_outermost(&b, e));
	assert_true(bans_is_outermost(&b, net));
	assert_true(bans_is_outermost(&b, add(&b, 300, BAN_ACTIVE, NOW)));
	net->ban.flags = BAN_FOREIGN;
	assert_true(bans_is_outermost(&b, e));
	net->ban.flags = 0;
	net->ban.state = BAN_ENDED;
	assert_true(bans_is_outermost(&b, e));
	assert_false(bans_is_outermost(&b, net));
	net->ban.state = BAN_FORGOTTEN;
	bans_settle(&b, net, NOW);
	assert_true(bans_is_outermost(&b, e));
	clear(&b);
}

static void
test_a_ban_in_force_holds_what_it_contains(void **state)
{
	struct prefix in = host(8), p = in, beside = host(300);
	struct ban_entry *net;
	struct bans b;

	(void)state;
	bans_init(&b, 10);
	assert_false(bans_holding(&b, in));
	prefix_widen(&p, 24);
	net = bans_insert(&b, &p);
	assert_false(bans_holding(&b, in));
	net->ban.state = BAN_ACTIVE;
	bans_settle(&b, net, NOW);
	assert_true(bans_holding(&b, in));
	assert_true(bans_holding(&b, p));
	assert_false(bans_holding(&b, beside));
	prefix_widen(&p, 23);
	assert_false(bans_holding(&b, p));
	net->ban.flags = BAN_FOREIGN;
	assert_false(bans_holding(&b, in));
	add(&b, 8, BAN_ACTIVE, NOW);
	assert_true(bans_holding(&b, in));
	clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_the_earliest_is_due_first_whatever_the_order_of_adding),
		cmocka_unit_test(test_an_ended_ban_is_due_when_it_is_forgotten),
		cmocka_unit_test(test_beyond_the_limit_the_oldest_ended_goes),
		cmocka_unit_test(
		    test_what_is_taken_out_of_its_queue_is_not_due),
		cmocka_unit_test(
		    test_a_ban_that_came_to_nothing_leaves_nothing),
		cmocka_unit_test(test_entries_come_in_the_order_of_prefixes),
		cmocka_unit_test(
		    test_only_the_outermost_ban_in_force_asks_for_a_route),
		cmocka_unit_test(test_a_ban_in_force_holds_what_it_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
