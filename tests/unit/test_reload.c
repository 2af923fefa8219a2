/* The configuration taken again: what is done, in which order, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "smtpband.h"

#define NOW 1790000000
#define FILE_TEXT                           \
	"log \"/var/log/a.log\"\n"          \
	"database \"/var/lib/x/bans.db\"\n" \
	"control \"/run/x/control.sock\"\n" \
	"remember 10d\n"

void __wrap_log_warnx(const char *, ...);

static struct enforcer e;
static char dir[64], path[128];
static char did[256];         /* what was called, a word each */
static struct msg_text error; /* of the last MSG_FAILED */
static uint32_t answered_id;
static int source_errors; /* so many calls of sources_configure fail */
static const struct conf *sources_of;
static int refresh_error, warnings, states_told, listener, exporter_error;
static uint8_t protocol;

static void
note(const char *what)
{
	strlcat(did, what, sizeof(did));
	strlcat(did, " ", sizeof(did));
}

void
__wrap_log_warnx(const char *fmt, ...)
{
	warnings++;
}

void
route_kind_of(const struct conf *c, struct route_kind *kind)
{
	static int garbage;

	/* In its padding, as on a stack. */
	memset(kind, ++garbage, sizeof(*kind));
	kind->type = c->route == CONF_BLACKHOLE ? RTN_BLACKHOLE : RTN_PROHIBIT;
	kind->protocol = (uint8_t)c->route_protocol;
	kind->table = c->route_table;
}

int
reconcile(struct enforcer *en)
{
	note("reconcile");
	return 0;
}

void
reconcile_clear(struct enforcer *en)
{
	note("clear");
}

void
route_set_kind(struct route *r, const struct route_kind *kind)
{
	note(kind->type == RTN_PROHIBIT ? "prohibit" : "kind");
	protocol = kind->protocol;
}

int
hostaddr_refresh(struct hostaddr *h)
{
	note("refresh");
	errno = refresh_error;
	return refresh_error == 0 ? 0 : -1;
}

void
release_refused(struct enforcer *en)
{
	note("refused");
}

int
sources_configure(struct sources *all, const struct conf *c)
{
	sources_of = c;
	errno = EMFILE;
	return source_errors-- > 0 ? -1 : 0;
}

int
exporter_move(struct enforcer *en, const struct conf *c)
{
	if (c->metrics_address == NULL)
		return 0;
	note("move");
	errno = exporter_error;
	return exporter_error == 0 ? 0 : -1;
}

void
exporter_stay(struct enforcer *en)
{
	if (strstr(did, "move") != NULL)
		note("stay");
}

void
exporter_take(struct enforcer *en)
{
	if (en->conf->metrics_address != NULL)
		note("moved");
}

int
route_keep_rules(struct route *r, const uint32_t *ports, unsigned nports)
{
	assert_int_equal(nports, 0); /* all go */
	return 0;
}

void
turn_commit(struct enforcer *en)
{
	note("commit");
}

void
fault_begin(struct enforcer *en, enum msg_fault_kind kind, const char *fmt, ...)
{
	note("fault");
}

void
fault_end(struct enforcer *en, enum msg_fault_kind kind)
{
	note("well");
}

void
notify_send(const char *what)
{
	note(what);
}

void
reply_conf(struct enforcer *en)
{
	note("conf");
}

void
reply_watches(struct enforcer *en)
{
	note("watches");
}

void
reply_state(struct enforcer *en, const struct ban *ban, uint32_t id)
{
	assert_true(en->told);
	assert_int_equal(id, 0);
	if (states_told++ == 0)
		note("states");
}

void
reply_done(struct enforcer *en, uint32_t id, uint32_t number)
{
	note("done");
	answered_id = id;
}

void
reply_send(struct enforcer *en, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	note(type == MSG_FAILED     ? "failed" :
		type == MSG_METRICS ? "metrics" :
		type == MSG_READY   ? "ready" :
				      "listener");
	if (type == MSG_FAILED) {
		assert_int_equal(len, sizeof(error));
		error = *(const struct msg_text *)payload;
		answered_id = id;
	}
	if (type == MSG_LISTENER)
		listener = fd;
}

static void
write_conf(const char *text, const char *more)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f, "%s%s", text, more);
	assert_int_equal(fclose(f), 0);
}

