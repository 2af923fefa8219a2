#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asked.h"

#define NOW 1700000000

static struct prefix
host(unsigned n)
{
	const uint8_t addr[4] = { 198, 51, (uint8_t)(n >> 8), (uint8_t)n };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, addr, 32);
	p.addr[1] = (uint8_t)(51 + (n >> 16));
	return p;
}

static bool
has(struct asked *a, unsigned n, int64_t now)
{
	struct prefix p = host(n);

	return asked_has(a, &p, now);
}

static struct asked_ban *
add(struct asked *a, unsigned n)
{
	struct prefix p = host(n);
	struct asked_ban *b = asked_add(a, &p, a, NOW, 1);

	assert_non_null(b);
	return b;
}

static int
setup(void **state)
{
	*state = asked_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	asked_free(*state);
	return 0;
}

static void
test_unanswered_stays_until_removed(void **state)
{
	struct asked_ban *b;

	assert_false(has(*state, 1, NOW));
	b = add(*state, 1);
	assert_ptr_equal(asked_owner(b), *state);
	assert_true(has(*state, 1, NOW));
	assert_true(has(*state, 1, NOW + 10 * ASKED_REFUSED_TIME));
	assert_false(has(*state, 2, NOW));
	asked_remove(*state, b);
	assert_false(has(*state, 1, NOW));
}

static void
test_refusal_is_over_after_its_time(void **state)
{
	asked_refuse(*state, add(*state, 1));
	assert_true(has(*state, 1, NOW + ASKED_REFUSED_TIME - 1));
	assert_int_equal(asked_refused(*state), 1);
	assert_false(has(*state, 1, NOW + ASKED_REFUSED_TIME));
	assert_int_equal(asked_refused(*state), 0);
}

static void
test_refusal_is_over_when_the_clock_goes_back(void **state)
{
	asked_refuse(*state, add(*state, 1));
	assert_false(has(*state, 1, NOW - 1));
}

static void
test_reload_forgets_refusals_only(void **state)
{
	asked_refuse(*state, add(*state, 1));
	(void)add(*state, 2);
	asked_forget_refused(*state);
	assert_false(has(*state, 1, NOW));
	assert_true(has(*state, 2, NOW));
}

static void
test_refusals_have_a_bound(void **state)
{
	unsigned i;

	for (i = 0; i < ASKED_REFUSED_MAX + 2; i++)
		asked_refuse(*state, add(*state, i));
	assert_int_equal(asked_refused(*state), ASKED_REFUSED_MAX);
	assert_false(has(*state, 0, NOW));
	assert_false(has(*state, 1, NOW));
	assert_true(has(*state, 2, NOW));
	assert_true(has(*state, ASKED_REFUSED_MAX + 1, NOW));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_unanswered_stays_until_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_refusal_is_over_after_its_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_refusal_is_over_when_the_clock_goes_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_reload_forgets_refusals_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals_have_a_bound,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
