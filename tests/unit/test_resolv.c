#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "resolv.h"

/* What text names: the addresses in order, each with a blank behind it. */
static void
assert_named(const char *text, const char *want)
{
	struct prefix_set *set = prefix_set_new();
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	char got[512] = "", buf[PREFIX_STRLEN];
	size_t i;

	assert_non_null(set);
	assert_non_null(f);
	resolv_parse(f, set);
	for (i = 0; i < prefix_set_count(set); i++) {
		strlcat(got, prefix_format(prefix_set_get(set, i), buf),
		    sizeof(got));
		strlcat(got, " ", sizeof(got));
	}
	assert_string_equal(got, want);
	prefix_set_free(set);
	fclose(f);
}

static void
test_nameservers_are_named(void **state)
{
	(void)state;
	assert_named("# made by hand\n"
		     "search example.org\n"
		     "nameserver 192.0.2.53\n"
		     "nameserver\t2001:db8::53\n"
		     "nameserver  198.51.100.53   \n"
		     "nameserver 203.0.113.53 # the second\n"
		     "nameserver 203.0.113.54;\n"
		     "options edns0\n",
	    "192.0.2.53 198.51.100.53 203.0.113.53 203.0.113.54 "
	    "2001:db8::53 ");
}

static void
test_a_zone_is_cut_off(void **state)
{
	(void)state;
	assert_named("nameserver fe80::1%eth0\n", "fe80::1 ");
}

static void
test_ends_of_lines_do_not_matter(void **state)
{
	(void)state;
	assert_named("nameserver 192.0.2.53\r\nnameserver 192.0.2.54",
	    "192.0.2.53 192.0.2.54 ");
}

static void
test_any_number_is_read(void **state)
{
	char text[4096] = "", want[512] = "", word[64];
	unsigned i;

	(void)state;
	for (i = 1; i <= 20; i++) {
		snprintf(word, sizeof(word), "nameserver 192.0.2.%u\n", i);
		strlcat(text, word, sizeof(text));
		snprintf(word, sizeof(word), "192.0.2.%u ", i);
		strlcat(want, word, sizeof(want));
	}
	assert_named(text, want);
}

static void
test_garbage_names_nothing(void **state)
{
	char text[2048];

	(void)state;
	assert_named("\n\n", "");
	assert_named("nameserver\n", "");
	assert_named("nameserver \n192.0.2.1\n", "");
	assert_named("nameserver192.0.2.1\n", "");
	assert_named("nameservers 192.0.2.1\n", "");
	assert_named("#nameserver 192.0.2.1\n", "");
	assert_named("nameserver 192.0.2\n", "");
	assert_named("nameserver 192.0.2.256\n", "");
	assert_named("nameserver example.org\n", "");
	assert_named("nameserver ::::\n", "");
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "nameserver ", 11);
	assert_named(text, "");
	memset(text, '\n', sizeof(text) - 1);
	assert_named(text, "");
}

static void
test_a_file_is_read_to_a_bound(void **state)
{
	char path[] = "/tmp/test_resolv.XXXXXX";
	struct prefix_set *set = prefix_set_new();
	int fd = mkstemp(path), i;
	FILE *f;

	(void)state;
	assert_int_not_equal(fd, -1);
	f = fdopen(fd, "w");
	fputs("nameserver 192.0.2.53\n", f);
	for (i = 0; i < 100000; i++)
		fputs("\n", f);
	fputs("nameserver 192.0.2.54\n", f);
	fclose(f);
	assert_int_equal(resolv_read(path, set), 0);
	assert_int_equal(prefix_set_count(set), 1);
	unlink(path);
	prefix_set_free(set);
}

static void
test_a_missing_file_has_none(void **state)
{
	struct prefix_set *set = prefix_set_new();

	(void)state;
	assert_int_equal(resolv_read("/nonexistent/resolv.conf", set), 0);
	assert_int_equal(prefix_set_count(set), 0);
	prefix_set_free(set);
}

static void
test_an_unreadable_file_is_an_error(void **state)
{
	struct prefix_set *set = prefix_set_new();
	char path[300];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(resolv_read(path, set), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(resolv_read("/tmp", set), -1);
	assert_int_equal(errno, EISDIR);
	prefix_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nameservers_are_named),
		cmocka_unit_test(test_a_zone_is_cut_off),
		cmocka_unit_test(test_ends_of_lines_do_not_matter),
		cmocka_unit_test(test_any_number_is_read),
		cmocka_unit_test(test_garbage_names_nothing),
		cmocka_unit_test(test_a_file_is_read_to_a_bound),
		cmocka_unit_test(test_a_missing_file_has_none),
		cmocka_unit_test(test_an_unreadable_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
