/* The loop: what it does when, and that it waits for nothing else. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop.h"
#include "loop_rig.h"

static void
test_an_idle_daemon_waits_for_nothing_but_a_set_clock(void **state)
{
	static const struct loop_step steps[] = { END(1000000) };

	loop_rig_ban(1, 0);
	loop_rig_run(steps);
	assert_int_equal(rig.first_timeout, -1);
	assert_int_equal(rig.polls, 1);
	assert_int_equal(rig.settimes, 1);
	assert_true(rig.timer > INT64_MAX / 2);
}

static void
test_what_is_due_waits_while_the_clock_may_be_wrong(void **state)
{
	static const struct loop_step steps[] = { READABLE(500, LOOP_TIMER),
		READABLE(600, LOOP_PARSER), END(9000) };

	loop_rig_ban(1, -7200);
	loop_enforcer.skew.hold_at = LOOP_START + 5000;
	loop_rig_run(steps);
	assert_int_equal(rig.release.n, 1);
	assert_int_equal(rig.release.at[0], 5000);
	assert_int_equal(rig.polls, 4);
	assert_int_equal(rig.checks, 4);
}

static void
test_a_clock_that_is_behind_is_looked_at_in_time(void **state)
{
	static const struct loop_step steps[] = { END(9000) };

	loop_enforcer.skew.trust_at = LOOP_START + 5000;
	loop_rig_run(steps);
	assert_int_equal(rig.first_timeout, 5000);
}

static void
test_a_due_ban_is_released_by_the_timer(void **state)
{
	static const struct loop_step steps[] = { END(10000) };

	loop_rig_ban(1, 2);
	loop_rig_ban(2, 3600);
	loop_rig_run(steps);
	assert_int_equal(rig.release.n, 1);
	assert_int_equal(rig.release.at[0], 2000);
	assert_int_equal(rig.polls, 2);
	assert_int_equal(loop_enforcer.bans.active.n, 1);
	assert_int_equal(rig.timer, 3600000);
}

static void
test_a_clock_that_is_set_sets_the_timer_anew(void **state)
{
	static const struct loop_step steps[] = { READABLE(500, LOOP_TIMER),
		END(1000) };

	loop_rig_ban(1, 3600);
	loop_rig_run(steps);
	assert_int_equal(rig.settimes, 2);
	assert_int_equal(rig.release.n, 0);
}

/* Its timer tells so when it is set anew. */
static void
test_a_clock_that_was_set_meanwhile_is_looked_at_at_once(void **state)
{
	static const struct loop_step steps[] = { END(1000) };

	loop_rig_ban(1, 3600);
	rig.timer_error = ECANCELED;
	loop_rig_run(steps);
	assert_int_equal(rig.settimes, 3);
	assert_int_equal(rig.polls, 2);
	assert_int_equal(rig.checks, 2);
	assert_int_equal(rig.timer, 3600000);
}

static void
test_what_vanishes_is_put_back_in_one_go(void **state)
{
	static const struct loop_step steps[] = { GONE(1000, 1), GONE(1001, 2),
		GONE(1050, 3), END(5000) };

	loop_rig_ban(1, 3600);
	loop_rig_ban(2, 3600);
	rig.missing = 2;
	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 1);
	assert_in_range(rig.reconcile.at[0], 1001, 1999);
	assert_int_equal(loop_enforcer.counters.healed, 2);
}

static void
test_who_removes_routes_without_end_does_not_put_the_repair_off(void **state)
{
	static const struct loop_step steps[] = { GONE(1000, 1), GONE(1090, 1),
		GONE(1180, 1), GONE(1270, 1), GONE(1360, 1), END(1400) };

	loop_rig_ban(1, 3600);
	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 1);
	assert_in_range(rig.reconcile.at[0], 1001, 1180);
}

static void
test_a_repair_that_waits_long_does_not_put_this_one_off(void **state)
{
	static const struct loop_step steps[] = { GONE(1000, 1), END(3000) };

	loop_rig_ban(1, 3600);
	loop_enforcer.heal_at = LOOP_START + 10000; /* a deletion failed */
	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 1);
}

