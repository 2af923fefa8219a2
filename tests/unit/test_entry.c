/* The journal's json and export forms, as they come in line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/header.h"
#include "recognise/recognise.h"

#define NOW 1795651200 /* 26 November 2026 */
#define AT  1795515072 /* 24 November 2026, 10:11:12 UTC */

#define STAMP "1795515072136402"
#define ID    "0123456789abcdef0123456789abcdef"
#define BOOT  "fedcba9876543210fedcba9876543210"
#define CURSOR \
	"__CURSOR=s=" ID ";i=9b0;b=" BOOT ";m=bc68;t=6610a5bde7392;x=88a34f4d\n"
#define TIME     "__REALTIME_TIMESTAMP=" STAMP "\n"
#define WHO      "SYSLOG_IDENTIFIER=postfix/smtpd\n_PID=4711\n"
#define BINARY_5 "\x05\0\0\0\0\0\0\0"

static struct header_reader reader;
static struct header h;
static bool whole; /* of the last line */

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	memset(&reader, 0, sizeof(reader));
	return 0;
}

/* The texts of a head go with its line. */
static void
keep_texts(void)
{
	static char tag[ENTRY_TAG_MAX], message[ENTRY_MESSAGE_MAX];

	assert_true(h.tag_len <= sizeof(tag));
	assert_true(h.message_len <= sizeof(message));
	memcpy(tag, h.tag, h.tag_len);
	memcpy(message, h.message, h.message_len);
	h.program = tag + (h.program - h.tag);
	h.tag = tag;
	h.message = message;
}

/* In memory of its own, so that its end is watched. */
static bool
feed_line(const char *line, size_t n)
{
	char *copy = malloc(n + (n == 0));

	assert_non_null(copy);
	memcpy(copy, line, n);
	whole = header_parse(&reader, copy, n, NOW, &h);
	if (whole)
		keep_texts();
	free(copy);
	return whole;
}

/* All lines of a text; how many messages there were.  The last one is in h. */
static unsigned
feed(const char *text, size_t n)
{
	static struct header last;
	const char *end = text + n, *nl;
	unsigned messages = 0;

	for (; text < end; text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nl == NULL)
			nl = end;
		if (feed_line(text, (size_t)(nl - text))) {
			messages++;
			last = h;
		}
	}
	if (messages > 0)
		h = last;
	return messages;
}

#define FEED(text) feed(text, sizeof(text) - 1)

static void
assert_text(const char *have, size_t n, const char *want)
{
	if (n != strlen(want) || memcmp(have, want, n) != 0)
		fail_msg("have \"%.*s\", want \"%s\"", (int)n, have, want);
}

static void
assert_message(const char *want)
{
	assert_text(h.message, h.message_len, want);
	assert_text(h.tag, h.tag_len, "postfix/smtpd");
	assert_text(h.program, h.program_len, "smtpd");
	assert_int_equal(h.pid, 4711);
	assert_int_equal(h.time, AT);
}

static bool
json(const char *line)
{
	return feed_line(line, strlen(line));
}

#define JSON_TIME     "\"__REALTIME_TIMESTAMP\":\"" STAMP "\""
#define JSON_WHO      "\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\",\"_PID\":\"4711\""
#define JSON(message) "{" JSON_TIME "," JSON_WHO ",\"MESSAGE\":" message "}"

