#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offenders.h"

#define T0 1800000000

static const struct msg_threshold five_a_day = { 5, 86400 };
static const struct msg_threshold windows[CATEGORY_COUNT] = {
	[CATEGORY_NONE] = { 5, 86400 },
	[CATEGORY_PROBE] = { 20, 3600 },
};

static struct prefix
pfx(const char *text)
{
	struct prefix p;
	const char *error = prefix_parse(text, &p);

	if (error != NULL)
		fail_msg("%s: %s", text, error);
	return p;
}

/* The n-th host of 2001:db8::/32. */
static struct prefix
host(uint32_t n)
{
	struct prefix p = pfx("2001:db8::");

	memcpy(p.addr + 12, &n, sizeof(n));
	return p;
}

static uint32_t
count_as(struct offenders *o, const char *text, enum category c, int64_t time,
    uint32_t n)
{
	struct prefix p = pfx(text);
	struct offender has;

	assert_int_equal(
	    offenders_count(o, &p, 0, c, time, n, &five_a_day, &has), 0);
	assert_int_equal(prefix_cmp(&has.prefix, &p), 0);
	return has.count;
}

static uint32_t
count(struct offenders *o, const char *text, int64_t time)
{
	return count_as(o, text, CATEGORY_AUTH, time, 1);
}

static void
count_host(struct offenders *o, uint32_t n, uint32_t group)
{
	struct prefix p = host(n);
	struct offender has;

	assert_int_equal(offenders_count(o, &p, group, CATEGORY_PROBE, T0, 1,
			     &five_a_day, &has),
	    0);
}

static int
get(struct offenders *o, const char *text, int64_t now, struct offender *has)
{
	struct prefix p = pfx(text);

	return offenders_get(o, &p, 0, windows, now, has);
}

static int
setup(void **state)
{
	*state = offenders_new(1000);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	offenders_free(*state);
	return 0;
}

static void
test_each_client_has_its_own_count(void **state)
{
	assert_int_equal(count(*state, "192.0.2.1", T0), 1);
	assert_int_equal(count(*state, "192.0.2.2", T0), 1);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 1), 2);
	assert_int_equal(count(*state, "2001:db8::/64", T0 + 1), 1);
	assert_int_equal(offenders_number(*state), 3);
}

static void
test_groups_of_a_client_count_apart(void **state)
{
	struct prefix p = pfx("192.0.2.1");
	struct offender has;

	count(*state, "192.0.2.1", T0);
	assert_int_equal(offenders_count(*state, &p, CATEGORY_PROBE,
			     CATEGORY_PROBE, T0, 1, &five_a_day, &has),
	    0);
	assert_int_equal(has.count, 1);
	assert_int_equal(has.group, CATEGORY_PROBE);
	assert_int_equal(offenders_number(*state), 2);
}

static void
test_categories_of_a_group_add_up(void **state)
{
	struct offender has;

	count_as(*state, "192.0.2.1", CATEGORY_AUTH, T0, 1);
	count_as(*state, "192.0.2.1", CATEGORY_RELAY, T0, 2);
	assert_int_equal(
	    count_as(*state, "192.0.2.1", CATEGORY_AUTH, T0 + 9, 1), 4);
	assert_int_equal(get(*state, "192.0.2.1", T0 + 10, &has), 1);
	assert_int_equal(has.counts[CATEGORY_AUTH], 2);
	assert_int_equal(has.counts[CATEGORY_RELAY], 2);
	assert_int_equal(has.first, T0);
	assert_int_equal(has.last, T0 + 9);
}

static void
test_a_failure_as_old_as_the_window_counts_and_an_older_one_not(void **state)
{
	count(*state, "192.0.2.1", T0);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 86400), 2);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 86401), 2);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 3 * 86400), 1);
}

static void
test_lines_out_of_order_count_in_the_window_of_the_newest(void **state)
{
	struct offender has;

	count(*state, "192.0.2.1", T0 + 100);
	assert_int_equal(count(*state, "192.0.2.1", T0), 2);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 50), 3);
	assert_int_equal(get(*state, "192.0.2.1", T0 + 100, &has), 1);
	assert_int_equal(has.first, T0);
	assert_int_equal(has.last, T0 + 100);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 99 - 86400), 3);
	assert_int_equal(count(*state, "192.0.2.1", T0 + 86400 + 60), 2);
}

