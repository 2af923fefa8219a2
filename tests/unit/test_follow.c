#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "enforcer.h"
#include "evidence.h"
#include "follow.h"
#include "judge.h"
#include "parser.h"
#include "recognise/doubles.h"
#include "recognise/recognise.h"
#include "tail.h"

#define SINCE 1700000000

/* Its neighbours, played by the test. */
struct tail {
	const struct tail_ops *ops;
	void *arg;
	int64_t since;
	int64_t reach;
	int watch;
	unsigned started, worked, files, nones, events;
	unsigned blocks; /* that are left to read */
	unsigned retries;
	bool unwatched;
	int error;
};

static struct rig {
	struct parser parser;
	struct tail *tails[8]; /* in the order they were made */
	unsigned ntails;
	unsigned freed;
	bool congested;
	unsigned opens, following, judged;
	struct doubles *doubles;
	unsigned old;  /* lines from before the start, in the journal */
	bool live;     /* how the tail hands out its lines */
	bool against;  /* what the judge says of them */
	int64_t stamp; /* of all lines; 0: SINCE + 5 */
	int64_t judged_time, judged_now;
	struct msg_log_open last_open;
	int64_t clock; /* ms, of clock_ms */
	unsigned warned;
} rig;

int64_t __wrap_clock_ms(void);

int64_t
__wrap_clock_ms(void)
{
	return rig.clock;
}

void __wrap_log_warnx(const char *, ...);

void
__wrap_log_warnx(const char *fmt, ...)
{
	(void)fmt;
	rig.warned++;
}

struct tail *
tail_new(const struct tail_ops *ops, void *arg, int64_t since)
{
	struct tail *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->ops = ops;
	t->arg = arg;
	t->since = since;
	t->watch = -1;
	rig.tails[rig.ntails++] = t;
	return t;
}

void
tail_set_reach(struct tail *t, int64_t reach)
{
	t->reach = reach;
}

void
tail_free(struct tail *t)
{
	if (t == NULL)
		return;
	if (t->watch != -1)
		close(t->watch);
	rig.freed++;
	free(t);
}

void
tail_start(struct tail *t)
{
	t->started++;
	t->ops->open(t->arg, MSG_CURRENT);
}

void
tail_give_file(struct tail *t, unsigned which, int fd, int wd)
{
	(void)which;
	(void)wd;
	close(fd);
	t->files++;
	t->ops->busy(t->arg);
}

void
tail_give_none(struct tail *t, unsigned which, int error)
{
	(void)which;
	t->error = error;
	t->nones++;
	t->ops->busy(t->arg);
}

void
tail_give_watch(struct tail *t, int fd, int wd, const char *name)
{
	(void)wd;
	(void)name;
	if (fd == -1)
		return;
	if (t->watch != -1)
		close(t->watch);
	t->watch = fd;
}

void
tail_events(struct tail *t)
{
	char buf[4096];

	t->events++;
	assert_true(read(t->watch, buf, sizeof(buf)) > 0);
}

void
tail_retry(struct tail *t)
{
	t->retries++;
	t->ops->open(t->arg, MSG_CURRENT);
}

bool
tail_is_unwatched(const struct tail *t)
{
	return t->unwatched;
}

bool
tail_work(struct tail *t)
{
	t->worked++;
	if (t->blocks > 0) {
		t->blocks--;
		t->ops->line(t->arg, "line", 4, t->blocks == 0, rig.live);
	}
	if (t->blocks == 0)
		t->ops->replayed(t->arg);
	return t->blocks > 0;
}

bool
tail_present(const struct tail *t)
{
	return t->files > 0;
}

int
tail_error(const struct tail *t)
{
	return t->error;
}

uint64_t
tail_behind(const struct tail *t)
{
	return t->blocks;
}

struct recognise *
recognise_new(const struct recognise_rules *rules, struct doubles *doubles)
{
	(void)rules;
	assert_ptr_equal(doubles, rig.doubles); /* one for all logs */
	return calloc(1, 1);
}

struct doubles *
doubles_new(void)
{
	assert_null(rig.doubles);
	rig.doubles = calloc(1, 1);
	return rig.doubles;
}

void
doubles_free(struct doubles *doubles)
{
	free(doubles);
}

void
recognise_free(struct recognise *r)
{
	free(r);
}

void
recognise_use(struct recognise *r, const struct recognise_rules *rules)
{
	(void)r;
	(void)rules;
}

void
recognise_rules_free(struct recognise_rules *rules)
{
	(void)rules;
}