static void
test_json_in_any_order(void **state)
{
	(void)state;
	assert_true(json(JSON("\"a b\"")));
	assert_message("a b");
	assert_true(json("{\"MESSAGE\":\"a b\"," JSON_WHO "," JSON_TIME
			 ",\"_HOSTNAME\":\"mx1\"}"));
	assert_message("a b");
	assert_text(h.host, h.host_len, "mx1");
	assert_true(
	    json("{ \"MESSAGE\" : \"a b\" , " JSON_WHO " , " JSON_TIME " } "));
	assert_message("a b");
	assert_true(json("{\"_SOURCE_REALTIME_TIMESTAMP\":\"" STAMP
			 "\",\"MESSAGE\":\"a b\"," JSON_WHO "}"));
	assert_message("a b");
	assert_true(json("{\"_COMM\":\"postfix/smtpd\",\"SYSLOG_PID\":\"4711\","
			 "\"_PID\":\"1\",\"MESSAGE\":\"a b\"," JSON_TIME "}"));
	assert_message("a b");
	assert_true(json("{\"__REALTIME_TIMESTAMP\":" STAMP
			 ",\"_PID\":4711,\"MESSAGE\":\"a b\","
			 "\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\"}"));
	assert_message("a b");
}

static void
test_json_values(void **state)
{
	(void)state;
	assert_true(json(JSON("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tb\"")));
	assert_message("a\"\\/\b\f\n\r\tb");
	assert_true(json(JSON("\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"")));
	assert_message("A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_true(json(JSON("\"\\ud83dx\\ude00\\ud83d\\u0041\"")));
	assert_message("\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd"
		       "A");
	assert_true(json(JSON("\"a\\u0000b\"")));
	assert_int_equal(h.message_len, 3);
	assert_memory_equal(h.message, "a\0b", 3);
	assert_true(json(JSON("[97,32,98]")));
	assert_message("a b");
	assert_true(json(JSON("[ 97 , 32 , 255 ]")));
	assert_message("a \xff");
	assert_true(json(JSON("[]")));
	assert_message("");
	assert_true(json(JSON("\"\"")));
	assert_message("");
}

/* Fields that nobody looks at may hold anything, nested and deep. */
static void
test_json_other_fields(void **state)
{
	static const char *const values[] = { "null", "true", "-1.5e+3",
		"\"]}\\\"\"", "[]", "{}", "[[[1,\"]\"],{\"a\":[{}]}],null]",
		"{\"MESSAGE\":\"no\",\"_PID\":{\"MESSAGE\":\"no\"}}",
		"\"\\\",\\\"MESSAGE\\\":\\\"no\"" };
	char line[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(line, sizeof(line),
		    "{\"X\":%s,\"MESSAGE\":\"a b\",\"Y\":%s," JSON_WHO
		    ",\"Z\":%s," JSON_TIME "}",
		    values[i], values[i], values[i]);
		if (!json(line))
			fail_msg("not read: %s", line);
		assert_message("a b");
	}
}

static void
test_json_deep_nesting(void **state)
{
	static char line[RECOGNISE_LINE_MAX - 1];
	const size_t deep = 3000;

	(void)state;
	memcpy(line, "{\"X\":", 5);
	memset(line + 5, '[', deep);
	memset(line + 5 + deep, ']', deep);
	strcpy(line + 5 + 2 * deep,
	    ",\"MESSAGE\":\"a b\"," JSON_WHO "," JSON_TIME "}");
	assert_true(json(line));
	assert_message("a b");
	line[5 + deep] = '[';
	assert_false(json(line));
}

static void
test_what_is_no_json_entry(void **state)
{
	static const char *const bad[] = { "{}", "{", "{\"", "[]", "{\"a\"}",
		"{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
		JSON("\"a\" \"b\""), JSON("\"a\\x\""), JSON("\"a\\u12\""),
		JSON("\"a\\u12g4\""), JSON("\"a\nb\""), JSON("\"a\x01\""),
		JSON("\"a"), JSON("[256]"), JSON("[-1]"), JSON("[97,]"),
		JSON("[97 32]"), JSON("[\"a\"]"), JSON("[\"a\",\"b\"]"),
		JSON("[[97]]"), JSON("{\"a\":1}"), JSON("null"),
		JSON("\"a\"") "x", JSON("\"a\"") "{}",
		"{" JSON_WHO "," JSON_TIME "}",
		"{\"MESSAGE\":\"a\"," JSON_TIME "}",
		"{\"MESSAGE\":\"a\",\"SYSLOG_IDENTIFIER\":\"\"," JSON_TIME "}",
		"{\"MESSAGE\":\"a\",\"SYSLOG_IDENTIFIER\":null," JSON_TIME
		"}" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (json(bad[i]))
			fail_msg("read: %s", bad[i]);
	/* Without a time it is a message all the same. */
	assert_true(json("{\"MESSAGE\":\"a\"," JSON_WHO "}"));
	assert_int_equal(h.time, 0);
}

/* Whoever wrote the second one shall not choose which of them counts. */
static void
test_json_a_field_twice(void **state)
{
	(void)state;
	assert_false(json(JSON("\"a\",\"MESSAGE\":\"b\"")));
	assert_false(json(JSON("\"a\",\"MESSAGE\":\"a\"")));
	assert_false(json(JSON("\"a\",\"MESSAGE\":[1]")));
	assert_false(json(JSON("\"a\",\"SYSLOG_IDENTIFIER\":\"x\"")));
	assert_false(json(JSON("\"a\",\"_PID\":\"1\"")));
	assert_false(json(JSON("\"a\"," JSON_TIME "")));
	assert_false(json(JSON("\"a\",\"SYSLOG_IDENTIFIER\":[\"x\",\"y\"]")));
	assert_true(
	    json(JSON("\"a\",\"SYSLOG_PID\":\"4711\",\"X\":1,\"X\":2")));
	assert_message("a");
}

/* A message that holds fields, or a line, is a message. */
static void
test_json_in_a_message_is_text(void **state)
{
	(void)state;
	assert_true(json(JSON("\"x\\\",\\\"SYSLOG_IDENTIFIER\\\":\\\"y\"")));
	assert_message("x\",\"SYSLOG_IDENTIFIER\":\"y");
	assert_true(
	    json(JSON("\"x\\n\\nMESSAGE=y\\nSYSLOG_IDENTIFIER=z\\n\"")));
	assert_message("x\n\nMESSAGE=y\nSYSLOG_IDENTIFIER=z\n");
	assert_true(json(JSON("\"x\\u0022,\\u0022_PID\\u0022:\\u00221\"")));
	assert_message("x\",\"_PID\":\"1");
	assert_true(json(JSON("\"Nov 24 10:11:12 mx cleanup[1]: y\"")));
	assert_message("Nov 24 10:11:12 mx cleanup[1]: y");
}

static void
test_json_every_beginning(void **state)
{
	static const char line[] =
	    "{" JSON_TIME "," JSON_WHO
	    ",\"X\":[1,{\"a\":\"\\u00e4\\n\"}],\"Y\":null,"
	    "\"MESSAGE\":[97,98],\"_COMM\":\"\\\\\"}";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(line) - 1; n++)
		assert_false(feed_line(line, n));
	assert_true(feed_line(line, n));
	assert_message("ab");
}

/* Of a line that its reader cut, only whole values count. */
static void
test_json_a_long_line(void **state)
{
	static const char tail[] = "\"SYSLOG_IDENTIFIER\":\"x\",\"_PID\":12345";
	static char line[RECOGNISE_LINE_MAX + 1];
	int n;

	(void)state;
	memset(line, 'x', RECOGNISE_LINE_MAX);
	n = snprintf(line, sizeof(line),
	    "{\"MESSAGE\":\"a b\"," JSON_WHO "," JSON_TIME ",\"X\":\"");
	line[n] = 'x';
	assert_true(json(line));
	assert_message("a b");
	line[RECOGNISE_LINE_MAX - 1] = '\0'; /* not cut: only half of one */
	assert_false(json(line));
	memset(line, 'x', RECOGNISE_LINE_MAX);
	n = snprintf(line, sizeof(line),
	    "{" JSON_WHO "," JSON_TIME ",\"MESSAGE\":\"");
	line[n] = 'x';
	assert_false(json(line));
	/* A number at the end may have had more digits. */
	memset(line, ' ', RECOGNISE_LINE_MAX);
	memcpy(line, "{\"MESSAGE\":\"a b\",", 17);
	memcpy(line + RECOGNISE_LINE_MAX - sizeof(tail) + 1, tail,
	    sizeof(tail));
	assert_int_equal(strlen(line), RECOGNISE_LINE_MAX);
	assert_true(json(line));
	assert_int_equal(h.pid, 0);
}

static void
test_numbers_have_bounds(void **state)
{
	(void)state;
	assert_true(json("{\"MESSAGE\":\"x\",\"_COMM\":\"y\","
			 "\"SYSLOG_PID\":\"999999999\"}"));
	assert_int_equal(h.pid, 999999999);
	assert_true(json("{\"MESSAGE\":\"x\",\"_COMM\":\"y\","
			 "\"SYSLOG_PID\":\"9999999999\",\"_PID\":\"7\"}"));
	assert_int_equal(h.pid, 7);
	assert_true(json("{\"MESSAGE\":\"x\",\"_COMM\":\"y\","
			 "\"_PID\":\"7x\",\"__REALTIME_TIMESTAMP\":"
			 "\"99999999999999999\"}"));
	assert_int_equal(h.pid, 0);
	assert_int_equal(h.time, 99999999999);
	assert_true(json("{\"MESSAGE\":\"x\",\"_COMM\":\"y\","
			 "\"__REALTIME_TIMESTAMP\":\"999999999999999999\"}"));
	assert_int_equal(h.time, 0);
	assert_true(json("{\"MESSAGE\":\"x\",\"_COMM\":\"y\","
			 "\"__REALTIME_TIMESTAMP\":"
			 "\"9999999999999999999999999999999\"}"));
	assert_int_equal(h.time, 0);
}

static void
test_a_tag_is_whole_or_none(void **state)
{
	char line[1024], tag[300];

	(void)state;
	memset(tag, 'a', sizeof(tag));
	tag[ENTRY_TAG_MAX] = '\0';
	snprintf(line, sizeof(line),
	    "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"%s\"}", tag);
	assert_true(json(line));
	assert_int_equal(h.tag_len, ENTRY_TAG_MAX);
	snprintf(line, sizeof(line),
	    "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"%sa\"}", tag);
	assert_false(json(line));
}

static void
test_export_an_entry(void **state)
{
	(void)state;
	assert_int_equal(FEED(CURSOR TIME "MESSAGE=a b\n" WHO "\n"), 1);
	assert_message("a b");
	assert_int_equal(h.lines_ago, 3);
	assert_int_equal(FEED(CURSOR WHO TIME "AZ1_2=1\nMESSAGE=a = b\n\n"), 1);
	assert_message("a = b");
	assert_int_equal(h.lines_ago, 1);
	assert_int_equal(FEED("MESSAGE=\n" WHO TIME "\n"), 1);
	assert_message("");
	assert_int_equal(FEED(WHO TIME "_COMM=x\nMESSAGE=y\n\n" CURSOR TIME
				       "MESSAGE=z\n" WHO "\n"),
	    2);
	assert_message("z");
	/* Nothing to say: no program, no message, a message twice. */
	assert_int_equal(FEED(CURSOR TIME "MESSAGE=a\n\n"), 0);
	assert_int_equal(FEED(CURSOR TIME WHO "\n"), 0);
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\nMESSAGE=b\n\n"), 0);
	/* A line that is no field: it was no entry, or half of one. */
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\nxX=1\n\n"), 0);
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\n1X=1\n\n"), 0);
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\nX\x7f=1\n\n"), 0);
	assert_int_equal(FEED("\n\n\n"), 0);
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\n"), 0);
	assert_int_equal(FEED("\n"), 1);
	assert_message("a");
}

static void
test_export_a_binary_field(void **state)
{
	(void)state;
	assert_int_equal(
	    FEED(CURSOR TIME "MESSAGE\n" BINARY_5 "a\n\n\0b\n" WHO "\n"), 1);
	assert_int_equal(h.message_len, 5);
	assert_memory_equal(h.message, "a\n\n\0b", 5);
	assert_int_equal(h.lines_ago, 6);
	/* A length that has a newline in it, and one of none. */
	assert_int_equal(FEED(CURSOR
			     "MESSAGE\n\x0a\0\0\0\0\0\0\0"
			     "0123456789\nX\n\0\0\0\0\0\0\0\0\n" WHO TIME "\n"),
	    1);
	assert_message("0123456789");
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE\n\0\0\0\0\0\0\0\0\n\n"),
	    1);
	assert_message("");
	/* It is longer than it says, or shorter. */
	assert_int_equal(
	    FEED(CURSOR TIME WHO "MESSAGE\n" BINARY_5 "123456\n\n"), 0);
	memset(&reader, 0, sizeof(reader));
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE\n" BINARY_5 "1234\n\n"),
	    0);
	memset(&reader, 0, sizeof(reader));
	assert_int_equal(FEED(CURSOR TIME WHO
			     "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff"
			     "a\n\n"),
	    0);
}

