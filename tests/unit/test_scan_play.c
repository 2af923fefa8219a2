#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "recognise/rules.h"
#include "scan_play.h"

#define T0 1795478400 /* 2026-11-24 00:00 UTC */

static struct scan_play p;
static struct scan_outcome last;

static void
begin(const char *conf)
{
	static char path[] = "/tmp/scan_play.conf";
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(conf, f);
	fclose(f);
	assert_int_equal(scan_play_begin(&p, path), 0);
	unlink(path);
}

static int
teardown(void **state)
{
	(void)state;
	scan_play_end(&p);
	return 0;
}

static enum scan_fate
play(const char *client, enum event_kind kind, enum category category,
    const char *user, int64_t after)
{
	struct event ev = { .kind = kind,
		.category = category,
		.time = T0 + after,
		.count = 1,
		.user = user,
		.user_len = user != NULL ? strlen(user) : 0 };

	assert_null(prefix_parse(client, &ev.client));
	memset(&last, 0, sizeof(last));
	scan_play_event(&p, &ev, &last);
	return last.fate;
}

/* n failed logins, one a second. */
static enum scan_fate
try_login(const char *client, int n, int64_t after)
{
	enum scan_fate fate = SCAN_GOOD;

	while (n-- > 0)
		fate =
		    play(client, EVENT_FAILURE, CATEGORY_AUTH, "bob", after++);
	return fate;
}

static enum scan_fate
login(const char *client, const char *user, int64_t after)
{
	return play(client, EVENT_LOGIN, CATEGORY_NONE, user, after);
}

static enum scan_fate
mail(const char *client, int64_t after)
{
	return play(client, EVENT_ACCEPT, CATEGORY_NONE, NULL, after);
}

static const struct scan_ban *
ban(size_t i)
{
	assert_in_range(i + 1, 1, scan_bans_count(p.bans));
	return scan_bans_get(p.bans, i);
}

static void
assert_ban(size_t i, const char *prefix, int64_t since)
{
	char buf[PREFIX_STRLEN];

	assert_string_equal(prefix_format(&ban(i)->ban.prefix, buf), prefix);
	assert_int_equal(ban(i)->ban.since, T0 + since);
}

static void
test_a_ban_stops_what_comes_while_it_is_in_force(void **state)
{
	(void)state;
	begin("threshold 3 within 1h\nban for 10m\n");
	assert_int_equal(try_login("192.0.2.1", 2, 0), SCAN_COUNTED);
	assert_int_equal(last.verdict.count, 2);
	assert_int_equal(try_login("192.0.2.1", 1, 2), SCAN_BANS);
	assert_int_equal(try_login("192.0.2.1", 1, 2), SCAN_STOPPED);
	assert_int_equal(last.by.len, 32);
	assert_int_equal(try_login("192.0.2.1", 1, 601), SCAN_STOPPED);
	assert_int_equal(try_login("192.0.2.1", 1, 602), SCAN_COUNTED);
	assert_int_equal(last.verdict.count, 1); /* all were settled */
	assert_int_equal(scan_bans_count(p.bans), 1);
	assert_ban(0, "192.0.2.1", 2);
	assert_int_equal(ban(0)->stopped, 2);
	assert_int_equal(p.sums.stopped, 2);
	assert_int_equal(p.sums.bans, 1);
	assert_int_equal(p.sums.failures[CATEGORY_AUTH], 6);
}

static void
test_categories_that_do_not_count_are_stopped_too(void **state)
{
	(void)state;
	begin("threshold 3 within 1h\n");
	assert_int_equal(
	    play("192.0.2.1", EVENT_FAILURE, CATEGORY_RBL, NULL, 0),
	    SCAN_UNCOUNTED);
	try_login("192.0.2.1", 3, 1);
	assert_int_equal(
	    play("192.0.2.1", EVENT_FAILURE, CATEGORY_RBL, NULL, 9),
	    SCAN_STOPPED);
	assert_int_equal(p.sums.failures[CATEGORY_RBL], 2);
}

static void
test_a_line_that_tells_of_many_stops_many(void **state)
{
	struct event ev = { .kind = EVENT_FAILURE,
		.category = CATEGORY_AUTH,
		.time = T0,
		.count = 7 };

	(void)state;
	begin("");
	assert_null(prefix_parse("192.0.2.1", &ev.client));
	scan_play_event(&p, &ev, &last);
	assert_int_equal(last.fate, SCAN_BANS);
	scan_play_event(&p, &ev, &last);
	assert_int_equal(ban(0)->stopped, 7);
	assert_int_equal(ban(0)->ban.count, 7);
	assert_int_equal(p.sums.failures[CATEGORY_AUTH], 14);
}