static void
test_routes_that_no_ban_needs_are_not_missed(void **state)
{
	static const struct loop_step steps[] = { GONE(1000, 1), GONE(1000, 2),
		END(5000) };

	loop_rig_ban(1, 0);
	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 0);
}

static void
test_between_two_repairs_there_is_a_brake(void **state)
{
	static const struct loop_step steps[] = { GONE(1000, 1), GONE(1101, 1),
		GONE(1102, 1), GONE(1700, 1), END(5000) };

	loop_rig_ban(1, 3600);
	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 3);
	assert_true(rig.reconcile.at[1] - rig.reconcile.at[0] >= 500);
	assert_true(rig.reconcile.at[1] - 1101 < 1000);
	assert_true(rig.reconcile.at[2] - rig.reconcile.at[1] >= 500);
}

static void
test_rules_that_went_are_put_back_too(void **state)
{
	static const struct loop_step steps[] = { CHANGED(1000, HOSTADDR_RULES),
		END(6000) };

	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 1);
	assert_in_range(rig.reconcile.at[0], 1001, 1999);
}

static void
test_lost_notifications_mean_that_all_is_checked(void **state)
{
	static const struct loop_step steps[] = { CHANGED(1000, HOSTADDR_LOST),
		CHANGED(1001, HOSTADDR_LOST), CHANGED(1900, HOSTADDR_LOST),
		END(5000) };

	loop_rig_run(steps);
	assert_int_equal(rig.reconcile.n, 2);
	assert_in_range(rig.reconcile.at[0], 1001, 1899);
	assert_int_equal(rig.refresh.n, 1); /* a flood is no reason to hurry */
	assert_int_equal(rig.refresh.at[0], 2000);
	assert_int_equal(rig.refused, 1);
}

static void
test_a_request_is_judged_by_the_addresses_of_now(void **state)
{
	static const struct loop_step address[] = {
		CHANGED(1000, HOSTADDR_ADDRESSES), END(1000)
	};
	static const struct loop_step request[] = { READABLE(1010, LOOP_PARSER),
		END(1020) };

	rig.asking = true;
	loop_rig_run(address);
	assert_int_equal(rig.reads, 1);
	assert_int_equal(rig.refused_before, 1);
	rig.asking = false;
	rig.stale = true; /* resolv.conf, of which nothing tells */
	loop_rig_run(request);
	assert_int_equal(rig.reads, 2);
	assert_int_equal(rig.refused_before, 2);
	assert_int_equal(rig.refresh.n, 2);
}

static void
test_own_addresses_count_at_once_and_gateways_soon(void **state)
{
	static const struct loop_step steps[] = { CHANGED(1000,
						      HOSTADDR_GATEWAYS),
		CHANGED(1400, HOSTADDR_GATEWAYS),
		CHANGED(5000, HOSTADDR_ADDRESSES),
		CHANGED(6000, HOSTADDR_GATEWAYS),
		CHANGED(6100, HOSTADDR_ADDRESSES), END(9000) };

	loop_rig_run(steps);
	assert_int_equal(rig.refresh.n, 3);
	assert_int_equal(rig.refresh.at[0], 2000);
	assert_int_equal(rig.refresh.at[1], 5000);
	assert_int_equal(rig.refresh.at[2], 6100);
	assert_int_equal(rig.refused, 3);
	assert_int_equal(rig.over, 3);
	assert_int_equal(rig.reconcile.n, 0);
}

static void
test_addresses_that_could_not_be_read_are_read_again(void **state)
{
	static const struct loop_step steps[] = {
		CHANGED(1000, HOSTADDR_ADDRESSES), END(2500)
	};

	rig.refresh_error = ENOBUFS;
	loop_rig_run(steps);
	assert_int_equal(rig.refresh.n, 2);
	assert_int_equal(rig.refresh.at[1], 2000);
	assert_int_equal(rig.refused, 0);
	assert_int_equal(rig.failed, 2);
	assert_int_equal(rig.over, 0);
}