/* What a client wrote into a message is not taken for fields or entries. */
static void
test_export_in_a_message_is_text(void **state)
{
	static const char forged[] =
	    "\n\n__CURSOR=s=00000000000000000000000000"
	    "000000;i=1;b=0000000000000000000000000000"
	    "0000;t=1\nMESSAGE=no\nSYSLOG_IDENTIFIER="
	    "postfix/smtpd\n\nNov 24 10:11:12 mx x[1]: "
	    "no\n{\"MESSAGE\":\"no\",\"SYSLOG_IDENTIFIER"
	    "\":\"x\"}\n";
	char text[1024], *p = text;

	(void)state;
	p = stpcpy(p, CURSOR TIME "MESSAGE\n");
	memset(p, 0, 8);
	p[0] = (char)(sizeof(forged) - 1);
	p[1] = (char)((sizeof(forged) - 1) >> 8);
	p += 8;
	memcpy(p, forged, sizeof(forged) - 1);
	p += sizeof(forged) - 1;
	p = stpcpy(p, "\n" WHO "\n");
	assert_int_equal(feed(text, (size_t)(p - text)), 1);
	assert_int_equal(h.message_len, sizeof(forged) - 1);
	assert_memory_equal(h.message, forged, sizeof(forged) - 1);
}

/* A line that was cut: nobody knows where the value ends. */
static void
test_export_a_long_line_in_a_binary_field(void **state)
{
	static char text[3 * RECOGNISE_LINE_MAX];
	const size_t cut = RECOGNISE_LINE_MAX;
	char *p = text;

	(void)state;
	p = stpcpy(p, CURSOR TIME WHO "MESSAGE\n");
	memcpy(p, "\x10\x27\0\0\0\0\0\0", 8); /* 10000 */
	memset(p + 8, 'x', cut - 8);
	p += cut;
	/* What follows may be the client's. */
	p = stpcpy(p,
	    "\n\nSYSLOG_IDENTIFIER=x\nMESSAGE=no\n\n"
	    "__CURSOR=s=00000000000000000000000000000000;i=1\n"
	    "SYSLOG_IDENTIFIER=x\nMESSAGE=no\n\n"
	    "Nov 24 10:11:12 mx x[1]: no\n");
	assert_int_equal(feed(text, (size_t)(p - text)), 0);
	/* It does not know the name of the journal. */
	assert_int_equal(FEED(CURSOR TIME "MESSAGE=a b\n" WHO "\n"), 1);
	assert_message("a b");
}

