#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence.h"
#include "prefix_rig.h"
#include "recognise/recognise.h"

#define ENTRY 40 /* bytes that a line costs beside its own */

static int
setup(void **state)
{
	*state = evidence_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	evidence_free(*state);
	return 0;
}

static void
put(struct evidence *e, const char *client, int64_t time, const char *line,
    size_t n)
{
	struct event ev = { .client = pfx(client),
		.category = CATEGORY_PROBE,
		.time = time };

	evidence_put(e, &ev, 3, line, n);
}

/* The lines of a prefix must be those of the times from first on. */
static void
find(struct evidence *e, const char *prefix, int64_t first, size_t want)
{
	uint64_t at[CTL_EVIDENCE_MAX];
	struct prefix p = pfx(prefix);
	struct ctl_evidence_record r;
	uint32_t log;
	size_t i;

	assert_int_equal(evidence_find(e, &p, at), want);
	for (i = 0; i < want; i++) {
		assert_int_equal(evidence_get(e, at[i], &r, &log), 0);
		assert_true(prefix_contains(&p, &r.client));
		assert_int_equal(r.time, first + (int64_t)i);
	}
}

static void
test_line_is_kept_with_what_is_known_of_it(void **state)
{
	uint64_t at[CTL_EVIDENCE_MAX];
	struct prefix p = pfx("192.0.2.1");
	struct ctl_evidence_record r;
	uint32_t log;

	put(*state, "192.0.2.1", 1000, "a\0b", 3);
	assert_int_equal(evidence_find(*state, &p, at), 1);
	assert_int_equal(evidence_get(*state, at[0], &r, &log), 0);
	assert_memory_equal(&r.client, &p, sizeof(p));
	assert_int_equal(r.category, CATEGORY_PROBE);
	assert_int_equal(r.time, 1000);
	assert_int_equal(r.len, 3);
	assert_int_equal(r.cut, 0);
	assert_memory_equal(r.line, "a\0b\0", 4);
	assert_string_equal(r.log, "");
	assert_int_equal(log, 3);
}

static void
test_long_line_is_cut(void **state)
{
	static char line[CTL_LINE_LEN + 1];
	uint64_t at[CTL_EVIDENCE_MAX];
	struct prefix p = pfx("192.0.2.0/24");
	struct ctl_evidence_record r;
	uint32_t log;
	size_t n;

	memset(line, 'x', sizeof(line));
	for (n = CTL_LINE_LEN; n <= sizeof(line); n++)
		put(*state, "192.0.2.1", 1, line, n);
	put(*state, "192.0.2.1", 1, line, 0);
	assert_int_equal(evidence_find(*state, &p, at), 3);
	assert_int_equal(evidence_get(*state, at[0], &r, &log), 0);
	assert_int_equal(r.len, CTL_LINE_LEN);
	assert_int_equal(r.cut, 0);
	assert_int_equal(evidence_get(*state, at[1], &r, &log), 0);
	assert_int_equal(r.len, CTL_LINE_LEN);
	assert_int_equal(r.cut, 1);
	assert_int_equal(evidence_get(*state, at[2], &r, &log), 0);
	assert_int_equal(r.len, 0);
}

static void
test_newest_lines_of_clients_within_a_prefix_are_found(void **state)
{
	int64_t i;

	for (i = 0; i < 40; i++)
		put(*state, i % 2 == 0 ? "192.0.2.1" : "2001:db8:0:1::7", i / 2,
		    "x", 1);
	put(*state, "192.0.2.2", 20, "x", 1);
	find(*state, "192.0.2.1", 10, 10);
	find(*state, "192.0.2.2", 20, 1);
	find(*state, "192.0.2.0/24", 11, 10);
	find(*state, "2001:db8:0:1::/64", 10, 10);
	find(*state, "2001:db8::/64", 0, 0);
	find(*state, "198.51.100.1", 0, 0);
}

/* Of lines of all lengths, so that the end of the ring is met in all ways. */
static void
test_oldest_go_first_and_none_else(void **state)
{
	static char line[CTL_LINE_LEN];
	uint64_t at[CTL_EVIDENCE_MAX];
	struct prefix p = pfx("192.0.2.1");
	struct ctl_evidence_record r;
	uint32_t log;
	int64_t i;
	size_t n, j;

	for (i = 0; i < 40000; i++) {
		n = (size_t)(i * 7919 % CTL_LINE_LEN);
		memset(line, (int)(i % 251), n);
		put(*state, "192.0.2.1", i, line, n);
		n = evidence_find(*state, &p, at);
		assert_int_equal(n,
		    i < CTL_EVIDENCE_MAX ? i + 1 : CTL_EVIDENCE_MAX);
		for (j = 0; i % 97 == 0 && j < n; j++) {
			assert_int_equal(evidence_get(*state, at[j], &r, &log),
			    0);
			assert_int_equal(r.time, i - (int64_t)(n - 1 - j));
			assert_int_equal(r.len,
			    (size_t)(r.time * 7919 % CTL_LINE_LEN));
			if (r.len > 0)
				assert_int_equal((uint8_t)r.line[r.len - 1],
				    r.time % 251);
		}
		if (i == 20)
			i = 30000; /* the middle looks the same */
	}
}

static void
test_ring_holds_as_much_as_it_has_room_for(void **state)
{
	static char line[88];
	uint64_t at[CTL_EVIDENCE_MAX], gone;
	const int64_t all = EVIDENCE_BYTES / (ENTRY + sizeof(line));
	struct prefix p = pfx("192.0.2.1");
	struct ctl_evidence_record r;
	uint32_t log;
	int64_t i;

	put(*state, "192.0.2.1", 0, line, sizeof(line));
	for (i = 1; i < all; i++)
		put(*state, "198.51.100.1", i, line, sizeof(line));
	assert_int_equal(evidence_find(*state, &p, at), 1);
	gone = at[0];
	assert_int_equal(evidence_get(*state, gone, &r, &log), 0);
	put(*state, "198.51.100.1", i, line, sizeof(line));
	assert_int_equal(evidence_find(*state, &p, at), 0);
	assert_int_equal(evidence_get(*state, gone, &r, &log), -1);
	find(*state, "198.51.100.1", all - 9, 10);
}

static void
test_log_that_is_no_longer_read_is_not_named(void **state)
{
	uint64_t at[CTL_EVIDENCE_MAX];
	struct prefix p = pfx("192.0.2.1");
	struct ctl_evidence_record r;
	uint32_t log;

	put(*state, "192.0.2.1", 1, "x", 1);
	assert_int_equal(evidence_find(*state, &p, at), 1);
	evidence_forget_log(*state, 2);
	assert_int_equal(evidence_get(*state, at[0], &r, &log), 0);
	assert_int_equal(log, 3);
	evidence_forget_log(*state, 3);
	assert_int_equal(evidence_get(*state, at[0], &r, &log), 0);
	assert_int_equal(log, MSG_LOGS_MAX);
}

static void
test_times_move_with_the_clock(void **state)
{
	put(*state, "192.0.2.1", 1000, "x", 1);
	put(*state, "192.0.2.1", 1001, "x", 1);
	evidence_shift(*state, -100);
	find(*state, "192.0.2.1", 900, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_line_is_kept_with_what_is_known_of_it),
		TEST(test_long_line_is_cut),
		TEST(test_newest_lines_of_clients_within_a_prefix_are_found),
		TEST(test_oldest_go_first_and_none_else),
		TEST(test_ring_holds_as_much_as_it_has_room_for),
		TEST(test_log_that_is_no_longer_read_is_not_named),
		TEST(test_times_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
