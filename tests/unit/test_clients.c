#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients.h"
#include "prefix_rig.h"

#define LIMIT 4

struct owner {
	struct client client;
	uint32_t value;
};

static int
setup(void **state)
{
	*state = clients_new(LIMIT, sizeof(struct owner));
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	clients_free(*state);
	return 0;
}

static struct owner *
add(struct clients *c, const char *text)
{
	struct prefix p = pfx(text);

	return (struct owner *)clients_add(c, &p);
}

static struct owner *
find(struct clients *c, const char *text)
{
	struct prefix p = pfx(text);

	return (struct owner *)clients_find(c, &p);
}

static void
test_a_new_entry_is_zero_and_then_kept(void **state)
{
	struct owner *o = add(*state, "192.0.2.1");

	assert_int_equal(o->value, 0);
	o->value = 7;
	assert_ptr_equal(add(*state, "192.0.2.1"), o);
	assert_ptr_equal(find(*state, "192.0.2.1"), o);
	assert_int_equal(o->value, 7);
	assert_null(find(*state, "192.0.2.0/24"));
	assert_null(find(*state, "192.0.2.2"));
	assert_int_equal(clients_number(*state), 1);
}

static void
test_beyond_the_limit_the_longest_untouched_goes(void **state)
{
	add(*state, "192.0.2.1");
	add(*state, "192.0.2.2");
	add(*state, "192.0.2.3");
	add(*state, "2001:db8::/64");
	add(*state, "192.0.2.1");
	find(*state, "192.0.2.2"); /* looking is not touching */
	add(*state, "192.0.2.5");
	assert_int_equal(clients_number(*state), LIMIT);
	assert_null(find(*state, "192.0.2.2"));
	assert_non_null(find(*state, "192.0.2.1"));
	assert_non_null(find(*state, "192.0.2.3"));
	add(*state, "192.0.2.6");
	assert_null(find(*state, "192.0.2.3"));
}

static void
test_those_in_a_network_come_in_order_and_no_others(void **state)
{
	struct prefix net = pfx("192.0.2.0/25"), none = pfx("203.0.113.0/24");
	struct client *c;

	add(*state, "192.0.2.128");
	add(*state, "192.0.2.127");
	add(*state, "192.0.0.0/16"); /* wider, and before it */
	add(*state, "192.0.2.0/28");
	c = clients_first_in(*state, &net);
	assert_non_null(c);
	assert_int_equal(c->prefix.len, 28);
	c = clients_next_in(c, &net);
	assert_non_null(c);
	assert_int_equal(c->prefix.addr[3], 127);
	assert_null(clients_next_in(c, &net));
	assert_null(clients_first_in(*state, &none));
	net = pfx("0.0.0.0/0");
	assert_non_null(clients_first_in(*state, &net));
	net = pfx("::/0");
	assert_null(clients_first_in(*state, &net));
}

static void
test_removed_entries_make_room(void **state)
{
	unsigned i;

	for (i = 0; i < 3 * LIMIT; i++)
		clients_remove(*state, &add(*state, "192.0.2.1")->client);
	assert_int_equal(clients_number(*state), 0);
	add(*state, "192.0.2.1");
	add(*state, "192.0.2.2");
	clients_clear(*state);
	assert_int_equal(clients_number(*state), 0);
	assert_null(find(*state, "192.0.2.1"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_all_are_visited_the_longest_untouched_first(void **state)
{
	struct owner *a, *b, *c;

	assert_null(clients_first(*state));
	a = add(*state, "192.0.2.9");
	b = add(*state, "192.0.2.1");
	c = add(*state, "2001:db8::/64");
	assert_ptr_equal(add(*state, "192.0.2.9"), a);
	assert_ptr_equal(clients_first(*state), &b->client);
	assert_ptr_equal(clients_next(&b->client), &c->client);
	assert_ptr_equal(clients_next(&c->client), &a->client);
	assert_null(clients_next(&a->client));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_new_entry_is_zero_and_then_kept),
		TEST(test_beyond_the_limit_the_longest_untouched_goes),
		TEST(test_those_in_a_network_come_in_order_and_no_others),
		TEST(test_removed_entries_make_room),
		TEST(test_all_are_visited_the_longest_untouched_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
