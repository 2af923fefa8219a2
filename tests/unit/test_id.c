/* What comes first in a message: queue ids, sessions, message ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/id.h"

struct first {
	const char *text;
	size_t skip;
	size_t len; /* of the id */
};

static void
check(enum rule_id form, const struct first *firsts, size_t n)
{
	size_t i, len;

	for (i = 0; i < n; i++) {
		len = 99;
		assert_int_equal(
		    id_take(form, firsts[i].text, strlen(firsts[i].text), &len),
		    firsts[i].skip);
		assert_int_equal(len, firsts[i].len);
	}
}

static void
test_postfix(void **state)
{
	static const struct first firsts[] = {
		{ "3F2A1B0C9D: client=x", 12, 10 },
		{ "4TJ0v82Yqrz1Fj5: client=x", 17, 15 },
		{ "NOQUEUE: reject: x", 9, 0 },
		{ "3F2A1B0C9D:", 0, 0 },
		{ "3F2A1B0C9D", 0, 0 },
		{ "3F2A: x", 0, 0 },
		{ "3F2A1B0C9D3F2A1B0C9D3F2A1: x", 0, 0 },
		{ "NOQUEUE", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	check(RULE_ID_POSTFIX, firsts, sizeof(firsts) / sizeof(firsts[0]));
}

static void
test_a_word_before_a_colon_is_no_queue_id(void **state)
{
	static const struct first firsts[] = {
		{ "reject: header x", 0, 0 },
		{ "warning: x", 0, 0 },
		{ ": x", 0, 0 },
	};

	(void)state;
	check(RULE_ID_POSTFIX, firsts, sizeof(firsts) / sizeof(firsts[0]));
	check(RULE_ID_SENDMAIL, firsts, sizeof(firsts) / sizeof(firsts[0]));
}

static void
test_sendmail(void **state)
{
	static const struct first firsts[] = {
		{ "6AOIqbFN004189: from=x", 16, 14 },
		{ "SAA01234: from=x", 10, 8 },
		{ "NOQUEUE: x", 9, 0 },
		{ "SAA0123x: from=x", 0, 0 },
		{ "AA01234: from=x", 0, 0 },
		{ "6AOIqbFN004189[2]: x", 0, 0 },
	};

	(void)state;
	check(RULE_ID_SENDMAIL, firsts, sizeof(firsts) / sizeof(firsts[0]));
}

static void
test_opensmtpd(void **state)
{
	static const struct first firsts[] = {
		{ "0123456789abcdef smtp connected", 17, 16 },
		{ "0123456789abcdef", 0, 0 },
		{ "0123456789abcdeF smtp", 0, 0 },
		{ "0123456789abcdef: smtp", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	check(RULE_ID_OPENSMTPD, firsts, sizeof(firsts) / sizeof(firsts[0]));
}

static void
test_exims_ids_are_no_keys(void **state)
{
	static const struct first firsts[] = {
		{ "1xVvdi-00014J-0S <= x", 17, 0 },
		{ "1tBcDe-00000001abc-2xYz <= x", 24, 0 },
		{ "1tBcDe-00000001abc-2xY <= x", 0, 0 },
		{ "1xVvdi-00014J-0S", 0, 0 },
		{ "1xVvdi-00014J-0", 0, 0 },
		{ "1xVvdi-00014J-0S: x", 0, 0 },
		{ " DSH=x", 3, 0 },
		{ "1xVvdi-00014J-0S  DSH=x", 20, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	check(RULE_ID_EXIM, firsts, sizeof(firsts) / sizeof(firsts[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postfix),
		cmocka_unit_test(test_a_word_before_a_colon_is_no_queue_id),
		cmocka_unit_test(test_sendmail),
		cmocka_unit_test(test_opensmtpd),
		cmocka_unit_test(test_exims_ids_are_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