bool
recognise_line(struct recognise *r, const char *line, size_t n, int64_t now,
    struct event *ev)
{
	(void)r;
	(void)now;
	memset(ev, 0, sizeof(*ev));
	ev->time = rig.stamp;
	ev->client.family = PREFIX_INET;
	ev->client.len = 32;
	return n == 4 && memcmp(line, "line", 4) == 0;
}

int64_t
recognise_time(const struct recognise *r)
{
	(void)r;
	return rig.stamp != 0 ? rig.stamp : SINCE + 5;
}

int64_t
recognise_peek_time(const char *line, size_t n, int64_t now)
{
	(void)line;
	(void)n;
	(void)now;
	return rig.stamp;
}

bool
judge_event(struct judge *j, const struct event *ev, bool live, int64_t now)
{
	(void)j;
	(void)live;
	rig.judged++;
	rig.judged_time = ev->time;
	rig.judged_now = now;
	return rig.against;
}

void
judge_replayed(struct judge *j, int64_t now)
{
	(void)j;
	(void)now;
}

bool
enforcer_is_congested(const struct enforcer *e)
{
	(void)e;
	return rig.congested;
}

void
enforcer_tell(struct enforcer *e, uint32_t type, const void *payload,
    size_t len)
{
	(void)e;
	if (type == MSG_FOLLOWING) {
		rig.following++;
		return;
	}
	assert_int_equal(type, MSG_LOG_OPEN);
	assert_int_equal(len, sizeof(rig.last_open));
	memcpy(&rig.last_open, payload, len);
	rig.opens++;
}

static int
setup(void **state)
{
	memset(&rig, 0, sizeof(rig));
	rig.parser.base = event_base_new();
	rig.parser.evidence = evidence_new();
	rig.parser.follow = follow_new(&rig.parser);
	*state = rig.parser.follow;
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	follow_free(*state);
	evidence_free(rig.parser.evidence);
	event_base_free(rig.parser.base);
	return rig.freed == rig.ntails ? 0 : -1;
}

static void
turn(void)
{
	int i;

	for (i = 0; i < 4; i++)
		(void)event_base_loop(rig.parser.base, EVLOOP_NONBLOCK);
}