static void
add_ban(unsigned i, uint32_t ban_state, int64_t due)
{
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };
	struct ban_entry *entry;
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, bytes, 32);
	entry = bans_insert(&e.bans, &p);
	entry->ban.state = ban_state;
	entry->ban.expires = NOW + 100;
	entry->ban.released = ban_state == BAN_ENDED ? NOW : 0;
	bans_settle(&e.bans, entry, due);
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	e.metrics = -1;
	exporter_error = 0;
	strlcpy(dir, "/tmp/smtpban-reload.XXXXXX", sizeof(dir));
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/smtpban.conf", dir);
	write_conf(FILE_TEXT, "");
	e.conf_path = path;
	e.conf = reload_read(path, NULL, &error);
	assert_non_null(e.conf);
	bans_init(&e.bans, e.conf->limit_bans);
	did[0] = error.text[0] = '\0';
	source_errors = refresh_error = warnings = states_told = 0;
	answered_id = 0;
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	conf_free(e.conf);
	(void)unlink(path);
	return rmdir(dir);
}

/* The reload changes nothing, and says why in these words. */
static void
assert_stays(const char *why)
{
	const struct conf *before = e.conf;

	did[0] = '\0';
	reload(&e, 7);
	assert_string_equal(did, "commit fault failed ");
	assert_int_equal(answered_id, 7);
	assert_non_null(strstr(error.text, why));
	assert_ptr_equal(e.conf, before);
	assert_true(warnings > 0);
}

static void
test_a_good_file_is_taken_and_told(void **state)
{
	write_conf(FILE_TEXT, "limit bans 17\nthreshold 9 within 1h\n");
	reload(&e, 5);
	assert_string_equal(did,
	    "commit refresh refused reconcile conf watches well done ");
	assert_int_equal(answered_id, 5);
	assert_int_equal(e.conf->policy.threshold[0].count, 9);
	assert_int_equal(e.bans.limit, 17);
	assert_ptr_equal(sources_of, e.conf);
}

static void
test_remembering_changes_when_bans_are_forgotten(void **state)
{
	add_ban(1, BAN_ENDED, NOW + 10 * 86400);
	add_ban(2, BAN_ACTIVE, NOW + 100);
	write_conf("threshold 5 within 2h\nremember 1s\n"
		   "log \"/var/log/a.log\"\n"
		   "database \"/var/lib/x/bans.db\"\n"
		   "control \"/run/x/control.sock\"\n",
	    "");
	reload(&e, 0);
	assert_int_equal(e.bans.active.n, 1);
	assert_int_equal(e.bans.ended.n, 1);
	assert_int_equal(bans_first(&e.bans)->due,
	    (NOW + INT64_C(7200)) * 1000);
	assert_int_equal(bans_next(&e.bans), (NOW + INT64_C(100)) * 1000);
}

static void
test_routes_stay_when_their_kind_does(void **state)
{
	reload(&e, 0);
	assert_null(strstr(did, "clear"));
}

static void
test_routes_of_the_old_kind_go_before_those_of_the_new(void **state)
{
	write_conf(FILE_TEXT, "route prohibit\nroute protocol 99\n");
	reload(&e, 0);
	assert_string_equal(did,
	    "commit clear kind prohibit refresh refused reconcile conf "
	    "watches well done ");
	assert_int_equal(protocol, 99);
	did[0] = '\0';
	write_conf(FILE_TEXT,
	    "route prohibit\nroute protocol 99\nroute table 100\n");
	reload(&e, 0);
	assert_non_null(strstr(did, "clear prohibit"));
}

static void
test_every_error_is_told_and_nothing_changes(void **state)
{
	char expected[300];

	write_conf(FILE_TEXT, "limit bans 0\nrubbish\nban for 3d\n");
	assert_stays("");
	snprintf(expected, sizeof(expected), "%s:5: ", path);
	assert_ptr_equal(strstr(error.text, expected), error.text);
	snprintf(expected, sizeof(expected), "\n%s:6: ", path);
	assert_non_null(strstr(error.text, expected));
	assert_int_equal(warnings, 2);
	assert_int_equal(unlink(path), 0);
	assert_stays(path);
	write_conf(FILE_TEXT, "");
	assert_int_equal(chmod(path, 0666), 0);
	assert_stays(path);
}

