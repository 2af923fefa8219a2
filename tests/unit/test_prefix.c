#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prefix.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct prefix
pfx(const char *text)
{
	struct prefix p;
	const char *error = prefix_parse(text, &p);

	if (error != NULL)
		fail_msg("%s: %s", text, error);
	return p;
}

static int
parse_addr(const char *text, struct prefix *p)
{
	char *exact;
	size_t n = strlen(text);
	int r;

	/* On the heap without a NUL: a read past the end is seen. */
	exact = malloc(n > 0 ? n : 1);
	assert_non_null(exact);
	memcpy(exact, text, n);
	r = prefix_parse_addr(exact, n, p);
	free(exact);
	return r;
}

static void
test_an_address_or_network_prints_as_it_was_read(void **state)
{
	static const char *const texts[] = {
		"192.0.2.1",
		"0.0.0.0",
		"255.255.255.255",
		"192.0.2.0/24",
		"192.0.2.128/25",
		"0.0.0.0/0",
		"2001:db8::1",
		"2001:db8::/64",
		"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		"::/0",
		"::",
		"2001:db8::8000/113",
	};
	char buf[PREFIX_STRLEN];
	struct prefix p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		p = pfx(texts[i]);
		assert_string_equal(prefix_format(&p, buf), texts[i]);
		assert_true(prefix_is_valid(&p));
	}
}

static void
test_a_host_may_be_written_with_its_length(void **state)
{
	char buf[PREFIX_STRLEN];
	struct prefix p;

	(void)state;
	p = pfx("192.0.2.1/32");
	assert_string_equal(prefix_format(&p, buf), "192.0.2.1");
	p = pfx("2001:DB8:0:0::1/128");
	assert_string_equal(prefix_format(&p, buf), "2001:db8::1");
}

static void
test_the_longest_text_fits(void **state)
{
	char buf[PREFIX_STRLEN];
	struct prefix p;
	uint8_t addr[16];

	(void)state;
	memset(addr, 0xff, sizeof(addr));
	prefix_from_bytes(&p, PREFIX_INET6, addr, 127);
	assert_string_equal(prefix_format(&p, buf),
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127");
}

static void
test_a_false_network_tells_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ "", "not an address" },
		{ "/24", "not an address" },
		{ "mail.example.org",
		    "not an address, and names are not looked up" },
		{ "192.0.2.1 ", "not an address" },
		{ "2001:db8::1%eth0", "not an address" },
		{ "[2001:db8::1]", "not an address" },
		{ "192.0.2.0/33", "prefix length over 32" },
		{ "192.0.2.0/999", "prefix length over 32" },
		{ "192.0.2.0/4294967320", "prefix length over 32" },
		{ "2001:db8::/129", "prefix length over 128" },
		{ "2001:db8::/1000", "prefix length over 128" },
		{ "192.0.2.0/", "prefix length is not a number" },
		{ "192.0.2.0/-1", "prefix length is not a number" },
		{ "192.0.2.0/+24", "prefix length is not a number" },
		{ "192.0.2.0/ 24", "prefix length is not a number" },
		{ "192.0.2.0/24 ", "prefix length is not a number" },
		{ "192.0.2.0/128x", "prefix length is not a number" },
		{ "192.0.2.0/24/24", "prefix length is not a number" },
		{ "192.0.2.0/255.255.255.0", "prefix length is not a number" },
		{ "192.0.2.1/24",
		    "host bits are set (did you mean 192.0.2.0/24?)" },
		{ "192.0.2.0/22",
		    "host bits are set (did you mean 192.0.0.0/22?)" },
		{ "192.0.2.1/31",
		    "host bits are set (did you mean 192.0.2.0/31?)" },
		{ "192.0.2.0/0",
		    "host bits are set (did you mean 0.0.0.0/0?)" },
		{ "2001:db8::1/64",
		    "host bits are set (did you mean 2001:db8::/64?)" },
		{ "2001:db8::/28",
		    "host bits are set (did you mean 2001:db0::/28?)" },
		{ "2001:db8::1/127",
		    "host bits are set (did you mean 2001:db8::/127?)" },
		{ "::ffff:192.0.2.1/120",
		    "host bits are set (did you mean ::ffff:192.0.2.0/120?)" },
		{ "::ffff:0:0/95",
		    "host bits are set (did you mean ::fffe:0:0/95?)" },
	};
	struct prefix p, before;
	const char *error;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < COUNT(cases); i++) {
		p = before;
		error = prefix_parse(cases[i].text, &p);
		if (error == NULL)
			fail_msg("%s was read", cases[i].text);
		assert_string_equal(error, cases[i].error);
		assert_memory_equal(&p, &before, sizeof(p));
	}
}

