#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "old_dbm.h"

static const char *
parse(const char *key, const char *value, struct old_ban *ban)
{
	return old_dbm_parse(key, strlen(key), value, strlen(value), ban);
}

static void
test_an_entry_is_an_address_and_a_local_time(void **state)
{
	char text[PREFIX_STRLEN];
	struct old_ban ban;

	assert_null(parse("192.0.2.7", "2026 Nov 24 18:11:20", &ban));
	assert_string_equal(prefix_format(&ban.prefix, text), "192.0.2.7");
	assert_int_equal(ban.since, 1795547480); /* 19:11:20 UTC */
	assert_null(parse("2001:db8::1", "2026 Feb  4 08:01:02", &ban));
	assert_null(parse("192.0.2.7", "2026 Feb 4 08:01:02", &ban));
}

static void
test_summer_time_is_the_zones_own(void **state)
{
	struct old_ban winter, summer;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_null(parse("192.0.2.7", "2026 Jan 15 12:00:00", &winter));
	assert_null(parse("192.0.2.7", "2026 Jul 15 12:00:00", &summer));
	assert_int_equal(winter.since % 86400, 11 * 3600);
	assert_int_equal(summer.since % 86400, 10 * 3600);
	setenv("TZ", "XXX+1", 1);
	tzset();
}

static void
test_a_nul_at_the_end_is_none_of_the_text(void **state)
{
	struct old_ban ban;

	assert_null(
	    old_dbm_parse("192.0.2.7", 10, "2026 Nov 24 18:11:20", 21, &ban));
	assert_non_null(old_dbm_parse("192.0.2.7\0x", 11,
	    "2026 Nov 24 18:11:20", 20, &ban));
}

static void
test_anything_else_is_refused(void **state)
{
	static const char *const keys[] = { "", "mail.example.org",
		"192.0.2.0/24", "192.0.2.7 ", "192.0.2",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123456" };
	static const char *const values[] = { "", "1795540280", "2026 Nov 24",
		"2026 Nov 24 18:11:20 x", "2026 Nov 31 25:00:00",
		"2026 Nox 24 18:11:20", "1926 Nov 24 18:11:20" };
	struct old_ban ban;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_non_null(parse(keys[i], "2026 Nov 24 18:11:20", &ban));
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_non_null(parse("192.0.2.7", values[i], &ban));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry_is_an_address_and_a_local_time),
		cmocka_unit_test(test_summer_time_is_the_zones_own),
		cmocka_unit_test(test_a_nul_at_the_end_is_none_of_the_text),
		cmocka_unit_test(test_anything_else_is_refused),
	};

	setenv("TZ", "XXX+1", 1); /* an hour behind UTC */
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
