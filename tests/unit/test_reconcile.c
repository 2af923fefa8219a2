/* reconcile.c on a pretended kernel, whose routes are an array. */
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW   1790000000
#define OURS  83
#define TABLE 254

static struct conf conf = { .ban_for = 100,
	.ban_max = 100,
	.remember = 1000,
	.route = CONF_BLACKHOLE,
	.route_protocol = OURS,
	.route_table = TABLE,
	.route_ports = { 25, 465 },
	.nroute_ports = 2 };
static const struct route_kind kind = { RTN_BLACKHOLE, OURS, TABLE };
static struct enforcer e;
static struct {
	struct prefix prefix;
	struct route_kind kind;
} kernel[4096];
static size_t nkernel;
static int applied, deleted, dumps, rules, failed, over, states;
static int disconnects, thrown, throw_error;
static int dump_error, delete_error, add_error, rules_error;
static unsigned refused; /* of additions, the first ones */
static char why[64];
static int64_t now;
static struct ban told;

int64_t
clock_ms(void)
{
	return now;
}

void
fault_begin(struct enforcer *en, enum msg_fault_kind which, const char *fmt,
    ...)
{
	va_list ap;

	assert_int_equal(which, MSG_FAULT_ROUTES);
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	failed++;
}

void
fault_end(struct enforcer *en, enum msg_fault_kind what)
{
	assert_int_equal(what, MSG_FAULT_ROUTES);
	over++;
}

void
reply_state(struct enforcer *en, const struct ban *ban, uint32_t id)
{
	assert_int_equal(id, 0);
	states++;
	told = *ban;
}

void
disconnect_banned(struct enforcer *en, bool inet)
{
	assert_true(inet);
	disconnects++;
}

int
route_keep_rules(struct route *r, const uint32_t *ports, unsigned nports)
{
	assert_ptr_equal(ports, conf.route_ports);
	assert_int_equal(nports, conf.nroute_ports);
	rules++;
	errno = rules_error;
	return rules_error == 0 ? 0 : -1;
}

int
route_dump(struct route *r, route_visit visit, void *arg)
{
	size_t i;

	dumps++;
	errno = dump_error;
	if (dump_error != 0)
		return -1;
	for (i = 0; i < nkernel; i++)
		visit(arg, &kernel[i].prefix, &kernel[i].kind);
	return 0;
}

static size_t
kernel_find(const struct prefix *p, const struct route_kind *k)
{
	size_t i;

	for (i = 0; i < nkernel; i++)
		if (prefix_cmp(&kernel[i].prefix, p) == 0 &&
		    kernel[i].kind.type == k->type &&
		    kernel[i].kind.table == k->table)
			break;
	return i;
}

static int
kernel_delete(const struct prefix *p, const struct route_kind *k)
{
	size_t i = kernel_find(p, k);

	assert_int_equal(k->protocol, OURS);
	if (delete_error != 0)
		return delete_error;
	assert_true(i < nkernel);
	deleted++;
	kernel[i] = kernel[--nkernel];
	return 0;
}

static void
kernel_add(const struct prefix *p, uint8_t type, uint32_t table)
{
	kernel[nkernel].prefix = *p;
	kernel[nkernel++].kind = (struct route_kind){ type, OURS, table };
}

static const struct route_kind throw = { RTN_THROW, OURS, TABLE };

/* Before any ban that is missing. */
static void
add_throw(struct route_change *c)
{
	assert_int_equal(c->kind.type, RTN_THROW);
	assert_int_equal(c->kind.protocol, OURS);
	assert_int_equal(c->kind.table, TABLE);
	assert_int_equal(kernel_find(&c->prefix, &throw), nkernel);
	assert_int_equal(applied, 0);
	thrown++;
	c->result = throw_error;
	if (throw_error == 0)
		kernel_add(&c->prefix, RTN_THROW, TABLE);
}

int
route_apply(struct route *r, struct route_change *v, size_t n)
{
	size_t i;

	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		if (v[i].op == ROUTE_DELETE) {
			v[i].result = kernel_delete(&v[i].prefix, &v[i].kind);
			continue;
		}
		if (v[i].kind.type != 0) {
			add_throw(&v[i]);
			continue;
		}
		assert_int_equal(kernel_find(&v[i].prefix, &kind), nkernel);
		applied++;
		v[i].result = i < refused ? add_error : 0;
		if (v[i].result == 0)
			kernel_add(&v[i].prefix, kind.type, kind.table);
	}
	return 0;
}

static struct prefix
host(unsigned i)
{
	uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, (uint8_t)(i >> 8),
		(uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET6, bytes, 64);
	return p;
}