static void
test_mapped_ipv4_becomes_ipv4(void **state)
{
	char buf[PREFIX_STRLEN];
	struct prefix p;

	(void)state;
	assert_int_equal(parse_addr("::ffff:192.0.2.7", &p), 0);
	assert_int_equal(p.family, PREFIX_INET);
	assert_string_equal(prefix_format(&p, buf), "192.0.2.7");
	assert_int_equal(parse_addr("0:0:0:0:0:FFFF:C000:0207", &p), 0);
	assert_string_equal(prefix_format(&p, buf), "192.0.2.7");
	p = pfx("::ffff:192.0.2.0/120");
	assert_string_equal(prefix_format(&p, buf), "192.0.2.0/24");
	p = pfx("::ffff:0:0/96");
	assert_string_equal(prefix_format(&p, buf), "0.0.0.0/0");
	assert_true(prefix_is_valid(&p));
}

static void
test_an_address_of_exactly_n_bytes_is_read(void **state)
{
	static const uint8_t inet[16] = { 192, 0, 2, 255 };
	static const uint8_t inet6[16] = { 0x20, 0x01, 0x0d,
		0xb8, [15] = 0x9a };
	struct prefix p;

	(void)state;
	assert_int_equal(parse_addr("192.0.2.255", &p), 0);
	assert_int_equal(p.family, PREFIX_INET);
	assert_int_equal(p.len, 32);
	assert_memory_equal(p.addr, inet, sizeof(inet));
	assert_int_equal(parse_addr("2001:db8::9a", &p), 0);
	assert_int_equal(p.family, PREFIX_INET6);
	assert_int_equal(p.len, 128);
	assert_memory_equal(p.addr, inet6, sizeof(inet6));

	/* What follows the n bytes is not looked at. */
	assert_int_equal(prefix_parse_addr("192.0.2.255]: x", 11, &p), 0);
	assert_memory_equal(p.addr, inet, sizeof(inet));
	assert_int_equal(prefix_parse_addr("2001:db8::9a]: x", 12, &p), 0);
	assert_memory_equal(p.addr, inet6, sizeof(inet6));
	assert_int_equal(
	    parse_addr("2001:0db8:0000:0000:0000:0000:192.000.002.001", &p),
	    -1);
	assert_int_equal(
	    parse_addr("2001:0db8:0000:0000:0000:0000:255.255.255.255", &p), 0);
}

static void
test_what_is_no_address_is_refused_and_nothing_changed(void **state)
{
	static const char *const texts[] = {
		"",
		"unknown",
		".",
		"192.0.2",
		"192.0.2.",
		"192.0.2.1.",
		".192.0.2.1",
		"192..2.1",
		"192.0.2.1.1",
		"192.0.2.256",
		"256.0.2.1",
		"192.0.2.1000",
		"192.0.2.4294967297",
		"192.0.2.010",
		"192.0.2.00",
		"010.0.2.1",
		"192.0.2.01",
		"0x7f.0.0.1",
		"2130706433",
		"127.1",
		"192.0.2.-1",
		"192.0.2.+1",
		"192,0,2,1",
		" 192.0.2.1",
		"192.0.2.1 ",
		"192.0.2.1\n",
		"192.0.2.1/32",
		"192.0.2.1:25",
		"[192.0.2.1]",
		"[2001:db8::1]",
		"2001:db8::1/128",
		"2001:db8::1%eth0",
		"2001:db8::1%1",
		"IPv6:2001:db8::1",
		"2001:db8::12345",
		"2001:db8:::1",
		"2001::db8::1",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"::ffff:192.0.2.256",
		":",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:00",
	};
	struct prefix p, before;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < COUNT(texts); i++) {
		p = before;
		if (parse_addr(texts[i], &p) != -1)
			fail_msg("\"%s\" was read", texts[i]);
		assert_memory_equal(&p, &before, sizeof(p));
	}
}

