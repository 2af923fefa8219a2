/*
 * libFuzzer: whatever the lines are, the recogniser survives them, reads
 * nothing outside them, and what it says of them holds together.  Whatever a
 * message is, it tells the same in each form of the journal.
 * recognise.dict has the words of the rule table, for -dict=.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recognise/recognise.h"

#define NOW         1795651200 /* 26 November 2026 */
#define MESSAGE_MAX 1000       /* so that no form of it is cut */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What is said of a message, as far as it is to be equal. */
struct said {
	bool told;
	enum event_kind kind;
	enum category category;
	struct prefix client;
	size_t user_len;
};

/* Every byte is read, so that one outside the line is noticed. */
static void
touch(const char *text, size_t n)
{
	volatile char byte;
	size_t i;

	for (i = 0; i < n; i++) {
		byte = text[i];
		(void)byte;
	}
}

static void
check_event(const struct event *ev)
{
	if (!prefix_is_valid(&ev->client) || ev->rule == NULL ||
	    ev->count == 0 || ev->client.len != prefix_maxlen(&ev->client))
		abort();
	if ((ev->kind == EVENT_FAILURE) != (ev->category != CATEGORY_NONE) ||
	    ev->category >= CATEGORY_COUNT)
		abort();
	if (ev->user != NULL && ev->user_len == 0)
		abort();
	touch(ev->user, ev->user != NULL ? ev->user_len : 0);
	touch(ev->hash, ev->hash != NULL ? ev->hash_len : 0);
}

static void
try_line(struct recognise *r, const void *data, size_t n, struct said *said)
{
	struct event ev;
	char *line = malloc(n + (n == 0)); /* so that its end is watched */

	if (line == NULL)
		return;
	memcpy(line, data, n);
	(void)recognise_peek_time(line, n, NOW);
	if (recognise_line(r, line, n, NOW, &ev)) {
		check_event(&ev);
		said->told = true;
		said->kind = ev.kind;
		said->category = ev.category;
		said->client = ev.client;
		said->user_len = ev.user != NULL ? ev.user_len : 0;
	}
	free(line);
}

static void
try_lines(struct recognise *r, const uint8_t *data, size_t size,
    struct said *said)
{
	const uint8_t *nl;
	size_t n;

	while (size > 0) {
		nl = memchr(data, '\n', size);
		n = nl != NULL ? (size_t)(nl - data) : size;
		try_line(r, data, n, said);
		n += nl != NULL;
		data += n;
		size -= n;
	}
}

static const char *
tag_of(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "postfix/smtpd", "dovecot", "exim",
		"smtpd", "sm-mta", "postfix/postscreen", "cyrus/imap",
		"courieresmtpd" };

	return tags[size == 0 ? 0 : data[0] % 8];
}

static void
try_json(struct recognise *r, const char *tag, const uint8_t *data, size_t n,
    struct said *said)
{
	static char line[RECOGNISE_LINE_MAX];
	size_t i, len;

	len = (size_t)snprintf(line, sizeof(line),
	    "{\"_PID\":\"7\",\"SYSLOG_IDENTIFIER\":\"%s\",\"MESSAGE\":[", tag);
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%u",
		    i == 0 ? "" : ",", data[i]);
	len += (size_t)snprintf(line + len, sizeof(line) - len, "]}");
	try_line(r, line, len, said);
}

static void
try_export(struct recognise *r, const char *tag, const uint8_t *data, size_t n,
    struct said *said)
{
	static uint8_t text[RECOGNISE_LINE_MAX];
	size_t len;

	len = (size_t)snprintf((char *)text, sizeof(text),
	    "__CURSOR=s=0123456789abcdef0123456789abcdef\n_PID=7\n"
	    "SYSLOG_IDENTIFIER=%s\nMESSAGE\n",
	    tag);
	memset(text + len, 0, 8);
	text[len] = (uint8_t)n;
	text[len + 1] = (uint8_t)(n >> 8);
	memcpy(text + len + 8, data, n);
	len += 8 + n;
	memcpy(text + len, "\n\n", 2);
	try_lines(r, text, len + 2, said);
}

/* One stream may have forgotten a session that the other still knows. */
static bool
is_same(const struct said *a, const struct said *b)
{
	if (!a->told || !b->told)
		return true;
	return a->kind == b->kind && a->category == b->category &&
	    prefix_cmp(&a->client, &b->client) == 0 &&
	    a->user_len == b->user_len;
}

static struct recognise *
fresh(void)
{
	static struct recognise_rules *rules;

	if (rules == NULL)
		rules = recognise_rules_new();
	return rules != NULL ? recognise_new(rules, NULL) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recognise *lines, *json, *export;
	struct said ignored = { 0 }, a = { 0 }, b = { 0 };
	const char *tag = tag_of(data, size);

	if (lines == NULL)
		lines = fresh();
	if (json == NULL)
		json = fresh();
	if (export == NULL)
		export = fresh();
	if (lines == NULL || json == NULL || export == NULL)
		return 0;
	try_lines(lines, data, size, &ignored);
	if (size == 0 || size > MESSAGE_MAX)
		return 0;
	try_json(json, tag, data + 1, size - 1, &a);
	try_export(export, tag, data + 1, size - 1, &b);
	if (!is_same(&a, &b))
		abort();
	return 0;
}