static void
test_only_the_newest_failures_are_kept(void **state)
{
	struct offender has;
	int i;

	for (i = 0; i < 20; i++)
		count(*state, "192.0.2.1", T0 + i);
	assert_int_equal(get(*state, "192.0.2.1", T0 + 20, &has), 1);
	assert_int_equal(has.count, 5);
	assert_int_equal(has.first, T0 + 15);
	assert_int_equal(count(*state, "192.0.2.1", T0), 5);
	assert_int_equal(get(*state, "192.0.2.1", T0 + 20, &has), 1);
	assert_int_equal(has.first, T0 + 15);
}

static void
test_one_line_may_tell_of_several_failures(void **state)
{
	assert_int_equal(count_as(*state, "192.0.2.1", CATEGORY_AUTH, T0, 4),
	    4);
	assert_int_equal(count(*state, "192.0.2.1", T0), 5);
	assert_int_equal(
	    count_as(*state, "192.0.2.2", CATEGORY_AUTH, T0, UINT32_MAX),
	    (1U << 28) - 1);
	assert_int_equal(count(*state, "192.0.2.2", T0), (1U << 28) - 1);
}

static void
test_a_lower_threshold_keeps_fewer(void **state)
{
	static const struct msg_threshold two = { 2, 60 };
	struct prefix p = pfx("192.0.2.1");
	struct offender has;
	int i;

	for (i = 0; i < 5; i++)
		count(*state, "192.0.2.1", T0 + i);
	assert_int_equal(offenders_count(*state, &p, 0, CATEGORY_AUTH, T0 + 5,
			     1, &two, &has),
	    0);
	assert_int_equal(has.count, 2);
	assert_int_equal(has.first, T0 + 4);
}

static void
test_times_out_of_range_are_the_nearest_ones(void **state)
{
	assert_int_equal(count(*state, "192.0.2.1", -5), 1);
	assert_int_equal(count(*state, "192.0.2.1", 0), 2);
	assert_int_equal(count(*state, "192.0.2.2", INT64_MAX), 1);
	assert_int_equal(count(*state, "192.0.2.2", UINT32_MAX), 2);
}

static void
test_beyond_the_limit_the_longest_idle_goes(void **state)
{
	struct offenders *o = *state;
	struct offender has;

	offenders_set_limit(o, 2);
	count(o, "192.0.2.1", T0);
	count(o, "192.0.2.2", T0);
	count(o, "192.0.2.1", T0);
	count(o, "192.0.2.3", T0);
	assert_int_equal(offenders_number(o), 2);
	assert_int_equal(get(o, "192.0.2.2", T0, &has), 0);
	assert_int_equal(get(o, "192.0.2.1", T0, &has), 1);
	offenders_set_limit(o, 1);
	assert_int_equal(offenders_number(o), 1);
	assert_int_equal(get(o, "192.0.2.3", T0, &has), 1);
}

/* Only what still had its window is a loss. */
static void
test_what_a_full_table_drops_before_its_time_is_counted(void **state)
{
	struct offenders *o = *state;

	offenders_set_limit(o, 3);
	count(o, "192.0.2.1", T0);
	count(o, "192.0.2.2", T0 + 10);
	count(o, "192.0.2.3", T0 + 20);
	count(o, "192.0.2.4", T0 + 86400); /* .1 is in its window still */
	assert_int_equal(offenders_lost(o), 1);
	count(o, "192.0.2.5", T0 + 86411); /* .2 is not */
	assert_int_equal(offenders_lost(o), 1);
	count(o, "192.0.2.6", T0 + 86411); /* .3 is */
	assert_int_equal(offenders_lost(o), 2);
	offenders_set_limit(o, 1); /* a reload drops some, too */
	assert_int_equal(offenders_lost(o), 4);
	assert_int_equal(offenders_number(o), 1);
}

