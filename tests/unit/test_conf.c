#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"

#define SIXTY  "111111111111111111111111111111111111111111111111111111111111"
#define DATA   TEST_DATA "/unit/conf/"
#define MANUAL TEST_DATA "/../man/smtpban.conf.5"
#define SAMPLE TEST_DATA "/../rc/smtpban.conf"

/* The lines that conf_read reported, without the folder of the examples. */
struct lines {
	FILE *to;
	char *text;
	size_t size;
	unsigned n;
};

static void
lines_open(struct lines *l)
{
	memset(l, 0, sizeof(*l));
	l->to = open_memstream(&l->text, &l->size);
	assert_non_null(l->to);
}

static void
lines_take(void *arg, const char *line)
{
	struct lines *l = arg;

	if (strncmp(line, DATA, strlen(DATA)) == 0)
		line += strlen(DATA);
	fprintf(l->to, "%s\n", line);
	l->n++;
}

static void
lines_close(struct lines *l)
{
	fclose(l->to);
	free(l->text);
}

/* A configuration of n bytes in memory, as a file; close *fd after. */
static const char *
file_make(const char *text, size_t n, int *fd)
{
	static char path[64];

	*fd = memfd_create("conf", 0);
	assert_int_not_equal(*fd, -1);
	assert_int_equal(write(*fd, text, n), n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	return path;
}

/* Read a text that must be good. */
static struct conf *
read_good(const char *text)
{
	struct conf *conf;
	struct lines l;
	int fd;

	lines_open(&l);
	conf = conf_read(file_make(text, strlen(text), &fd), false, lines_take,
	    &l);
	fflush(l.to);
	if (conf == NULL)
		fail_msg("%s", l.text);
	lines_close(&l);
	close(fd);
	return conf;
}

/*
 * Read n bytes that must be bad.  Returns the number of lines reported and,
 * if first is not NULL, the first of them without the path.
 */
static unsigned
read_bad(const char *text, size_t n, char *first, size_t size)
{
	struct conf *conf;
	struct lines l;
	const char *path;
	int fd;

	lines_open(&l);
	path = file_make(text, n, &fd);
	conf = conf_read(path, false, lines_take, &l);
	assert_null(conf);
	fflush(l.to);
	assert_true(l.n > 0);
	if (first != NULL) {
		l.text[strcspn(l.text, "\n")] = '\0';
		assert_int_equal(strncmp(l.text, path, strlen(path)), 0);
		strlcpy(first, l.text + strlen(path), size);
	}
	lines_close(&l);
	close(fd);
	return l.n;
}

static void
dump_threshold(FILE *to, const char *name, const struct msg_threshold *t)
{
	if (t->count != 0 || t->within != 0)
		fprintf(to, "threshold %s: %u within %us\n", name, t->count,
		    t->within);
}

static void
dump_policy(FILE *to, const struct msg_policy *p)
{
	unsigned c;

	fprintf(to, "count:");
	for (c = 0; c < 32; c++)
		if ((p->counted & 1U << c) != 0)
			fprintf(to, " %s", category_name(c));
	fprintf(to, "\n");
	for (c = 0; c < CATEGORY_COUNT; c++)
		dump_threshold(to, c == 0 ? "in general" : category_name(c),
		    &p->threshold[c]);
	dump_threshold(to, "network", &p->network);
	fprintf(to, "known: %us patience %u\n", p->known_for,
	    p->known_patience);
	fprintf(to, "repeats: %u\n", p->repeats);
	fprintf(to, "inet6: %u\n", p->inet6_len);
	fprintf(to, "private: %u\n", p->private_allowed);
	fprintf(to, "limit offenders: %u\n", p->limit_offenders);
}

static void
dump_route(FILE *to, const struct conf *conf)
{
	unsigned i;

	fprintf(to, "route: %s table %u protocol %u ports",
	    conf->route == CONF_BLACKHOLE       ? "blackhole" :
		conf->route == CONF_UNREACHABLE ? "unreachable" :
		conf->route == CONF_PROHIBIT    ? "prohibit" :
						  "?",
	    conf->route_table, conf->route_protocol);
	for (i = 0; i < conf->nroute_ports; i++)
		fprintf(to, " %u", conf->route_ports[i]);
	fprintf(to, "%s\ndisconnect: %d\n",
	    conf->policy.exempt ? " exempt" : "", conf->disconnect);
}

/* All that a configuration holds, for the .expect files. */
static void
dump(FILE *to, const struct conf *conf)
{
	char buf[PREFIX_STRLEN];
	unsigned i;

	for (i = 0; i < conf->nlogs; i++)
		fprintf(to, "log: %s\n", conf->logs[i]);
	dump_policy(to, &conf->policy);
	for (i = 0; i < 2; i++)
		fprintf(to, "network %s: %u after %u\n", i ? "inet6" : "inet",
		    conf->policy.network_len[i], conf->policy.network_hosts[i]);
	for (i = 0; i < prefix_set_count(conf->whitelist); i++)
		fprintf(to, "whitelist: %s\n",
		    prefix_format(prefix_set_get(conf->whitelist, i), buf));
	fprintf(to, "ban: for %u double %u max %u remember %u\n", conf->ban_for,
	    conf->ban_double, conf->ban_max, conf->remember);
	dump_route(to, conf);
	fprintf(to, "database: %s\ncontrol: %s\nuser: %s\n", conf->database,
	    conf->control, conf->user);
	if (conf->metrics_address != NULL)
		fprintf(to, "metrics: %s %u\n", conf->metrics_address,
		    conf->metrics_port);
	fprintf(to, "limit bans: %u requests: %u\n", conf->limit_bans,
	    conf->limit_requests);
	for (i = 0; i < conf->nmatches; i++)
		fprintf(to, "match %s %s %u\n", conf->matches[i].tag,
		    conf->matches[i].template, conf->matches[i].category);
}

/* The errors of a file or, if there is none, what it sets. */
static void
result_print(const char *path, struct lines *l)
{
	struct conf *conf = conf_read(path, false, lines_take, l);

	assert_int_equal(conf == NULL, l->n != 0);
	if (conf != NULL)
		dump(l->to, conf);
	conf_free(conf);
	fflush(l->to);
}

/* A whole file, to be freed. */
static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	if (getdelim(&text, &size, '\0', f) == -1)
		text[0] = '\0';
	fclose(f);
	return text;
}

