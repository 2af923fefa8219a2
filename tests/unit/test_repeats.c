#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "repeats.h"

#define T0     1800000000
#define WITHIN 3600

static int
setup(void **state)
{
	*state = repeats_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	repeats_free(*state);
	return 0;
}

static bool
saw_at(struct repeats *r, const char *client, const char *user,
    const char *hash, int64_t time)
{
	struct prefix p;
	struct attempt a = { &p, user, user != NULL ? strlen(user) : 0, hash,
		hash != NULL ? strlen(hash) : 0 };

	assert_null(prefix_parse(client, &p));
	return repeats_saw(r, &a, time, WITHIN);
}

static bool
saw(struct repeats *r, const char *client, const char *user, const char *hash)
{
	return saw_at(r, client, user, hash, T0);
}

static void
test_only_the_same_in_all_is_a_repetition(void **state)
{
	assert_false(saw(*state, "192.0.2.1", "alice", "0beec7"));
	assert_true(saw(*state, "192.0.2.1", "alice", "0beec7"));
	assert_true(saw(*state, "192.0.2.1", "Alice", "0beec7"));
	assert_false(saw(*state, "192.0.2.2", "alice", "0beec7"));
	assert_false(saw(*state, "192.0.2.1", "bob", "0beec7"));
	assert_false(saw(*state, "192.0.2.1", "alice", "62cdb7"));
	assert_false(saw(*state, "192.0.2.1", "alice", NULL));
	assert_false(saw(*state, "192.0.2.1", NULL, "0beec7"));
	assert_false(saw(*state, "192.0.2.1", "alice0", "beec7"));
	assert_true(saw(*state, "192.0.2.1", "alice", "0beec7"));
}

static void
test_it_counts_once_in_each_window(void **state)
{
	assert_false(saw_at(*state, "192.0.2.1", "alice", "x", T0));
	assert_true(saw_at(*state, "192.0.2.1", "alice", "x", T0 + WITHIN - 1));
	/* from the one that was counted, not from the last one */
	assert_false(saw_at(*state, "192.0.2.1", "alice", "x", T0 + WITHIN));
	assert_true(saw_at(*state, "192.0.2.1", "alice", "x", T0 + WITHIN + 1));
}

static void
test_late_lines_are_repetitions_too(void **state)
{
	assert_false(saw_at(*state, "192.0.2.1", "alice", "x", T0));
	assert_true(saw_at(*state, "192.0.2.1", "alice", "x", T0 - 60));
	assert_true(saw_at(*state, "192.0.2.1", "alice", "x", T0 + 60));
}

static void
test_a_clock_that_goes_back_begins_anew(void **state)
{
	assert_false(saw_at(*state, "192.0.2.1", "alice", "x", T0));
	assert_false(
	    saw_at(*state, "192.0.2.1", "alice", "x", T0 - 365 * 86400));
	assert_true(
	    saw_at(*state, "192.0.2.1", "alice", "x", T0 - 365 * 86400));
	assert_false(saw_at(*state, "192.0.2.1", "bob", "x", -5));
	assert_true(saw_at(*state, "192.0.2.1", "bob", "x", -7));
	assert_false(saw_at(*state, "192.0.2.1", "bob", "x", INT64_MAX));
	assert_true(saw_at(*state, "192.0.2.1", "bob", "x", INT64_MAX));
}

/*
 * A flood of four times what it holds leaves what is repeated all the while,
 * and memory does not grow.
 */
static void
test_a_flood_does_not_make_a_steady_client_count(void **state)
{
	unsigned i, counted = 0;
	char user[16];

	for (i = 0; i < 4 * REPEATS_MAX; i++) {
		(void)snprintf(user, sizeof(user), "u%u", i);
		saw(*state, "198.51.100.1", user, "x");
		if (i % 1024 == 0)
			counted += !saw_at(*state, "192.0.2.1", "alice", "x",
			    T0 + i / 1024);
	}
	assert_int_equal(counted, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_what_was_seen_moves_with_the_clock(void **state)
{
	assert_false(saw_at(*state, "192.0.2.1", "alice", "0beec7", T0));
	repeats_shift(*state, -86400);
	assert_true(saw_at(*state, "192.0.2.1", "alice", "0beec7", T0 - 86400));
	repeats_shift(*state, 2 * 86400);
	assert_true(saw_at(*state, "192.0.2.1", "alice", "0beec7", T0 + 86400));
	assert_false(saw_at(*state, "192.0.2.1", "alice", "0beec7",
	    T0 + 86400 + WITHIN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_the_same_in_all_is_a_repetition),
		TEST(test_it_counts_once_in_each_window),
		TEST(test_late_lines_are_repetitions_too),
		TEST(test_a_clock_that_goes_back_begins_anew),
		TEST(test_a_flood_does_not_make_a_steady_client_count),
		TEST(test_what_was_seen_moves_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
