/*
 * The real lines of the corpora, rewritten in every form that a log may have:
 * each must tell what it told as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "recognise/header.h"
#include "recognise_rig.h"

#define NOW       1795651200 /* 26 November 2026 */
#define TEXT_MAX  65536
#define LABEL_LEN 256

/* A text under construction. */
struct text {
	size_t n;
	char p[TEXT_MAX];
};

static void
add(struct text *t, const char *p, size_t n)
{
	assert_true(n <= sizeof(t->p) - t->n);
	memcpy(t->p + t->n, p, n);
	t->n += n;
}

static void add_format(struct text *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_format(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->p + t->n, sizeof(t->p) - t->n, format, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof(t->p) - t->n);
	t->n += (size_t)n;
}

/* A line, as it was: where its message is written out anew. */
struct source {
	int64_t time;
	const char *tag;
	int tag_len;
	unsigned pid; /* 0: none */
	const char *message;
	size_t message_len;
};

#define TIME_LEN 64

static struct tm
time_of(const struct source *s)
{
	time_t at = s->time;
	struct tm tm;

	assert_non_null(gmtime_r(&at, &tm));
	return tm;
}

static void
add_rest(struct text *t, const struct source *s)
{
	add_format(t, "%.*s", s->tag_len, s->tag);
	if (s->pid != 0)
		add_format(t, "[%u]", s->pid);
	add(t, ": ", 2);
	add(t, s->message, s->message_len);
}

static void
write_rfc3164(struct text *t, const struct source *s)
{
	struct tm tm = time_of(s);
	char at[TIME_LEN];

	strftime(at, sizeof(at), "<22>%b %e %H:%M:%S mx1.example.org ", &tm);
	add(t, at, strlen(at));
	add_rest(t, s);
}

static void
write_rfc3164_year(struct text *t, const struct source *s)
{
	struct tm tm = time_of(s);
	char at[TIME_LEN];

	strftime(at, sizeof(at), "%b %d %Y %H:%M:%S ", &tm);
	add(t, at, strlen(at));
	add_rest(t, s);
}

static void
write_rfc3339(struct text *t, const struct source *s)
{
	struct tm tm = time_of(s);
	char at[TIME_LEN];

	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%S.123456+00:00 2001:db8::25 ",
	    &tm);
	add(t, at, strlen(at));
	add_rest(t, s);
}

static void
write_short_full(struct text *t, const struct source *s)
{
	struct tm tm = time_of(s);
	char at[TIME_LEN];

	strftime(at, sizeof(at), "%a %Y-%m-%d %H:%M:%S UTC mx1 ", &tm);
	add(t, at, strlen(at));
	add_rest(t, s);
}

static void
write_short_unix(struct text *t, const struct source *s)
{
	add_format(t, "%lld.000001 mx1 ", (long long)s->time);
	add_rest(t, s);
}

static void
write_rfc5424(struct text *t, const struct source *s)
{
	struct tm tm = time_of(s);
	char at[TIME_LEN];

	strftime(at, sizeof(at), "<22>1 %Y-%m-%dT%H:%M:%SZ mx1 ", &tm);
	add(t, at, strlen(at));
	add_format(t, "%.*s %u - [a b=\"\\]\\\"\"] ", s->tag_len, s->tag,
	    s->pid);
	add(t, s->message, s->message_len);
}

static void
add_json_head(struct text *t, const struct source *s)
{
	add_format(t,
	    "{\"__REALTIME_TIMESTAMP\":\"%lld000000\",\"_CMDLINE\":null,"
	    "\"SYSLOG_PID\":\"%u\",\"MESSAGE\":",
	    (long long)s->time, s->pid);
}

static void
add_json_tail(struct text *t, const struct source *s)
{
	add_format(t, ",\"SYSLOG_IDENTIFIER\":\"%.*s\"}", s->tag_len, s->tag);
}

static void
write_json(struct text *t, const struct source *s)
{
	size_t i;

	add_json_head(t, s);
	add(t, "\"", 1);
	for (i = 0; i < s->message_len; i++)
		if ((unsigned char)s->message[i] < 0x20 ||
		    s->message[i] == '"' || s->message[i] == '\\')
			add_format(t, "\\u%04x", (unsigned)s->message[i]);
		else
			add(t, s->message + i, 1);
	add(t, "\"", 1);
	add_json_tail(t, s);
}

static void
write_json_bytes(struct text *t, const struct source *s)
{
	size_t i;

	add_json_head(t, s);
	for (i = 0; i < s->message_len; i++)
		add_format(t, "%c%u", i == 0 ? '[' : ',',
		    (unsigned)(unsigned char)s->message[i]);
	add(t, s->message_len == 0 ? "[]" : "]", s->message_len == 0 ? 2 : 1);
	add_json_tail(t, s);
}