static void
test_what_needs_a_restart_is_refused_by_name(void **state)
{
	write_conf("database \"/var/lib/y.db\"\n"
		   "control \"/run/x/control.sock\"\n",
	    "");
	assert_stays("\"database\" cannot change");
	write_conf("database \"/var/lib/x/bans.db\"\n", "");
	assert_stays("\"control\" cannot change");
	write_conf(FILE_TEXT, "user \"mail\"\n");
	assert_stays("\"user\" cannot change");
	write_conf(FILE_TEXT, "log journal\n");
	assert_stays("\"log journal\" cannot change without a restart");
}

static void
test_the_journal_may_leave_or_stay(void **state)
{
	free(e.conf->logs[0]);
	e.conf->logs[0] = strdup(MSG_JOURNAL);
	write_conf(FILE_TEXT, "log journal\n");
	reload(&e, 0);
	assert_int_equal(e.conf->nlogs, 2);
	write_conf(FILE_TEXT, "");
	reload(&e, 0);
	assert_int_equal(e.conf->nlogs, 1);
	assert_int_equal(warnings, 0);
}

static void
test_logs_that_cannot_be_watched_change_nothing(void **state)
{
	write_conf(FILE_TEXT, "log \"/var/log/b.log\"\n");
	source_errors = 1;
	assert_stays("watching logs: Too many open files");
}

static void
test_addresses_that_cannot_be_read_do_not_stop_a_reload(void **state)
{
	refresh_error = ENOBUFS;
	reload(&e, 0);
	assert_non_null(
	    strstr(did, "refused reconcile conf watches well done"));
}

static void
test_a_fresh_parser_is_told_all_before_ready(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd != -1);
	e.listener = fd;
	add_ban(1, BAN_ACTIVE, NOW + 100);
	add_ban(2, BAN_ENDED, NOW + 1000);
	reload_tell(&e);
	assert_string_equal(did, "conf listener states watches ready READY=1 ");
	assert_int_equal(states_told, 2);
	assert_true(e.told);
	assert_int_equal(listener, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
test_where_metrics_listens_is_told(void **state)
{
	e.listener = open("/dev/null", O_RDONLY | O_CLOEXEC);
	e.metrics = 7;
	reload_tell(&e);
	assert_string_equal(did,
	    "conf listener metrics watches ready READY=1 ");
}

/* The socket comes first: without it nothing of the file is taken. */
static void
test_metrics_move_with_all_else_or_stay(void **state)
{
	const struct conf *before = e.conf;

	write_conf(FILE_TEXT, "metrics listen on ::1 port 9983\n");
	exporter_error = EADDRINUSE;
	reload(&e, 7);
	assert_string_equal(did, "commit move fault failed ");
	assert_string_equal(error.text,
	    "metrics: ::1 port 9983: Address already in use");
	exporter_error = 0;
	source_errors = 1;
	did[0] = '\0';
	reload(&e, 7);
	assert_string_equal(did, "commit move stay fault failed ");
	assert_ptr_equal(e.conf, before);
	did[0] = '\0';
	reload(&e, 7);
	assert_string_equal(did,
	    "commit move refresh refused reconcile conf moved watches well "
	    "done ");
}

static void
test_a_file_without_logs_gets_those_of_this_system(void **state)
{
	write_conf("limit bans 17\n",
	    FILE_TEXT + strlen("log \"/var/log/a.log\"\n"));
	reload(&e, 0);
	assert_int_equal(e.conf->nlogs, 1);
	assert_string_not_equal(e.conf->logs[0], "/var/log/a.log");
	free(e.conf->logs[0]);
	e.conf->logs[0] = strdup("/found/at/the/start");
	reload(&e, 0);
	assert_string_equal(e.conf->logs[0], "/found/at/the/start");
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_good_file_is_taken_and_told),
		TEST(test_remembering_changes_when_bans_are_forgotten),
		TEST(test_routes_stay_when_their_kind_does),
		TEST(test_routes_of_the_old_kind_go_before_those_of_the_new),
		TEST(test_every_error_is_told_and_nothing_changes),
		TEST(test_what_needs_a_restart_is_refused_by_name),
		TEST(test_the_journal_may_leave_or_stay),
		TEST(test_logs_that_cannot_be_watched_change_nothing),
		TEST(test_addresses_that_cannot_be_read_do_not_stop_a_reload),
		TEST(test_a_fresh_parser_is_told_all_before_ready),
		TEST(test_where_metrics_listens_is_told),
		TEST(test_metrics_move_with_all_else_or_stay),
		TEST(test_a_file_without_logs_gets_those_of_this_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
