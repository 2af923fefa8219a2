#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prefix_set.h"

static struct prefix
pfx(const char *text)
{
	struct prefix p;
	const char *error = prefix_parse(text, &p);

	if (error != NULL)
		fail_msg("%s: %s", text, error);
	return p;
}

static void
add(struct prefix_set *s, const char *text)
{
	struct prefix p = pfx(text);

	assert_int_equal(prefix_set_add(s, &p), 0);
}

static void
assert_covering(struct prefix_set *s, const char *text, const char *want)
{
	struct prefix p = pfx(text);
	const struct prefix *found = prefix_set_covering(s, &p);
	char buf[PREFIX_STRLEN];

	if (want == NULL) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(prefix_format(found, buf), want);
}

static void
assert_overlapping(struct prefix_set *s, const char *text, const char *want)
{
	struct prefix p = pfx(text);
	const struct prefix *found = prefix_set_overlapping(s, &p);
	char buf[PREFIX_STRLEN];

	if (want == NULL) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(prefix_format(found, buf), want);
}

static int
setup(void **state)
{
	*state = prefix_set_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	prefix_set_free(*state);
	return 0;
}

static void
test_an_empty_set_covers_nothing(void **state)
{
	struct prefix_set *s = *state;

	assert_int_equal(prefix_set_count(s), 0);
	assert_null(prefix_set_get(s, 0));
	assert_covering(s, "192.0.2.1", NULL);
	assert_covering(s, "2001:db8::1", NULL);
	assert_overlapping(s, "0.0.0.0/0", NULL);
	assert_overlapping(s, "::/0", NULL);
	prefix_set_free(NULL);
}

static void
test_twice_is_once(void **state)
{
	struct prefix_set *s = *state;

	add(s, "192.0.2.0/24");
	add(s, "192.0.2.0/24");
	add(s, "192.0.2.0/25");
	assert_int_equal(prefix_set_count(s), 2);
}

static void
test_entries_come_in_order(void **state)
{
	static const char *const mixed[] = { "2001:db8::/32", "203.0.113.9",
		"192.0.2.0/25", "2001:db8::1", "192.0.2.0/24", "0.0.0.0/0" };
	struct prefix_set *s = *state;
	size_t i;

	for (i = 0; i < sizeof(mixed) / sizeof(mixed[0]); i++)
		add(s, mixed[i]);
	assert_int_equal(prefix_set_count(s), i);
	for (i = 1; i < prefix_set_count(s); i++)
		assert_true(prefix_cmp(prefix_set_get(s, i - 1),
				prefix_set_get(s, i)) < 0);
	assert_null(prefix_set_get(s, i));
}

static void
test_the_longest_covering_entry_is_found(void **state)
{
	struct prefix_set *s = *state;

	add(s, "192.0.0.0/16");
	add(s, "192.0.2.0/24");
	add(s, "192.0.2.64/26");
	add(s, "192.0.2.77");
	assert_covering(s, "192.0.2.77", "192.0.2.77");
	assert_covering(s, "192.0.2.78", "192.0.2.64/26");
	assert_covering(s, "192.0.2.64/26", "192.0.2.64/26");
	assert_covering(s, "192.0.2.64/27", "192.0.2.64/26");
	assert_covering(s, "192.0.2.0/25", "192.0.2.0/24");
	assert_covering(s, "192.0.2.128", "192.0.2.0/24");
	assert_covering(s, "192.0.3.0/24", "192.0.0.0/16");
	assert_covering(s, "192.0.0.0/15", NULL);
	assert_covering(s, "192.1.0.0", NULL);
	assert_covering(s, "191.255.255.255", NULL);
}

static void
test_length_zero_covers_its_family_alone(void **state)
{
	struct prefix_set *s = *state;

	add(s, "0.0.0.0/0");
	assert_covering(s, "203.0.113.1", "0.0.0.0/0");
	assert_covering(s, "0.0.0.0/0", "0.0.0.0/0");
	assert_covering(s, "2001:db8::1", NULL);
	assert_overlapping(s, "::/0", NULL);
	add(s, "::/0");
	assert_covering(s, "2001:db8::1", "::/0");
}