/* The journal is known by its own name, or by that of the boot. */
static void
test_export_found_again(void **state)
{
	static const char *const cursors[] = {
		"__CURSOR=s=" ID ";i=1;b=00000000000000000000000000000000",
		"__CURSOR=s=00000000000000000000000000000000;i=1;b=" BOOT,
		"__CURSOR=b=" BOOT,
	};
	static const char *const strange[] = {
		"__CURSOR=s=" BOOT ";i=1;b=" ID,
		"__CURSOR=s=" ID "0;b=" BOOT "0",
		"__CURSOR=s=;b=",
		"__CURSOR=",
		"X=s=" ID ";b=" BOOT,
		" __CURSOR=s=" ID,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		memset(&reader, 0, sizeof(reader));
		assert_int_equal(FEED(CURSOR "MESSAGE\n" BINARY_5 "x\n"), 0);
		assert_false(feed_line(cursors[i], strlen(cursors[i])));
		assert_int_equal(FEED(TIME "MESSAGE=a\n" WHO "\n"), 1);
		assert_message("a");
	}
	for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		memset(&reader, 0, sizeof(reader));
		assert_int_equal(FEED(CURSOR "MESSAGE\n" BINARY_5 "x\n"), 0);
		assert_false(feed_line(strange[i], strlen(strange[i])));
		assert_int_equal(FEED(TIME "MESSAGE=a\n" WHO "\n"), 0);
	}
}

