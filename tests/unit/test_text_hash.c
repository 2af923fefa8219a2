#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text_hash.h"

static const struct prefix_hash_key key = { 1, 2 };

/* Texts that padding or cutting would make equal. */
static void
test_like_texts_differ(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} texts[] = { { "", 0 }, { "\0", 1 }, { "\0\0", 2 }, { "a", 1 },
		{ "a\0", 2 }, { "abcdefg", 7 }, { "abcdefgh", 8 },
		{ "abcdefgh\0", 9 }, { "abcdefghi", 9 }, { "A", 1 } };
	const size_t n = sizeof(texts) / sizeof(texts[0]);
	size_t i, k;

	(void)state;
	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			assert_true(
			    text_hash(&key, 0, texts[i].text, texts[i].n) !=
			    text_hash(&key, 0, texts[k].text, texts[k].n));
}

static void
test_names_differ_only_beyond_the_case_of_ascii(void **state)
{
	(void)state;
	assert_true(text_hash_name(&key, 0, "Alice@Example.ORG", 17) ==
	    text_hash_name(&key, 0, "alice@example.org", 17));
	assert_true(text_hash_name(&key, 0, "alice", 5) ==
	    text_hash(&key, 0, "alice", 5));
	assert_true(text_hash_name(&key, 0, "\xc4", 1) !=
	    text_hash_name(&key, 0, "\xe4", 1));
	assert_true(
	    text_hash_name(&key, 0, "@", 1) != text_hash_name(&key, 0, "`", 1));
	assert_true(
	    text_hash_name(&key, 0, "[", 1) != text_hash_name(&key, 0, "{", 1));
}

static void
test_key_and_seed_change_all(void **state)
{
	static const struct prefix_hash_key other = { 1, 3 };

	(void)state;
	assert_true(text_hash(&key, 0, "a", 1) != text_hash(&other, 0, "a", 1));
	assert_true(text_hash(&key, 0, "a", 1) != text_hash(&key, 1, "a", 1));
	assert_true(text_hash(&key, 0, NULL, 0) == text_hash(&key, 0, "", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_texts_differ),
		cmocka_unit_test(
		    test_names_differ_only_beyond_the_case_of_ascii),
		cmocka_unit_test(test_key_and_seed_change_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