/* One round of the loop. */
static void
step(void)
{
	(void)event_base_loop(rig.parser.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* The logs of a configuration, by index. */
static void
configure(struct follow *f, const char *zero, const char *one)
{
	char *paths[MSG_LOGS_MAX] = { (char *)zero, (char *)one };

	follow_configure(f, paths, NULL, SINCE);
}

static void
give_log(struct follow *f, uint32_t index, uint32_t error)
{
	struct msg_log l = { index, MSG_CURRENT, error, 1 };
	int fd = -1;

	if (error == 0) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_int_not_equal(fd, -1);
	}
	follow_take_log(f, &l, fd);
}

static void
give_watch(struct follow *f, uint32_t index)
{
	struct msg_watch w = { index, 1, "" };

	follow_take_watch(f, &w, inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

static void
test_nothing_starts_before_it_is_told(void **state)
{
	configure(*state, "/a", NULL);
	turn();
	assert_int_equal(rig.tails[0]->started, 0);
	assert_int_equal(rig.tails[0]->since, SINCE);
	follow_start(*state);
	assert_int_equal(rig.tails[0]->started, 1);
	assert_int_equal(rig.opens, 1);
	assert_int_equal(rig.last_open.index, 0);
	assert_int_equal(rig.last_open.which, MSG_CURRENT);
}

static void
test_all_blocks_are_read_then_all_is_quiet(void **state)
{
	configure(*state, "/a", NULL);
	rig.tails[0]->blocks = 3;
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	assert_int_equal(rig.tails[0]->blocks, 0);
	assert_int_equal(rig.tails[0]->worked, 3);
	assert_int_equal(rig.judged, 3);
	assert_int_equal(rig.parser.stats.lines, 3);
	assert_int_equal(rig.parser.stats.cut, 1);
	assert_int_equal(event_base_get_num_events(rig.parser.base,
			     EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE),
	    0);
}

static void
test_following_is_told_once_when_all_were_replayed(void **state)
{
	configure(*state, "/a", "/b");
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	assert_int_equal(rig.following, 0);
	assert_true(follow_is_replaying(*state));
	give_log(*state, 1, ENOENT);
	turn();
	assert_int_equal(rig.tails[1]->nones, 1);
	assert_int_equal(rig.following, 1);
	assert_false(follow_is_replaying(*state));
	configure(*state, "/c", "/b");
	give_watch(*state, 0);
	give_log(*state, 0, 0);
	turn();
	assert_int_equal(rig.tails[2]->worked, 1);
	assert_int_equal(rig.following, 1);
}

static void
test_without_logs_it_follows_at_once(void **state)
{
	configure(*state, NULL, NULL);
	assert_int_equal(rig.following, 0);
	follow_start(*state);
	assert_int_equal(rig.following, 1);
}

static void
test_log_that_leaves_does_not_hold_up_the_replay(void **state)
{
	configure(*state, "/a", "/b");
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	configure(*state, "/a", NULL);
	assert_int_equal(rig.following, 1);
}

static void
test_congestion_stops_the_reading(void **state)
{
	configure(*state, "/a", NULL);
	rig.tails[0]->blocks = 3;
	follow_start(*state);
	rig.congested = true;
	give_log(*state, 0, 0);
	turn();
	assert_int_equal(rig.tails[0]->worked, 0);
	rig.congested = false;
	follow_resume(*state);
	step();
	assert_int_equal(rig.tails[0]->worked, 1);
	rig.congested = true; /* while its next turn is under way */
	turn();
	assert_int_equal(rig.tails[0]->worked, 1);
	rig.congested = false;
	follow_resume(*state);
	turn();
	assert_int_equal(rig.tails[0]->worked, 3);
}

static void
test_reload_leaves_the_same_log_alone(void **state)
{
	configure(*state, "/a", "/b");
	follow_start(*state);
	configure(*state, "/a", "/c");
	assert_int_equal(rig.ntails, 3);
	assert_int_equal(rig.freed, 1);
	assert_int_equal(rig.tails[0]->started, 1);
}

static void
test_new_log_starts_with_its_watch(void **state)
{
	struct msg_watch w = { 1, 1, "" };

	configure(*state, "/a", NULL);
	follow_start(*state);
	configure(*state, "/a", "/b");
	assert_int_equal(rig.tails[1]->started, 0);
	follow_take_watch(*state, &w, inotify_init1(IN_CLOEXEC));
	follow_take_watch(*state, &w, -1);
	assert_int_equal(rig.tails[1]->started, 1);
	assert_int_equal(rig.last_open.index, 1);
}

static void
test_watch_is_listened_to(void **state)
{
	struct msg_watch w = { 0, 1, "" };
	int fd, other;

	configure(*state, "/a", NULL);
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	other = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	assert_int_not_equal(inotify_add_watch(other, "/tmp", IN_OPEN), -1);
	follow_take_watch(*state, &w, fd);
	turn();
	assert_int_equal(rig.tails[0]->events, 0);
	follow_take_watch(*state, &w, other); /* in place of the first */
	close(open("/tmp", O_RDONLY | O_CLOEXEC));
	turn();
	assert_true(rig.tails[0]->events > 0);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
test_descriptors_nobody_asked_for_are_closed(void **state)
{
	struct msg_log l = { 0, MSG_CURRENT, 0, 1 };
	struct msg_watch w = { 5, 1, "" };
	int fd;

	configure(*state, "/a", NULL);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	follow_take_log(*state, &l, fd); /* not asked for */
	assert_false(is_open(fd));
	assert_int_equal(rig.tails[0]->files, 0);
	l.index = 5; /* no such log */
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	follow_take_log(*state, &l, fd);
	assert_false(is_open(fd));
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	follow_take_watch(*state, &w, fd);
	assert_false(is_open(fd));
	l.index = 0;
	follow_start(*state);
	give_log(*state, 0, 0);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	follow_take_log(*state, &l, fd); /* answered already */
	assert_false(is_open(fd));
	assert_int_equal(rig.tails[0]->files, 1);
}

static void
test_description_is_complete(void **state)
{
	struct ctl_log_record r;

	configure(*state, NULL, "/var/log/mail.log");
	rig.tails[0]->blocks = 9;
	follow_start(*state);
	assert_false(follow_describe(*state, 0, &r));
	assert_true(follow_describe(*state, 1, &r));
	assert_int_equal(r.present, 0);
	assert_int_equal(r.behind, 9);
	assert_int_equal(r.last_line, 0);
	assert_string_equal(r.path, "/var/log/mail.log");
	give_log(*state, 1, 0);
	step();
	assert_true(follow_describe(*state, 1, &r));
	assert_int_equal(r.present, 1);
	assert_int_equal(r.behind, 8);
	assert_int_equal(r.lines, 1);
	assert_int_equal(r.last_line, SINCE + 5);
}

/* One line of the tail with that stamp; returns its time, before now. */
static int64_t
time_of_line(struct follow *f, bool live, int64_t stamp)
{
	rig.stamp = stamp;
	rig.live = live;
	rig.tails[0]->blocks = 1;
	rig.tails[0]->ops->busy(rig.tails[0]->arg);
	turn();
	return rig.judged_now - rig.judged_time;
}

static void
test_stamps_of_live_lines_are_put_right(void **state)
{
	struct ctl_log_record r;
	int64_t now = time(NULL);

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, 0);
	assert_in_range(time_of_line(*state, true, now - 7200), 0, 60);
	assert_true(follow_describe(*state, 0, &r));
	assert_in_range(r.last_line, now - 60, now + 60);
	assert_in_range(time_of_line(*state, true, now - 100 * 86400), 0, 60);
	assert_in_range(time_of_line(*state, true, now - 200), 200, 260);
	assert_in_range(time_of_line(*state, false, now - 7200), 7200, 7260);
	assert_true(time_of_line(*state, false, now + 7200) <= -7140);
	assert_true(follow_describe(*state, 0, &r));
	assert_in_range(r.last_line, now, now + 60); /* no age below zero */
}

/* The journal's pipe goes to log 0; returns the end to write to. */
static int
give_pipe(struct follow *f)
{
	struct msg_log l = { 0, MSG_CURRENT, 0, -1 };
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	follow_take_log(f, &l, fd[0]);
	return fd[1];
}

static void
put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static size_t
kept(uint64_t at[CTL_EVIDENCE_MAX])
{
	const struct prefix all = { .family = PREFIX_INET };

	return evidence_find(rig.parser.evidence, &all, at);
}

static void
test_lines_that_speak_against_a_client_are_kept(void **state)
{
	uint64_t at[CTL_EVIDENCE_MAX];
	struct ctl_evidence_record r;
	uint32_t log;

	configure(*state, NULL, "/b");
	follow_start(*state);
	rig.tails[0]->ops->line(rig.tails[0]->arg, "line", 4, false, true);
	assert_int_equal(kept(at), 0);
	rig.against = true;
	rig.tails[0]->ops->line(rig.tails[0]->arg, "else", 4, false, true);
	assert_int_equal(kept(at), 0);
	rig.tails[0]->ops->line(rig.tails[0]->arg, "line", 4, false, true);
	assert_int_equal(kept(at), 1);
	assert_int_equal(evidence_get(rig.parser.evidence, at[0], &r, &log), 0);
	assert_int_equal(r.len, 4);
	assert_memory_equal(r.line, "line", 4);
	assert_int_equal(log, 1);
	configure(*state, NULL, "/c"); /* the index is another log's now */
	assert_int_equal(evidence_get(rig.parser.evidence, at[0], &r, &log), 0);
	assert_int_equal(log, MSG_LOGS_MAX);
}

static void
test_the_journal_is_read_as_it_comes(void **state)
{
	struct ctl_log_record r;
	int64_t now = time(NULL);
	int fd;

	configure(*state, MSG_JOURNAL, NULL);
	assert_int_equal(rig.ntails, 0);
	follow_start(*state);
	assert_int_equal(rig.last_open.which, MSG_CURRENT);
	fd = give_pipe(*state);
	rig.stamp = now - 7200;
	put(fd, "line\nno\n");
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.present, 1);
	assert_int_equal(r.behind, 8);
	assert_int_equal(r.last_line, 0);
	turn();
	assert_int_equal(rig.judged, 1);
	assert_int_equal(rig.judged_time, now - 7200);
	assert_int_equal(rig.following, 0);
	rig.stamp = now + 1; /* which ends the replay */
	put(fd, "line\n");
	turn();
	assert_int_equal(rig.following, 1);
	rig.stamp = now - 7200; /* its own clock: nothing to put right */
	put(fd, "line\n");
	turn();
	assert_int_equal(rig.judged_time, now - 7200);
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.lines, 4);
	assert_int_equal(r.behind, 0);
	assert_int_equal(r.last_line, now - 7200);
	assert_string_equal(r.path, "journal");
	close(fd);
}

static void
test_a_journal_is_replayed_when_it_rests(void **state)
{
	int fd, i;

	configure(*state, MSG_JOURNAL, NULL);
	follow_start(*state);
	fd = give_pipe(*state);
	if (rig.old) {
		rig.stamp = time(NULL) - 7200;
		put(fd, "line\n");
	}
	turn();
	assert_int_equal(rig.following, 0);
	for (i = 0; i < 1000 && rig.following == 0; i++) {
		(void)event_base_loop(rig.parser.base, EVLOOP_NONBLOCK);
		(void)usleep(10000);
	}
	assert_int_equal(rig.following, 1);
	put(fd, "line\n");
	turn();
	assert_int_equal(rig.judged, 1 + rig.old);
	close(fd);
}

static void
test_a_journal_of_old_lines_is_replayed_when_it_rests(void **state)
{
	rig.old = 1;
	test_a_journal_is_replayed_when_it_rests(state);
}

static void
test_congestion_leaves_the_journal_in_its_pipe(void **state)
{
	struct ctl_log_record r;
	int fd;

	configure(*state, MSG_JOURNAL, NULL);
	follow_start(*state);
	fd = give_pipe(*state);
	rig.congested = true;
	put(fd, "line\n");
	turn();
	assert_int_equal(rig.judged, 0);
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.behind, 5);
	/* Nor does the loop turn meanwhile. */
	assert_int_equal(event_base_get_num_events(rig.parser.base,
			     EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE),
	    0);
	rig.congested = false;
	follow_resume(*state);
	turn();
	assert_int_equal(rig.judged, 1);
	close(fd);
}

