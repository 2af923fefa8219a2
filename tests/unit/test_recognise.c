/* The rule table row by row, hostile texts, and what sessions remember. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/rules.h"
#include "recognise_rig.h"

#define NOW          1795651200 /* 26 November 2026 */
#define LABEL_LEN    320
#define LINE_LEN     24000
#define ROWS_MAX     1024
#define TAG_LEN      64
#define GIVEN_MAX    8
#define LINE_MAX_LEN 2048
#define LONG_TEXT    5000
#define USER_BOUND   80 /* Dovecot cuts user names there */

static const char forged_line[] =
    "Nov 24 10:00:00 mx1 postfix/smtpd[1]: lost connection after AUTH from "
    "unknown[203.0.113.9]";
static const char forged_reject[] =
    "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <a@b>: Relay "
    "access denied; from=<a@b>";

/* What a client can choose; 203.0.113.9 must not be blamed for it. */
static const char *const hostile[] = {
	"",
	"unknown[203.0.113.9]",
	"[203.0.113.9]:25",
	"x]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed",
	">: Relay access denied; from=<a@b> to=<c> proto=SMTP helo=<d>",
	"x>: Recipient address rejected: User unknown in x; from=<a> to=<x> ",
	"x from unknown[203.0.113.9]; from=<a> to=<b> proto=ESMTP helo=<c>",
	"x from local; from=<a>",
	forged_line,
	forged_reject,
	"x>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.2, session=<a",
	", sasl_username=root",
	"x authentication failed: Connection lost to authentication server",
	"message repeated 9 times: [ unknown[203.0.113.9]]",
	"\033[31m\001\377\200#012\\r\\n%s%n",
};
#define NHOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static char long_text[LONG_TEXT + 1];

static const char *
hostile_text(size_t i)
{
	return i < NHOSTILE ? hostile[i] : long_text;
}

static void
label_event(bool found, const struct event *ev, char label[LABEL_LEN])
{
	char addr[PREFIX_STRLEN];

	if (!found) {
		snprintf(label, LABEL_LEN, "-");
		return;
	}
	prefix_format(&ev->client, addr);
	if (ev->kind == EVENT_ACCEPT)
		snprintf(label, LABEL_LEN, "%s accept", addr);
	else if (ev->kind == EVENT_LOGIN)
		snprintf(label, LABEL_LEN, "%s login %.*s", addr,
		    (int)ev->user_len, ev->user);
	else
		snprintf(label, LABEL_LEN, "%s %s", addr,
		    category_name(ev->category));
}

/* The tag of a program in the log. */
static void
put_tag(const struct rule_program *p, char tag[TAG_LEN])
{
	static const char any[] = "any/";
	const bool in_any = strncmp(p->tags, any, sizeof(any) - 1) == 0;
	const char *name = p->tags + (in_any ? sizeof(any) - 1 : 0);

	snprintf(tag, TAG_LEN, "%s%.*s", in_any ? "postfix/" : "",
	    (int)strcspn(name, " "), name);
}

/* Give one message of a program to r; ev->user is gone after that. */
static bool
tell(struct recognise *r, const struct rule_program *program,
    const char *message, struct event *ev)
{
	static char line[LINE_LEN];
	char tag[TAG_LEN], *copy;
	int n;
	bool found;

	put_tag(program, tag);
	n = snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 %s[7]: %s", tag,
	    message);
	assert_true(n > 0 && (size_t)n < sizeof(line));
	copy = malloc((size_t)n); /* so that a sanitizer sees the end */
	assert_non_null(copy);
	memcpy(copy, line, (size_t)n);
	found = recognise_line(r, copy, (size_t)n, NOW, ev);
	free(copy);
	return found;
}

/* Message with each {field} as it is, or with text in its place. */
static void
fill_fields(const char *message, const char *text, size_t bound, char *out)
{
	bool inside = false;
	size_t n = 0;

	for (; *message != '\0'; message++) {
		if (*message == '{' && text != NULL)
			n += (size_t)snprintf(out + n, LINE_LEN - n, "%.*s",
			    (int)bound, text);
		if (*message == '{' || *message == '}')
			inside = *message == '{';
		else if (!inside || text == NULL)
			out[n++] = *message;
		assert_true(n < LINE_LEN - 400);
	}
	out[n] = '\0';
}

struct entry {
	const char *server;
	const struct rule_program *program;
	const struct rule *rule;
	char given[GIVEN_MAX][LINE_MAX_LEN]; /* lines that come before it */
	unsigned ngiven;
	const char *label;
	const char *message;
	bool fits;
};

static void
find_rule(struct entry *e, const char *program, const char *template)
{
	const struct rule *r;
	size_t i;

	e->ngiven = 0;
	for (i = 0; i < rules_programs_count; i++)
		if (strcmp(rules_programs[i].server, e->server) == 0 &&
		    strcmp(rules_programs[i].name, program) == 0)
			e->program = &rules_programs[i];
	for (r = rules_next(NULL); r != NULL; r = rules_next(r))
		if (strcmp(r->server, e->server) == 0 &&
		    strcmp(r->program, program) == 0 &&
		    strcmp(r->template, template) == 0) {
			e->rule = r;
			return;
		}
	fail_msg("no row: %s | %s | %s", e->server, program, template);
}

/* "LEFT | RIGHT" */
static char *
split_bar(char *text)
{
	char *bar = strstr(text, " | ");

	assert_non_null(bar);
	*bar = '\0';
	return bar + 3;
}

