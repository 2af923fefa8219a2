#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "known.h"
#include "prefix_rig.h"

#define T0    1800000000
#define LIMIT 8

static int
setup(void **state)
{
	*state = known_new(LIMIT);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	known_free(*state);
	return 0;
}

static void
login(struct known *k, const char *client, const char *user, int64_t time)
{
	struct prefix p = pfx(client);

	known_login(k, &p, user, user != NULL ? strlen(user) : 0, time);
}

static bool
has(struct known *k, const char *client, const char *user)
{
	struct prefix p = pfx(client);

	return known_has_name(k, &p, user, strlen(user));
}

static int64_t
last(struct known *k, const char *client)
{
	struct prefix p = pfx(client);

	return known_last(k, &p);
}

static void
test_the_latest_login_counts_in_any_order(void **state)
{
	assert_int_equal(last(*state, "192.0.2.1"), 0);
	login(*state, "192.0.2.1", NULL, T0);
	login(*state, "192.0.2.1", NULL, T0 - 86400);
	assert_int_equal(last(*state, "192.0.2.1"), T0);
	login(*state, "192.0.2.1", NULL, T0 + 1);
	assert_int_equal(last(*state, "192.0.2.1"), T0 + 1);
	assert_int_equal(last(*state, "192.0.2.2"), 0);
}

static void
test_a_name_belongs_to_the_client_that_used_it(void **state)
{
	login(*state, "192.0.2.1", "alice", T0);
	login(*state, "192.0.2.2", "bob", T0);
	assert_true(has(*state, "192.0.2.1", "alice"));
	assert_true(has(*state, "192.0.2.1", "ALICE"));
	assert_false(has(*state, "192.0.2.1", "alice2"));
	assert_false(has(*state, "192.0.2.1", "alic"));
	assert_false(has(*state, "192.0.2.1", "bob"));
	assert_false(has(*state, "192.0.2.3", "alice"));
}

static void
test_no_name_is_never_anybodys(void **state)
{
	struct prefix p = pfx("192.0.2.1");

	login(*state, "192.0.2.1", NULL, T0);
	login(*state, "192.0.2.1", "", T0);
	assert_false(has(*state, "192.0.2.1", ""));
	assert_false(known_has_name(*state, &p, NULL, 0));
	assert_false(known_has_name(*state, &p, NULL, 5));
}

static void
test_of_many_names_the_latest_are_kept(void **state)
{
	char name[16];
	unsigned i;

	login(*state, "192.0.2.1", "first", T0);
	login(*state, "192.0.2.1", "second", T0);
	for (i = 0; i < KNOWN_NAMES_MAX - 2; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		login(*state, "192.0.2.1", name, T0);
	}
	login(*state, "192.0.2.1", "first", T0);
	assert_true(has(*state, "192.0.2.1", "second"));
	login(*state, "192.0.2.1", "one more", T0);
	assert_true(has(*state, "192.0.2.1", "first"));
	assert_false(has(*state, "192.0.2.1", "second"));
	assert_true(has(*state, "192.0.2.1", "user0"));
	assert_true(has(*state, "192.0.2.1", "one more"));
}

static void
test_beyond_the_limit_the_longest_idle_client_goes(void **state)
{
	char client[32];
	unsigned i;

	for (i = 0; i < LIMIT; i++) {
		(void)snprintf(client, sizeof(client), "192.0.2.%u", i);
		login(*state, client, "alice", T0);
	}
	login(*state, "192.0.2.0", "alice", T0);
	login(*state, "198.51.100.1", "alice", T0);
	assert_int_equal(known_number(*state), LIMIT);
	assert_true(has(*state, "192.0.2.0", "alice"));
	assert_false(has(*state, "192.0.2.1", "alice"));
	assert_int_equal(last(*state, "192.0.2.1"), 0);
}