static void
test_export_a_long_text_field(void **state)
{
	static char line[RECOGNISE_LINE_MAX];

	(void)state;
	(void)FEED(CURSOR TIME WHO);
	memset(line, 'x', sizeof(line));
	memcpy(line, "MESSAGE=", 8);
	assert_false(feed_line(line, sizeof(line)));
	assert_true(feed_line("", 0));
	assert_int_equal(h.message_len, RECOGNISE_LINE_MAX - 8);
}

/* The end of an entry is missing: the next one says who it is. */
static void
test_export_half_an_entry(void **state)
{
	(void)state;
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE=a\n" CURSOR TIME
					      "MESSAGE=b\n" WHO "\n"),
	    1);
	assert_message("b");
	/* In the middle of a value: it was cut off there. */
	assert_int_equal(FEED(CURSOR TIME WHO "MESSAGE\n" BINARY_5
					      "a\n" CURSOR TIME
					      "MESSAGE=c\n" WHO "\n"),
	    1);
	assert_message("c");
	/* Its first half is missing. */
	memset(&reader, 0, sizeof(reader));
	assert_int_equal(
	    FEED("MESSAGE=b\n\n" CURSOR TIME "MESSAGE=c\n" WHO "\n"), 1);
	assert_message("c");
}

/* Lines of any form follow each other in one file. */
static void
test_forms_alternate(void **state)
{
	(void)state;
	assert_int_equal(
	    FEED("Nov 24 10:11:12 mx postfix/smtpd[4711]: a\n" JSON(
		"\"b\"") "\n" CURSOR TIME "MESSAGE=c\n" WHO "\n"
			 "2026-11-24T10:11:12Z mx postfix/smtpd[4711]: d\n"),
	    4);
	assert_message("d");
	/* Half an entry, and lines of another form after it. */
	assert_int_equal(FEED(CURSOR
			     "MESSAGE=c\n"
			     "Nov 24 10:11:12 mx postfix/smtpd[4711]: e\n"),
	    1);
	assert_message("e");
	assert_int_equal(FEED("X=1\n" JSON("\"f\"") "\n\n"), 1);
	assert_message("f");
}