static void
test_examples_give_what_is_expected(void **state)
{
	unsigned wrong = 0;
	char *path, *expect;
	struct lines l;
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(glob(DATA "*.conf", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 20);
	for (i = 0; i < found.gl_pathc; i++) {
		lines_open(&l);
		result_print(found.gl_pathv[i], &l);
		assert_int_not_equal(asprintf(&path, "%.*s.expect",
					 (int)strlen(found.gl_pathv[i]) - 5,
					 found.gl_pathv[i]),
		    -1);
		expect = slurp(path);
		if (strcmp(l.text, expect) != 0) {
			print_error("%s: got\n%s", path, l.text);
			wrong++;
		}
		free(expect);
		free(path);
		lines_close(&l);
	}
	globfree(&found);
	assert_int_equal(wrong, 0);
}

static void
test_no_file_is_an_empty_file(void **state)
{
	struct conf *conf;
	struct lines a, b;

	(void)state;
	lines_open(&a);
	lines_open(&b);
	conf = conf_read(NULL, true, lines_take, &a);
	assert_non_null(conf);
	dump(a.to, conf);
	conf_free(conf);
	fflush(a.to);
	result_print(DATA "empty.conf", &b);
	assert_string_equal(a.text, b.text);
	lines_close(&a);
	lines_close(&b);
}

static void
test_a_reading_leaves_nothing_to_the_next(void **state)
{
	struct lines first, again;

	(void)state;
	lines_open(&first);
	result_print(DATA "all.conf", &first);
	assert_int_equal(read_bad("log {\nban for 1d\nx", 18, NULL, 0), 2);
	lines_open(&again);
	result_print(DATA "all.conf", &again);
	assert_string_equal(first.text, again.text);
	lines_close(&first);
	lines_close(&again);
}

static void
test_missing_file(void **state)
{
	struct lines l;

	(void)state;
	lines_open(&l);
	assert_null(
	    conf_read("/nonexistent/smtpban.conf", true, lines_take, &l));
	fflush(l.to);
	assert_string_equal(l.text,
	    "/nonexistent/smtpban.conf: No such file or directory\n");
	lines_close(&l);
}

static void
test_directory_is_an_error(void **state)
{
	struct lines l;

	(void)state;
	lines_open(&l);
	assert_null(conf_read("/", true, lines_take, &l));
	assert_null(conf_read("/", false, lines_take, &l));
	fflush(l.to);
	assert_string_equal(l.text,
	    "/: is not a regular file\n/: Is a directory\n");
	lines_close(&l);
}

/* A secure reading of path must give this line and no more; NULL: none. */
static void
secure_read(const char *path, const char *want)
{
	struct conf *conf;
	struct lines l;

	lines_open(&l);
	conf = conf_read(path, true, lines_take, &l);
	fflush(l.to);
	assert_string_equal(l.text, want != NULL ? want : "");
	assert_int_equal(conf == NULL, want != NULL);
	conf_free(conf);
	lines_close(&l);
}

static void
test_writable_file_is_refused_when_secure(void **state)
{
	char path[64], want[128];
	int fd;

	(void)state;
	strlcpy(path, file_make("ban for 1d\n", 11, &fd), sizeof(path));
	snprintf(want, sizeof(want), "%s: is writable by others: chmod go-w\n",
	    path);
	assert_int_equal(fchmod(fd, 0644), 0);
	secure_read(path, NULL);
	assert_int_equal(fchmod(fd, 0664), 0);
	secure_read(path, want);
	assert_int_equal(fchmod(fd, 0646), 0);
	secure_read(path, want);
	conf_free(read_good("ban for 1d\n"));
	close(fd);
}

static void
test_file_of_another_is_refused_when_secure(void **state)
{
	char path[64], want[128];
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	strlcpy(path, file_make("ban for 1d\n", 11, &fd), sizeof(path));
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(fchown(fd, 4711, 0), 0);
	snprintf(want, sizeof(want),
	    "%s: belongs to uid 4711, want root: chown root\n", path);
	secure_read(path, want);
	close(fd);
}

static void
test_fifo_does_not_hold_a_secure_reading(void **state)
{
	char dir[] = "/tmp/test_conf.XXXXXX", path[64], want[128];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(want, sizeof(want), "%s: is not a regular file\n", path);
	secure_read(path, want);
	unlink(path);
	rmdir(dir);
}

static void
test_whitelist_file_is_read(void **state)
{
	static const char list[] = "# ours\n\n  192.0.2.0/24\t# office\r\n"
				   "2001:db8::/32#\n198.51.100.7";
	char text[128], buf[PREFIX_STRLEN];
	struct conf *conf;
	int fd;

	(void)state;
	snprintf(text, sizeof(text),
	    "whitelist file \"%s\"\nwhitelist { 192.0.2.0/24 203.0.113.9 }\n",
	    file_make(list, strlen(list), &fd));
	conf = read_good(text);
	assert_int_equal(prefix_set_count(conf->whitelist), 4);
	assert_string_equal(
	    prefix_format(prefix_set_get(conf->whitelist, 1), buf),
	    "198.51.100.7");
	conf_free(conf);
	close(fd);
}

static void
test_whitelist_file_errors_name_that_file(void **state)
{
	static const char list[] = "192.0.2.1\n192.0.2.1/24\n\n"
				   "192.0.2.0/33 # x\n192.0.2.1 192.0.2.2\n"
				   "\0\n" SIXTY "\n";
	char text[128], want[512], *path;
	struct lines l;
	int fd, conf_fd;

	(void)state;
	path = strdup(file_make(list, sizeof(list) - 1, &fd));
	snprintf(text, sizeof(text), "whitelist file \"%s\"\n", path);
	lines_open(&l);
	assert_null(conf_read(file_make(text, strlen(text), &conf_fd), false,
	    lines_take, &l));
	fflush(l.to);
	snprintf(want, sizeof(want),
	    "%s:2: \"192.0.2.1/24\": host bits are set (did you mean "
	    "192.0.2.0/24?)\n"
	    "%s:4: \"192.0.2.0/33\": prefix length over 32\n"
	    "%s:5: \"192.0.2.1 192.0.2.2\": not an address\n"
	    "%s:6: \"\\x00\": not an address\n"
	    "%s:7: \"" SIXTY "\": not an address\n",
	    path, path, path, path, path);
	assert_string_equal(l.text, want);
	lines_close(&l);
	free(path);
	close(fd);
	close(conf_fd);
}

static void
test_whitelist_file_is_secure_too(void **state)
{
	char text[128], want[256], *path, *list;
	int fd, list_fd;

	(void)state;
	list = strdup(file_make("192.0.2.1\n", 10, &list_fd));
	assert_int_equal(fchmod(list_fd, 0666), 0);
	snprintf(text, sizeof(text), "\nwhitelist file \"%s\"\n", list);
	path = strdup(file_make(text, strlen(text), &fd));
	assert_int_equal(fchmod(fd, 0600), 0);
	snprintf(want, sizeof(want),
	    "%s:2: whitelist file \"%s\": is writable by others: chmod go-w\n",
	    path, list);
	secure_read(path, want);
	assert_int_equal(fchmod(list_fd, 0600), 0);
	secure_read(path, NULL);
	free(path);
	free(list);
	close(fd);
	close(list_fd);
}

static void
test_nul_bytes_are_errors(void **state)
{
	char first[128];

	(void)state;
	read_bad("\nban for 1d\0\n", 13, first, sizeof(first));
	assert_string_equal(first, ":2: NUL byte");
	read_bad("log \"/a\0b\"\n", 11, first, sizeof(first));
	assert_string_equal(first, ":1: control character in quotes");
	conf_free(read_good("# \x01 \xff\nban for 1d\n"));
	read_bad("\x1b[31m\n", 6, first, sizeof(first));
	assert_string_equal(first, ":1: \"\\x1b\" is a control character");
}

static void
test_noise_is_refused(void **state)
{
	unsigned char noise[4096];
	uint32_t x = 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(noise); i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (unsigned char)(x >> 24);
	}
	assert_true(read_bad((char *)noise, sizeof(noise), NULL, 0) > 1);
}