/* An entry goes by its newest failure, in the window of its own threshold. */
static void
test_loss_goes_by_the_window_of_the_group(void **state)
{
	const struct msg_threshold hour = { 20, 3600 };
	struct offenders *o = *state;
	struct prefix p = pfx("192.0.2.1");
	struct offender has;

	offenders_set_limit(o, 1);
	assert_int_equal(offenders_count(o, &p, CATEGORY_PROBE, CATEGORY_PROBE,
			     T0, 1, &hour, &has),
	    0);
	count(o, "192.0.2.2", T0 + 3601);
	assert_int_equal(offenders_lost(o), 0);
	count(o, "192.0.2.2", T0 + 9000);
	count(o, "192.0.2.3", T0 + 3601 + 86400);
	assert_int_equal(offenders_lost(o), 1);
}

/* However many come, who is counted again and again is not pushed out. */
static void
test_who_goes_over_the_threshold_meanwhile_does_so_in_a_full_table(void **state)
{
	struct offenders *o = *state;
	uint32_t n, i;

	offenders_set_limit(o, 1000);
	for (i = 1; i <= 5; i++) {
		assert_int_equal(count(o, "192.0.2.1", T0), i);
		for (n = 0; n < 999; n++)
			count_host(o, i * 1000 + n, 0);
		assert_int_equal(offenders_number(o), 1000);
	}
	assert_int_equal(offenders_lost(o), 4 * 999);
}

static void
test_a_table_far_beyond_its_limit_stays_whole(void **state)
{
	struct offenders *o = *state;
	struct offender has;
	struct prefix p;
	uint32_t i;

	for (i = 0; i < 5000; i++)
		count_host(o, i, 0);
	assert_int_equal(offenders_number(o), 1000);
	for (i = 0; i < 5000; i++) {
		p = host(i);
		assert_int_equal(offenders_get(o, &p, 0, windows, T0, &has),
		    i >= 4000);
	}
}

static void
test_forget_takes_all_groups_of_a_prefix_and_no_other(void **state)
{
	struct offenders *o = *state;
	struct prefix p = host(7);
	struct offender has;

	count_host(o, 7, 0);
	count_host(o, 7, CATEGORY_PROBE);
	count_host(o, 8, 0);
	offenders_forget(o, &p);
	assert_int_equal(offenders_number(o), 1);
	p = host(8);
	assert_int_equal(offenders_get(o, &p, 0, windows, T0, &has), 1);
}

static void
test_forget_takes_what_lies_in_a_network(void **state)
{
	struct prefix net = pfx("192.0.2.0/24");

	count(*state, "192.0.2.0", T0);
	count(*state, "192.0.2.255", T0);
	count(*state, "198.51.100.1", T0);
	count(*state, "2001:db8::/64", T0);
	offenders_forget(*state, &net);
	assert_int_equal(offenders_number(*state), 2);
	assert_int_equal(count(*state, "192.0.2.0", T0), 1);
}

static void
test_forget_of_a_host_leaves_its_network(void **state)
{
	struct prefix p = pfx("2001:db8::1");

	count(*state, "2001:db8::/64", T0);
	offenders_forget(*state, &p);
	assert_int_equal(count(*state, "2001:db8::/64", T0), 2);
}

static int
walk(struct offenders *o, int64_t now, uint8_t seen[], void (*each)(int))
{
	struct offender has;
	struct prefix p;
	uint32_t n;
	int steps = 0, more;

	more = offenders_next(o, NULL, 0, windows, now, &has);
	while (more) {
		memcpy(&n, has.prefix.addr + 12, sizeof(n));
		seen[n]++;
		if (each != NULL)
			each(steps);
		steps++;
		p = has.prefix;
		more = offenders_next(o, &p, has.group, windows, now, &has);
	}
	return steps;
}

static void
test_a_walk_meets_each_entry_once(void **state)
{
	uint8_t seen[600] = { 0 };
	uint32_t i;

	for (i = 0; i < 600; i++)
		count_host(*state, i, 0);
	for (i = 0; i < 100; i++)
		count_host(*state, i, CATEGORY_PROBE);
	assert_int_equal(walk(*state, T0, seen, NULL), 700);
	for (i = 0; i < 600; i++)
		assert_int_equal(seen[i], i < 100 ? 2 : 1);
}

