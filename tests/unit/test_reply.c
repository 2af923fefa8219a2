/* What the enforcer tells the parser, read at the other end of the channel. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "smtpband.h"

int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);

static struct conf conf;
static struct enforcer e;
static int pair[2];
static bool deaf;             /* the parser reads nothing for so long */
static int64_t now;           /* of the pretended clock */
static int pause_ms;          /* until it reads one more; 0: at once */
static int crowd = -1;        /* descriptors on their way, and after so many */
static int crowd_waits;       /* waits, they arrive */
static int waiting = -1;      /* told of the first wait, then closed */
static bool watch_changed[3]; /* what source_watch says of an index */
static struct channel_msg m;

int64_t
clock_ms(void)
{
	return now;
}

int
__wrap_poll(struct pollfd *v, nfds_t n, int ms)
{
	if (v == NULL) {
		now += ms;
		if (crowd_waits-- == 0)
			while (channel_recv(crowd, &m) == 1)
				close(m.fd);
		return 0;
	}
	if (pause_ms != 0) {
		now += pause_ms < ms ? pause_ms : ms;
		if (pause_ms < ms)
			assert_int_equal(channel_recv(pair[1], &m), 1);
		return pause_ms < ms;
	}
	if (deaf)
		return v->events == POLLOUT && ms >= 1000 ? 0 : -1;
	if (waiting != -1)
		close(waiting);
	waiting = -1;
	return __real_poll(v, n, ms);
}

bool
source_watch(struct source *s)
{
	return watch_changed[s - e.sources.v];
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	e.conf = &conf;
	e.told = true;
	deaf = false;
	now = 1000000;
	pause_ms = 0;
	memset(watch_changed, 0, sizeof(watch_changed));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, pair) == -1)
		return -1;
	e.channel = pair[0];
	return 0;
}

static int
teardown(void **state)
{
	close(pair[0]);
	close(pair[1]);
	return 0;
}

/* The next message is of this type and length; it stays in m. */
static void
assert_next(uint32_t type, uint32_t id, size_t len)
{
	assert_int_equal(channel_recv(pair[1], &m), 1);
	assert_int_equal(m.hdr.type, type);
	assert_int_equal(m.hdr.id, id);
	assert_int_equal(m.hdr.len, len);
}

static void
assert_no_more(void)
{
	assert_int_equal(channel_recv(pair[1], &m), -1);
	assert_int_equal(errno, EAGAIN);
}

static struct ban
ban_of(unsigned i)
{
	struct ban ban = { .state = BAN_ACTIVE, .count = i };
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };

	prefix_from_bytes(&ban.prefix, PREFIX_INET, bytes, 32);
	return ban;
}

static void
fill_channel(void)
{
	struct ban ban = ban_of(1);

	while (
	    channel_send(pair[0], MSG_BAN_STATE, 0, &ban, sizeof(ban), -1) == 0)
		;
}

static void
test_answers_carry_their_id_and_content(void **state)
{
	struct prefix p = ban_of(7).prefix;
	const struct msg_refused *refused = (const void *)m.payload;
	const struct msg_text *text = (const void *)m.payload;
	const struct msg_done *done = (const void *)m.payload;

	reply_done(&e, 1, 42);
	reply_refused(&e, 2, &p, "private address");
	reply_failed(&e, 3, "route: %s %d", "busy", 5);
	assert_next(MSG_DONE, 1, sizeof(*done));
	assert_int_equal(done->number, 42);
	assert_next(MSG_REFUSED, 2, sizeof(*refused));
	assert_int_equal(prefix_cmp(&refused->prefix, &p), 0);
	assert_string_equal(refused->reason, "private address");
	assert_next(MSG_FAILED, 3, sizeof(*text));
	assert_string_equal(text->text, "route: busy 5");
	assert_no_more();
}

