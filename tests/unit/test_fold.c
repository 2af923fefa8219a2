#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fold.h"

static struct ban
ban_of(const char *prefix, uint32_t flags)
{
	struct ban b = { .state = BAN_ACTIVE, .flags = flags };

	assert_null(prefix_parse(prefix, &b.prefix));
	return b;
}

static void
check(const struct ban *b, const char *want)
{
	char text[PREFIX_STRLEN];

	assert_string_equal(prefix_format(&b->prefix, text), want);
}

static void
test_bans_within_a_network_go(void **state)
{
	struct ban bans[] = {
		ban_of("192.0.2.9", 0),
		ban_of("198.51.100.1", 0),
		ban_of("2001:db8:1:2::/64", 0),
		ban_of("192.0.2.0/28", 0),
		ban_of("2001:db8:1::/48", 0),
		ban_of("192.0.2.0/24", 0),
		ban_of("192.0.3.0", 0),
	};

	(void)state;
	assert_int_equal(fold_bans(bans, 7), 4);
	check(&bans[0], "192.0.2.0/24");
	check(&bans[1], "192.0.3.0");
	check(&bans[2], "198.51.100.1");
	check(&bans[3], "2001:db8:1::/48");
}

static void
test_a_network_that_another_holds_takes_none(void **state)
{
	struct ban bans[] = {
		ban_of("192.0.2.0/24", BAN_FOREIGN),
		ban_of("192.0.2.9", 0),
	};

	(void)state;
	assert_int_equal(fold_bans(bans, 2), 2);
	assert_int_equal(fold_bans(bans, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bans_within_a_network_go),
		cmocka_unit_test(test_a_network_that_another_holds_takes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