/* Words of other logs that look like fields do no harm. */
static void
test_what_is_no_export(void **state)
{
	(void)state;
	assert_int_equal(FEED("X=1\nQUIT\nEHLO\nMESSAGE\n"
			      "Nov 24 10:11:12 mx postfix/smtpd[4711]: a\n"),
	    1);
	assert_message("a");
	assert_int_equal(FEED(" MESSAGE=x\nSYSLOG_IDENTIFIER=y\n\n"), 0);
	assert_int_equal(FEED("MESSAGE =x\nSYSLOG_IDENTIFIER=y\n\n"), 0);
	assert_int_equal(FEED("1MESSAGE=x\nSYSLOG_IDENTIFIER=y\n\n"), 0);
	assert_int_equal(FEED("=x\nSYSLOG_IDENTIFIER=y\n\n"), 0);
	assert_int_equal(FEED("message=x\nSYSLOG_IDENTIFIER=y\n\n"), 0);
}

static void
test_every_beginning_of_an_export(void **state)
{
	static const char text[] = CURSOR TIME
	    "MESSAGE\n" BINARY_5 "a\n\nb\0\n" WHO "X\n" BINARY_5 "12345\n\n";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text) - 1; n++) {
		memset(&reader, 0, sizeof(reader));
		assert_int_equal(feed(text, n), 0);
		/* A new file begins after it. */
		assert_int_equal(FEED(CURSOR TIME "MESSAGE=c\n" WHO "\n"), 1);
		assert_message("c");
	}
}

