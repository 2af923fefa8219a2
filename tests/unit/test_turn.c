/* turn.c with release.c on a pretended kernel, ledger and parser. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW 1790000000

static struct conf conf = { .ban_for = 100, .ban_max = 100, .remember = 1000 };
static struct enforcer e;
static int64_t wall, fraction, leap;
static int adds, deletes, written, commits, states, failures;
static int kernel_error, ledger_error;
static unsigned pending;
static struct ban told;
static char trace[1024]; /* "+PREFIX ", "-PREFIX ", and "x4 " or "x6 " */

int64_t
clock_ms(void)
{
	return 1000;
}

/* With e.skew.ms, which is looked at now and then, it makes the wall clock. */
int64_t
clock_boot_ms(void)
{
	return (wall - leap) * 1000 + fraction - e.skew.ms;
}

int64_t
clock_wall(void)
{
	return wall;
}

int64_t
clock_wall_ms(void)
{
	return clock_wall() * 1000 + fraction;
}

void
fault_begin(struct enforcer *en, enum msg_fault_kind kind, const char *fmt, ...)
{
	en->counters.fault[kind].since = clock_wall();
}

void
fault_end(struct enforcer *en, enum msg_fault_kind kind)
{
	en->counters.fault[kind].since = 0;
}

int
route_apply(struct route *r, struct route_change *v, size_t n)
{
	char text[PREFIX_STRLEN];
	size_t i;

	for (i = 0; i < n; i++) {
		strlcat(trace, v[i].op == ROUTE_ADD ? "+" : "-", sizeof(trace));
		strlcat(trace, prefix_format(&v[i].prefix, text),
		    sizeof(trace));
		strlcat(trace, " ", sizeof(trace));
		v[i].result = kernel_error;
		adds += v[i].op == ROUTE_ADD;
		deletes += v[i].op == ROUTE_DELETE;
	}
	return 0;
}

void
disconnect_banned(struct enforcer *en, bool inet)
{
	strlcat(trace, inet ? "x4 " : "x6 ", sizeof(trace));
}

int
ledger_put(struct ledger *l, const struct ban *ban)
{
	written++;
	pending++;
	return 0;
}

int
ledger_commit(struct ledger *l)
{
	commits++;
	errno = ledger_error;
	if (ledger_error != 0)
		return -1;
	pending = 0;
	return 0;
}

unsigned
ledger_pending(const struct ledger *l)
{
	return pending;
}

void
reply_state(struct enforcer *en, const struct ban *ban, uint32_t id)
{
	states++;
	told = *ban;
}

void
reply_failed(struct enforcer *en, uint32_t id, const char *fmt, ...)
{
	failures++;
}

void
reply_flush(struct enforcer *en)
{
}

bool
guard_refuses(const struct conf *c, const struct hostaddr *h,
    const struct prefix *p, char reason[MSG_REASON_LEN])
{
	strlcpy(reason, "odd", MSG_REASON_LEN);
	return p->addr[3] % 2 == 1;
}

static struct prefix
host(unsigned i)
{
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, bytes, 32);
	return p;
}

static void
ban(unsigned i, uint32_t id)
{
	struct prefix p = host(i);

	ban_begin(&turn_touch(&e, &p, id)->ban, &conf, CATEGORY_AUTH, 5, 0,
	    NOW);
}