static void
test_very_long_lines_are_refused(void **state)
{
	const size_t n = 1024 * 1024;
	char *text = malloc(n), first[256];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	read_bad(text, n, first, sizeof(first));
	assert_int_equal(strncmp(first, ":1: unknown word \"aaaa", 22), 0);
	text[0] = '"';
	read_bad(text, n, first, sizeof(first));
	assert_string_equal(first, ":1: quotes are not closed");
	memset(text, '{', n);
	read_bad(text, n, first, sizeof(first));
	assert_string_equal(first, ":1: \"{\" cannot begin a statement");
	memcpy(text, "log /", 5);
	memset(text + 5, 'a', n - 5);
	assert_int_equal(read_bad(text, n, first, sizeof(first)), 1);
	free(text);
}

static void
test_errors_end_at_a_hundred(void **state)
{
	char text[2001], *last;
	struct lines l;
	const char *path;
	unsigned i;
	int fd;

	(void)state;
	for (i = 0; i < 1000; i++)
		memcpy(text + 2 * i, "x\n", 3);
	assert_int_equal(read_bad(text, 200, NULL, 0), 100);
	lines_open(&l);
	path = file_make(text, 2000, &fd);
	assert_null(conf_read(path, false, lines_take, &l));
	assert_int_equal(l.n, 101);
	fflush(l.to);
	last =
	    strstr(l.text, ":100: unknown word \"x\", see smtpban.conf(5)\n");
	assert_non_null(last);
	last = strchr(last, '\n') + 1;
	assert_int_equal(strncmp(last, path, strlen(path)), 0);
	assert_string_equal(last + strlen(path), ": too many errors\n");
	lines_close(&l);
	close(fd);
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds; /* 0: refused */
	} times[] = { { "1", 1 }, { "30s", 30 }, { "10m", 600 },
		{ "6h", 21600 }, { "7d", 604800 }, { "8w", 4838400 },
		{ "36600d", MSG_SECONDS_MAX }, { "007", 7 }, { "", 0 },
		{ "0", 0 }, { "0w", 0 }, { "s", 0 }, { "1x", 0 }, { "1ss", 0 },
		{ "-1", 0 }, { "+1", 0 }, { " 1", 0 }, { "1 ", 0 },
		{ "1.5h", 0 }, { "36601d", 0 }, { "3162240001", 0 },
		{ "18446744073709551617", 0 }, { "7102w", 0 }, { "ever", 0 } };
	const char *why;
	uint32_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		seconds = 0;
		why = conf_parse_time(times[i].text, &seconds);
		if ((why == NULL) != (times[i].seconds != 0) ||
		    seconds != times[i].seconds)
			fail_msg("%s: %u, %s", times[i].text, seconds,
			    why != NULL ? why : "taken");
	}
}