static void
test_the_time_of_an_entry(void **state)
{
	static const char first[] = "__CURSOR=s=" ID ";i=9b0;b=" BOOT
				    ";m=bc68;t=6610a5bde7392;x=88a34f4d";
	static const char entry[] = JSON("\"a\"");

	(void)state;
	assert_int_equal(header_peek_time(first, sizeof(first) - 1, NOW),
	    1795546979);
	assert_int_equal(header_peek_time(entry, sizeof(entry) - 1, NOW), AT);
	assert_int_equal(header_peek_time(entry, sizeof(entry) - 2, NOW), 0);
	assert_int_equal(header_peek_time("__CURSOR=s=1;t=", 15, NOW), 0);
	assert_int_equal(header_peek_time("__CURSOR=s=1;t=x", 16, NOW), 0);
	assert_int_equal(header_peek_time("__CURSOR=", 9, NOW), 0);
	assert_int_equal(header_peek_time("MESSAGE=t=1", 11, NOW), 0);
	assert_int_equal(header_peek_time(TIME, sizeof(TIME) - 2, NOW), 0);
	/* Within an entry, as soon as it is known. */
	(void)FEED(CURSOR);
	assert_int_equal(h.time, 0);
	(void)FEED(TIME);
	assert_int_equal(h.time, AT);
	(void)FEED("X=1\n");
	assert_int_equal(h.time, AT);
}

#define ENTRY_TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENTRY_TEST(test_json_in_any_order),
		ENTRY_TEST(test_json_values),
		ENTRY_TEST(test_json_other_fields),
		ENTRY_TEST(test_json_deep_nesting),
		ENTRY_TEST(test_what_is_no_json_entry),
		ENTRY_TEST(test_json_a_field_twice),
		ENTRY_TEST(test_json_in_a_message_is_text),
		ENTRY_TEST(test_json_every_beginning),
		ENTRY_TEST(test_json_a_long_line),
		ENTRY_TEST(test_numbers_have_bounds),
		ENTRY_TEST(test_a_tag_is_whole_or_none),
		ENTRY_TEST(test_export_an_entry),
		ENTRY_TEST(test_export_a_binary_field),
		ENTRY_TEST(test_export_in_a_message_is_text),
		ENTRY_TEST(test_export_a_long_line_in_a_binary_field),
		ENTRY_TEST(test_export_found_again),
		ENTRY_TEST(test_export_a_long_text_field),
		ENTRY_TEST(test_export_half_an_entry),
		ENTRY_TEST(test_forms_alternate),
		ENTRY_TEST(test_what_is_no_export),
		ENTRY_TEST(test_every_beginning_of_an_export),
		ENTRY_TEST(test_the_time_of_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
