#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scan_set.h"

static void
add(struct scan_set *s, uint32_t n)
{
	struct prefix p = { .family = PREFIX_INET, .len = 32 };

	memcpy(p.addr, &n, sizeof(n));
	scan_set_add(s, &p);
}

static void
test_each_counts_once(void **state)
{
	struct scan_set *s = scan_set_new(1000000);
	uint32_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		add(s, i % 10000);
	assert_int_equal(scan_set_count(s), 10000);
	scan_set_free(s);
}

static void
test_family_and_length_tell_apart(void **state)
{
	struct scan_set *s = scan_set_new(10);
	struct prefix p;

	(void)state;
	assert_null(prefix_parse("192.0.2.0", &p));
	scan_set_add(s, &p);
	assert_null(prefix_parse("192.0.2.0/24", &p));
	scan_set_add(s, &p);
	assert_null(prefix_parse("c000:200::", &p));
	scan_set_add(s, &p);
	assert_int_equal(scan_set_count(s), 3);
	scan_set_free(s);
}

static void
test_beyond_the_limit_none_is_counted(void **state)
{
	struct scan_set *s = scan_set_new(3);
	uint32_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		add(s, i);
	assert_int_equal(scan_set_count(s), 3);
	scan_set_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_counts_once),
		cmocka_unit_test(test_family_and_length_tell_apart),
		cmocka_unit_test(test_beyond_the_limit_none_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