/* What a hostile client may call itself. */
static void
test_names_may_hold_any_bytes(void **state)
{
	static char longer[65536];
	struct prefix p = pfx("192.0.2.1");

	memset(longer, 'x', sizeof(longer));
	known_login(*state, &p, "a\0b", 3, T0);
	known_login(*state, &p, longer, sizeof(longer), T0);
	assert_true(known_has_name(*state, &p, "a\0b", 3));
	assert_false(known_has_name(*state, &p, "a\0c", 3));
	assert_false(known_has_name(*state, &p, "a", 1));
	assert_true(known_has_name(*state, &p, longer, sizeof(longer)));
	assert_false(known_has_name(*state, &p, longer, sizeof(longer) - 1));
}

static void
test_a_network_has_who_logged_in_since(void **state)
{
	struct prefix net = pfx("192.0.2.0/24"), net6 = pfx("2001:db8::/48");

	login(*state, "192.0.2.200", "alice", T0);
	login(*state, "192.0.2.100", "bob", T0 - 100);
	login(*state, "192.0.3.1", "carol", T0);
	login(*state, "2001:db8:0:7::/64", "dave", T0);
	assert_true(known_within(*state, &net, T0));
	assert_true(known_within(*state, &net6, T0));
	assert_int_equal(known_number(*state), 3); /* bob is too old */
	assert_false(known_within(*state, &net, T0 + 1));
	assert_int_equal(known_number(*state), 2);
	assert_false(known_within(*state, &net, 0));
	net6 = pfx("2001:db8:1::/48");
	assert_false(known_within(*state, &net6, 0));
}

static uint32_t
fails(struct known *k, const char *client, const char *user, bool *first)
{
	struct prefix p = pfx(client);

	*first = false;
	return known_fail(k, &p, user, user != NULL ? strlen(user) : 0, first);
}

static void
test_a_failure_counts_by_an_own_name_and_once(void **state)
{
	struct prefix p = pfx("192.0.2.1");
	uint32_t alice, bob;
	bool first;

	assert_int_equal(fails(*state, "192.0.2.1", NULL, &first), 0);
	login(*state, "192.0.2.1", "alice", T0);
	alice = known_latest_name(*state, &p);
	login(*state, "192.0.2.1", "bob", T0);
	bob = known_latest_name(*state, &p);
	assert_int_not_equal(alice, bob);
	assert_int_equal(fails(*state, "192.0.2.1", "mallory", &first), 0);
	assert_int_equal(fails(*state, "192.0.2.1", "Alice", &first), alice);
	assert_true(first);
	assert_int_equal(fails(*state, "192.0.2.1", NULL, &first), bob);
	assert_false(first);
	login(*state, "192.0.2.1", "alice", T0);
	assert_int_equal(fails(*state, "192.0.2.1", "", &first), alice);
	assert_true(first);
	login(*state, "192.0.2.2", NULL, T0); /* no name at all */
	assert_int_equal(fails(*state, "192.0.2.2", NULL, &first), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_logins_move_with_the_clock(void **state)
{
	login(*state, "192.0.2.1", "alice", T0);
	login(*state, "192.0.2.2", NULL, T0 - 5);
	known_shift(*state, -1000);
	assert_int_equal(last(*state, "192.0.2.1"), T0 - 1000);
	assert_int_equal(last(*state, "192.0.2.2"), T0 - 1005);
	login(*state, "192.0.2.1", NULL, T0 - 999);
	assert_int_equal(last(*state, "192.0.2.1"), T0 - 999);
	assert_true(has(*state, "192.0.2.1", "alice"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_latest_login_counts_in_any_order),
		TEST(test_a_name_belongs_to_the_client_that_used_it),
		TEST(test_no_name_is_never_anybodys),
		TEST(test_of_many_names_the_latest_are_kept),
		TEST(test_beyond_the_limit_the_longest_idle_client_goes),
		TEST(test_names_may_hold_any_bytes),
		TEST(test_a_network_has_who_logged_in_since),
		TEST(test_a_failure_counts_by_an_own_name_and_once),
		TEST(test_logins_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