static void
test_the_journal_that_leaves_is_closed(void **state)
{
	int fd;

	configure(*state, MSG_JOURNAL, NULL);
	follow_start(*state);
	fd = give_pipe(*state);
	turn();
	configure(*state, NULL, NULL);
	assert_int_equal(rig.following, 1);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(fd);
}

/* The exit status of a process whose journal has ended. */
static void
test_the_end_of_the_journal_is_the_end(void **state)
{
	int fd, status;
	pid_t pid;

	configure(*state, MSG_JOURNAL, NULL);
	follow_start(*state);
	fd = give_pipe(*state);
	put(fd, "line\n");
	if ((pid = fork()) == 0) {
		close(2);
		close(fd);
		if (event_reinit(rig.parser.base) == -1)
			_exit(41);
		while (event_base_loop(rig.parser.base, EVLOOP_ONCE) == 0)
			;
		_exit(rig.judged == 1 ? 42 : 43);
	}
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
test_a_journal_that_is_not_there_holds_up_nothing(void **state)
{
	struct ctl_log_record r;

	configure(*state, MSG_JOURNAL, NULL);
	follow_start(*state);
	give_log(*state, 0, ENOENT);
	assert_int_equal(rig.following, 1);
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.present, 0);
	assert_int_equal(r.error, ENOENT);
}