static void
test_texts_that_are_too_long_are_cut_and_ended(void **state)
{
	static char text[MSG_TEXT_LEN + 100];
	struct prefix p = ban_of(7).prefix;

	memset(text, 'x', sizeof(text) - 1);
	reply_refused(&e, 1, &p, text);
	reply_failed(&e, 2, "%s", text);
	assert_next(MSG_REFUSED, 1, sizeof(struct msg_refused));
	assert_int_equal(
	    strlen(
		((const struct msg_refused *)(const void *)m.payload)->reason),
	    MSG_REASON_LEN - 1);
	assert_next(MSG_FAILED, 2, sizeof(struct msg_text));
	assert_int_equal(strlen((const char *)m.payload), MSG_TEXT_LEN - 1);
}

static void
test_a_descriptor_goes_along_and_stays_ours(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd != -1);
	reply_send(&e, MSG_LISTENER, 0, NULL, 0, fd);
	assert_next(MSG_LISTENER, 0, 0);
	assert_true(m.fd != -1 && m.fd != fd);
	close(m.fd);
	assert_int_equal(close(fd), 0);
}

static void
test_states_wait_until_they_are_flushed(void **state)
{
	struct ban ban = ban_of(3);

	reply_state(&e, &ban, 9);
	assert_no_more();
	reply_flush(&e);
	assert_next(MSG_BAN_STATE, 9, sizeof(ban));
	assert_memory_equal(m.payload, &ban, sizeof(ban));
	reply_flush(&e);
	assert_no_more();
}

static void
test_states_come_before_what_is_said_after_them(void **state)
{
	struct ban ban = ban_of(3);

	reply_state(&e, &ban, 0);
	reply_done(&e, 1, 0);
	assert_next(MSG_BAN_STATE, 0, sizeof(ban));
	assert_next(MSG_DONE, 1, sizeof(struct msg_done));
}

static void
test_who_was_not_told_the_bans_hears_of_none(void **state)
{
	struct ban ban = ban_of(3);

	e.told = false;
	reply_state(&e, &ban, 0);
	reply_flush(&e);
	assert_no_more();
}

static void
test_more_states_than_a_batch_all_come_in_order(void **state)
{
	struct ban ban;
	unsigned i;

	for (i = 0; i < 2 * CHANNEL_BATCH + 1; i++) {
		ban = ban_of(i);
		reply_state(&e, &ban, i);
	}
	reply_flush(&e);
	for (i = 0; i < 2 * CHANNEL_BATCH + 1; i++)
		assert_next(MSG_BAN_STATE, i, sizeof(ban));
	assert_no_more();
}

/* In a child, once the other side waits: returns 0 if n came in order. */
static int
read_states(unsigned n, int start)
{
	struct pollfd pfd = { .fd = pair[1], .events = POLLIN };
	unsigned i;
	char byte;

	close(pair[0]);
	if (read(start, &byte, 1) != 0)
		return 3;
	for (i = 0; i < n; i++) {
		while (channel_recv(pair[1], &m) == -1)
			if (errno != EAGAIN || __real_poll(&pfd, 1, 10000) != 1)
				return 1;
		if (m.hdr.type != MSG_BAN_STATE || m.hdr.id != i)
			return 2;
	}
	return 0;
}