static void
test_lines_from_before_the_ban_are_neither_stopped_nor_counted(void **state)
{
	(void)state;
	begin("threshold 3 within 1h\n");
	try_login("192.0.2.1", 3, 100);
	assert_int_equal(try_login("192.0.2.1", 1, 101), SCAN_LATE);
	assert_int_equal(login("192.0.2.1", "bob", 101), SCAN_GOOD);
	assert_int_equal(ban(0)->stopped, 0);
	assert_int_equal(p.sums.lost_logins, 0);
}

static void
test_good_logins_and_mails_of_the_banned_are_collateral(void **state)
{
	(void)state;
	begin("threshold 3 within 1h\nban for 10m\n");
	assert_int_equal(mail("192.0.2.1", 0), SCAN_GOOD);
	try_login("192.0.2.1", 3, 0);
	assert_int_equal(login("192.0.2.1", "alice", 2), SCAN_LOST);
	assert_int_equal(login("192.0.2.1", "alice", 3), SCAN_LOST);
	assert_int_equal(mail("192.0.2.1", 4), SCAN_LOST);
	assert_int_equal(mail("192.0.2.2", 5), SCAN_GOOD);
	assert_int_equal(mail("192.0.2.1", 602), SCAN_GOOD);
	assert_int_equal(ban(0)->logins, 2);
	assert_int_equal(ban(0)->mails, 1);
	assert_int_equal(p.sums.lost_logins, 2);
	assert_int_equal(p.sums.lost_mails, 1);
	assert_int_equal(scan_set_count(p.lost), 1);
	assert_int_equal(p.sums.logins, 2);
	assert_int_equal(p.sums.mails, 4);
}

static void
test_each_client_of_a_network_that_is_hit_counts(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nprefix inet6 48\n");
	try_login("2001:db8::1", 2, 0);
	assert_ban(0, "2001:db8::/48", 1);
	login("2001:db8:0:1::1", "a", 2);
	login("2001:db8:0:2::1", "b", 2);
	login("2001:db8:0:2::1", "c", 3);
	login("2001:db8:1::1", "d", 3);
	assert_int_equal(ban(0)->logins, 3);
	assert_int_equal(scan_set_count(p.lost), 2);
}

static void
test_a_greeting_is_no_mail(void **state)
{
	static const struct rule greeting = { .server = "postfix",
		.program = "postscreen" };
	struct event ev = { .kind = EVENT_ACCEPT,
		.time = T0 + 9,
		.count = 1,
		.rule = &greeting };

	(void)state;
	begin("threshold 2 within 1h\n");
	assert_null(prefix_parse("192.0.2.1", &ev.client));
	try_login("192.0.2.1", 2, 0);
	scan_play_event(&p, &ev, &last);
	assert_int_equal(last.fate, SCAN_LOST);
	assert_int_equal(p.sums.mails + p.sums.lost_mails, 0);
	assert_int_equal(scan_set_count(p.lost), 0);
}

static void
test_who_logged_in_is_known(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nknown clients 1d patience 3\n");
	login("192.0.2.1", "alice", 0);
	assert_int_equal(
	    play("192.0.2.1", EVENT_FAILURE, CATEGORY_AUTH, "alice", 1),
	    SCAN_SPARED);
	assert_string_equal(last.verdict.spared, "known");
	assert_int_equal(try_login("192.0.2.1", 5, 2), SCAN_COUNTED);
	assert_int_equal(try_login("192.0.2.1", 1, 7), SCAN_BANS);
}

static void
test_a_login_that_would_not_have_come_makes_nobody_known(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nknown clients 1d patience 3\n"
	      "ban for 10m\n");
	try_login("192.0.2.1", 2, 0);
	assert_int_equal(login("192.0.2.1", "bob", 5), SCAN_LOST);
	assert_int_equal(try_login("192.0.2.1", 2, 601), SCAN_BANS);
}

static void
test_the_second_ban_is_longer(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nban for 10m\n"
	      "ban repeat double up to 1d\n");
	try_login("192.0.2.1", 2, 0);
	try_login("192.0.2.1", 2, 700);
	assert_int_equal(ban(1)->ban.strikes, 2);
	assert_int_equal(ban(1)->ban.expires, T0 + 701 + 1200);
	assert_int_equal(try_login("192.0.2.1", 1, 1900), SCAN_STOPPED);
	assert_int_equal(ban(0)->stopped, 0);
	assert_int_equal(ban(1)->stopped, 1);
}