static int
find_timer(const struct event_base *base, const struct event *ev, void *arg)
{
	const struct event **found = arg;

	(void)base;
	if (event_pending(ev, EV_TIMEOUT, NULL))
		*found = ev;
	return 0;
}

/* The only timer there can be, that of a log to be tried again, or NULL. */
static struct event *
retry_timer(void)
{
	struct event *ev = NULL;

	(void)event_base_foreach_event(rig.parser.base, find_timer, &ev);
	return ev;
}

static void
retry(void)
{
	struct event *ev = retry_timer();

	assert_non_null(ev);
	event_active(ev, EV_TIMEOUT, 0);
	turn();
}

static void
test_a_log_that_cannot_be_read_is_tried_until_it_can(void **state)
{
	struct ctl_log_record r;
	int i;

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, EACCES);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_in_range(r.since, time(NULL) - 60, time(NULL));
	for (i = 1; i < 4; i++) {
		retry();
		assert_int_equal(rig.tails[0]->retries, i);
		give_log(*state, 0, EACCES);
		turn();
	}
	retry();
	rig.tails[0]->error = 0;
	give_log(*state, 0, 0);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.since, 0);
	assert_null(retry_timer());
}

static void
test_a_log_that_cannot_be_read_is_told_once_an_hour(void **state)
{
	int hours;

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, EACCES);
	turn();
	assert_int_equal(rig.warned, 1);
	for (hours = 1; hours < 4; hours++) {
		rig.clock += 3599000;
		retry();
		give_log(*state, 0, EACCES);
		turn();
		assert_int_equal(rig.warned, hours);
		rig.clock += 1000;
		retry();
		give_log(*state, 0, EACCES);
		turn();
		assert_int_equal(rig.warned, hours + 1);
	}
	retry();
	give_log(*state, 0, EIO); /* for another reason: at once */
	turn();
	assert_int_equal(rig.warned, hours + 1);
	retry();
	rig.tails[0]->error = 0;
	give_log(*state, 0, 0);
	turn();
	assert_int_equal(rig.warned, hours + 2);
	rig.clock += 7200000;
	rig.tails[0]->ops->busy(rig.tails[0]->arg);
	turn();
	assert_int_equal(rig.warned, hours + 2);
}

