#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

static const char *const names[] = { "NAME", ">N", "REST", NULL };

static void
assert_printed(const struct table *t, bool headings, const char *want)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	table_print(t, f, headings);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void
test_columns_are_as_wide_as_their_widest_cell(void **state)
{
	struct table *t = table_new(names);

	(void)state;
	table_cell(t, "a");
	table_cell(t, "%d", 1);
	table_cell(t, "x");
	table_cell(t, "longer");
	table_cell(t, "%d", 1000);
	table_cell(t, "y z");
	assert_printed(t, true,
	    "NAME       N  REST\n"
	    "a          1  x\n"
	    "longer  1000  y z\n");
	assert_printed(t, false,
	    "a          1  x\n"
	    "longer  1000  y z\n");
	table_free(t);
}

static void
test_no_rows_print_nothing(void **state)
{
	struct table *t = table_new(names);

	(void)state;
	assert_printed(t, true, "");
	table_free(t);
}

static void
test_a_row_too_wide_for_the_screen_has_narrow_gaps(void **state)
{
	struct table *t = table_new(names);
	char want[128];

	(void)state;
	table_cell(t, "%070d", 0);
	table_cell(t, "1");
	table_cell(t, "1234567");
	snprintf(want, sizeof(want), "%070d 1 1234567\n", 0);
	assert_int_equal(strlen(want), 81);
	assert_printed(t, false, want);
	table_free(t);
}

static void
test_many_rows_are_kept(void **state)
{
	static const char *const one[] = { "X", NULL };
	struct table *t = table_new(one);
	char want[2 * 1000 + 1];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		table_cell(t, "%d", i % 10);
		snprintf(want + (size_t)i * 2, 3, "%d\n", i % 10);
	}
	assert_printed(t, false, want);
	table_free(t);
}

static void
test_more_is_printed_where_there_is_room_for_all(void **state)
{
	struct table *t = table_new(names);
	char want[256];

	(void)state;
	table_cell(t, "a");
	table_more(t, " more");
	table_cell(t, "1");
	table_cell(t, "x");
	assert_printed(t, false, "a more  1  x\n");
	table_cell(t, "%069d", 0);
	table_more(t, " more");
	table_cell(t, "2");
	table_cell(t, "y");
	snprintf(want, sizeof(want), "%-69s  1  x\n%069d  2  y\n", "a", 0);
	assert_printed(t, false, want);
	table_free(t);
}

static void
test_the_last_column_goes_on_below_itself(void **state)
{
	struct table *t = table_new(names);
	char want[256];

	(void)state;
	table_cell(t, "%060d", 0);
	table_cell(t, "1");
	table_cell(t, "auth 12, probe 3, relay 4");
	snprintf(want, sizeof(want), "%060d 1 auth 12, probe 3,\n%63srelay 4\n",
	    0, "");
	assert_printed(t, false, want);
	table_free(t);
}

static void
test_a_first_cell_too_wide_has_a_line_of_its_own(void **state)
{
	static const char *const numbers[] = { "NAME", "WHEN", ">N", NULL };
	struct table *t = table_new(numbers);
	char want[512];

	(void)state;
	table_cell(t, "%039d", 0);
	table_cell(t, "%037d", 0);
	table_cell(t, "12345");
	table_cell(t, "%036d", 0);
	table_cell(t, "x");
	table_cell(t, "1");
	snprintf(want, sizeof(want),
	    "%-36s %-37s %5s\n%039d\n%36s %037d 12345\n%036d %-37s     1\n",
	    "NAME", "WHEN", "N", 0, "", 0, 0, "x");
	assert_printed(t, true, want);
	snprintf(want, sizeof(want),
	    "%039d %037d 12345\n%036d    %-37s     1\n", 0, 0, 0, "x");
	assert_printed(t, false, want);
	table_free(t);
}

static void
test_no_file_but_a_terminal_gets_colour(void **state)
{
	struct table *t = table_new(names);

	(void)state;
	setenv("TERM", "xterm", 1);
	table_cell(t, "a");
	table_colour(t, COLOUR_WRONG);
	table_cell(t, "1");
	table_cell(t, "x");
	assert_printed(t, true, "NAME  N  REST\na     1  x\n");
	table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(test_no_rows_print_nothing),
		cmocka_unit_test(
		    test_a_row_too_wide_for_the_screen_has_narrow_gaps),
		cmocka_unit_test(test_many_rows_are_kept),
		cmocka_unit_test(
		    test_more_is_printed_where_there_is_room_for_all),
		cmocka_unit_test(test_the_last_column_goes_on_below_itself),
		cmocka_unit_test(
		    test_a_first_cell_too_wide_has_a_line_of_its_own),
		cmocka_unit_test(test_no_file_but_a_terminal_gets_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
