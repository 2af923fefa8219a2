#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "prefix_rig.h"

/*
 * A daemon in a child process: it takes one request and sends what the test
 * says, then closes.
 */
static char path[] = "/tmp/client.XXXXXX/sock";
static char errors[4096]; /* what the client printed */

static struct say {
	uint32_t type;
	const void *payload;
	size_t len;
} script[40];
static unsigned lines;

/* What the daemon does with the client, where that is not to answer. */
static enum {
	DAEMON_ANSWERS,
	DAEMON_IS_SILENT,     /* after what it says */
	DAEMON_IS_SLOW,       /* longer than patience, before its last word */
	DAEMON_IS_STUCK,      /* it takes no connection */
	DAEMON_NEVER_ENDS,    /* it says the same over and over */
	DAEMON_SENDS_GARBAGE, /* no message at all */
	DAEMON_SENDS_A_FILE   /* with its message */
} manner;

/* Patience is short here, and time flies. */
int __real_ctl_connect(const char *, int);
int __wrap_ctl_connect(const char *, int);
int64_t __wrap_clock_ms(void);

int
__wrap_ctl_connect(const char *where, int seconds)
{
	assert_int_equal(seconds, 60);
	return __real_ctl_connect(where, 1);
}

int64_t
__wrap_clock_ms(void)
{
	static int64_t now;

	return now += 100;
}

static void
say(uint32_t type, const void *payload, size_t len)
{
	script[lines].type = type;
	script[lines].payload = payload;
	script[lines].len = len;
	lines++;
}

static void
serve_one(int sock, const struct channel_msg *m)
{
	unsigned i;

	if (manner == DAEMON_SENDS_GARBAGE)
		(void)send(sock, "garbage", 7, MSG_NOSIGNAL);
	do
		for (i = 0; i < lines; i++) {
			if (manner == DAEMON_IS_SLOW && i + 1 == lines)
				(void)sleep(2);
			if (channel_send(sock, script[i].type, m->hdr.id,
				script[i].payload, script[i].len,
				manner == DAEMON_SENDS_A_FILE ? sock : -1) ==
			    -1)
				_exit(1);
		}
	while (manner == DAEMON_NEVER_ENDS);
	if (manner == DAEMON_IS_SILENT)
		(void)pause();
}

static void
serve(int listener)
{
	static struct channel_msg m;
	int sock;

	if (manner == DAEMON_IS_STUCK)
		(void)pause();
	if ((sock = accept(listener, NULL, NULL)) == -1 ||
	    channel_recv(sock, &m) != 1)
		_exit(1);
	serve_one(sock, &m);
	_exit(0);
}