static int
exit_status(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_nothing_is_lost_when_the_channel_is_full(void **state)
{
	struct ban ban = ban_of(3);
	unsigned i, n = 5000;
	int start[2];
	pid_t pid;

	assert_int_equal(pipe(start), 0);
	if ((pid = fork()) == 0) {
		close(start[1]);
		_exit(read_states(n, start[0]));
	}
	close(start[0]);
	waiting = start[1];
	for (i = 0; i < n; i++) {
		ban = ban_of(i);
		reply_state(&e, &ban, i);
	}
	reply_flush(&e);
	assert_int_equal(waiting, -1);
	assert_int_equal(exit_status(pid), 0);
}

/* Whether telling a batch of states, or one message, ends the process. */
static bool
is_fatal(bool batch)
{
	struct ban ban = ban_of(3);
	pid_t pid;

	if ((pid = fork()) == 0) {
		close(2);
		if (batch) {
			reply_state(&e, &ban, 0);
			reply_flush(&e);
		} else
			reply_done(&e, 0, 0);
		_exit(0);
	}
	return exit_status(pid) == 1;
}

static void
test_a_parser_that_is_gone_is_fatal(void **state)
{
	assert_false(is_fatal(false));
	assert_false(is_fatal(true));
	close(pair[1]);
	assert_true(is_fatal(false));
	assert_true(is_fatal(true));
	pair[1] = -1;
}

static void
test_a_parser_that_does_not_read_is_fatal(void **state)
{
	deaf = true;
	fill_channel();
	assert_true(is_fatal(false));
	assert_true(is_fatal(true));
}

static void
test_descriptors_do_not_gather_at_a_parser_that_does_not_read(void **state)
{
	pid_t pid;

	deaf = true;
	if ((pid = fork()) == 0) {
		close(2);
		reply_done(&e, 0, 0);
		reply_send(&e, MSG_LISTENER, 0, NULL, 0, 0);
		_exit(0);
	}
	assert_int_equal(exit_status(pid), 1);
	assert_int_equal(channel_recv(pair[1], &m), 1);
	assert_int_equal(m.hdr.type, MSG_DONE);
	assert_int_equal(channel_recv(pair[1], &m), -1);
}

/* The exit status of who sends one while a user's limit of them is reached. */
static int
status_in_a_crowd(int waits)
{
	const struct rlimit few = { 20, 20 };
	int i, to[2];
	pid_t pid;

	if ((pid = fork()) == 0) {
		crowd_waits = waits;
		if (close(2) == -1 || setresuid(65534, 65534, 65534) == -1 ||
		    setrlimit(RLIMIT_NOFILE, &few) == -1 ||
		    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
			to) == -1)
			_exit(2);
		crowd = to[1];
		for (i = 0; channel_send(to[0], 1, 0, NULL, 0, 0) == 0; i++)
			;
		if (errno != ETOOMANYREFS || i < 20)
			_exit(3);
		reply_send(&e, MSG_LISTENER, 0, NULL, 0, 0);
		_exit(channel_recv(pair[1], &m) == 1 && m.fd != -1 ? 0 : 4);
	}
	return exit_status(pid);
}

static void
test_a_crowd_of_descriptors_is_waited_for(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(status_in_a_crowd(3), 0);
	assert_int_equal(status_in_a_crowd(-1), 1);
}

/* The exit status after 1000 messages with so much time between them. */
static int
status_after_many(int between)
{
	pid_t pid;
	int i;

	if ((pid = fork()) == 0) {
		if (close(2) == 0)
			for (i = 0; i < 1000; i++, now += between)
				reply_done(&e, 1, 1);
		_exit(0);
	}
	return exit_status(pid);
}

static void
test_a_parser_that_reads_now_and_then_is_no_good(void **state)
{
	fill_channel();
	pause_ms = 3000;
	assert_int_equal(status_after_many(0), 1);
	assert_int_equal(status_after_many(20000), 1);
	pause_ms = 50;
	assert_int_equal(status_after_many(300), 1);
}

static void
test_one_that_keeps_us_waiting_for_a_short_while_is_forgiven(void **state)
{
	fill_channel();
	pause_ms = 50;
	assert_int_equal(status_after_many(600), 0);
	pause_ms = 9000;
	assert_int_equal(status_after_many(100000), 0);
}

static void
test_one_that_starts_has_the_time_of_its_start(void **state)
{
	fill_channel();
	pause_ms = 100;
	e.confined_by = now + 30000;
	assert_int_equal(status_after_many(-75), 0); /* 25 s, all of it waits */
	e.confined_by = now + 20000;
	assert_int_equal(status_after_many(-75), 1);
	e.confined_by = 0;
	assert_int_equal(status_after_many(-75), 1);
}

