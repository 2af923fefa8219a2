/*
 * A full disk, a failing gdbm, and kill -9 of a busy writer.  Needs root, for
 * a mount.
 */
#include <sys/mount.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ledger_fixture.h"

/* Linked with --wrap: all of the module's calls come here. */
int __real_gdbm_store(GDBM_FILE, datum, datum, int);
int __wrap_gdbm_store(GDBM_FILE, datum, datum, int);
int __real_gdbm_needs_recovery(GDBM_FILE);
int __wrap_gdbm_needs_recovery(GDBM_FILE);

static int store_fails;     /* at this call from now; 0: at none */
static int recovery_needed; /* likewise */

int
__wrap_gdbm_store(GDBM_FILE db, datum key, datum value, int flag)
{
	int result = __real_gdbm_store(db, key, value, flag);

	return store_fails > 0 && --store_fails == 0 ? -1 : result;
}

int
__wrap_gdbm_needs_recovery(GDBM_FILE db)
{
	if (recovery_needed > 0 && --recovery_needed == 0)
		return 1;
	return __real_gdbm_needs_recovery(db);
}

#define ROUNDS 60 /* or LEDGER_ROUNDS */

static void
put_or_exit(void *arg, const struct ban *b)
{
	if (fixture_put(arg, b) == -1)
		_exit(3);
}

static void
write_until_killed(struct ledger_model *m, int ack)
{
	struct ledger *l = fixture_open();

	if (l == NULL)
		_exit(1);
	for (;;) {
		model_step(m, put_or_exit, l);
		if (ledger_commit(l) == -1)
			_exit(2);
		if (write(ack, "", 1) != 1)
			_exit(4);
	}
}

/* Kill a writer; bring the model to what it had acknowledged. */
static void
kill_a_writer(struct ledger_model *m)
{
	struct timespec pause = { 0, 2000000 + random() % 60000000 };
	char acks[4096];
	int ack[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ack), 0);
	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		close(ack[0]);
		write_until_killed(m, ack[1]);
	}
	close(ack[1]);
	nanosleep(&pause, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while ((n = read(ack[0], acks, sizeof(acks))) > 0)
		while (n-- > 0)
			model_step(m, NULL, NULL);
	close(ack[0]);
}

static void
test_killed_writer_loses_nothing_acknowledged(void **state)
{
	const char *rounds = getenv("LEDGER_ROUNDS");
	struct ledger_model m = { .random = 1 }, next;
	struct ledger *l;
	long long i, n = ROUNDS, unreadable = 0;

	(void)state;
	if (rounds != NULL)
		n = strtonum(rounds, 1, 1000000, NULL);
	srandom(1);
	for (i = 0; i < n; i++) {
		kill_a_writer(&m);
		l = fixture_open();
		assert_non_null(l);
		assert_int_equal(damaged, 0);
		unreadable += strstr(logged, "damaged, kept") != NULL;
		/* The batch that was on its way is whole, or not there. */
		next = m;
		model_step(&next, NULL, NULL);
		if (model_holds(&next, &bans))
			m = next;
		else
			assert_true(model_holds(&m, &bans));
		ledger_close(l);
	}
	assert_true(m.clock > 0);
	/* A batch that was cut short is no damage, if gdbm can read it. */
	assert_true(unreadable <= n / 10);
	print_message("%lld rounds, a file unreadable in %lld\n", n,
	    unreadable);
}