static struct offenders *walked;

static void
grow_and_shrink(int step)
{
	struct prefix p;

	if (step != 100)
		return;
	for (uint32_t i = 300; i < 900; i++)
		count_host(walked, i, 0);
	for (uint32_t i = 200; i < 300; i++) {
		p = host(i);
		offenders_forget(walked, &p);
	}
}

static void
test_a_walk_goes_on_while_the_table_grows_and_entries_go(void **state)
{
	uint8_t seen[900] = { 0 };
	uint32_t i;

	walked = *state;
	for (i = 0; i < 300; i++)
		count_host(walked, i, 0);
	walk(walked, T0, seen, grow_and_shrink);
	for (i = 0; i < 900; i++)
		assert_true(i < 200 ? seen[i] == 1 : seen[i] <= 1);
}

static void
test_a_walk_passes_over_empty_windows_and_groups_without_threshold(void **state)
{
	uint8_t seen[4] = { 0 };
	struct prefix p = host(3);
	struct offender has;

	count_host(*state, 1, 0);
	count_host(*state, 2, CATEGORY_PROBE);
	count_host(*state, 3, CATEGORY_RBL);
	assert_int_equal(walk(*state, T0 + 3600, seen, NULL), 2);
	assert_int_equal(walk(*state, T0 + 3601, seen, NULL), 1);
	assert_int_equal(walk(*state, T0 + 86401, seen, NULL), 0);
	assert_int_equal(seen[1], 2);
	assert_int_equal(seen[3], 0);
	assert_int_equal(
	    offenders_get(*state, &p, CATEGORY_RBL, windows, T0, &has), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
test_failures_move_with_the_clock(void **state)
{
	static const int64_t jumps[] = { 3600, -3600, 157680000, -157680000 };
	struct offender has;
	int64_t now = T0;
	size_t i;

	assert_int_equal(count(*state, "192.0.2.1", T0 - 100), 1);
	assert_int_equal(count(*state, "192.0.2.1", T0), 2);
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		now += jumps[i];
		offenders_shift(*state, jumps[i]);
		assert_true(get(*state, "192.0.2.1", now, &has));
		assert_int_equal(has.count, 2);
		assert_int_equal(has.first, now - 100);
		assert_int_equal(has.last, now);
	}
	assert_int_equal(count(*state, "192.0.2.1", now + 1), 3);
	offenders_shift(*state, -now);
	assert_int_equal(count(*state, "192.0.2.1", 2), 4);
	assert_true(get(*state, "192.0.2.1", 2, &has));
	assert_int_equal(has.first, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_client_has_its_own_count),
		TEST(test_groups_of_a_client_count_apart),
		TEST(test_categories_of_a_group_add_up),
		TEST(
		    test_a_failure_as_old_as_the_window_counts_and_an_older_one_not),
		TEST(test_lines_out_of_order_count_in_the_window_of_the_newest),
		TEST(test_only_the_newest_failures_are_kept),
		TEST(test_one_line_may_tell_of_several_failures),
		TEST(test_a_lower_threshold_keeps_fewer),
		TEST(test_times_out_of_range_are_the_nearest_ones),
		TEST(test_beyond_the_limit_the_longest_idle_goes),
		TEST(test_what_a_full_table_drops_before_its_time_is_counted),
		TEST(test_loss_goes_by_the_window_of_the_group),
		TEST(
		    test_who_goes_over_the_threshold_meanwhile_does_so_in_a_full_table),
		TEST(test_a_table_far_beyond_its_limit_stays_whole),
		TEST(test_forget_takes_all_groups_of_a_prefix_and_no_other),
		TEST(test_forget_takes_what_lies_in_a_network),
		TEST(test_forget_of_a_host_leaves_its_network),
		TEST(test_a_walk_meets_each_entry_once),
		TEST(test_a_walk_goes_on_while_the_table_grows_and_entries_go),
		TEST(
		    test_a_walk_passes_over_empty_windows_and_groups_without_threshold),
		TEST(test_failures_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
