#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "category.h"
#include "mirror.h"

static struct prefix
prefix_of(const char *text)
{
	struct prefix p;

	assert_null(prefix_parse(text, &p));
	return p;
}

static void
put(struct mirror *m, const char *text, uint32_t state, int64_t released,
    int64_t allowed)
{
	struct ban b = {
		.prefix = prefix_of(text),
		.state = state,
		.category = CATEGORY_AUTH,
		.released = released,
		.allowed = allowed,
	};

	mirror_put(m, &b);
}

static struct mirror_view
look(struct mirror *m, const char *text)
{
	struct mirror_view v;
	struct prefix p = prefix_of(text);

	mirror_look(m, &p, &v);
	return v;
}

static void
assert_prefix(const struct ban *b, const char *text)
{
	char buf[PREFIX_STRLEN];

	assert_non_null(b);
	assert_string_equal(prefix_format(&b->prefix, buf), text);
}

static int
setup(void **state)
{
	*state = mirror_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	mirror_free(*state);
	return 0;
}

static void
test_unknown_client_has_nothing(void **state)
{
	struct mirror_view v;

	put(*state, "192.0.2.2", BAN_ACTIVE, 0, 0);
	v = look(*state, "192.0.2.1");
	assert_null(v.active);
	assert_null(v.ended);
	assert_int_equal(v.released, 0);
	assert_int_equal(v.allowed, 0);
}

static void
test_ban_covers_what_lies_in_it(void **state)
{
	put(*state, "192.0.2.0/24", BAN_ACTIVE, 0, 0);
	put(*state, "2001:db8:0:1::/64", BAN_ACTIVE, 0, 0);
	assert_prefix(look(*state, "192.0.2.77").active, "192.0.2.0/24");
	assert_prefix(look(*state, "192.0.2.77").inner, "192.0.2.0/24");
	put(*state, "192.0.2.77", BAN_ACTIVE, 0, 0);
	assert_prefix(look(*state, "192.0.2.77").active, "192.0.2.0/24");
	assert_prefix(look(*state, "192.0.2.77").inner, "192.0.2.77");
	assert_null(look(*state, "192.0.3.77").active);
	assert_prefix(look(*state, "2001:db8:0:1::9").active,
	    "2001:db8:0:1::/64");
	assert_null(look(*state, "2001:db8:0:2::9").active);
}

static void
test_narrow_ban_does_not_cover_a_network(void **state)
{
	put(*state, "192.0.2.0", BAN_ACTIVE, 0, 0);
	assert_null(look(*state, "192.0.2.0/24").active);
}

static void
test_families_do_not_mix(void **state)
{
	put(*state, "0.0.0.0/1", BAN_ACTIVE, 0, 0);
	assert_null(look(*state, "2001:db8::1").active);
}

static void
test_widest_active_ban_is_shown(void **state)
{
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	put(*state, "192.0.2.0/28", BAN_ACTIVE, 0, 0);
	put(*state, "192.0.2.0/24", BAN_ENDED, 500, 0);
	assert_prefix(look(*state, "192.0.2.1").active, "192.0.2.0/28");
}

static void
test_latest_release_counts(void **state)
{
	struct mirror_view v;

	put(*state, "192.0.2.0/24", BAN_ENDED, 700, 0);
	put(*state, "192.0.2.1", BAN_ENDED, 500, 900);
	v = look(*state, "192.0.2.1");
	assert_null(v.active);
	assert_prefix(v.ended, "192.0.2.0/24");
	assert_int_equal(v.released, 700);
	assert_int_equal(v.allowed, 900);
}

static void
test_forgotten_ban_is_gone(void **state)
{
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	put(*state, "192.0.2.2", BAN_ENDED, 5, 0);
	assert_int_equal(mirror_active(*state), 1);
	put(*state, "192.0.2.1", BAN_FORGOTTEN, 0, 0);
	put(*state, "192.0.2.2", BAN_FORGOTTEN, 0, 0);
	put(*state, "192.0.2.3", BAN_FORGOTTEN, 0, 0);
	assert_int_equal(mirror_active(*state), 0);
	assert_null(look(*state, "192.0.2.1").active);
	assert_null(mirror_next(*state, NULL));
}