static void
test_an_absent_log_is_told_once(void **state)
{
	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, ENOENT);
	turn();
	assert_int_equal(rig.warned, 0); /* it may come in a moment */
	retry();
	give_log(*state, 0, ENOENT);
	turn();
	assert_int_equal(rig.warned, 1);
	rig.clock += 7200000;
	retry();
	give_log(*state, 0, ENOENT);
	turn();
	assert_int_equal(rig.warned, 1);
}

static void
test_a_log_that_stops_being_read_is_tried_again(void **state)
{
	struct ctl_log_record r;

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	assert_null(retry_timer());
	rig.tails[0]->error = EIO;
	rig.tails[0]->ops->busy(rig.tails[0]->arg);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.error, EIO);
	assert_true(r.since != 0);
	retry();
	assert_int_equal(rig.tails[0]->retries, 1);
}

static void
test_a_log_without_a_watch_is_read_again_and_again(void **state)
{
	struct ctl_log_record r;

	configure(*state, "/a", NULL);
	rig.tails[0]->unwatched = true;
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.unwatched, 1);
	retry();
	turn(); /* nothing is said before the answer is there */
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.unwatched, 1);
	rig.tails[0]->unwatched = false;
	give_log(*state, 0, 0);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.unwatched, 0);
	assert_null(retry_timer());
}

/* The watch on the file comes with the file. */
static void
test_a_watch_that_is_on_its_way_is_not_missed(void **state)
{
	struct ctl_log_record r;
	struct tail *t;

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, 0);
	turn();
	t = rig.tails[0];
	t->unwatched = true;
	t->ops->open(t->arg, MSG_CURRENT);
	t->ops->busy(t->arg);
	turn();
	assert_true(follow_describe(*state, 0, &r));
	assert_int_equal(r.since, 0);
	t->unwatched = false;
	give_log(*state, 0, 0);
	turn();
	assert_null(retry_timer());
}

static void
test_a_log_that_came_back_by_itself_is_not_tried_again(void **state)
{
	struct tail *t;

	configure(*state, "/a", NULL);
	follow_start(*state);
	give_log(*state, 0, EACCES);
	turn();
	assert_non_null(retry_timer());
	t = rig.tails[0];
	t->error = 0;
	t->ops->open(t->arg, MSG_CURRENT); /* an event told it */
	give_log(*state, 0, 0);
	turn();
	assert_null(retry_timer());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_starts_before_it_is_told),
		TEST(test_all_blocks_are_read_then_all_is_quiet),
		TEST(test_following_is_told_once_when_all_were_replayed),
		TEST(test_without_logs_it_follows_at_once),
		TEST(test_log_that_leaves_does_not_hold_up_the_replay),
		TEST(test_congestion_stops_the_reading),
		TEST(test_reload_leaves_the_same_log_alone),
		TEST(test_new_log_starts_with_its_watch),
		TEST(test_watch_is_listened_to),
		TEST(test_descriptors_nobody_asked_for_are_closed),
		TEST(test_description_is_complete),
		TEST(test_stamps_of_live_lines_are_put_right),
		TEST(test_lines_that_speak_against_a_client_are_kept),
		TEST(test_the_journal_is_read_as_it_comes),
		TEST(test_a_journal_is_replayed_when_it_rests),
		TEST(test_a_journal_of_old_lines_is_replayed_when_it_rests),
		TEST(test_congestion_leaves_the_journal_in_its_pipe),
		TEST(test_the_journal_that_leaves_is_closed),
		TEST(test_the_end_of_the_journal_is_the_end),
		TEST(test_a_journal_that_is_not_there_holds_up_nothing),
		TEST(test_a_log_that_cannot_be_read_is_tried_until_it_can),
		TEST(test_a_log_that_cannot_be_read_is_told_once_an_hour),
		TEST(test_an_absent_log_is_told_once),
		TEST(test_a_log_that_stops_being_read_is_tried_again),
		TEST(test_a_log_without_a_watch_is_read_again_and_again),
		TEST(test_a_watch_that_is_on_its_way_is_not_missed),
		TEST(test_a_log_that_came_back_by_itself_is_not_tried_again),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