static void
test_a_configuration_is_told_whole_and_in_order(void **state)
{
	static char first[] = "/var/log/a.log", other[] = "/var/log/b.log";
	struct prefix p[2] = { ban_of(1).prefix, ban_of(2).prefix };
	const struct msg_conf_log *log = (const void *)m.payload;

	conf.policy.inet6_len = 64;
	conf.whitelist = prefix_set_new();
	assert_int_equal(prefix_set_add(conf.whitelist, &p[1]), 0);
	assert_int_equal(prefix_set_add(conf.whitelist, &p[0]), 0);
	e.sources.v[0].path = first;
	e.sources.v[MSG_LOGS_MAX - 1].path = other;
	reply_conf(&e);
	assert_next(MSG_CONF_BEGIN, 0, 0);
	assert_next(MSG_CONF_POLICY, 0, sizeof(conf.policy));
	assert_memory_equal(m.payload, &conf.policy, sizeof(conf.policy));
	assert_next(MSG_CONF_WHITELIST, 0, sizeof(p[0]));
	assert_memory_equal(m.payload, &p[0], sizeof(p[0]));
	assert_next(MSG_CONF_WHITELIST, 0, sizeof(p[1]));
	assert_memory_equal(m.payload, &p[1], sizeof(p[1]));
	assert_next(MSG_CONF_LOG, 0, sizeof(*log));
	assert_int_equal(log->index, 0);
	assert_string_equal(log->path, first);
	assert_next(MSG_CONF_LOG, 0, sizeof(*log));
	assert_int_equal(log->index, MSG_LOGS_MAX - 1);
	assert_string_equal(log->path, other);
	assert_next(MSG_CONF_COMMIT, 0, 0);
	assert_no_more();
	prefix_set_free(conf.whitelist);
	conf.whitelist = NULL;
}

static void
assert_watch(unsigned index, int wd, const char *name, bool fd)
{
	const struct msg_watch *watch = (const void *)m.payload;

	assert_next(MSG_WATCH, 0, sizeof(*watch));
	assert_int_equal(watch->index, index);
	assert_int_equal(watch->wd, wd);
	assert_string_equal(watch->name, name);
	assert_int_equal(m.fd != -1, fd);
	if (fd)
		close(m.fd);
}

static void
test_a_watch_is_told_once_and_when_it_changes(void **state)
{
	static char path[] = "/var/log/a.log";
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd != -1);
	e.sources.v[0] =
	    (struct source){ path, fd, 0, 1, -1, -1, false, "a.log" };
	e.sources.v[1] = (struct source){ path, -1, 9, 1, -1, -1, false, "" };
	e.sources.v[2] =
	    (struct source){ path, fd, 0, 2, -1, -1, false, "log" };
	reply_watches(&e);
	assert_watch(0, 1, "a.log", true);
	assert_watch(2, 2, "log", true);
	reply_watches(&e);
	assert_no_more();
	watch_changed[2] = true;
	reply_watches(&e);
	assert_watch(2, 2, "log", false);
	assert_no_more();
	close(fd);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_answers_carry_their_id_and_content),
		TEST(test_texts_that_are_too_long_are_cut_and_ended),
		TEST(test_a_descriptor_goes_along_and_stays_ours),
		TEST(test_states_wait_until_they_are_flushed),
		TEST(test_states_come_before_what_is_said_after_them),
		TEST(test_who_was_not_told_the_bans_hears_of_none),
		TEST(test_more_states_than_a_batch_all_come_in_order),
		TEST(test_nothing_is_lost_when_the_channel_is_full),
		TEST(test_a_parser_that_is_gone_is_fatal),
		TEST(test_a_parser_that_does_not_read_is_fatal),
		TEST(
		    test_descriptors_do_not_gather_at_a_parser_that_does_not_read),
		TEST(test_a_crowd_of_descriptors_is_waited_for),
		TEST(test_a_parser_that_reads_now_and_then_is_no_good),
		TEST(
		    test_one_that_keeps_us_waiting_for_a_short_while_is_forgiven),
		TEST(test_one_that_starts_has_the_time_of_its_start),
		TEST(test_a_configuration_is_told_whole_and_in_order),
		TEST(test_a_watch_is_told_once_and_when_it_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