static void
test_a_nul_does_not_end_an_address(void **state)
{
	struct prefix p;

	(void)state;
	assert_int_equal(prefix_parse_addr("2001:db8::1\0", 12, &p), -1);
	assert_int_equal(prefix_parse_addr("2001:db8::1\0junk", 16, &p), -1);
	assert_int_equal(prefix_parse_addr("192.0.2.1\0", 10, &p), -1);
	assert_int_equal(prefix_parse_addr("\0", 1, &p), -1);
}

static void
test_bytes_are_taken_as_they_are(void **state)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	static const uint8_t inet[4] = { 192, 0, 2, 1 };
	struct prefix p;

	(void)state;
	prefix_from_bytes(&p, PREFIX_INET6, mapped, 128);
	assert_int_equal(p.family, PREFIX_INET6);
	assert_memory_equal(p.addr, mapped, sizeof(mapped));
	prefix_from_bytes(&p, PREFIX_INET, inet, 24);
	assert_memory_equal(p.addr, inet, sizeof(inet));
	assert_int_equal(p.len, 24);
	assert_false(prefix_is_valid(&p));
	/* A length that does not fit is not taken for a wide network. */
	prefix_from_bytes(&p, PREFIX_INET, inet, 256);
	assert_false(prefix_is_valid(&p));
	assert_true(p.len > prefix_maxlen(&p));
}

static void
test_validity_checks_every_field(void **state)
{
	struct prefix p, good[2];
	size_t i;
	unsigned b;

	(void)state;
	good[0] = pfx("192.0.2.0/23");
	good[1] = pfx("2001:db8:8::/45");
	for (i = 0; i < COUNT(good); i++) {
		assert_true(prefix_is_valid(&good[i]));
		for (b = good[i].len; b < 128; b++) {
			p = good[i];
			p.addr[b / 8] |= (uint8_t)(0x80 >> b % 8);
			assert_false(prefix_is_valid(&p));
		}
		for (b = 0; b <= UINT8_MAX; b++) {
			p = good[i];
			p.family = (uint8_t)b;
			if (b != PREFIX_INET && b != PREFIX_INET6)
				assert_false(prefix_is_valid(&p));
			p = good[i];
			p.len = (uint8_t)b;
			assert_int_equal(prefix_is_valid(&p),
			    b >= good[i].len && b <= prefix_maxlen(&p));
		}
		p = good[i];
		p.zero[0] = 1;
		assert_false(prefix_is_valid(&p));
		p = good[i];
		p.zero[1] = 1;
		assert_false(prefix_is_valid(&p));
	}
	memset(&p, 0, sizeof(p));
	assert_false(prefix_is_valid(&p));
}

static void
test_widening_clears_host_bits(void **state)
{
	static const uint8_t inet[4] = { 192, 0, 2, 1 };
	char buf[PREFIX_STRLEN];
	struct prefix p;

	(void)state;
	p = pfx("2001:db8:1:2:3:4:5:6");
	prefix_widen(&p, 64);
	assert_string_equal(prefix_format(&p, buf), "2001:db8:1:2::/64");
	prefix_widen(&p, 47);
	assert_string_equal(prefix_format(&p, buf), "2001:db8::/47");
	prefix_widen(&p, 64);
	assert_string_equal(prefix_format(&p, buf), "2001:db8::/47");
	prefix_widen(&p, 0);
	assert_string_equal(prefix_format(&p, buf), "::/0");
	p = pfx("203.0.113.255");
	prefix_widen(&p, 64);
	assert_string_equal(prefix_format(&p, buf), "203.0.113.255");
	prefix_widen(&p, 31);
	assert_string_equal(prefix_format(&p, buf), "203.0.113.254/31");
	/* The address of an interface, with the length of its network. */
	prefix_from_bytes(&p, PREFIX_INET, inet, 24);
	prefix_widen(&p, 24);
	assert_string_equal(prefix_format(&p, buf), "192.0.2.0/24");
}

