#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "category.h"

static void
test_counted_categories_have_a_name_that_reads_back(void **state)
{
	unsigned c;

	(void)state;
	for (c = CATEGORY_AUTH; c <= CATEGORY_POLICY; c++)
		assert_int_equal(category_parse(category_name(c)), c);
}

static void
test_names_are_those_of_the_manual(void **state)
{
	(void)state;
	assert_string_equal(category_name(CATEGORY_AUTH), "auth");
	assert_string_equal(category_name(CATEGORY_RELAY), "relay");
	assert_string_equal(category_name(CATEGORY_UNKNOWN_USER),
	    "unknown-user");
	assert_string_equal(category_name(CATEGORY_RBL), "rbl");
	assert_string_equal(category_name(CATEGORY_PROTOCOL), "protocol");
	assert_string_equal(category_name(CATEGORY_PROBE), "probe");
	assert_string_equal(category_name(CATEGORY_POLICY), "policy");
	assert_string_equal(category_name(CATEGORY_MANUAL), "manual");
}

static void
test_a_number_out_of_range_is_none(void **state)
{
	(void)state;
	assert_string_equal(category_name(CATEGORY_NONE), "none");
	assert_string_equal(category_name(CATEGORY_COUNT), "none");
	assert_string_equal(category_name(UINT32_MAX), "none");
}

static void
test_what_is_not_counted_does_not_parse(void **state)
{
	(void)state;
	assert_int_equal(category_parse("none"), CATEGORY_NONE);
	assert_int_equal(category_parse("manual"), CATEGORY_NONE);
	assert_int_equal(category_parse(""), CATEGORY_NONE);
	assert_int_equal(category_parse("AUTH"), CATEGORY_NONE);
	assert_int_equal(category_parse("auths"), CATEGORY_NONE);
	assert_int_equal(category_parse("aut"), CATEGORY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_counted_categories_have_a_name_that_reads_back),
		cmocka_unit_test(test_names_are_those_of_the_manual),
		cmocka_unit_test(test_a_number_out_of_range_is_none),
		cmocka_unit_test(test_what_is_not_counted_does_not_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