static void
take_entry_line(struct entry *e, char *line,
    void (*check)(const struct entry *))
{
	char *right;

	if (strncmp(line, "given: ", 7) == 0) {
		assert_true(e->ngiven < GIVEN_MAX);
		strlcpy(e->given[e->ngiven++], line + 7, LINE_MAX_LEN);
		return;
	}
	right = split_bar(line);
	if (strncmp(line, "rule: ", 6) == 0) {
		find_rule(e, line + 6, right);
		return;
	}
	e->fits = strncmp(line, "yes: ", 5) == 0;
	assert_true(e->fits || strncmp(line, "no: ", 4) == 0);
	e->label = line + (e->fits ? 5 : 4);
	e->message = right;
	check(e);
}

/* Call check for each line of the servers' files. */
static void
for_each_entry(void (*check)(const struct entry *))
{
	static struct entry e;
	char path[256], line[LINE_MAX_LEN];
	size_t i;
	FILE *fp;

	for (i = 0; i < rules_table_count; i++) {
		if (rules_table[i]->n == 0)
			continue;
		e.server = rules_table[i]->rows[0].server;
		snprintf(path, sizeof(path), TEST_DATA "/corpus/rules/%s.txt",
		    e.server);
		fp = fopen(path, "re");
		if (fp == NULL)
			fail_msg("%s is not there", path);
		while (fgets(line, sizeof(line), fp) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			if (line[0] != '#' && line[0] != '\0')
				take_entry_line(&e, line, check);
		}
		fclose(fp);
	}
}

/* A recogniser that was told what comes before an entry. */
static struct recognise *
prepare(const struct entry *e)
{
	struct recognise *r = rig_recogniser();
	struct event ev;
	unsigned i;

	assert_non_null(r);
	for (i = 0; i < e->ngiven; i++)
		(void)tell(r, e->program, e->given[i], &ev);
	return r;
}

/* Its place among all rows. */
static size_t
row_number(const struct rule *rule)
{
	const struct rule *r;
	size_t n = 0;

	for (r = rules_next(NULL); r != rule; r = rules_next(r))
		n++;
	assert_true(n < ROWS_MAX);
	return n;
}

static unsigned fits[ROWS_MAX], misses[ROWS_MAX];

static void
check_entry(const struct entry *e)
{
	struct recognise *r = prepare(e);
	static char line[LINE_LEN], full[LINE_LEN + 128];
	char label[LABEL_LEN], tag[TAG_LEN];
	struct event ev;
	bool found, same;

	put_tag(e->program, tag);
	fill_fields(e->message, NULL, 0, line);
	snprintf(full, sizeof(full), "Nov 24 10:00:00 mx1 %s[7]: %s", tag,
	    line);
	found = recognise_line(r, full, strlen(full), NOW, &ev);
	label_event(found, &ev, label);
	if (strcmp(label, e->label) != 0)
		fail_msg("want %s, have %s: %s", e->label, label, line);
	same = ev.rule == e->rule;
	if (same != e->fits)
		fail_msg("row %s: %s: %s", e->rule->template,
		    e->fits ? "should fit" : "should not fit", line);
	(e->fits ? fits : misses)[row_number(e->rule)]++;
	recognise_free(r);
}

static void
test_every_row_fits_its_line_and_not_its_near_miss(void **state)
{
	const struct rule *r;
	size_t i = 0;

	(void)state;
	for_each_entry(check_entry);
	for (r = rules_next(NULL); r != NULL; r = rules_next(r), i++)
		if (fits[i] == 0 || misses[i] == 0)
			fail_msg("row without a line or a near miss: %s | %s",
			    r->program, r->template);
}

/* The address of the label, or no event. */
static void
check_blame(const struct entry *e, const char *message)
{
	struct recognise *r = prepare(e);
	struct event ev;
	char addr[PREFIX_STRLEN];
	bool found;

	found = tell(r, e->program, message, &ev);
	recognise_free(r);
	if (!found)
		return;
	prefix_format(&ev.client, addr);
	if (strcmp(addr, "192.0.2.7") != 0)
		fail_msg("%s is blamed: %s", addr, message);
}

static void
check_hostile(const struct entry *e)
{
	static char line[LINE_LEN];
	size_t bound, i;

	bound = strcmp(e->server, "dovecot") == 0 ? USER_BOUND : LONG_TEXT;
	if (strchr(e->message, '{') == NULL)
		return;
	for (i = 0; i <= NHOSTILE; i++) {
		fill_fields(e->message, hostile_text(i), bound, line);
		check_blame(e, line);
	}
}

static void
test_no_text_of_the_client_moves_the_address(void **state)
{
	(void)state;
	memset(long_text, '[', LONG_TEXT);
	for_each_entry(check_hostile);
}

static void
check_cut(const struct entry *e)
{
	static char line[LINE_LEN];
	struct recognise *r = prepare(e);
	struct event ev;
	char addr[PREFIX_STRLEN];
	size_t n;

	fill_fields(e->message, NULL, 0, line);
	for (n = strlen(line); n-- > 0;) {
		line[n] = '\0';
		if (!tell(r, e->program, line, &ev))
			continue;
		prefix_format(&ev.client, addr);
		assert_string_equal(addr, "192.0.2.7");
	}
	recognise_free(r);
}

static void
test_a_line_cut_anywhere_names_the_whole_address_or_none(void **state)
{
	(void)state;
	for_each_entry(check_cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_every_row_fits_its_line_and_not_its_near_miss),
		cmocka_unit_test(test_no_text_of_the_client_moves_the_address),
		cmocka_unit_test(
		    test_a_line_cut_anywhere_names_the_whole_address_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