static void
add_export_head(struct text *t, const struct source *s)
{
	add_format(t,
	    "__CURSOR=s=0123456789abcdef0123456789abcdef;i=1\n"
	    "__REALTIME_TIMESTAMP=%lld000000\nSYSLOG_PID=%u\n",
	    (long long)s->time, s->pid);
}

static void
add_export_tail(struct text *t, const struct source *s)
{
	add_format(t, "\nSYSLOG_IDENTIFIER=%.*s\n\n", s->tag_len, s->tag);
}

static void
write_export(struct text *t, const struct source *s)
{
	add_export_head(t, s);
	add(t, "MESSAGE=", 8);
	add(t, s->message, s->message_len);
	add_export_tail(t, s);
}

static void
write_export_binary(struct text *t, const struct source *s)
{
	unsigned i;
	char byte;

	add_export_head(t, s);
	add(t, "MESSAGE\n", 8);
	for (i = 0; i < 8; i++) {
		byte = (char)(s->message_len >> 8 * i);
		add(t, &byte, 1);
	}
	add(t, s->message, s->message_len);
	add_export_tail(t, s);
}

static void (*const forms[])(struct text *, const struct source *) = {
	write_rfc3164,
	write_rfc3164_year,
	write_rfc3339,
	write_short_full,
	write_short_unix,
	write_rfc5424,
	write_json,
	write_json_bytes,
	write_export,
	write_export_binary,
};
#define NFORMS (sizeof(forms) / sizeof(forms[0]))

static void
print_event(bool told, const struct event *ev, char label[LABEL_LEN])
{
	char addr[PREFIX_STRLEN];
	size_t n;

	if (!told) {
		strlcpy(label, "-", LABEL_LEN);
		return;
	}
	n = (size_t)snprintf(label, LABEL_LEN, "%lld %s %d %s %u ",
	    (long long)ev->time, prefix_format(&ev->client, addr), ev->kind,
	    category_name(ev->category), ev->count);
	if (ev->user != NULL)
		snprintf(label + n, LABEL_LEN - n, "%.*s", (int)ev->user_len,
		    ev->user);
}

/* All lines of a text tell at most one thing. */
static void
read_text(struct recognise *r, const struct text *t, char label[LABEL_LEN])
{
	const char *p = t->p, *end = t->p + t->n, *nl;
	struct event ev;
	bool told = false;

	strlcpy(label, "-", LABEL_LEN);
	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		if (!recognise_line(r, p, (size_t)(nl - p), NOW, &ev))
			continue;
		assert_false(told);
		told = true;
		print_event(told, &ev, label);
	}
}

static void
try_forms(struct recognise *r[NFORMS], const struct source *s, const char *want,
    const char *line)
{
	static struct text t;
	char have[LABEL_LEN];
	size_t i;

	for (i = 0; i < NFORMS; i++) {
		t.n = 0;
		forms[i](&t, s);
		read_text(r[i], &t, have);
		if (strcmp(have, want) != 0)
			fail_msg("form %zu: have %s, want %s: %s", i, have,
			    want, line);
	}
}

/* What a line tells as it is, and in each form. */
static void
try_line(struct recognise *whole, struct recognise *r[NFORMS], const char *line,
    size_t n, unsigned *told)
{
	static struct header_reader reader;
	char want[LABEL_LEN];
	struct source s;
	struct header h;
	struct event ev;
	bool tells;

	if (!header_parse(&reader, line, n, NOW, &h) || h.repeated != 1)
		return;
	tells = recognise_line(whole, line, n, NOW, &ev);
	print_event(tells, &ev, want);
	s.time = h.time;
	s.tag = h.tag;
	s.tag_len = (int)h.tag_len;
	s.pid = h.pid;
	s.message = h.message;
	s.message_len = h.message_len;
	try_forms(r, &s, want, line);
	*told += tells;
}

static void
try_corpus(const char *name)
{
	struct recognise *whole = rig_recogniser(), *r[NFORMS];
	char path[1024], *line = NULL;
	unsigned told = 0;
	size_t size = 0, i;
	ssize_t n;
	FILE *log;

	snprintf(path, sizeof(path), "%s/corpus/%s.log", TEST_DATA, name);
	log = fopen(path, "re");
	assert_non_null(log);
	for (i = 0; i < NFORMS; i++)
		r[i] = rig_recogniser();
	while ((n = getline(&line, &size, log)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		try_line(whole, r, line, (size_t)n, &told);
	}
	fclose(log);
	free(line);
	for (i = 0; i < NFORMS; i++)
		recognise_free(r[i]);
	recognise_free(whole);
	assert_true(told > 50);
}

static void
test_every_form_tells_the_same(void **state)
{
	static const char *const names[] = { "postfix-hostile",
		"postfix-mix-iso", "dovecot", "exim-mainlog-hostile",
		"exim-syslog", "opensmtpd-hostile", "sendmail-hostile" };
	size_t i;

	(void)state;
	setenv("TZ", "UTC", 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		try_corpus(names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_tells_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
