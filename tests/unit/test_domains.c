/* The domains of a server, in a table of fixed size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/domains.h"

static void
test_a_domain_is_known_in_any_case(void **state)
{
	struct domains *d = domains_new();

	(void)state;
	assert_non_null(d);
	assert_false(domains_has(d, "example.org", 11));
	domains_add(d, "Example.org", 11);
	assert_true(domains_has(d, "example.ORG", 11));
	assert_false(domains_has(d, "example.or", 10));
	assert_false(domains_has(d, "example.net", 11));
	domains_free(d);
}

static void
test_the_least_used_is_forgotten_first(void **state)
{
	struct domains *d = domains_new();
	char name[32];
	int i, n, known = 0;

	(void)state;
	assert_non_null(d);
	domains_add(d, "example.org", 11);
	for (i = 0; i < 5000; i++) {
		n = snprintf(name, sizeof(name), "d%d.example", i);
		domains_add(d, name, (size_t)n);
		assert_true(domains_has(d, name, (size_t)n));
		if (i % 16 == 0)
			assert_true(domains_has(d, "example.org", 11));
	}
	for (i = 0; i < 5000; i++) {
		n = snprintf(name, sizeof(name), "d%d.example", i);
		known += domains_has(d, name, (size_t)n);
	}
	assert_true(known > 500 && known < 1100);
	domains_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_domain_is_known_in_any_case),
		cmocka_unit_test(test_the_least_used_is_forgotten_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
