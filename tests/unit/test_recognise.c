/* The rule table row by row, hostile texts, and what sessions remember. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "recognise/rules.h"

#define NOW        1795651200 /* 26 November 2026 */
#define LABEL_LEN  320
#define LINE_LEN   24000
#define ROWS_MAX   256
#define LONG_TEXT  5000
#define USER_BOUND 80 /* Dovecot cuts user names there */

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

/* Give one message of a program to r; ev->user is gone after that. */
static bool
tell(struct recognise *r, const char *program, const char *message,
    struct event *ev)
{
	static char line[LINE_LEN];
	bool dovecot = strcmp(program, "dovecot") == 0;
	char *copy;
	int n;
	bool found;

	n = snprintf(line, sizeof(line), "Nov 24 10:00:00 mx1 %s%s%s %s",
	    dovecot ? "" : "postfix/", program,
	    dovecot ? ":" : "[7]:", message);
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
	char program[32];
	const struct rule *rule;
	const char *label;
	const char *message;
	bool fits;
};

static const struct rule *
find_rule(const char *program, const char *template)
{
	size_t i;

	for (i = 0; i < rules_count; i++)
		if (strcmp(rules[i].program, program) == 0 &&
		    strcmp(rules[i].template, template) == 0)
			return &rules[i];
	fail_msg("no row: %s | %s", program, template);
	return NULL;
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

/* Call check for each line of rules.txt. */
static void
for_each_entry(void (*check)(const struct entry *))
{
	FILE *fp = fopen(TEST_DATA "/corpus/rules.txt", "re");
	struct entry e = { 0 };
	char line[2048], *right;

	assert_non_null(fp);
	while (fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		right = split_bar(line);
		if (strncmp(line, "rule: ", 6) == 0) {
			strlcpy(e.program, line + 6, sizeof(e.program));
			e.rule = find_rule(e.program, right);
			continue;
		}
		e.fits = strncmp(line, "yes: ", 5) == 0;
		assert_true(e.fits || strncmp(line, "no: ", 4) == 0);
		e.label = line + (e.fits ? 5 : 4);
		e.message = right;
		check(&e);
	}
	fclose(fp);
}

static unsigned fits[ROWS_MAX], misses[ROWS_MAX];

static void
check_entry(const struct entry *e)
{
	struct recognise *r = recognise_new();
	static char line[LINE_LEN], full[LINE_LEN + 64];
	char label[LABEL_LEN];
	struct event ev;
	bool found, same;

	assert_non_null(r);
	fill_fields(e->message, NULL, 0, line);
	snprintf(full, sizeof(full), "Nov 24 10:00:00 mx1 %s%s[7]: %s",
	    strcmp(e->program, "dovecot") == 0 ? "" : "postfix/", e->program,
	    line);
	found = recognise_line(r, full, strlen(full), NOW, &ev);
	label_event(found, &ev, label);
	if (strcmp(label, e->label) != 0)
		fail_msg("want %s, have %s: %s", e->label, label, line);
	same = ev.rule == e->rule;
	if (same != e->fits)
		fail_msg("row %s: %s: %s", e->rule->template,
		    e->fits ? "should fit" : "should not fit", line);
	(e->fits ? fits : misses)[e->rule - rules]++;
	recognise_free(r);
}

static void
test_every_row_fits_its_line_and_not_its_near_miss(void **state)
{
	size_t i;

	(void)state;
	assert_true(rules_count <= ROWS_MAX);
	for_each_entry(check_entry);
	for (i = 0; i < rules_count; i++)
		if (fits[i] == 0 || misses[i] == 0)
			fail_msg("row without a line or a near miss: %s | %s",
			    rules[i].program, rules[i].template);
}

/* The address of the label, or no event. */
static void
check_blame(const struct entry *e, const char *message)
{
	struct recognise *r = recognise_new();
	struct event ev;
	char addr[PREFIX_STRLEN];
	bool found;

	assert_non_null(r);
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

	bound = strcmp(e->program, "dovecot") == 0 ? USER_BOUND : LONG_TEXT;
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
	struct recognise *r = recognise_new();
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