static void
test_overlapping_finds_what_lies_inside(void **state)
{
	struct prefix_set *s = *state;

	add(s, "192.0.2.0");
	add(s, "198.51.100.200");
	add(s, "2001:db8:0:1::/64");
	/* The same address: sorts behind the network by its length only. */
	assert_overlapping(s, "192.0.2.0/24", "192.0.2.0");
	assert_overlapping(s, "198.51.100.0/24", "198.51.100.200");
	assert_overlapping(s, "198.51.100.128/25", "198.51.100.200");
	assert_overlapping(s, "198.51.100.0/25", NULL);
	assert_overlapping(s, "198.51.100.224/27", NULL);
	assert_overlapping(s, "2001:db8::/48", "2001:db8:0:1::/64");
	assert_overlapping(s, "2001:db8:0:1::7", "2001:db8:0:1::/64");
	assert_overlapping(s, "2001:db8::/64", NULL);
	assert_overlapping(s, "203.0.113.0/24", NULL);
}

/* A small world of nested prefixes, so that most questions have an answer. */
static struct prefix
random_prefix(uint32_t *seed)
{
	uint8_t addr[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct prefix p;
	unsigned low;

	*seed = *seed * 1664525U + 1013904223U;
	low = *seed >> 24;
	if ((*seed & 1 << 20) != 0) {
		addr[15] = (uint8_t)low;
		prefix_from_bytes(&p, PREFIX_INET6, addr, 128);
		prefix_widen(&p, 120 + (*seed >> 12) % 9);
	} else {
		addr[0] = 192, addr[1] = 0, addr[2] = 2, addr[3] = (uint8_t)low;
		prefix_from_bytes(&p, PREFIX_INET, addr, 32);
		prefix_widen(&p, 24 + (*seed >> 12) % 9);
	}
	return p;
}

static const struct prefix *
slow_covering(const struct prefix_set *s, const struct prefix *p)
{
	const struct prefix *e, *best = NULL;
	size_t i;

	for (i = 0; i < prefix_set_count(s); i++) {
		e = prefix_set_get(s, i);
		if (prefix_contains(e, p) &&
		    (best == NULL || e->len > best->len))
			best = e;
	}
	return best;
}

static bool
slow_overlapping(const struct prefix_set *s, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < prefix_set_count(s); i++)
		if (prefix_overlaps(prefix_set_get(s, i), p))
			return true;
	return false;
}

static void
test_answers_are_those_of_a_plain_walk(void **state)
{
	struct prefix_set *s = *state;
	const struct prefix *found;
	struct prefix p;
	uint32_t seed = 1;
	unsigned round, hits = 0, misses = 0;

	for (round = 0; round < 3000; round++) {
		p = random_prefix(&seed);
		found = prefix_set_overlapping(s, &p);
		assert_int_equal(found != NULL, slow_overlapping(s, &p));
		if (found != NULL)
			assert_true(prefix_overlaps(found, &p));
		assert_ptr_equal(prefix_set_covering(s, &p),
		    slow_covering(s, &p));
		found != NULL ? hits++ : misses++;
		/* Grows slowly: sparse at first, in the end nearly full. */
		if (round % 50 == 0 || round > 2500)
			assert_int_equal(prefix_set_add(s, &p), 0);
	}
	assert_true(hits > 100 && misses > 100);
	for (round = 1; round < prefix_set_count(s); round++)
		assert_true(prefix_cmp(prefix_set_get(s, round - 1),
				prefix_set_get(s, round)) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_an_empty_set_covers_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twice_is_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_entries_come_in_order,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_the_longest_covering_entry_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_length_zero_covers_its_family_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_overlapping_finds_what_lies_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_answers_are_those_of_a_plain_walk, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