static uint32_t
due_at(int64_t now)
{
	wall = now;
	return release_due(&e);
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	wall = NOW;
	fraction = leap = 0;
	e.skew.ms = 12345;
	conf.database = (char *)(uintptr_t) "bans.db";
	e.conf = &conf;
	bans_init(&e.bans, 100);
	adds = deletes = written = commits = states = failures = 0;
	kernel_error = ledger_error = 0;
	pending = 0;
	trace[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	return 0;
}

static void
test_many_changes_are_one_sync(void **state)
{
	unsigned i;

	for (i = 0; i < 50; i++)
		ban(i, i + 1);
	assert_int_equal(commits, 0);
	assert_int_equal(states, 0);
	turn_commit(&e);
	assert_int_equal(adds, 50);
	assert_int_equal(written, 50);
	assert_int_equal(commits, 1);
	assert_int_equal(states, 50);
	assert_int_equal(e.bans.active.n, 50);
	assert_int_equal(e.counters.banned, 50);
}

static void
test_a_second_ban_of_the_same_prefix_changes_nothing(void **state)
{
	ban(2, 1);
	turn_commit(&e);
	ban(2, 2);
	turn_commit(&e);
	assert_int_equal(adds, 1);
	assert_int_equal(commits, 1);
	assert_int_equal(states, 2);
}

static void
test_two_changes_of_one_prefix_are_two_turns(void **state)
{
	struct prefix p = host(2);

	ban(2, 1);
	ban_end(&turn_touch(&e, &p, 2)->ban, 0, NOW);
	turn_commit(&e);
	assert_int_equal(adds, 1);
	assert_int_equal(deletes, 1);
	assert_int_equal(commits, 2);
	assert_int_equal(told.state, BAN_ENDED);
}

static void
test_what_the_kernel_refuses_is_undone_and_answered(void **state)
{
	struct prefix p = host(2);

	kernel_error = ENOMEM;
	ban(2, 1);
	turn_commit(&e);
	assert_int_equal(failures, 1);
	assert_int_equal(states, 0);
	assert_int_equal(written, 0);
	assert_int_equal(e.counters.banned, 0);
	assert_null(bans_find(&e.bans, &p));
}

/* After the routes, once, and of the families that the turn concerns. */
static void
test_what_banned_clients_have_open_is_ended(void **state)
{
	struct prefix p = { { 0x20, 0x01, 0x0d, 0xb8 }, PREFIX_INET6, 64,
		{ 0 } };
	struct ban_entry *entry = turn_touch(&e, &p, 0);

	ban_begin(&entry->ban, &conf, CATEGORY_AUTH, 5, 0, NOW);
	turn_commit(&e);
	assert_string_equal(trace, "+2001:db8::/64 x6 ");
	trace[0] = '\0';
	ban_end(&turn_touch(&e, &p, 0)->ban, 0, NOW);
	ban(2, 0);
	ban(4, 0);
	turn_commit(&e);
	assert_string_equal(trace,
	    "-2001:db8::/64 +198.51.100.2 +198.51.100.4 x4 ");
	trace[0] = '\0';
	ban(2, 0); /* which it is already */
	turn_commit(&e);
	assert_string_equal(trace, "");
	kernel_error = ENOMEM;
	ban(6, 0);
	turn_commit(&e);
	assert_string_equal(trace, "+198.51.100.6 ");
}

static void
test_the_route_of_somebody_else_is_marked(void **state)
{
	kernel_error = EEXIST;
	ban(2, 1);
	turn_commit(&e);
	assert_int_equal(failures, 0);
	assert_int_equal(told.flags, BAN_FOREIGN);
}

static void
test_without_the_ledger_a_ban_is_in_force_and_written_later(void **state)
{
	struct prefix p = host(2);

	ledger_error = ENOSPC;
	ban(2, 1);
	turn_commit(&e);
	assert_int_equal(failures, 1);
	assert_int_equal(told.flags, BAN_UNWRITTEN);
	assert_int_equal(bans_find(&e.bans, &p)->ban.state, BAN_ACTIVE);
	assert_true(e.rewrite_at != 0);
	assert_true(e.counters.fault[MSG_FAULT_LEDGER].since != 0);
	ledger_error = 0;
	assert_int_equal(turn_write(&e), 0);
	assert_true(e.counters.fault[MSG_FAULT_LEDGER].since == 0);
	assert_int_equal(told.flags, 0);
	assert_int_equal(e.rewrite_at, 0);
}

static void
test_due_bans_end_in_one_sync_and_are_forgotten_later(void **state)
{
	unsigned i;

	for (i = 0; i < 20; i++)
		ban(i, 0);
	turn_commit(&e);
	commits = 0;
	assert_int_equal(due_at(NOW + 99), 0);
	assert_int_equal(commits, 0);
	assert_int_equal(due_at(NOW + 100), 20);
	assert_int_equal(deletes, 20);
	assert_int_equal(commits, 1);
	assert_int_equal(e.bans.ended.n, 20);
	assert_int_equal(due_at(NOW + 100 + 1000), 0);
	assert_int_equal(told.state, BAN_FORGOTTEN);
	assert_null(bans_first(&e.bans));
}

static void
test_a_clock_that_was_set_a_moment_ago_releases_nothing(void **state)
{
	ban(1, 0);
	turn_commit(&e);
	leap = 5 * 365 * 86400;
	assert_int_equal(due_at(NOW + leap), 0);
	e.skew.ms += leap * 1000; /* looked at */
	e.skew.hold_at = 1000000; /* but somebody asks for it */
	leap = 0;
	assert_int_equal(due_at(NOW + 100), 1);
	assert_int_equal(e.skew.hold_at, 0);
}

static void
test_a_ban_lasts_as_long_as_it_says(void **state)
{
	fraction = 900;
	ban(2, 0);
	turn_commit(&e);
	assert_int_equal(bans_next(&e.bans), (NOW + INT64_C(100)) * 1000 + 900);
	fraction = 0;
	assert_int_equal(due_at(NOW + 100), 0);
	assert_int_equal(due_at(NOW + 101), 1);
}

static void
test_a_release_stands_even_if_the_kernel_keeps_the_route(void **state)
{
	ban(2, 0);
	turn_commit(&e);
	kernel_error = EBUSY;
	assert_int_equal(due_at(NOW + 100), 1);
	assert_int_equal(e.bans.ended.n, 1);
	assert_true(e.heal_at != 0);
}

static void
test_flush_and_the_guard_release(void **state)
{
	unsigned i;

	for (i = 0; i < 10; i++)
		ban(i, 0);
	turn_commit(&e);
	release_refused(&e);
	assert_int_equal(e.bans.active.n, 5);
	assert_int_equal(release_all(&e), 5);
	assert_int_equal(e.bans.active.n, 0);
	assert_int_equal(e.counters.released, 10);
}

static void
ban_network(unsigned i, uint8_t len, uint32_t seconds)
{
	struct prefix p = host(i);

	prefix_widen(&p, len);
	ban_begin(&turn_touch(&e, &p, 0)->ban, &conf, CATEGORY_AUTH, 5, seconds,
	    wall);
	turn_commit(&e);
}

static void
check_trace(const char *want)
{
	assert_string_equal(trace, want);
	trace[0] = '\0';
}

static void
test_a_network_takes_the_place_of_the_bans_in_it(void **state)
{
	ban(2, 0);
	ban(200, 0);
	turn_commit(&e);
	trace[0] = '\0';
	ban_network(0, 25, 50);
	check_trace("+198.51.100.0/25 -198.51.100.2 x4 ");
	ban(4, 0);
	turn_commit(&e);
	check_trace("x4 ");
	assert_int_equal(e.bans.active.n, 4);
	assert_int_equal(due_at(NOW + 50), 1);
	check_trace("+198.51.100.2 +198.51.100.4 -198.51.100.0/25 ");
	assert_int_equal(due_at(NOW + 100), 3);
	check_trace("-198.51.100.2 -198.51.100.4 -198.51.100.200 ");
}

static void
test_a_network_within_a_network_waits_for_both(void **state)
{
	ban_network(8, 28, 100);
	ban(10, 0);
	turn_commit(&e);
	check_trace("+198.51.100.0/28 x4 x4 ");
	ban_network(0, 25, 50);
	check_trace("+198.51.100.0/25 -198.51.100.0/28 -198.51.100.10 x4 ");
	assert_int_equal(due_at(NOW + 50), 1);
	check_trace("+198.51.100.0/28 -198.51.100.0/25 ");
}

static void
test_bans_keep_their_routes_in_a_network_that_another_holds(void **state)
{
	ban(2, 0);
	turn_commit(&e);
	kernel_error = EEXIST;
	ban_network(0, 25, 50);
	kernel_error = 0;
	trace[0] = '\0';
	ban(4, 0);
	turn_commit(&e);
	check_trace("+198.51.100.4 x4 ");
}

static void
test_unban_releases_all_that_keep_the_address_out(void **state)
{
	struct prefix p = host(2), network = host(0);

	prefix_widen(&network, 25);
	ban(2, 0);
	ban(4, 0);
	turn_commit(&e);
	ban_network(0, 25, 50);
	trace[0] = '\0';
	assert_int_equal(release_covering(&e, &p, 60), 2);
	turn_commit(&e);
	check_trace("+198.51.100.4 -198.51.100.2 -198.51.100.0/25 ");
	assert_int_equal(e.bans.active.n, 1);
	assert_int_equal(bans_find(&e.bans, &p)->ban.allowed, NOW + 60);
	assert_int_equal(bans_find(&e.bans, &network)->ban.allowed, 0);
	assert_int_equal(release_covering(&e, &p, 0), 0);
	assert_int_equal(release_covering(&e, &p, 60), 1);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_many_changes_are_one_sync),
		TEST(test_a_second_ban_of_the_same_prefix_changes_nothing),
		TEST(test_two_changes_of_one_prefix_are_two_turns),
		TEST(test_what_the_kernel_refuses_is_undone_and_answered),
		TEST(test_what_banned_clients_have_open_is_ended),
		TEST(test_the_route_of_somebody_else_is_marked),
		TEST(
		    test_without_the_ledger_a_ban_is_in_force_and_written_later),
		TEST(test_due_bans_end_in_one_sync_and_are_forgotten_later),
		TEST(test_a_clock_that_was_set_a_moment_ago_releases_nothing),
		TEST(test_a_ban_lasts_as_long_as_it_says),
		TEST(test_a_release_stands_even_if_the_kernel_keeps_the_route),
		TEST(test_flush_and_the_guard_release),
		TEST(test_a_network_takes_the_place_of_the_bans_in_it),
		TEST(test_a_network_within_a_network_waits_for_both),
		TEST(
		    test_bans_keep_their_routes_in_a_network_that_another_holds),
		TEST(test_unban_releases_all_that_keep_the_address_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