static void
test_containing_and_overlapping(void **state)
{
	static const struct {
		const char *a, *b;
		bool contains, overlaps;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true, true },
		{ "192.0.2.0/24", "192.0.2.255", true, true },
		{ "192.0.2.0/24", "192.0.3.0", false, false },
		{ "192.0.2.1", "192.0.2.0/24", false, true },
		{ "192.0.2.0/25", "192.0.2.0/24", false, true },
		{ "192.0.2.128/25", "192.0.2.127", false, false },
		{ "192.0.2.128/25", "192.0.2.128/26", true, true },
		{ "192.0.2.0/31", "192.0.2.1", true, true },
		{ "192.0.2.0/31", "192.0.2.2", false, false },
		{ "0.0.0.0/0", "203.0.113.9", true, true },
		{ "0.0.0.0/0", "0.0.0.0/0", true, true },
		{ "0.0.0.0/0", "2001:db8::1", false, false },
		{ "::/0", "192.0.2.1", false, false },
		{ "::/0", "2001:db8::/32", true, true },
		{ "2001:db8::/33", "2001:db8:8000::", false, false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true, true },
		{ "2001:db8::1", "2001:db8::1", true, true },
		{ "2001:db8::1", "2001:db8::2", false, false },
	};
	struct prefix a, b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		a = pfx(cases[i].a);
		b = pfx(cases[i].b);
		assert_int_equal(prefix_contains(&a, &b), cases[i].contains);
		assert_int_equal(prefix_overlaps(&a, &b), cases[i].overlaps);
		assert_int_equal(prefix_overlaps(&b, &a), cases[i].overlaps);
	}
}

static void
test_order_is_family_address_length(void **state)
{
	static const char *const ordered[] = {
		"0.0.0.0/0",
		"192.0.2.0/24",
		"192.0.2.0/25",
		"192.0.2.0",
		"192.0.2.1",
		"203.0.113.0/24",
		"::/0",
		"2001:db8::/32",
		"2001:db8::/64",
		"2001:db8::",
		"2001:db8::1",
	};
	struct prefix a, b;
	size_t i, j;
	int c;

	(void)state;
	for (i = 0; i < COUNT(ordered); i++) {
		for (j = 0; j < COUNT(ordered); j++) {
			a = pfx(ordered[i]);
			b = pfx(ordered[j]);
			c = prefix_cmp(&a, &b);
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
	}
}

static void
test_special_ranges_are_named(void **state)
{
	static const struct {
		const char *text;
		const char *name;
	} cases[] = {
		{ "0.0.0.0", "unspecified" },
		{ "0.255.255.255", "unspecified" },
		{ "127.0.0.0", "loopback" },
		{ "127.255.255.255", "loopback" },
		{ "169.254.0.0", "link-local" },
		{ "169.254.255.255", "link-local" },
		{ "224.0.0.0", "multicast" },
		{ "239.255.255.255", "multicast" },
		{ "240.0.0.0", "reserved" },
		{ "255.255.255.255", "reserved" },
		{ "::", "unspecified" },
		{ "::1", "loopback" },
		{ "::2", "reserved" },
		{ "::192.0.2.1", "reserved" },
		{ "64:ff9b::", "NAT64" },
		{ "64:ff9b::192.0.2.1", "NAT64" },
		{ "64:ff9b::/64", "NAT64" },
		{ "64:ff9b:1::1", "NAT64" },
		{ "100::1", "reserved" },
		{ "1fff:ffff::", "reserved" },
		{ "4000::", "reserved" },
		{ "7fff::", "reserved" },
		{ "8000::", "reserved" },
		{ "bfff::", "reserved" },
		{ "c000::", "reserved" },
		{ "dfff::", "reserved" },
		{ "e000::", "reserved" },
		{ "efff::", "reserved" },
		{ "f000::", "reserved" },
		{ "f7ff::", "reserved" },
		{ "f800::", "reserved" },
		{ "fbff:ffff::", "reserved" },
		{ "fe00::", "reserved" },
		{ "fe7f:ffff::", "reserved" },
		{ "fe80::", "link-local" },
		{ "febf:ffff::1", "link-local" },
		{ "fec0::1", "reserved" },
		{ "feff:ffff::", "reserved" },
		{ "ff00::", "multicast" },
		{ "ff02::1", "multicast" },
	};
	struct prefix p;
	const char *name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		p = pfx(cases[i].text);
		name = prefix_special(&p);
		if (name == NULL)
			fail_msg("%s is ordinary", cases[i].text);
		assert_string_equal(name, cases[i].name);
	}
}