static void
test_many_banned_hosts_ban_their_network(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nban for 10m\n"
	      "network inet 24 after 3 hosts\n");
	try_login("192.0.2.1", 2, 0);
	try_login("192.0.2.2", 2, 300);
	assert_int_equal(try_login("192.0.2.3", 2, 500), SCAN_BANS);
	assert_int_equal(scan_bans_count(p.bans), 4);
	assert_ban(3, "192.0.2.0/24", 501);
	assert_true(ban(3)->network);
	assert_int_equal(ban(3)->ban.count, 6);
	assert_int_equal(ban(3)->inside, 6);
	assert_true(ban(0)->folded && ban(1)->folded && ban(2)->folded);
	assert_int_equal(p.sums.networks, 1);
	assert_int_equal(try_login("192.0.2.77", 1, 502), SCAN_STOPPED);
	assert_int_equal(last.by.len, 24);
	assert_int_equal(try_login("192.0.2.1", 1, 502), SCAN_STOPPED);
	assert_int_equal(ban(3)->stopped, 2);
	assert_int_equal(ban(0)->stopped, 0);
}

static void
test_a_ban_that_is_over_does_not_fill_a_network(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nban for 10m\n"
	      "network inet 24 after 3 hosts\n");
	try_login("192.0.2.1", 2, 0);
	try_login("192.0.2.2", 2, 300);
	try_login("192.0.2.3", 2, 700); /* the first is over */
	assert_int_equal(p.sums.networks, 0);
}

static void
test_many_failures_of_many_hosts_ban_their_network(void **state)
{
	char client[32];
	int i;

	(void)state;
	begin("threshold network 12 within 1h\n");
	for (i = 1; i <= 11; i++) {
		snprintf(client, sizeof(client), "192.0.2.%d", i);
		assert_int_equal(try_login(client, 1, i), SCAN_COUNTED);
	}
	assert_int_equal(try_login("192.0.2.12", 1, 12), SCAN_BANS);
	assert_true(last.verdict.network_over);
	assert_ban(0, "192.0.2.0/24", 12);
	assert_int_equal(ban(0)->ban.count, 12);
	assert_true(ban(0)->network);
}

static void
test_what_the_guard_refuses_is_not_banned(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\nwhitelist { 2001:db8::1 }\n");
	try_login("2001:db8::2", 2, 0);
	assert_int_equal(last.fate, SCAN_REFUSED);
	assert_int_equal(try_login("2001:db8::2", 1, 3), SCAN_REFUSED);
	assert_int_equal(scan_set_count(p.refused), 1);
	assert_int_equal(p.sums.bans, 0);
	try_login("2001:db8::1", 1, 5);
	assert_int_equal(last.fate, SCAN_SPARED);
	assert_string_equal(last.verdict.spared, "whitelisted");
}

static void
test_offenders_are_counted_once_each(void **state)
{
	(void)state;
	begin("threshold 3 within 1m\nwhitelist { 192.0.2.9 }\n");
	try_login("192.0.2.1", 2, 0);
	try_login("192.0.2.1", 3, 100);
	try_login("192.0.2.2", 1, 100);
	try_login("192.0.2.9", 3, 100);
	try_login("2001:db8::1", 1, 100);
	try_login("2001:db8::2", 1, 100);
	assert_int_equal(scan_set_count(p.offenders), 3);
}

static void
test_nobody_is_banned_where_only_lines_are_asked_for(void **state)
{
	(void)state;
	begin("threshold 2 within 1h\n");
	p.never = true;
	assert_int_equal(try_login("192.0.2.1", 9, 0), SCAN_COUNTED);
	assert_int_equal(scan_bans_count(p.bans), 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_ban_stops_what_comes_while_it_is_in_force),
		TEST(test_categories_that_do_not_count_are_stopped_too),
		TEST(test_a_line_that_tells_of_many_stops_many),
		TEST(
		    test_lines_from_before_the_ban_are_neither_stopped_nor_counted),
		TEST(test_good_logins_and_mails_of_the_banned_are_collateral),
		TEST(test_each_client_of_a_network_that_is_hit_counts),
		TEST(test_a_greeting_is_no_mail),
		TEST(test_who_logged_in_is_known),
		TEST(test_a_login_that_would_not_have_come_makes_nobody_known),
		TEST(test_the_second_ban_is_longer),
		TEST(test_many_banned_hosts_ban_their_network),
		TEST(test_a_ban_that_is_over_does_not_fill_a_network),
		TEST(test_many_failures_of_many_hosts_ban_their_network),
		TEST(test_what_the_guard_refuses_is_not_banned),
		TEST(test_offenders_are_counted_once_each),
		TEST(test_nobody_is_banned_where_only_lines_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