static pid_t
start(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	pid_t pid;

	assert_true(listener != -1);
	strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	unlink(path);
	assert_int_equal(bind(listener, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	assert_int_equal(listen(listener, 0), 0);
	if ((pid = fork()) == 0)
		serve(listener);
	assert_true(pid > 0);
	close(listener);
	return pid;
}

/* What follows on standard error is caught. */
static void
catch_begin(int saved[2])
{
	int ends[2];

	saved[0] = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	saved[1] = ends[0];
}

/* What was caught is in errors. */
static void
catch_end(const int saved[2])
{
	ssize_t n;

	fflush(stderr);
	dup2(saved[0], STDERR_FILENO);
	close(saved[0]);
	n = read(saved[1], errors, sizeof(errors) - 1);
	close(saved[1]);
	errors[n > 0 ? n : 0] = '\0';
}

static int
ask_at(const char *where, uint32_t type, struct answer *a)
{
	int saved[2], result;

	catch_begin(saved);
	memset(a, 0, sizeof(*a));
	result = client_ask(where, "what", type, NULL, 0, a);
	catch_end(saved);
	return result;
}

static void
end(pid_t pid)
{
	int status;

	if (manner != DAEMON_ANSWERS)
		(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static int
ask(uint32_t type, struct answer *a)
{
	pid_t pid = start();
	int result = ask_at(path, type, a);

	end(pid);
	return result;
}

static unsigned taken; /* messages, of those that follow */
static int second;     /* the result for the second message */

static int
take(void *arg, const struct channel_msg *m)
{
	assert_ptr_equal(arg, &second);
	assert_int_equal(m->hdr.type, CTL_EVENT_RECORD);
	return taken++ == 1 ? second : 0;
}

static int
follow(void)
{
	pid_t pid = start();
	int saved[2], result;

	taken = 0;
	catch_begin(saved);
	result = client_follow(path, "what", CTL_WATCH, take, &second);
	catch_end(saved);
	end(pid);
	return result;
}

static void
assert_error(const char *want)
{
	char full[512];

	snprintf(full, sizeof(full), "%s: %s\n", program_invocation_short_name,
	    want);
	assert_string_equal(errors, full);
}

static int
group_setup(void **state)
{
	(void)state;
	*strrchr(path, '/') = '\0';
	if (mkdtemp(path) == NULL)
		return -1;
	path[strlen(path)] = '/';
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	unlink(path);
	*strrchr(path, '/') = '\0';
	return rmdir(path);
}

static int
setup(void **state)
{
	(void)state;
	lines = 0;
	manner = DAEMON_ANSWERS;
	return 0;
}

static void
test_records_are_collected_up_to_done(void **state)
{
	struct ban bans[2] = { { .prefix = pfx("192.0.2.1"), .count = 1 },
		{ .prefix = pfx("192.0.2.2"), .count = 2 } };
	struct ctl_done done = { 7 };
	struct answer a;

	(void)state;
	say(CTL_BAN_RECORD, &bans[0], sizeof(bans[0]));
	say(CTL_BAN_RECORD, &bans[1], sizeof(bans[1]));
	say(CTL_DONE, &done, sizeof(done));
	assert_int_equal(ask(CTL_BANS, &a), 0);
	assert_int_equal(a.nbans, 2);
	assert_memory_equal(a.bans, bans, sizeof(bans));
	assert_int_equal(a.number, 7);
	assert_string_equal(errors, "");
	client_free(&a);
}

static void
test_texts_of_the_daemon_end(void **state)
{
	static struct ctl_log_record log;
	static struct ctl_status_record status;
	struct ctl_account_record account;
	struct ctl_done done = { 0 };
	struct answer a;

	(void)state;
	memset(&account, 'x', sizeof(account));
	memset(log.path, 'x', sizeof(log.path));
	memset(status.enforcer.error, 'x', sizeof(status.enforcer.error));
	say(CTL_STATUS_RECORD, &status, sizeof(status));
	say(CTL_LOG_RECORD, &log, sizeof(log));
	say(CTL_ACCOUNT_RECORD, &account, sizeof(account));
	say(CTL_DONE, &done, sizeof(done));
	assert_int_equal(ask(CTL_STATUS, &a), 0);
	assert_true(a.has_status);
	assert_int_equal(a.nlogs, 1);
	assert_int_equal(strlen(a.logs[0].path), sizeof(log.path) - 1);
	assert_int_equal(strlen(a.status.enforcer.error),
	    sizeof(status.enforcer.error) - 1);
	assert_int_equal(a.naccounts, 1);
	assert_int_equal(strlen(a.accounts[0].user), CTL_USER_LEN - 1);
	client_free(&a);
}

static void
test_no_daemon_is_told(void **state)
{
	struct answer a;

	(void)state;
	assert_int_equal(ask_at("/nonexistent/s", CTL_STATUS, &a), -1);
	assert_non_null(strstr(errors,
	    "/nonexistent/s: smtpband is not "
	    "running (No such file or directory); "
	    "start it with \""));
}

/* An error of that kind, asked for by type. */
static void
refuse(uint32_t kind, const char *text, uint32_t type)
{
	static struct ctl_error e;
	struct answer a;

	memset(&e, 0, sizeof(e));
	e.kind = kind;
	strlcpy(e.text, text, sizeof(e.text));
	lines = 0;
	say(CTL_ERROR, &e, sizeof(e));
	assert_int_equal(ask(type, &a), -1);
	client_free(&a);
}

static void
test_errors_tell_what_and_why(void **state)
{
	(void)state;
	refuse(CTL_REFUSED, "a gateway of this host", CTL_BAN);
	assert_error("what: refused: a gateway of this host");
	refuse(CTL_DENIED, "only root may do that", CTL_FLUSH);
	assert_error("what: only root may do that");
	refuse(CTL_FAILED, "netlink: busy", CTL_BAN);
	assert_error("what: failed: netlink: busy");
	refuse(CTL_ABSENT, "not banned", CTL_UNBAN);
	assert_error("what: not banned");
}

static void
test_errors_of_a_reload_are_printed_as_they_are(void **state)
{
	(void)state;
	refuse(CTL_FAILED, "a.conf:1: one\na.conf:2: two", CTL_RELOAD);
	assert_string_equal(errors, "a.conf:1: one\na.conf:2: two\n");
	refuse(CTL_REFUSED, "busy", CTL_RELOAD);
	assert_error("what: refused: busy");
}

static void
test_an_error_cannot_move_the_terminal(void **state)
{
	(void)state;
	refuse(CTL_FAILED, "\x1b[2J\xff\r", CTL_BAN);
	assert_error("what: failed: \\x1b[2J\\xff\\x0d");
}

static void
assert_senseless(uint32_t type, const void *payload, size_t len)
{
	struct answer a;

	lines = 0;
	say(type, payload, len);
	assert_int_equal(ask(CTL_STATUS, &a), -1);
	assert_error("what: the daemon's answer makes no sense: is it of "
		     "another version? restart smtpband");
	client_free(&a);
}

static void
test_records_of_a_wrong_length_or_type_are_refused(void **state)
{
	static uint8_t bytes[sizeof(struct ctl_error) + 1];
	static const struct {
		uint32_t type;
		size_t len;
	} known[] = {
		{ CTL_DONE, sizeof(struct ctl_done) },
		{ CTL_ERROR, sizeof(struct ctl_error) },
		{ CTL_STATUS_RECORD, sizeof(struct ctl_status_record) },
		{ CTL_LOG_RECORD, sizeof(struct ctl_log_record) },
		{ CTL_BAN_RECORD, sizeof(struct ban) },
		{ CTL_OFFENDER_RECORD, sizeof(struct ctl_offender_record) },
		{ CTL_CHECK_RECORD, sizeof(struct ctl_check_record) },
		{ CTL_ACCOUNT_RECORD, sizeof(struct ctl_account_record) },
		{ CTL_EVIDENCE_RECORD, sizeof(struct ctl_evidence_record) },
		{ CTL_TEXT_RECORD, sizeof(struct msg_text) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_senseless(known[i].type, bytes, known[i].len - 1);
		assert_senseless(known[i].type, bytes, known[i].len + 1);
	}
	assert_senseless(CTL_STATUS, NULL, 0);
	assert_senseless(CTL_EVENT_RECORD, NULL, 0);
	assert_senseless(CTL_EVIDENCE_RECORD + 1, NULL, 0);
}

static void
test_parts_of_a_text_become_one(void **state)
{
	static struct msg_text part, last = { "y\n" };
	struct ctl_done done = { 0 };
	struct answer a;

	(void)state;
	memset(part.text, 'x', sizeof(part.text) - 1);
	say(CTL_TEXT_RECORD, &part, sizeof(part));
	say(CTL_TEXT_RECORD, &last, sizeof(last));
	say(CTL_DONE, &done, sizeof(done));
	assert_int_equal(ask(CTL_METRICS, &a), 0);
	assert_int_equal(a.text_len, sizeof(part.text) + 1);
	assert_int_equal(strlen(a.text), a.text_len);
	assert_string_equal(a.text + sizeof(part.text) - 2, "xy\n");
	client_free(&a);
	assert_null(a.text);
	memset(part.text, 'x', sizeof(part.text));
	assert_senseless(CTL_TEXT_RECORD, &part, sizeof(part));
}

static void
test_records_with_an_invalid_prefix_are_refused(void **state)
{
	struct ban ban = { .prefix = pfx("192.0.2.1") };
	struct ctl_offender_record o = { .prefix = pfx("192.0.2.1") };
	struct ctl_check_record c = { .whitelist = pfx("192.0.2.1") };
	static struct ctl_status_record status;

	(void)state;
	status.proxy = pfx("192.0.2.9");
	status.proxy.len = 31;
	assert_senseless(CTL_STATUS_RECORD, &status, sizeof(status));
	ban.prefix.len = 33;
	assert_senseless(CTL_BAN_RECORD, &ban, sizeof(ban));
	o.prefix.family = 5;
	assert_senseless(CTL_OFFENDER_RECORD, &o, sizeof(o));
	c.whitelist.len = 31;
	assert_senseless(CTL_CHECK_RECORD, &c, sizeof(c));
	c.whitelist.family = 0;
	c.ban = ban;
	c.ban.state = BAN_ACTIVE;
	assert_senseless(CTL_CHECK_RECORD, &c, sizeof(c));
}

static void
assert_fails(const char *why)
{
	struct answer a;

	assert_int_equal(ask(CTL_STATUS, &a), -1);
	assert_error(why);
	client_free(&a);
}

static void
test_lines_are_within_their_bounds(void **state)
{
	static struct ctl_evidence_record e;
	struct ctl_done done = { 0 };
	struct answer a;
	unsigned i;

	(void)state;
	memset(&e, 'x', sizeof(e));
	e.client = pfx("192.0.2.1");
	e.len = CTL_LINE_LEN;
	for (i = 0; i < CTL_EVIDENCE_MAX; i++)
		say(CTL_EVIDENCE_RECORD, &e, sizeof(e));
	say(CTL_DONE, &done, sizeof(done));
	assert_int_equal(ask(CTL_CHECK, &a), 0);
	assert_int_equal(a.nevidence, CTL_EVIDENCE_MAX);
	assert_int_equal(strlen(a.evidence[0].log), sizeof(e.log) - 1);
	client_free(&a);
	lines--;
	say(CTL_EVIDENCE_RECORD, &e, sizeof(e));
	assert_fails("what: the daemon's answer makes no sense: is it of "
		     "another version? restart smtpband");
	e.len++;
	assert_senseless(CTL_EVIDENCE_RECORD, &e, sizeof(e));
	e.len--;
	e.client.len = 33;
	assert_senseless(CTL_EVIDENCE_RECORD, &e, sizeof(e));
}

static void
test_what_follows_is_given_on_until_it_ends(void **state)
{
	static const struct ctl_event_record e;

	(void)state;
	second = 0;
	say(CTL_EVENT_RECORD, &e, sizeof(e));
	say(CTL_EVENT_RECORD, &e, sizeof(e));
	assert_int_equal(follow(), -1);
	assert_int_equal(taken, 2);
	assert_error("what: smtpband closed the connection, see its log");
	manner = DAEMON_IS_SLOW; /* that is no reason to go */
	second = 1;
	assert_int_equal(follow(), 0);
	assert_int_equal(taken, 2);
	assert_string_equal(errors, "");
	manner = DAEMON_ANSWERS;
	second = -1;
	assert_int_equal(follow(), -1);
	assert_error("what: the daemon's answer makes no sense: is it of "
		     "another version? restart smtpband");
}

static void
test_nothing_that_follows_is_an_error(void **state)
{
	static struct ctl_error e;

	(void)state;
	manner = DAEMON_IS_SILENT;
	assert_int_equal(follow(), -1);
	assert_error(
	    "what: no answer within 60 seconds: smtpband hangs, see its log");
	manner = DAEMON_ANSWERS;
	e.kind = CTL_REFUSED;
	strlcpy(e.text, "too many", sizeof(e.text));
	say(CTL_ERROR, &e, sizeof(e));
	assert_int_equal(follow(), -1);
	assert_int_equal(taken, 0);
	assert_error("what: refused: too many");
}

/* The other end of standard output is closed. */
static void
follow_for_nobody(const int ends[2])
{
	static const struct ctl_event_record e;
	int saved = dup(STDOUT_FILENO), result;

	manner = DAEMON_IS_SLOW;
	second = 0;
	say(CTL_EVENT_RECORD, &e, sizeof(e));
	say(CTL_EVENT_RECORD, &e, sizeof(e));
	fflush(stdout);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	close(ends[0]);
	result = follow();
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(result, 0);
	assert_int_equal(taken, 1);
	assert_string_equal(errors, "");
}

static void
test_nothing_follows_for_a_reader_that_has_gone(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	follow_for_nobody(ends);
}

/* As sshd gives it to a command without a terminal. */
static void
test_nothing_follows_into_a_socket_that_is_closed(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	follow_for_nobody(ends);
}

static void
test_an_answer_without_end_is_an_error(void **state)
{
	struct answer a;

	(void)state;
	assert_int_equal(ask(CTL_STATUS, &a), -1);
	assert_error("what: smtpband closed the connection, see its log");
}

static void
test_an_answer_that_breaks_off_leaves_nothing(void **state)
{
	const struct ban ban = { .prefix = pfx("192.0.2.1") };
	struct answer a;

	(void)state;
	say(CTL_BAN_RECORD, &ban, sizeof(ban));
	assert_int_equal(ask(CTL_BANS, &a), -1);
	assert_error("what: smtpband closed the connection, see its log");
	assert_null(a.bans);
	assert_int_equal(a.nbans, 0);
}

static void
test_a_daemon_that_says_nothing_is_given_up(void **state)
{
	static struct ctl_status_record status;

	(void)state;
	manner = DAEMON_IS_SILENT;
	assert_fails(
	    "what: no answer within 60 seconds: smtpband hangs, see its log");
	say(CTL_STATUS_RECORD, &status, sizeof(status)); /* or half of it */
	assert_fails(
	    "what: no answer within 60 seconds: smtpband hangs, see its log");
}

static void
test_a_daemon_that_takes_no_connection_is_given_up(void **state)
{
	char full[256];
	pid_t pid;
	int first;
	struct answer a;

	(void)state;
	manner = DAEMON_IS_STUCK;
	pid = start();
	first = __real_ctl_connect(path, 1); /* all that its queue holds */
	assert_int_not_equal(first, -1);
	assert_int_equal(ask_at(path, CTL_STATUS, &a), -1);
	snprintf(full, sizeof(full),
	    "%s: smtpband takes no connection within 60 seconds: "
	    "it hangs or is flooded, see its log",
	    path);
	assert_error(full);
	close(first);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_a_daemon_that_never_ends_is_given_up(void **state)
{
	static struct ctl_status_record status;

	(void)state;
	manner = DAEMON_NEVER_ENDS;
	say(CTL_STATUS_RECORD, &status, sizeof(status));
	assert_fails("what: the daemon's answer has no end");
}

static void
test_more_logs_and_accounts_than_there_can_be_are_refused(void **state)
{
	static struct ctl_log_record log;
	static struct ctl_account_record account;
	unsigned i;

	(void)state;
	for (i = 0; i <= MSG_LOGS_MAX; i++)
		say(CTL_LOG_RECORD, &log, sizeof(log));
	assert_fails("what: the daemon's answer makes no sense: is it of "
		     "another version? restart smtpband");
	lines = 0;
	manner = DAEMON_NEVER_ENDS;
	say(CTL_ACCOUNT_RECORD, &account, sizeof(account));
	assert_fails("what: the daemon's answer makes no sense: is it of "
		     "another version? restart smtpband");
}

static void
test_garbage_and_descriptors_are_no_answer(void **state)
{
	static struct ctl_status_record status;

	(void)state;
	manner = DAEMON_SENDS_GARBAGE;
	assert_fails("what: no answer: Bad message");
	manner = DAEMON_SENDS_A_FILE;
	say(CTL_STATUS_RECORD, &status, sizeof(status));
	assert_fails("what: no answer: Bad message");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_records_are_collected_up_to_done),
		TEST(test_texts_of_the_daemon_end),
		TEST(test_no_daemon_is_told),
		TEST(test_errors_tell_what_and_why),
		TEST(test_errors_of_a_reload_are_printed_as_they_are),
		TEST(test_an_error_cannot_move_the_terminal),
		TEST(test_records_of_a_wrong_length_or_type_are_refused),
		TEST(test_parts_of_a_text_become_one),
		TEST(test_records_with_an_invalid_prefix_are_refused),
		TEST(test_lines_are_within_their_bounds),
		TEST(test_what_follows_is_given_on_until_it_ends),
		TEST(test_nothing_that_follows_is_an_error),
		TEST(test_nothing_follows_for_a_reader_that_has_gone),
		TEST(test_nothing_follows_into_a_socket_that_is_closed),
		TEST(test_an_answer_without_end_is_an_error),
		TEST(test_an_answer_that_breaks_off_leaves_nothing),
		TEST(test_a_daemon_that_says_nothing_is_given_up),
		TEST(test_a_daemon_that_takes_no_connection_is_given_up),
		TEST(test_a_daemon_that_never_ends_is_given_up),
		TEST(test_more_logs_and_accounts_than_there_can_be_are_refused),
		TEST(test_garbage_and_descriptors_are_no_answer),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
