/* smtpbanctl whitelist: the list as it is, as JSON, and as BIRD's sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prefix.h"
#include "prefix_set.h"
#include "whitelist.h"

/* A configuration of these entries. */
static struct conf *
conf_of(const char *const *entries, size_t n)
{
	struct conf *c = conf_read(NULL, false, NULL, NULL);
	struct prefix p;

	assert_non_null(c);
	for (; n > 0; n--, entries++) {
		assert_null(prefix_parse(*entries, &p));
		assert_int_equal(prefix_set_add(c->whitelist, &p), 0);
	}
	return c;
}

/* What show prints; frees c. */
static char *
shown(void (*show)(FILE *, const struct conf *), struct conf *c)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	show(out, c);
	assert_int_equal(fclose(out), 0);
	conf_free(c);
	return text;
}

static const char *const friends[] = { "192.0.2.0/24", "198.51.100.7",
	"2001:db8::/32", "2001:db8:1::1" };

static void
test_list_is_one_prefix_a_line(void **state)
{
	char *text = shown(whitelist_show, conf_of(friends, 4));

	(void)state;
	assert_string_equal(text,
	    "192.0.2.0/24\n198.51.100.7\n2001:db8::/32\n2001:db8:1::1\n");
	free(text);
}

static void
test_json_is_an_array(void **state)
{
	char *text = shown(whitelist_json, conf_of(friends, 2));

	(void)state;
	assert_string_equal(text,
	    "[\n{\"prefix\": \"192.0.2.0/24\"},\n"
	    "{\"prefix\": \"198.51.100.7\"}\n]\n");
	free(text);
	text = shown(whitelist_json, conf_of(NULL, 0));
	assert_int_equal(text[0], '[');
	assert_non_null(strchr(text, ']'));
	free(text);
}

static void
test_bird_matches_narrower_and_wider(void **state)
{
	char *text = shown(whitelist_bird, conf_of(friends, 4));

	(void)state;
	assert_non_null(strstr(text, "define smtpban_friends4 = [\n"));
	assert_non_null(strstr(text, "\t192.0.2.0/24{0,32}"));
	assert_non_null(strstr(text, "\t198.51.100.7/32{0,32}"));
	assert_non_null(strstr(text, "define smtpban_friends6 = [\n"));
	assert_non_null(strstr(text, "\t2001:db8::/32{0,128}"));
	assert_non_null(strstr(text, "\t2001:db8:1::1/128{0,128}"));
	free(text);
}

static void
test_bird_has_what_is_never_banned(void **state)
{
	char *text = shown(whitelist_bird, conf_of(NULL, 0));

	(void)state;
	assert_non_null(strstr(text, "\t127.0.0.0/8{0,32}"));
	assert_non_null(strstr(text, "\t::/3{0,128}"));
	assert_non_null(strstr(text, "\t10.0.0.0/8{0,32}"));
	assert_non_null(strstr(text, "\tfc00::/7{0,128}"));
	assert_null(strstr(text, "192.0.2.0"));
	free(text);
}

static void
test_bird_lets_private_be_banned_where_allowed(void **state)
{
	struct conf *c = conf_of(NULL, 0);
	char *text;

	(void)state;
	c->policy.private_allowed = 1;
	text = shown(whitelist_bird, c);
	assert_null(strstr(text, "\t10.0.0.0/8"));
	assert_null(strstr(text, "\tfc00::/7"));
	assert_non_null(strstr(text, "\t127.0.0.0/8{0,32}"));
	free(text);
}

/* The prefixes of both sets of text, which it frees. */
static struct prefix_set *
set_of(char *text)
{
	struct prefix_set *set = prefix_set_new();
	char *line, *rest;
	struct prefix p;

	assert_non_null(set);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] != '\t')
			continue;
		*strchr(line, '{') = '\0';
		assert_null(prefix_parse(line + 1, &p));
		assert_int_equal(prefix_set_add(set, &p), 0);
	}
	free(text);
	return set;
}

/* No range is narrower than 16 bits: so each of these is in one, or is not. */
static void
same_of_all(enum prefix_family family, const struct prefix_set *set)
{
	uint8_t addr[16] = { 0 };
	struct prefix p;
	unsigned i;

	for (i = 0; i <= 0xffff; i++) {
		addr[0] = (uint8_t)(i >> 8);
		addr[1] = (uint8_t)i;
		prefix_from_bytes(&p, family, addr, 16);
		assert_int_equal(prefix_set_covering(set, &p) != NULL,
		    prefix_special(&p) != NULL || prefix_is_private(&p));
	}
}

static void
test_bird_ranges_are_those_of_smtpban(void **state)
{
	struct prefix_set *set =
	    set_of(shown(whitelist_bird, conf_of(NULL, 0)));

	(void)state;
	same_of_all(PREFIX_INET, set);
	same_of_all(PREFIX_INET6, set);
	prefix_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_is_one_prefix_a_line),
		cmocka_unit_test(test_json_is_an_array),
		cmocka_unit_test(test_bird_matches_narrower_and_wider),
		cmocka_unit_test(test_bird_has_what_is_never_banned),
		cmocka_unit_test(
		    test_bird_lets_private_be_banned_where_allowed),
		cmocka_unit_test(test_bird_ranges_are_those_of_smtpban),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
