#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"

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
assert_network(const struct network *n, const char *text, uint32_t bans,
    uint32_t offenders, uint64_t failures)
{
	struct prefix p = pfx(text);

	assert_int_equal(prefix_cmp(&n->prefix, &p), 0);
	assert_int_equal(n->bans, bans);
	assert_int_equal(n->offenders, offenders);
	assert_int_equal(n->failures, failures);
}

static void
test_nothing_sums_up_to_nothing(void **state)
{
	struct answer a = { 0 };
	size_t n = 1;

	(void)state;
	assert_null(networks_sum(&a, &n));
	assert_int_equal(n, 0);
}

static void
test_bans_and_offenders_sum_up_by_24_and_48_the_worst_first(void **state)
{
	struct ban bans[] = {
		{ .prefix = pfx("192.0.2.1"), .count = 5 },
		{ .prefix = pfx("2001:db8:1:1::/64"), .count = 6 },
		{ .prefix = pfx("2001:db8:1:2::/64"), .count = 7 },
		{ .prefix = pfx("203.0.0.0/16"), .count = 0 },
	};
	struct ctl_offender_record offenders[] = {
		{ .prefix = pfx("192.0.2.255"), .count = 3 },
		{ .prefix = pfx("198.51.100.1"), .count = 9 },
	};
	struct answer a = { .bans = bans,
		.nbans = 4,
		.offenders = offenders,
		.noffenders = 2 };
	struct network *all;
	size_t n;

	(void)state;
	all = networks_sum(&a, &n);
	assert_non_null(all);
	assert_int_equal(n, 4);
	assert_network(&all[0], "2001:db8:1::/48", 2, 0, 13);
	assert_network(&all[1], "192.0.2.0/24", 1, 1, 8);
	assert_network(&all[2], "203.0.0.0/16", 1, 0, 0);
	assert_network(&all[3], "198.51.100.0/24", 0, 1, 9);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_sums_up_to_nothing),
		cmocka_unit_test(
		    test_bans_and_offenders_sum_up_by_24_and_48_the_worst_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