static void
test_mapped_bytes_are_special(void **state)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	struct prefix p;

	(void)state;
	prefix_from_bytes(&p, PREFIX_INET6, mapped, 128);
	assert_string_equal(prefix_special(&p), "IPv4-mapped");
}

static void
test_ordinary_addresses_have_no_special_name(void **state)
{
	static const char *const texts[] = {
		"1.0.0.0",
		"126.255.255.255",
		"128.0.0.0",
		"169.253.255.255",
		"169.255.0.0",
		"223.255.255.255",
		"192.0.2.0/24",
		"198.51.100.1",
		"203.0.113.0/24",
		"198.18.0.1",
		"10.0.0.1",
		"2000::",
		"2001:db8::/32",
		"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"fc00::",
		"fdff:ffff::1",
	};
	struct prefix p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		p = pfx(texts[i]);
		if (prefix_special(&p) != NULL)
			fail_msg("%s is %s", texts[i], prefix_special(&p));
	}
}

static void
test_a_network_around_a_special_range_is_special(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0/0",
		"126.0.0.0/7",
		"169.254.0.0/15",
		"192.0.0.0/2",
		"::/0",
		"::/127",
		"::/2",
		"fe00::/7",
		"64:ff9b::/32",
	};
	struct prefix p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		p = pfx(texts[i]);
		if (i == 3) /* 192/2 takes multicast and reserved along */
			assert_string_equal(prefix_special(&p), "multicast");
		assert_non_null(prefix_special(&p));
	}
}

static void
test_private_ranges_end_where_they_end(void **state)
{
	static const struct {
		const char *text;
		bool private;
	} cases[] = {
		{ "9.255.255.255", false },
		{ "10.0.0.0", true },
		{ "10.255.255.255", true },
		{ "11.0.0.0", false },
		{ "100.63.255.255", false },
		{ "100.64.0.0", true },
		{ "100.127.255.255", true },
		{ "100.128.0.0", false },
		{ "172.15.255.255", false },
		{ "172.16.0.0", true },
		{ "172.31.255.255", true },
		{ "172.32.0.0", false },
		{ "192.167.255.255", false },
		{ "192.168.0.0", true },
		{ "192.168.255.255", true },
		{ "192.169.0.0", false },
		{ "192.0.2.1", false },
		{ "8.0.0.0/6", true },
		{ "0.0.0.0/0", true },
		{ "2001:db8::1", false },
		{ "fbff:ffff::", false },
		{ "fc00::", true },
		{ "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
		{ "fe00::", false },
		{ "::/0", true },
	};
	struct prefix p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		p = pfx(cases[i].text);
		if (prefix_is_private(&p) != cases[i].private)
			fail_msg("%s", cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_an_address_or_network_prints_as_it_was_read),
		cmocka_unit_test(test_a_host_may_be_written_with_its_length),
		cmocka_unit_test(test_the_longest_text_fits),
		cmocka_unit_test(test_a_false_network_tells_what_is_wrong),
		cmocka_unit_test(test_mapped_ipv4_becomes_ipv4),
		cmocka_unit_test(test_an_address_of_exactly_n_bytes_is_read),
		cmocka_unit_test(
		    test_what_is_no_address_is_refused_and_nothing_changed),
		cmocka_unit_test(test_a_nul_does_not_end_an_address),
		cmocka_unit_test(test_bytes_are_taken_as_they_are),
		cmocka_unit_test(test_validity_checks_every_field),
		cmocka_unit_test(test_widening_clears_host_bits),
		cmocka_unit_test(test_containing_and_overlapping),
		cmocka_unit_test(test_order_is_family_address_length),
		cmocka_unit_test(test_special_ranges_are_named),
		cmocka_unit_test(test_mapped_bytes_are_special),
		cmocka_unit_test(test_ordinary_addresses_have_no_special_name),
		cmocka_unit_test(
		    test_a_network_around_a_special_range_is_special),
		cmocka_unit_test(test_private_ranges_end_where_they_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
