#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf.h"
#include "guard.h"
#include "hostaddr.h"

static struct conf conf;

/* Stands in for what the kernel says of this host. */
const char *
hostaddr_protects(const struct hostaddr *host, const struct prefix *p)
{
	struct prefix own;

	assert_null(prefix_parse("192.0.2.1", &own));
	return prefix_overlaps(&own, p) ? "a gateway of this host" : NULL;
}

static int
setup(void **state)
{
	struct prefix p;

	memset(&conf, 0, sizeof(conf));
	conf.policy.inet6_len = 64;
	conf.whitelist = prefix_set_new();
	assert_null(prefix_parse("198.51.100.128/25", &p));
	assert_int_equal(prefix_set_add(conf.whitelist, &p), 0);
	assert_null(prefix_parse("2001:db8:1::25", &p));
	assert_int_equal(prefix_set_add(conf.whitelist, &p), 0);
	return 0;
}

static int
teardown(void **state)
{
	prefix_set_free(conf.whitelist);
	return 0;
}

/* The reason why text may not be banned, or NULL. */
static const char *
reason_of(const char *text)
{
	static char reason[MSG_REASON_LEN];
	struct prefix p;

	assert_null(prefix_parse(text, &p));
	return guard_refuses(&conf, NULL, &p, reason) ? reason : NULL;
}

static void
test_ordinary_clients_may_be_banned(void **state)
{
	static const char *const ordinary[] = { "203.0.113.9", "198.51.100.1",
		"203.0.113.0/24", "2001:db8:2::/64", "2001:db8:2::1",
		"2001:db8:2::/48" };
	size_t i;

	for (i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
		assert_null(reason_of(ordinary[i]));
}

static void
test_special_addresses_are_refused(void **state)
{
	static const char *const special[] = { "0.0.0.0", "127.0.0.1",
		"127.0.0.0/24", "169.254.1.1", "224.0.0.1", "240.0.0.1",
		"255.255.255.255", "::1", "::", "fe80::1", "fe80::/64",
		"ff02::1", "64:ff9b::/64" };
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		assert_non_null(reason_of(special[i]));
}

static void
test_what_is_wider_than_allowed_is_refused(void **state)
{
	assert_string_equal(reason_of("203.0.112.0/23"), "wider than /24");
	assert_string_equal(reason_of("0.0.0.0/0"), "wider than /24");
	assert_string_equal(reason_of("::/0"), "wider than /48");
	assert_string_equal(reason_of("2001:db8:2::/47"), "wider than /48");
	conf.policy.network_len[0] = 22;
	conf.policy.network_len[1] = 40;
	assert_null(reason_of("203.0.112.0/23"));
	assert_null(reason_of("2001:db8:2::/47"));
	assert_string_equal(reason_of("203.0.96.0/21"), "wider than /22");
	conf.policy.network_len[0] = conf.policy.network_len[1] = 0;
	conf.policy.inet6_len = 32;
	assert_null(reason_of("2001:db9::/32"));
	conf.policy.inet6_len = 64;
}

static void
test_the_whitelist_is_refused_from_within_and_from_around(void **state)
{
	assert_string_equal(reason_of("198.51.100.200"),
	    "whitelisted by 198.51.100.128/25");
	assert_string_equal(reason_of("198.51.100.0/24"),
	    "whitelisted by 198.51.100.128/25");
	assert_string_equal(reason_of("2001:db8:1::/64"),
	    "whitelisted by 2001:db8:1::25");
}

/* But the host's own needs are not. */
static void
test_where_routes_exempt_the_whitelist_networks_around_it_may_be_banned(
    void **state)
{
	struct prefix p;

	conf.policy.exempt = 1;
	assert_null(reason_of("198.51.100.0/24"));
	assert_null(reason_of("2001:db8:1::/64"));
	assert_null(reason_of("2001:db8:1::/48"));
	assert_string_equal(reason_of("198.51.100.200"),
	    "whitelisted by 198.51.100.128/25");
	assert_string_equal(reason_of("198.51.100.128/25"),
	    "whitelisted by 198.51.100.128/25");
	assert_string_equal(reason_of("2001:db8:1::25"),
	    "whitelisted by 2001:db8:1::25");
	assert_string_equal(reason_of("198.51.96.0/20"), "wider than /24");
	assert_string_equal(reason_of("192.0.2.0/24"),
	    "a gateway of this host");
	assert_null(prefix_parse("192.0.2.1", &p));
	assert_int_equal(prefix_set_add(conf.whitelist, &p), 0);
	assert_string_equal(reason_of("192.0.2.0/24"),
	    "a gateway of this host");
	conf.policy.exempt = 0;
}

static void
test_private_addresses_unless_allowed(void **state)
{
	static const char *const private[] = { "10.0.0.1", "172.16.0.1",
		"192.168.1.0/24", "100.64.0.1", "fd00::1" };
	size_t i;

	for (i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		assert_string_equal(reason_of(private[i]), "private address");
	conf.policy.private_allowed = 1;
	for (i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		assert_null(reason_of(private[i]));
	conf.policy.private_allowed = 0;
}

static void
test_what_the_host_needs_is_refused(void **state)
{
	assert_string_equal(reason_of("192.0.2.1"), "a gateway of this host");
	assert_string_equal(reason_of("192.0.2.0/24"),
	    "a gateway of this host");
	assert_null(reason_of("192.0.2.2"));
}

static void
test_what_is_no_prefix_is_refused(void **state)
{
	char reason[MSG_REASON_LEN];
	struct prefix p;

	assert_null(prefix_parse("203.0.113.0/24", &p));
	p.addr[3] = 1;
	assert_true(guard_refuses(&conf, NULL, &p, reason));
	memset(&p, 0, sizeof(p));
	assert_true(guard_refuses(&conf, NULL, &p, reason));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary_clients_may_be_banned),
		cmocka_unit_test(test_special_addresses_are_refused),
		cmocka_unit_test(test_what_is_wider_than_allowed_is_refused),
		cmocka_unit_test(
		    test_the_whitelist_is_refused_from_within_and_from_around),
		cmocka_unit_test(test_private_addresses_unless_allowed),
		cmocka_unit_test(test_what_the_host_needs_is_refused),
		cmocka_unit_test(test_what_is_no_prefix_is_refused),
		cmocka_unit_test(
		    test_where_routes_exempt_the_whitelist_networks_around_it_may_be_banned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
