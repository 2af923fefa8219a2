#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ban.h"
#include "json.h"

struct out {
	struct json json;
	FILE *file;
	char *text;
	size_t size;
};

static int
setup(void **state)
{
	static struct out o;

	o.file = open_memstream(&o.text, &o.size);
	if (o.file == NULL)
		return -1;
	json_begin(&o.json, o.file);
	*state = &o;
	return 0;
}

static int
teardown(void **state)
{
	struct out *o = *state;

	fclose(o->file);
	free(o->text);
	return 0;
}

static void
assert_written(struct out *o, const char *want)
{
	fflush(o->file);
	assert_string_equal(o->text, want);
}

/* The text of one value. */
static void
assert_text(struct out *o, const char *s, size_t n, const char *want)
{
	json_bytes(&o->json, NULL, s, n);
	assert_written(o, want);
}

static void
test_an_empty_list_is_brackets(void **state)
{
	struct out *o = *state;

	json_array(&o->json, NULL);
	json_end(&o->json);
	assert_written(o, "[]\n");
}

static void
test_each_value_of_the_outer_list_has_its_line(void **state)
{
	struct out *o = *state;

	json_array(&o->json, NULL);
	json_object(&o->json, NULL);
	json_number(&o->json, "a", 1);
	json_bool(&o->json, "b", true);
	json_end(&o->json);
	json_object(&o->json, NULL);
	json_end(&o->json);
	json_end(&o->json);
	assert_written(o, "[\n{\"a\": 1, \"b\": true},\n{}\n]\n");
}

static void
test_values_nest(void **state)
{
	struct out *o = *state;

	json_object(&o->json, NULL);
	json_array(&o->json, "list");
	json_number(&o->json, NULL, 1);
	json_number(&o->json, NULL, UINT64_MAX);
	json_end(&o->json);
	json_object(&o->json, "inner");
	json_null(&o->json, "none");
	json_end(&o->json);
	json_bool(&o->json, "after", false);
	json_end(&o->json);
	assert_written(o,
	    "{\"list\": [1, 18446744073709551615], "
	    "\"inner\": {\"none\": null}, \"after\": false}\n");
}

static void
test_objects_after_each_other_have_a_line_each(void **state)
{
	struct out *o = *state;

	json_object(&o->json, NULL);
	json_end(&o->json);
	json_object(&o->json, NULL);
	json_number(&o->json, "a", 0);
	json_end(&o->json);
	assert_written(o, "{}\n{\"a\": 0}\n");
}

static void
test_keys_are_escaped(void **state)
{
	struct out *o = *state;

	json_object(&o->json, NULL);
	json_number(&o->json, "a\"b", 0);
	json_end(&o->json);
	assert_written(o, "{\"a\\\"b\": 0}\n");
}

static void
test_quotes_backslashes_and_controls_are_escaped(void **state)
{
	assert_text(*state, "a\"b\\c\n\t\x1b\x7f\0z", 11,
	    "\"a\\\"b\\\\c\\u000a\\u0009\\u001b\\u007f\\u0000z\"");
}

static void
test_utf8_becomes_its_characters(void **state)
{
	assert_text(*state, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9,
	    "\"\\u00e9\\u20ac\\ud83d\\ude00\"");
}

static void
test_a_byte_that_is_not_utf8_becomes_the_character_of_its_number(void **state)
{
	assert_text(*state, "\xff\xe9z\x80", 4, "\"\\u00ff\\u00e9z\\u0080\"");
}

static void
test_cut_utf8_is_not_read_past_its_end(void **state)
{
	assert_text(*state, "\xe2\x82\xac", 2, "\"\\u00e2\\u0082\"");
}

static void
test_overlong_surrogate_and_too_high_utf8_is_bytes(void **state)
{
	assert_text(*state, "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", 9,
	    "\"\\u00c0\\u00af\\u00ed\\u00a0\\u0080"
	    "\\u00f4\\u0090\\u0080\\u0080\"");
}

static void
test_no_text_is_null(void **state)
{
	json_string(&((struct out *)*state)->json, NULL, NULL);
	assert_written(*state, "null");
}

static void
test_times_are_utc_and_null_where_there_is_none(void **state)
{
	struct out *o = *state;

	setenv("TZ", "America/New_York", 1);
	json_array(&o->json, NULL);
	json_time(&o->json, NULL, 1795546155);
	json_time(&o->json, NULL, 0);
	json_time(&o->json, NULL, BAN_FOR_EVER);
	json_end(&o->json);
	assert_written(o, "[\n\"2026-11-24T18:49:15Z\",\nnull,\nnull\n]\n");
}

static void
test_prefixes_are_hosts_without_and_networks_with_length(void **state)
{
	struct out *o = *state;
	struct prefix p;

	json_object(&o->json, NULL);
	assert_null(prefix_parse("192.0.2.1/32", &p));
	json_prefix(&o->json, "host", &p);
	assert_null(prefix_parse("2001:db8::/64", &p));
	json_prefix(&o->json, "net", &p);
	json_end(&o->json);
	assert_written(o,
	    "{\"host\": \"192.0.2.1\", \"net\": \"2001:db8::/64\"}\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_empty_list_is_brackets),
		TEST(test_each_value_of_the_outer_list_has_its_line),
		TEST(test_values_nest),
		TEST(test_objects_after_each_other_have_a_line_each),
		TEST(test_keys_are_escaped),
		TEST(test_quotes_backslashes_and_controls_are_escaped),
		TEST(test_utf8_becomes_its_characters),
		TEST(
		    test_a_byte_that_is_not_utf8_becomes_the_character_of_its_number),
		TEST(test_cut_utf8_is_not_read_past_its_end),
		TEST(test_overlong_surrogate_and_too_high_utf8_is_bytes),
		TEST(test_no_text_is_null),
		TEST(test_times_are_utc_and_null_where_there_is_none),
		TEST(test_prefixes_are_hosts_without_and_networks_with_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