static struct ban_entry *
ban(unsigned i)
{
	struct prefix p = host(i);
	struct ban_entry *entry = bans_insert(&e.bans, &p);

	ban_begin(&entry->ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	bans_settle(&e.bans, entry, NOW + 100);
	return entry;
}

static void
route_of(unsigned i, uint8_t type, uint32_t table)
{
	struct prefix p = host(i);

	kernel_add(&p, type, table);
}

/* The kernel has exactly one route for each of the first n hosts. */
static void
assert_routes(unsigned n)
{
	struct prefix p;
	unsigned i;

	assert_int_equal(nkernel, n);
	for (i = 0; i < n; i++) {
		p = host(i);
		assert_true(kernel_find(&p, &kind) < nkernel);
	}
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	e.conf = &conf;
	bans_init(&e.bans, 10000);
	nkernel = 0;
	applied = deleted = dumps = rules = failed = over = states = 0;
	disconnects = thrown = throw_error = 0;
	conf.policy.exempt = 0;
	conf.whitelist = prefix_set_new();
	assert_non_null(conf.whitelist);
	dump_error = delete_error = add_error = rules_error = 0;
	refused = UINT_MAX;
	now = 5000;
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	prefix_set_free(conf.whitelist);
	return 0;
}

static void
test_what_is_missing_is_added_and_counted(void **state)
{
	unsigned i;

	for (i = 0; i < 300; i++)
		ban(i);
	for (i = 0; i < 300; i += 3)
		route_of(i, kind.type, kind.table);
	assert_int_equal(reconcile(&e), 200);
	assert_routes(300);
	assert_int_equal(deleted, 0);
	assert_int_equal(rules, 1);
	assert_int_equal(states, 0);
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(applied, 200);
}

static void
test_what_no_ban_asks_for_is_deleted(void **state)
{
	struct ban_entry *ended;

	ban(0);
	ended = ban(1);
	ban_end(&ended->ban, 0, NOW);
	bans_settle(&e.bans, ended, NOW + 1000);
	route_of(0, kind.type, kind.table);
	route_of(1, kind.type, kind.table);
	route_of(2, kind.type, kind.table);
	assert_int_equal(reconcile(&e), 0);
	assert_routes(1);
	assert_int_equal(deleted, 2);
}

static void
test_a_route_of_another_kind_gives_way(void **state)
{
	ban(0);
	ban(1);
	ban(2);
	route_of(0, RTN_UNREACHABLE, kind.table);
	route_of(1, kind.type, 100);
	route_of(2, kind.type, kind.table);
	route_of(2, RTN_PROHIBIT, kind.table);
	assert_int_equal(reconcile(&e), 2);
	assert_routes(3);
}

/* Each listing of many routes takes long. */
static void
test_however_many_are_stale_the_routes_are_listed_once(void **state)
{
	unsigned i;

	ban(0);
	for (i = 1; i <= 3000; i++)
		route_of(i, kind.type, kind.table);
	assert_int_equal(reconcile(&e), 1);
	assert_routes(1);
	assert_int_equal(deleted, 3000);
	assert_int_equal(dumps, 1);
}

static void
test_the_route_of_somebody_else_is_told_and_told_again_when_it_went(
    void **state)
{
	ban(0);
	add_error = EEXIST;
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(told.flags, BAN_FOREIGN);
	assert_int_equal(failed, 0);
	assert_int_equal(over, 1);
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(states, 1);
	add_error = 0;
	/* Nobody had removed it: it is not counted. */
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(states, 2);
	assert_int_equal(told.flags, 0);
	assert_routes(1);
}

/* The last pass failed: told once, and planned again. */
static void
assert_failed(const char *text)
{
	assert_int_equal(failed, 1);
	assert_int_equal(over, 0);
	assert_int_equal(disconnects, 0);
	assert_string_equal(why, text);
	assert_int_equal(e.heal_at, now + 2000);
	e.heal_at = 0;
	failed = 0;
}

/* And this one did not. */
static void
assert_well(void)
{
	assert_int_equal(failed, 0);
	assert_int_equal(over, 1);
	assert_int_equal(disconnects, 1); /* what came in between */
	assert_int_equal(e.heal_at, 0);
	assert_int_equal(e.counters.unrouted, 0);
	over = disconnects = 0;
}

static void
test_a_route_that_the_kernel_refuses_is_a_failure(void **state)
{
	ban(0);
	add_error = ENOMEM;
	assert_int_equal(reconcile(&e), 0);
	assert_failed("adding: Cannot allocate memory");
	assert_int_equal(states, 0);
	assert_int_equal(bans_first(&e.bans)->ban.state, BAN_ACTIVE);
	assert_int_equal(e.counters.unrouted, 1);
	add_error = 0;
	assert_int_equal(reconcile(&e), 1);
	assert_well();
}

static void
test_a_kernel_that_fails_is_told_once_and_tried_again(void **state)
{
	unsigned i;

	for (i = 0; i < 1000; i++)
		ban(i);
	add_error = ENOBUFS;
	assert_int_equal(reconcile(&e), 0);
	assert_failed("adding: No buffer space available");
	assert_int_equal(e.counters.unrouted, 1000);
	refused = 300; /* some went better */
	assert_int_equal(reconcile(&e), 700);
	assert_failed("adding: No buffer space available");
	assert_int_equal(e.counters.unrouted, 300);
	refused = 0;
	assert_int_equal(reconcile(&e), 300);
	assert_well();
}

static void
test_a_repair_that_is_planned_earlier_stays_so(void **state)
{
	dump_error = ENOBUFS;
	e.heal_at = now + 100;
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(e.heal_at, now + 100);
}

static void
test_without_the_kernels_answer_nothing_is_changed(void **state)
{
	ban(0);
	dump_error = ENOBUFS;
	e.counters.unrouted = 7; /* as was known before */
	assert_int_equal(reconcile(&e), 0);
	assert_failed("listing: No buffer space available");
	assert_int_equal(applied, 0);
	assert_int_equal(e.counters.unrouted, 7);
}

static void
test_a_stale_route_that_stays_keeps_no_other_away(void **state)
{
	unsigned i;

	ban(0);
	for (i = 1; i <= 3000; i++)
		route_of(i, kind.type, kind.table);
	delete_error = EBUSY;
	assert_int_equal(reconcile(&e), 1);
	assert_failed("deleting: Device or resource busy");
	assert_int_equal(e.counters.unrouted, 0);
	delete_error = 0;
	assert_int_equal(reconcile(&e), 0);
	assert_well();
	assert_routes(1);
}

static void
test_rules_that_cannot_be_kept_do_not_keep_routes_away(void **state)
{
	ban(0);
	ban(1);
	rules_error = EPERM;
	assert_int_equal(reconcile(&e), 2);
	assert_routes(2);
	assert_failed("rules: Operation not permitted");
	assert_int_equal(e.counters.unrouted, 2); /* nothing asks for them */
	rules_error = 0;
	assert_int_equal(reconcile(&e), 0);
	assert_well();
}

static void
test_what_failed_first_is_told(void **state)
{
	ban(0);
	rules_error = EPERM;
	add_error = ENOMEM;
	assert_int_equal(reconcile(&e), 0);
	assert_failed("rules: Operation not permitted");
}

static void
test_clearing_takes_the_wanted_routes_too(void **state)
{
	unsigned i;

	for (i = 0; i < 2000; i++) {
		ban(i);
		route_of(i, kind.type, kind.table);
	}
	reconcile_clear(&e);
	assert_int_equal(nkernel, 0);
	assert_int_equal(e.bans.active.n, 2000);
	assert_int_equal(reconcile(&e), 2000);
}

/* Two hosts, and all addresses, which no route is needed for. */
static void
whitelist(void)
{
	static const char *const entries[] = { "192.0.2.7", "2001:db8::/63",
		"0.0.0.0/0" };
	struct prefix p;
	size_t i;

	conf.policy.exempt = 1;
	for (i = 0; i < 3; i++) {
		assert_null(prefix_parse(entries[i], &p));
		assert_int_equal(prefix_set_add(conf.whitelist, &p), 0);
	}
}

static void
test_the_whitelist_is_exempt_and_counted_apart(void **state)
{
	struct prefix p;

	ban(2);
	ban(3);
	whitelist();
	assert_int_equal(reconcile(&e), 4);
	assert_int_equal(thrown, 2);
	assert_int_equal(nkernel, 4);
	assert_int_equal(e.counters.exempt, 2);
	assert_int_equal(e.counters.unrouted, 0);
	assert_int_equal(e.bans.active.n, 2);
	assert_well();

	/* As it should be: nothing to do. */
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(thrown, 2);
	assert_int_equal(e.counters.exempt, 2);
	assert_well();

	/* Removed by another program, or of another table: put back. */
	assert_null(prefix_parse("192.0.2.7", &p));
	assert_int_equal(kernel_delete(&p, &throw), 0);
	kernel_add(&p, RTN_THROW, 77);
	applied = 0;
	assert_int_equal(reconcile(&e), 1);
	assert_int_equal(nkernel, 4);
	assert_true(kernel_find(&p, &throw) < nkernel);
	assert_int_equal(e.counters.exempt, 2);
	assert_well();
}

static void
test_what_is_exempt_follows_the_whitelist(void **state)
{
	whitelist();
	assert_int_equal(reconcile(&e), 2);
	prefix_set_free(conf.whitelist);
	conf.whitelist = prefix_set_new();
	ban(1); /* in what was exempt */
	assert_int_equal(reconcile(&e), 1);
	assert_int_equal(deleted, 2);
	assert_int_equal(nkernel, 1);
	assert_int_equal(e.counters.exempt, 0);

	/* In the table main nothing is exempt, and in no table all of it is. */
	applied = 0;
	whitelist();
	assert_int_equal(reconcile(&e), 2);
	conf.policy.exempt = 0;
	assert_int_equal(reconcile(&e), 0);
	assert_int_equal(nkernel, 1);
	assert_int_equal(e.counters.exempt, 0);
	conf.policy.exempt = 1;
	applied = 0;
	assert_int_equal(reconcile(&e), 2);
	reconcile_clear(&e);
	assert_int_equal(nkernel, 0);
}

static void
test_what_cannot_be_exempt_is_a_failure(void **state)
{
	ban(2);
	whitelist();
	throw_error = ENOMEM;
	assert_int_equal(reconcile(&e), 1);
	assert_failed("exempting: Cannot allocate memory");
	assert_int_equal(e.counters.exempt, 0);
	throw_error = 0;
	applied = 0;
	assert_int_equal(reconcile(&e), 2);
	assert_well();
}

static void
test_another_programs_route_or_no_ipv6_is_none(void **state)
{
	whitelist();
	throw_error = EEXIST;
	assert_int_equal(reconcile(&e), 0);
	assert_well();
	throw_error = EOPNOTSUPP;
	assert_int_equal(reconcile(&e), 0);
	assert_well();
	assert_int_equal(e.counters.exempt, 0);
}

static void
test_bans_and_the_whitelist_ask_for_routes(void **state)
{
	struct prefix p = host(0), q, all;

	assert_null(prefix_parse("192.0.2.7", &q));
	assert_null(prefix_parse("0.0.0.0/0", &all));
	ban(0);
	assert_true(reconcile_asks(&e, &p));
	assert_false(reconcile_asks(&e, &q));
	whitelist();
	assert_true(reconcile_asks(&e, &q));
	assert_false(reconcile_asks(&e, &all));
	prefix_widen(&q, 31);
	assert_false(reconcile_asks(&e, &q));
	p = host(1);
	assert_false(reconcile_asks(&e, &p));
	conf.policy.exempt = 0;
	assert_null(prefix_parse("192.0.2.7", &q));
	assert_false(reconcile_asks(&e, &q));
}

static void
test_the_kind_is_that_of_the_configuration(void **state)
{
	struct conf other = { .route_protocol = 200, .route_table = 100000 };
	struct route_kind k;

	other.route = CONF_BLACKHOLE;
	route_kind_of(&other, &k);
	assert_int_equal(k.type, RTN_BLACKHOLE);
	assert_int_equal(k.protocol, 200);
	assert_int_equal(k.table, 100000);
	other.route = CONF_UNREACHABLE;
	route_kind_of(&other, &k);
	assert_int_equal(k.type, RTN_UNREACHABLE);
	other.route = CONF_PROHIBIT;
	route_kind_of(&other, &k);
	assert_int_equal(k.type, RTN_PROHIBIT);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_missing_is_added_and_counted),
		TEST(test_what_no_ban_asks_for_is_deleted),
		TEST(test_a_route_of_another_kind_gives_way),
		TEST(test_however_many_are_stale_the_routes_are_listed_once),
		TEST(
		    test_the_route_of_somebody_else_is_told_and_told_again_when_it_went),
		TEST(test_a_route_that_the_kernel_refuses_is_a_failure),
		TEST(test_a_kernel_that_fails_is_told_once_and_tried_again),
		TEST(test_a_repair_that_is_planned_earlier_stays_so),
		TEST(test_without_the_kernels_answer_nothing_is_changed),
		TEST(test_a_stale_route_that_stays_keeps_no_other_away),
		TEST(test_rules_that_cannot_be_kept_do_not_keep_routes_away),
		TEST(test_what_failed_first_is_told),
		TEST(test_clearing_takes_the_wanted_routes_too),
		TEST(test_the_whitelist_is_exempt_and_counted_apart),
		TEST(test_what_is_exempt_follows_the_whitelist),
		TEST(test_what_cannot_be_exempt_is_a_failure),
		TEST(test_another_programs_route_or_no_ipv6_is_none),
		TEST(test_bans_and_the_whitelist_ask_for_routes),
		TEST(test_the_kind_is_that_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
