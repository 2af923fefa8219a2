#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "distinct.h"

/* Numbers as a good hash gives them. */
static uint32_t
mixed(uint32_t i)
{
	uint64_t x = i + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(x >> 16);
}

static void
test_few_are_counted_exactly(void **state)
{
	struct distinct d = { 0 };
	uint32_t i, k;

	(void)state;
	assert_int_equal(distinct_count(&d), 0);
	for (i = 0; i < DISTINCT_EXACT; i++) {
		for (k = 0; k <= i; k++)
			distinct_add(&d, mixed(k));
		assert_int_equal(distinct_count(&d), i + 1);
	}
}

static void
test_zero_is_a_hash_as_well(void **state)
{
	struct distinct d = { 0 };

	(void)state;
	distinct_add(&d, 0);
	distinct_add(&d, 0);
	assert_int_equal(distinct_count(&d), 1);
}

/* Three times the standard error of 6.5 % is never exceeded here. */
static void
test_many_are_estimated(void **state)
{
	static const uint32_t numbers[] = { 65, 100, 300, 640, 1000, 10000,
		100000, 1000000 };
	struct distinct d = { 0 };
	uint32_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (; n < numbers[i]; n++)
			distinct_add(&d, mixed(n));
		assert_in_range(distinct_count(&d), numbers[i] * 0.8,
		    numbers[i] * 1.2);
	}
	n = distinct_count(&d);
	for (i = 0; i < 1000; i++)
		distinct_add(&d, mixed(i));
	assert_int_equal(distinct_count(&d), n);
}

static void
test_the_worst_hashes_stay_a_number(void **state)
{
	struct distinct d = { 0 };
	uint32_t i;

	(void)state;
	for (i = 0; i < DISTINCT_REGISTERS; i++)
		distinct_add(&d, i << 24);
	assert_true(distinct_count(&d) > 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_are_counted_exactly),
		cmocka_unit_test(test_zero_is_a_hash_as_well),
		cmocka_unit_test(test_many_are_estimated),
		cmocka_unit_test(test_the_worst_hashes_stay_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