static void
test_a_ledger_that_failed_is_written_when_that_is_due(void **state)
{
	static const struct loop_step steps[] = { END(5000) };

	loop_enforcer.rewrite_at = LOOP_START + 300;
	loop_rig_run(steps);
	assert_int_equal(rig.write.n, 2);
	assert_int_equal(rig.write.at[0], 300);
	assert_int_equal(rig.write.at[1], 1000);
	assert_int_equal(rig.polls, 3);
}

static void
test_the_watchdog_goes_through_the_parser(void **state)
{
	static const struct loop_step steps[] = { END(3500) };

	rig.watchdog = 1000;
	loop_rig_run(steps);
	assert_int_equal(rig.ping.n, 3);
	assert_int_equal(rig.ping.at[0], 1000);
	assert_int_equal(rig.ping.at[2], 3000);
	assert_int_equal(loop_enforcer.pings, 3); /* answers are awaited */
}

static void
test_a_parser_that_was_told_nothing_is_asked_nothing(void **state)
{
	static const struct loop_step steps[] = { SIGNAL(10, SIGHUP),
		SIGNAL(20, SIGUSR1), END(3500) };

	rig.watchdog = 1000;
	loop_enforcer.told = false;
	loop_rig_run(steps);
	assert_int_equal(rig.ping.n, 0);
	assert_int_equal(rig.reloads, 0);
	assert_int_equal(rig.dumps, 0);
}

static void
test_requests_wait_while_their_rate_is_used_up(void **state)
{
	static const struct loop_step steps[] = { READABLE(10, LOOP_PARSER),
		END(20) };

	loop_rig_run(steps);
	assert_int_equal(rig.reads, 1);
	assert_int_equal(rig.parser_events, POLLIN);
	assert_int_equal(rig.first_timeout, -1);
	rig.pause = 50;
	loop_rig_run(steps + 1);
	assert_int_equal(rig.parser_events, 0);
	assert_int_equal(rig.first_timeout, 50);
	loop_enforcer.heal_at = LOOP_START + 2020;
	loop_rig_run(steps + 1);
	assert_int_equal(rig.first_timeout, 50);
	rig.pause = 3000;
	loop_rig_run(steps + 1);
	assert_int_equal(rig.first_timeout, 2000);
}

static void
test_each_signal_does_its_own(void **state)
{
	static const struct loop_step steps[] = { SIGNAL(10, SIGHUP),
		SIGNAL(20, SIGUSR1), SIGNAL(30, SIGHUP), SIGNAL(40, SIGINT),
		SIGNAL(50, SIGHUP) };

	assert_int_equal(loop_rig_run(steps), 40);
	assert_int_equal(rig.reloads, 2);
	assert_int_equal(rig.dumps, 1);
}

