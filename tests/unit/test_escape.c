#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "escape.h"

static void
assert_escaped(unsigned char c, const char *want)
{
	char got[ESCAPE_LEN];

	assert_int_equal(escape_byte(c, got), strlen(want));
	assert_string_equal(got, want);
}

static void
test_a_byte_is_itself_or_tells_its_number(void **state)
{
	(void)state;
	assert_escaped('a', "a");
	assert_escaped(' ', " ");
	assert_escaped('~', "~");
	assert_escaped('\t', "\\x09");
	assert_escaped('\n', "\\x0a");
	assert_escaped('\033', "\\x1b");
	assert_escaped('\0', "\\x00");
	assert_escaped(0x7f, "\\x7f");
	assert_escaped(0x9b, "\\x9b");
	assert_escaped(0xff, "\\xff");
}

static void
test_what_looks_escaped_can_be_told_from_what_is(void **state)
{
	(void)state;
	assert_escaped('\\', "\\\\");
}

static void
test_all_bytes_are_printable_and_differ(void **state)
{
	char text[256][ESCAPE_LEN], *p;
	unsigned c, other;

	(void)state;
	for (c = 0; c < 256; c++) {
		(void)escape_byte((unsigned char)c, text[c]);
		for (p = text[c]; *p != '\0'; p++)
			assert_in_range(*p, 0x20, 0x7e);
		for (other = 0; other < c; other++)
			assert_string_not_equal(text[c], text[other]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_byte_is_itself_or_tells_its_number),
		cmocka_unit_test(
		    test_what_looks_escaped_can_be_told_from_what_is),
		cmocka_unit_test(test_all_bytes_are_printable_and_differ),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