/* An empty file below root, and the folders on its way. */
static void
put_file(const char *root, const char *name)
{
	char path[256], *slash;
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (slash = path + strlen(root) + 1;
	     (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(path, 0700);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd != -1);
	close(fd);
}

static void
test_default_log_is_one_that_is_there(void **state)
{
	char root[] = "/tmp/smtpban-conf-root.XXXXXX", command[96];

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_string_equal(conf_default_log(root), "/var/log/mail.log");
	put_file(root, "/run/systemd/journal/socket");
	assert_string_equal(conf_default_log(root), "/var/log/mail.log");
	put_file(root, "/usr/bin/journalctl");
	assert_string_equal(conf_default_log(root), MSG_JOURNAL);
	snprintf(command, sizeof(command), "%s/run/systemd/journal/socket",
	    root);
	assert_int_equal(unlink(command), 0);
	assert_string_equal(conf_default_log(root), "/var/log/mail.log");
	put_file(root, "/run/systemd/journal/socket");
	put_file(root, "/var/log/maillog");
	assert_string_equal(conf_default_log(root), "/var/log/maillog");
	put_file(root, "/var/log/mail.log");
	assert_string_equal(conf_default_log(root), "/var/log/mail.log");
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

static void
test_default_logs_are_for_a_file_that_names_none(void **state)
{
	struct conf *conf = conf_read(NULL, true, NULL, NULL);
	struct conf *next = conf_read(NULL, true, NULL, NULL);

	(void)state;
	assert_int_equal(conf->nlogs, 0);
	conf_default_logs(conf, NULL);
	conf_default_logs(conf, NULL);
	assert_int_equal(conf->nlogs, 1);
	assert_string_equal(conf->logs[0], conf_default_log(""));
	/* Found once, it stays. */
	free(conf->logs[0]);
	conf->logs[0] = strdup("/found");
	conf_default_logs(next, conf);
	assert_string_equal(next->logs[0], "/found");
	conf_free(next);
	conf_free(conf);
	conf = read_good("log /srv/log\n");
	next = conf_read(NULL, true, NULL, NULL);
	conf_default_logs(conf, NULL);
	assert_int_equal(conf->nlogs, 1);
	assert_string_equal(conf->logs[0], "/srv/log");
	conf_default_logs(next, conf);
	assert_string_equal(next->logs[0], conf_default_log(""));
	conf_free(next);
	conf_free(conf);
}

static void
test_the_window_is_the_longest_that_counts(void **state)
{
	struct msg_policy p;

	(void)state;
	conf_default_policy(&p);
	assert_int_equal(conf_window(&p), 7 * 86400); /* of 30 days known */
	p.known_for = 2 * 86400;
	assert_int_equal(conf_window(&p), 2 * 86400);
	p.known_for = 60;
	assert_int_equal(conf_window(&p), 86400);
	p.threshold[CATEGORY_RBL].within = 90 * 86400; /* which is not set */
	assert_int_equal(conf_window(&p), 86400);
	p.threshold[CATEGORY_RBL].count = 1;
	assert_int_equal(conf_window(&p), 90 * 86400);
	p.network = (struct msg_threshold){ 40, 100 * 86400 };
	assert_int_equal(conf_window(&p), 100 * 86400);
}

/* Every statement that a file can have was given with effect. */
static void
assert_says_all(const struct conf *conf)
{
	assert_true(conf->nlogs > 1);
	assert_true(prefix_set_count(conf->whitelist) > 1);
	assert_true(conf->nroute_ports > 0);
	assert_non_null(conf->metrics_address);
}

/*
 * A copy of text, to be freed, in which the whitelist file is one that is
 * there: an empty descriptor.
 */
static char *
with_whitelist(const char *text, const char *list)
{
	static const char name[] = "/etc/smtpban.whitelist";
	const char *at = strstr(text, name);
	char *copy;

	if (at == NULL)
		return strdup(text);
	assert_int_not_equal(asprintf(&copy, "%.*s%s%s", (int)(at - text), text,
				 list, at + strlen(name)),
	    -1);
	return copy;
}

/* Take the "#" off what is a statement, not prose: no blank after it. */
static void
statements_uncomment(char *text)
{
	char *line;

	for (line = text; *line != '\0'; line += *line == '\n') {
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z')
			line[0] = ' ';
		line += strcspn(line, "\n");
	}
}

static void
test_sample_is_good_and_sets_nothing(void **state)
{
	struct lines empty, sample;

	(void)state;
	lines_open(&empty);
	lines_open(&sample);
	result_print(DATA "empty.conf", &empty);
	result_print(SAMPLE, &sample);
	assert_string_equal(sample.text, empty.text);
	lines_close(&empty);
	lines_close(&sample);
}

static void
test_sample_uncommented_is_good_and_says_all(void **state)
{
	char *sample = slurp(SAMPLE), *text, *list;
	struct conf *conf;
	int fd;

	(void)state;
	list = strdup(file_make("192.0.2.1\n", 10, &fd));
	statements_uncomment(sample);
	text = with_whitelist(sample, list);
	conf = read_good(text);
	assert_says_all(conf);
	assert_non_null(strstr(text, list));
	conf_free(conf);
	free(text);
	free(list);
	free(sample);
	close(fd);
}

static void
test_examples_of_the_manual_are_good(void **state)
{
	char *manual = slurp(MANUAL), *text, *list, *at, *end;
	unsigned n = 0;
	int fd;

	(void)state;
	list = strdup(file_make("192.0.2.1\n", 10, &fd));
	at = strstr(manual, "\n.Sh EXAMPLES\n");
	assert_non_null(at);
	end = strstr(at + 1, "\n.Sh ");
	assert_non_null(end);
	end[1] = '\0';
	while ((at = strstr(at, "\n.Bd -literal")) != NULL) {
		at = strchr(at + 1, '\n') + 1;
		end = strstr(at, ".Ed\n");
		assert_non_null(end);
		*end++ = '\0';
		text = with_whitelist(at, list);
		conf_free(read_good(text));
		free(text);
		at = end;
		n++;
	}
	assert_true(n >= 3);
	free(list);
	free(manual);
	close(fd);
}

/* With a file as its argument: print what the test would expect of it. */
int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples_give_what_is_expected),
		cmocka_unit_test(test_no_file_is_an_empty_file),
		cmocka_unit_test(test_a_reading_leaves_nothing_to_the_next),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_directory_is_an_error),
		cmocka_unit_test(test_writable_file_is_refused_when_secure),
		cmocka_unit_test(test_file_of_another_is_refused_when_secure),
		cmocka_unit_test(test_fifo_does_not_hold_a_secure_reading),
		cmocka_unit_test(test_whitelist_file_is_read),
		cmocka_unit_test(test_whitelist_file_errors_name_that_file),
		cmocka_unit_test(test_whitelist_file_is_secure_too),
		cmocka_unit_test(test_nul_bytes_are_errors),
		cmocka_unit_test(test_noise_is_refused),
		cmocka_unit_test(test_very_long_lines_are_refused),
		cmocka_unit_test(test_errors_end_at_a_hundred),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_default_log_is_one_that_is_there),
		cmocka_unit_test(
		    test_default_logs_are_for_a_file_that_names_none),
		cmocka_unit_test(test_the_window_is_the_longest_that_counts),
		cmocka_unit_test(test_sample_is_good_and_sets_nothing),
		cmocka_unit_test(test_sample_uncommented_is_good_and_says_all),
		cmocka_unit_test(test_examples_of_the_manual_are_good),
	};
	struct lines l;

	if (argc == 2) {
		lines_open(&l);
		result_print(argv[1], &l);
		fputs(l.text, stdout);
		lines_close(&l);
		return 0;
	}
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