static void
test_number_of_active_bans_follows_their_states(void **state)
{
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	assert_int_equal(mirror_active(*state), 1);
	put(*state, "192.0.2.1", BAN_ENDED, 5, 0);
	assert_int_equal(mirror_active(*state), 0);
	assert_null(look(*state, "192.0.2.1").active);
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	assert_int_equal(mirror_active(*state), 1);
}

static void
test_active_bans_count_by_category(void **state)
{
	struct ban b = {
		.prefix = prefix_of("192.0.2.1"),
		.state = BAN_ACTIVE,
		.category = CATEGORY_AUTH,
	};

	assert_true(mirror_put(*state, &b));
	assert_false(mirror_put(*state, &b)); /* no new one */
	assert_int_equal(mirror_active_of(*state, CATEGORY_AUTH), 1);
	b.category = CATEGORY_RELAY; /* said again for another reason */
	assert_false(mirror_put(*state, &b));
	assert_int_equal(mirror_active_of(*state, CATEGORY_AUTH), 0);
	assert_int_equal(mirror_active_of(*state, CATEGORY_RELAY), 1);
	b.state = BAN_ENDED;
	assert_false(mirror_put(*state, &b));
	assert_int_equal(mirror_active_of(*state, CATEGORY_RELAY), 0);
	b.state = BAN_ACTIVE;
	assert_true(mirror_put(*state, &b));
	b.state = BAN_FORGOTTEN;
	assert_false(mirror_put(*state, &b));
	assert_int_equal(mirror_active_of(*state, CATEGORY_RELAY), 0);
}

static void
test_next_goes_through_all_in_order(void **state)
{
	const struct ban *b;
	struct prefix gone = prefix_of("192.0.2.2");

	put(*state, "2001:db8::/64", BAN_ACTIVE, 0, 0);
	put(*state, "192.0.2.3", BAN_ENDED, 5, 0);
	put(*state, "192.0.2.1", BAN_ACTIVE, 0, 0);
	b = mirror_next(*state, NULL);
	assert_prefix(b, "192.0.2.1");
	b = mirror_next(*state, &gone); /* need not be there */
	assert_prefix(b, "192.0.2.3");
	b = mirror_next(*state, &b->prefix);
	assert_prefix(b, "2001:db8::/64");
	assert_null(mirror_next(*state, &b->prefix));
}

static void
test_state_of_exactly_one_prefix_is_found(void **state)
{
	struct prefix host = prefix_of("192.0.2.1");

	put(*state, "192.0.2.0/24", BAN_ACTIVE, 0, 0);
	assert_null(mirror_find(*state, &host));
	put(*state, "192.0.2.1", BAN_ENDED, 1000, 0);
	assert_int_equal(mirror_find(*state, &host)->state, BAN_ENDED);
}

static void
test_bans_move_with_the_clock(void **state)
{
	put(*state, "192.0.2.1", BAN_ENDED, 1000, 1500);
	put(*state, "192.0.2.2", BAN_ENDED, 2000, 0);
	mirror_move(*state, 0, 1000, -100);
	assert_int_equal(look(*state, "192.0.2.1").released, 900);
	assert_int_equal(look(*state, "192.0.2.1").allowed, 1400);
	assert_int_equal(look(*state, "192.0.2.2").released, 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unknown_client_has_nothing,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_ban_covers_what_lies_in_it,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_narrow_ban_does_not_cover_a_network, setup, teardown),
		cmocka_unit_test_setup_teardown(test_families_do_not_mix, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_widest_active_ban_is_shown,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_latest_release_counts,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten_ban_is_gone,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_number_of_active_bans_follows_their_states, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_active_bans_count_by_category, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_next_goes_through_all_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_state_of_exactly_one_prefix_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bans_move_with_the_clock,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