/* Leave room for so many bytes, or take it away again. */
static void
fill_disk(const char *filler)
{
	static const char page[4096];
	int fd = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd != -1);
	while (write(fd, page, sizeof(page)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static int
setup_small_disk(void **state)
{
	if (fixture_setup(state) == -1)
		return -1;
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("small", dir, "tmpfs", 0, "size=2m") == -1) {
		perror("a small tmpfs (are you root?)");
		return -1;
	}
	return 0;
}

static int
teardown_small_disk(void **state)
{
	return umount(dir) == -1 ? -1 : fixture_teardown(state);
}

static void
test_full_disk_keeps_all_pending_until_there_is_room(void **state)
{
	struct ledger *l = fixture_open();
	char filler[96];
	struct ban b;
	unsigned n;
	int try;

	(void)state;
	snprintf(filler, sizeof(filler), "%s/filler", dir);
	fixture_fill(l, 0, 100, 1);
	fill_disk(filler);
	for (n = 0; n < 1000; n++) {
		b = model_ban(n, 2);
		assert_int_equal(fixture_put(l, &b), 0);
	}
	for (try = 0; try < 3; try++) {
		errno = 0;
		assert_int_equal(ledger_commit(l), -1);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(ledger_pending(l), 1000);
		assert_whole_elsewhere(100, 1);
		fill_disk(filler);
	}
	assert_int_equal(unlink(filler), 0);
	assert_int_equal(ledger_commit(l), 0);
	assert_int_equal(ledger_pending(l), 0);
	assert_whole_elsewhere(1000, 2);
	ledger_close(l);
	l = fixture_open();
	assert_seen(1000, 2);
	ledger_close(l);
}

static void
test_full_disk_at_start_still_gives_the_bans(void **state)
{
	struct ledger *l = fixture_open();
	char filler[96];
	struct ban b = model_ban(100, 1);

	(void)state;
	snprintf(filler, sizeof(filler), "%s/filler", dir);
	fixture_fill(l, 0, 100, 1);
	ledger_close(l);
	assert_int_equal(truncate(path[0], 100), 0);
	fill_disk(filler);
	l = fixture_open();
	assert_non_null(l);
	assert_seen(100, 1);
	assert_non_null(strstr(logged, "cannot be made yet"));
	assert_int_equal(fixture_put(l, &b), 0);
	assert_int_equal(ledger_commit(l), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(unlink(filler), 0);
	assert_int_equal(ledger_commit(l), 0);
	ledger_close(l);
	l = fixture_open();
	assert_seen(101, 1);
	assert_string_equal(logged, "");
	ledger_close(l);
}

static void
test_full_disk_without_a_ledger_is_refused(void **state)
{
	char filler[96];

	(void)state;
	snprintf(filler, sizeof(filler), "%s/filler", dir);
	fill_disk(filler);
	assert_null(fixture_open());
	assert_non_null(strstr(logged, "cannot be made"));
}

static void
commit_fails_once(int *fault)
{
	struct ledger *l = fixture_open();
	struct ban b;
	unsigned n;

	fixture_fill(l, 0, 20, 1);
	fixture_fill(l, 0, 20, 2);
	for (n = 0; n < 20; n++) {
		b = model_ban(n, 3);
		assert_int_equal(fixture_put(l, &b), 0);
	}
	*fault = 10; /* in the midst of the batch before */
	assert_int_equal(ledger_commit(l), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(*fault, 0);
	assert_whole_elsewhere(20, 2);
	assert_int_equal(ledger_pending(l), 20);
	assert_int_equal(ledger_commit(l), 0);
	assert_whole_elsewhere(20, 3);
	ledger_close(l);
}

static void
test_failed_store_is_never_taken_for_a_commit(void **state)
{
	(void)state;
	commit_fails_once(&store_fails);
}

static void
test_failed_bucket_write_is_never_taken_for_a_commit(void **state)
{
	(void)state;
	commit_fails_once(&recovery_needed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed_writer_loses_nothing_acknowledged),
		TEST(test_failed_store_is_never_taken_for_a_commit),
		TEST(test_failed_bucket_write_is_never_taken_for_a_commit),
		cmocka_unit_test_setup_teardown(
		    test_full_disk_keeps_all_pending_until_there_is_room,
		    setup_small_disk, teardown_small_disk),
		cmocka_unit_test_setup_teardown(
		    test_full_disk_at_start_still_gives_the_bans,
		    setup_small_disk, teardown_small_disk),
		cmocka_unit_test_setup_teardown(
		    test_full_disk_without_a_ledger_is_refused,
		    setup_small_disk, teardown_small_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