static void
test_the_end_of_the_parser_is_the_end(void **state)
{
	static const struct loop_step steps[] = { SIGNAL(10, SIGCHLD),
		END(20) };
	siginfo_t ended;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		close(2);
		if ((loop_enforcer.parser = fork()) == 0)
			_exit(0);
		(void)waitid(P_PID, (id_t)loop_enforcer.parser, &ended,
		    WEXITED | WNOWAIT);
		loop_rig_run(steps);
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
test_a_parser_that_does_not_start_is_the_end(void **state)
{
	static const struct loop_step steps[] = { END(5000), END(9000) };
	char line[64] = "";
	int fd[2];
	pid_t pid;

	loop_enforcer.confined_by = LOOP_START + 6000;
	assert_int_equal(loop_rig_run(steps), 5000);
	assert_int_equal(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		if (dup2(fd[1], 2) == 2)
			loop_rig_run(steps + 1);
		_exit(42);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(read(fd[0], line, sizeof(line) - 1) > 0);
	assert_string_equal(line, "smtpban: the parser does not start\n");
	close(fd[0]);
	close(fd[1]);
}

/* Another child than the parser ends: how the loop does, with that log. */
static int
status_after_child(const char *log)
{
	static const struct loop_step steps[] = { SIGNAL(10, SIGCHLD),
		END(20) };
	siginfo_t ended;
	int status;
	pid_t pid, child;

	if ((pid = fork()) == 0) {
		close(2);
		loop_enforcer.conf->logs[0] = (char *)log;
		loop_enforcer.conf->nlogs = 1;
		loop_enforcer.parser = getpid();
		if ((child = fork()) == 0)
			_exit(0);
		(void)waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT);
		loop_rig_run(steps);
		_exit(waitpid(child, NULL, WNOHANG) == -1 ? 42 : 43);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_the_end_of_the_journal_is_the_end_while_it_is_followed(void **state)
{
	assert_int_equal(status_after_child(MSG_JOURNAL), 1);
	assert_int_equal(status_after_child("/var/log/mail.log"), 42);
}

static void
test_a_parser_that_is_stopped_is_not_the_end(void **state)
{
	static const struct loop_step steps[] = { SIGNAL(10, SIGCHLD),
		END(20) };

	loop_enforcer.parser = fork();
	if (loop_enforcer.parser == 0) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(loop_rig_run(steps), 20);
	assert_int_equal(kill(loop_enforcer.parser, SIGKILL), 0);
	assert_int_equal(waitpid(loop_enforcer.parser, NULL, 0),
	    loop_enforcer.parser);
}

static void
test_signals_are_read_not_suffered(void **state)
{
	static const int all[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGCHLD };
	struct signalfd_siginfo si;
	sigset_t before;
	size_t i;
	int fd;

	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	fd = loop_signals();
	assert_int_equal(read(fd, &si, sizeof(si)), -1);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(raise(all[i]), 0);
		assert_int_equal(read(fd, &si, sizeof(si)), sizeof(si));
		assert_int_equal(si.ssi_signo, all[i]);
	}
	close(fd);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

int
main(void)
{
#define TEST(t) \
	cmocka_unit_test_setup_teardown(t, loop_rig_setup, loop_rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_an_idle_daemon_waits_for_nothing_but_a_set_clock),
		TEST(test_what_is_due_waits_while_the_clock_may_be_wrong),
		TEST(test_a_clock_that_is_behind_is_looked_at_in_time),
		TEST(test_a_due_ban_is_released_by_the_timer),
		TEST(test_a_clock_that_is_set_sets_the_timer_anew),
		TEST(test_a_clock_that_was_set_meanwhile_is_looked_at_at_once),
		TEST(test_what_vanishes_is_put_back_in_one_go),
		TEST(
		    test_who_removes_routes_without_end_does_not_put_the_repair_off),
		TEST(test_a_repair_that_waits_long_does_not_put_this_one_off),
		TEST(test_routes_that_no_ban_needs_are_not_missed),
		TEST(test_between_two_repairs_there_is_a_brake),
		TEST(test_rules_that_went_are_put_back_too),
		TEST(test_lost_notifications_mean_that_all_is_checked),
		TEST(test_a_request_is_judged_by_the_addresses_of_now),
		TEST(test_own_addresses_count_at_once_and_gateways_soon),
		TEST(test_addresses_that_could_not_be_read_are_read_again),
		TEST(test_a_ledger_that_failed_is_written_when_that_is_due),
		TEST(test_the_watchdog_goes_through_the_parser),
		TEST(test_a_parser_that_was_told_nothing_is_asked_nothing),
		TEST(test_requests_wait_while_their_rate_is_used_up),
		TEST(test_each_signal_does_its_own),
		TEST(test_the_end_of_the_parser_is_the_end),
		TEST(test_a_parser_that_does_not_start_is_the_end),
		TEST(
		    test_the_end_of_the_journal_is_the_end_while_it_is_followed),
		TEST(test_a_parser_that_is_stopped_is_not_the_end),
		TEST(test_signals_are_read_not_suffered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
