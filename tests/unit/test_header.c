/* Hosts, tags, pids: the head of a line in all its forms. */
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

#define NOV_24_2026 1795478400 /* midnight UTC */
#define DAY         86400
#define AT          (NOV_24_2026 + 10 * 3600 + 11 * 60 + 12)

static struct header_reader reader;
static struct header h;
static char kept[1024]; /* the texts of h point into it */

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	memset(&reader, 0, sizeof(reader));
	return 0;
}

static bool
parse(const char *line)
{
	snprintf(kept, sizeof(kept), "%s", line);
	return header_parse(&reader, kept, strlen(kept), NOV_24_2026 + DAY / 2,
	    &h);
}

static void
assert_text(const char *have, size_t n, const char *want)
{
	if (n != strlen(want) || memcmp(have, want, n) != 0)
		fail_msg("have \"%.*s\", want \"%s\"", (int)n, have, want);
}

/* A line that must have that tag, pid and message. */
static void
assert_head(const char *line, const char *tag, uint32_t pid,
    const char *message)
{
	if (!parse(line))
		fail_msg("not parsed: %s", line);
	assert_text(h.tag, h.tag_len, tag);
	assert_int_equal(h.pid, pid);
	assert_text(h.message, h.message_len, message);
}

/* All forms of a head: the same tag, pid, time and message. */
static const char *const heads[] = {
#define REST "postfix/smtpd[4711]: hello: [x]"
	"Nov 24 10:11:12 mx1 " REST,
	"<22>Nov 24 10:11:12 mx1 " REST,
	"<22> Nov 24 10:11:12 mx1 " REST,
	"Nov 24 10:11:12.123 mx1 " REST,
	"Nov 24 2026 10:11:12 mx1 " REST,
	"Nov 24 10:11:12 " REST,
	"Nov 24 10:11:12 mx1.example.org " REST,
	"Nov 24 10:11:12 mx1.info " REST,
	"Nov 24 10:11:12 - " REST,
	"Nov 24 10:11:12 192.0.2.25 " REST,
	"Nov 24 10:11:12 192.0.2.25:514 " REST,
	"Nov 24 10:11:12 [2001:db8::25]:514 " REST,
	"Nov 24 10:11:12 2001:db8::25 " REST,
	"Nov 24 10:11:12 2001:db8:: " REST,
	"Nov 24 10:11:12 fe80::1%eth0 " REST,
	"Nov 24 10:11:12 relay/mx1 " REST,
	"Nov 24 10:11:12 s_net@mx1 " REST,
	"Nov 24 10:11:12 <mail.info> mx1 " REST,
	"Nov 24 10:11:12 mx1 mail.info " REST,
	"Nov 24 10:11:12 mx1 mail:info " REST,
	"Nov 24 10:11:12 mx1 local7.warning " REST,
	"Nov 24 10:11:12 mx1 Message forwarded from mx2: " REST,
	"Nov 24 10:11:12 mx1 postfix/smtpd[4711]: [ID 197553 mail.info] "
	"hello: [x]",
	"Nov 24 10:11:12 mx1 [ID 1 mail.info] " REST,
	"Nov 24 10:11:12 mx1 mx1: " REST,
	"Nov 24 10:11:12 mx1 postfix/smtpd[4711]: " REST,
	"Nov 24 10:11:12 mx1 postfix/smtpd[4711]: postfix/smtpd: "
	"hello: [x]",
	"2026-11-24T10:11:12Z mx1 " REST,
	"2026-11-24T10:11:12+00:00 mx1 " REST,
	"2026-11-24T11:11:12+0100 mx1 " REST,
	"2026-11-24T11:11:12.123456+0100 mx1 " REST,
	"2026-11-24T04:41:12.1-05:30 mx1 " REST,
	"2026-11-24T10:11:12Z " REST,
	"<22>2026-11-24T10:11:12Z 2001:db8::25 " REST,
	"2026-11-24 10:11:12 mx1 " REST,
	"2026-11-24 10:11:12 " REST,
	"Tue 2026-11-24 10:11:12 UTC mx1 " REST,
	"Tue Nov 24 10:11:12 2026 mail.info " REST,
	"1795515072.136402 mx1 " REST,
	"@400000006b0562ca077a9e94 " REST,
	"<22>1 2026-11-24T10:11:12.1Z mx1 postfix/smtpd 4711 - - "
	"hello: [x]",
#undef REST
};

static void
test_every_form_of_head(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		assert_head(heads[i], "postfix/smtpd", 4711, "hello: [x]");
		assert_text(h.program, h.program_len, "smtpd");
		if (h.time != AT)
			fail_msg("time %lld: %s", (long long)h.time, heads[i]);
		assert_int_equal(h.repeated, 1);
		assert_int_equal(h.again, 0);
		assert_int_equal(
		    header_peek_time(kept, strlen(kept), NOV_24_2026 + DAY / 2),
		    AT);
	}
}

static void
test_a_head_without_a_time(void **state)
{
	(void)state;
	assert_head("[ 3160.982131] mx1 postfix/smtpd[4711]: x",
	    "postfix/smtpd", 4711, "x");
	assert_int_equal(h.time, 0);
	assert_head("<22>1 - mx1 postfix/smtpd 4711 - - x", "postfix/smtpd",
	    4711, "x");
	assert_int_equal(h.time, 0);
	/* journalctl -o cat: nobody can know whose line it is. */
	assert_false(parse("warning: x[203.0.113.9]: SASL LOGIN x"));
	assert_false(parse("mx1 postfix/smtpd[4711]: x"));
}

static void
test_tags(void **state)
{
	(void)state;
	assert_head("Nov  4 10:11:12 mx postfix-a.b/sub/smtpd: x",
	    "postfix-a.b/sub/smtpd", 0, "x");
	assert_text(h.program, h.program_len, "smtpd");
	assert_head("Nov 04 10:11:12 mx dovecot: x", "dovecot", 0, "x");
	assert_int_equal(h.time, NOV_24_2026 - 20 * DAY + 36672);
	assert_ptr_equal(h.program, h.tag);
	assert_head("Nov 24 10:11:12 mx x[1]:", "x", 1, "");
	assert_head("Nov 24 10:11:12 sogod [26818]: x", "sogod", 26818, "x");
	assert_head("Nov 24 10:11:12 [postfix/smtpd] x", "postfix/smtpd", 0,
	    "x");
	assert_head("Nov 24 10:11:12 mx a@b.c+d_e-f[2]: x", "a@b.c+d_e-f", 2,
	    "x");
}

/* Near misses: no word of a message may be taken for a tag. */
static void
test_what_is_no_tag(void **state)
{
	static const char *const bad[] = {
		"Nov 24 10:11:12 mx one two three: x",
		"Nov 24 10:11:12 mx one postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx one. postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx .info postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx one.two postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx host.info postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx mail.inf postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx x[1: y",
		"Nov 24 10:11:12 mx x[1] y",
		"Nov 24 10:11:12 mx x[a]: y",
		"Nov 24 10:11:12 mx x[1]:y",
		"Nov 24 10:11:12 mx x:y",
		"Nov 24 10:11:12 mx [x]: y",
		"Nov 24 10:11:12 mx :",
		"Nov 24 10:11:12 mx",
		"Nov 24 10:11:12 ",
		"Nov 24 10:11:12",
		"Nov 24 10:11:12 mx  postfix/smtpd[1]: two spaces",
		"Nov 24 10:11:12  postfix/smtpd[1]: two spaces",
		"Nov 24 10:11:12 mx one.info",
		"Nov 24 10:11:12 mx mail.inform postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx mail.info mail.info postfix/smtpd[1]: x",
		"Nov 24 10:11:12 mx Message forwarded from a b: x[1]: y",
		"Nov 24 10:11:12 [a b] c",
		"Nov 24 10:11:12 [] c",
		"Nov 24 10:11:12 [a]",
		"Nov 24 10:11:12 [a]b",
		"2026-11-24T10:11:12Z [postfix/smtpd] x",
		"<22",
		"<",
		"<22>",
		"<2222222222222222222222222222222>Nov 24 10:11:12 mx x[1]: y",
		"",
		" ",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(bad[i]))
			fail_msg("parsed: %s", bad[i]);
}

/*
 * A client that names itself like a head, where its name comes first in a line
 * without a host.
 */
static void
test_a_name_with_a_space_is_no_host(void **state)
{
	static const char *const lines[] = {
		"Nov 24 10:11:12 (x postfix/smtpd[1]: y",
		"Nov 24 10:11:12 user=<x postfix/smtpd[1]: y",
		"Nov 24 10:11:12 \"x postfix/smtpd[1]: y",
		"Nov 24 10:11:12 x, postfix/smtpd[1]: y",
		"Nov 24 10:11:12 x\x01 postfix/smtpd[1]: y",
		"Nov 24 10:11:12 x\xc3\xa4 postfix/smtpd[1]: y",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i]))
			fail_msg("parsed: %s", lines[i]);
	assert_head("Nov 24 10:11:12 auth(x postfix/smtpd[1]: y,192.0.2.7): z",
	    "dovecot", 0, "auth(x postfix/smtpd[1]: y,192.0.2.7): z");
}

/* Only the same word twice: else a message could bring a head of its own. */
static void
test_a_head_in_a_message_is_text(void **state)
{
	(void)state;
	assert_head("Nov 24 10:11:12 mx spamd[7]: postfix/smtpd[1]: x", "spamd",
	    7, "postfix/smtpd[1]: x");
	assert_head("Nov 24 10:11:12 mx spamd: postfix/smtpd[1]: x", "spamd", 0,
	    "postfix/smtpd[1]: x");
	assert_head("Nov 24 10:11:12 mx mx: postfix/smtpd: x", "mx", 0,
	    "postfix/smtpd: x");
	assert_head("Nov 24 10:11:12 mx mx[1]: postfix/smtpd[1]: x", "mx", 1,
	    "postfix/smtpd[1]: x");
	assert_head("Nov 24 10:11:12 mx x[1]: xy[2]: z", "x", 1, "xy[2]: z");
	assert_head("Nov 24 10:11:12 mx x[1]: x[2] z", "x", 1, "x[2] z");
	assert_head("Nov 24 10:11:12 mx x[1]: Nov 24 10:11:12 mx y[2]: z", "x",
	    1, "Nov 24 10:11:12 mx y[2]: z");
	assert_head("Nov 24 10:11:12 mx x[1]: {\"MESSAGE\":\"y\"}", "x", 1,
	    "{\"MESSAGE\":\"y\"}");
	assert_head("Nov 24 10:11:12 mx x[1]: MESSAGE=y", "x", 1, "MESSAGE=y");
}

static void
test_rfc5424(void **state)
{
#define HEAD "<22>1 2026-11-24T10:11:12Z mx1 smtpd "
	(void)state;
	assert_head(HEAD "4711 ID47 - x y", "smtpd", 4711, "x y");
	assert_int_equal(h.time, AT);
	assert_head("1 2026-11-24T10:11:12Z mx1 smtpd 4711 - - x", "smtpd",
	    4711, "x");
	assert_head(HEAD "- - -  a space of the sender's", "smtpd", 0,
	    "a space of the sender's");
	assert_head(HEAD "- - - \xef\xbb\xbfx", "smtpd", 0, "x");
	assert_head(HEAD "a1 - [a b=\"c\"] x", "smtpd", 0, "x");
	assert_head(HEAD "- - [a@1 b=\"\\\"]\\] \"][c d=\"[\\\\\" e=\"\"] x",
	    "smtpd", 0, "x");
	assert_head(HEAD "- - -", "smtpd", 0, "");
	assert_head(HEAD "- - [a]", "smtpd", 0, "");
	/* A tag in the text is text; so is what looks like more data. */
	assert_head(HEAD "- - - cleanup[1]: x", "smtpd", 0, "cleanup[1]: x");
	assert_head(HEAD "- - - [a b=\"c\"] x", "smtpd", 0, "[a b=\"c\"] x");
	assert_false(parse(HEAD "- - [a b=\"c] x"));
	assert_false(parse(HEAD "- - [a b=\"c\\\"] x"));
	assert_false(parse(HEAD "- - [a]x"));
	assert_false(parse(HEAD "- - x"));
	assert_false(parse(HEAD "- -"));
	assert_false(parse(HEAD));
	assert_false(parse("<22>1 2026-11-24T10:11:12Z mx1 - - - - x"));
	assert_false(parse("<22>2 2026-11-24T10:11:12Z mx1 smtpd - - - x"));
	assert_false(parse("<22>1 Nov 24 10:11:12 mx1 smtpd - - - x"));
	assert_false(parse("<22>1 2026-11-24 10:11:12 mx1 smtpd - - - x"));
#undef HEAD
}

static void
test_exim_own_file(void **state)
{
	(void)state;
	assert_head("2026-11-24 10:11:12 no host name found", "exim", 0,
	    "no host name found");
	assert_true(h.own_file);
	assert_int_equal(h.time, AT);
	assert_head("2026-11-24 10:11:12.123 [4711] H=(x) y", "exim", 4711,
	    "H=(x) y");
	assert_head("2026-11-24 11:11:12 +0100 [4711] x", "exim", 4711, "x");
	assert_int_equal(h.time, AT);
	assert_head("2026-11-24 10:11:12 [192.0.2.7] x", "exim", 0,
	    "[192.0.2.7] x");
	assert_head("2026-11-24 10:11:12 [47x] y", "exim", 0, "[47x] y");
	/* No pid: a word of the message. */
	assert_head("2026-11-24 10:11:12 Warning: x", "exim", 0, "Warning: x");
	assert_head("2026-11-24 10:11:12 1xVvdX-00013d-2M Warning: x", "exim",
	    0, "1xVvdX-00013d-2M Warning: x");
	assert_head("2026-11-24 10:11:12 1xVvdX-00013d-2M smtpd[1]: x", "exim",
	    0, "1xVvdX-00013d-2M smtpd[1]: x");
	assert_head("2026-11-24 10:11:12 1tBcDe-00000001abc-2xYz smtpd[1]: x",
	    "exim", 0, "1tBcDe-00000001abc-2xYz smtpd[1]: x");
	assert_head("2026-11-24 10:11:12 H=(x postfix/smtpd[1]: y) z", "exim",
	    0, "H=(x postfix/smtpd[1]: y) z");
	assert_head("2026-11-24 10:11:12 last message repeated 3 times", "exim",
	    0, "last message repeated 3 times");
	assert_false(parse("2026-11-24 10:11:12"));
}

static void
test_exim_in_syslog(void **state)
{
	static const char *const lines[] = {
#define HEAD "Nov 24 10:11:12 mx exim[4711]: "
		HEAD "2026-11-24 10:11:13 x",
		HEAD "2026-11-24 10:11:13.123 x",
		HEAD "2026-11-24 10:11:13 +0000 x",
		HEAD "2026-11-24 10:11:13 [4711] x",
		HEAD "[4711] x",
		HEAD "x",
		HEAD "[1/2] 2026-11-24 10:11:13 x",
		HEAD "[1\\12] 2026-11-24 10:11:13 x",
		HEAD "[1/2] x",
		"2026-11-24 10:11:12 mx exim[4711]: 2026-11-24 10:11:13 x",
		"2026-11-24 10:11:12 info exim[4711]: [4711] x",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_head(lines[i], "exim", 4711, "x");
		assert_false(h.own_file);
		assert_int_equal(h.time, AT);
	}
	assert_head("Nov 24 10:11:12 mx exim4[1]: 2026-11-24 10:11:13 x",
	    "exim4", 1, "x");
	assert_head(HEAD "[2/2] x", "exim", 4711, "[2/2] x");
	assert_head(HEAD "[1/x] y", "exim", 4711, "[1/x] y");
	assert_head("Nov 24 10:11:12 mx smtpd[4711]: 2026-11-24 10:11:13 x",
	    "smtpd", 4711, "2026-11-24 10:11:13 x");
	/* Exim's time alone, after host and tag: as some copies have it. */
	assert_head("mx exim[4711]: 2026-11-24 10:11:12 x", "exim", 4711, "x");
	assert_int_equal(h.time, AT);
	assert_false(parse("mx exim[4711]: x"));
	assert_false(parse("mx exim: 2026-11-24 10:11:12 x"));
	assert_false(parse("mx smtpd[1]: 2026-11-24 10:11:12 x"));
	assert_false(parse("  exim[4711]: 2026-11-24 10:11:12 x"));
#undef HEAD
}

static void
test_dovecot_own_file(void **state)
{
	static const char *const stamps[] = { "Nov 24 10:11:12",
		"2026-11-24 10:11:12", "2026-11-24T10:11:12+0000",
		"2026-11-24 10:11:12 +0000", "@400000006b0562ca077a9e94" };
	static const char *const messages[][2] = {
		{ "imap-login: Info: Aborted (x)", "imap-login: Aborted (x)" },
		{ "auth: Info: y", "auth: y" },
		{ "auth: Warning: y", "auth: Warning: y" },
		{ "auth-worker(12): Info: sql(a,192.0.2.7): z",
		    "auth-worker(12): sql(a,192.0.2.7): z" },
		{ "auth(a,192.0.2.7,sasl:login)<x>: Info: z",
		    "auth(a,192.0.2.7,sasl:login)<x>: z" },
		{ "auth(a b,192.0.2.7,sasl:login)<x>: Info: z",
		    "auth(a b,192.0.2.7,sasl:login)<x>: z" },
		{ "imap(a)<12><x>: Info: z", "imap(a)<12><x>: z" },
		{ "auth: Info: Info: y", "auth: Info: y" },
	};
	char line[128];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++)
		for (k = 0; k < sizeof(messages) / sizeof(messages[0]); k++) {
			snprintf(line, sizeof(line), "%s %s", stamps[i],
			    messages[k][0]);
			assert_head(line, "dovecot", 0, messages[k][1]);
			assert_int_equal(h.time, AT);
		}
}

static void
test_dovecot_in_syslog(void **state)
{
#define HEAD "Nov 24 10:11:12 mx dovecot: "
	(void)state;
	assert_head(HEAD "imap-login: x", "dovecot", 0, "imap-login: x");
	/* With log_path = /dev/stderr, and a journal that reads it. */
	assert_head(HEAD "imap-login: Info: x", "dovecot", 0, "imap-login: x");
	assert_head(HEAD "imap-login: Info:x", "dovecot", 0,
	    "imap-login: Info:x");
	assert_head(HEAD "imap-login: x: Info: y", "dovecot", 0,
	    "imap-login: x: Info: y");
	assert_head(HEAD "dovecot: auth: x", "dovecot", 0, "auth: x");
	assert_head("Nov 24 10:11:12 mx imap-login: x", "imap-login", 0, "x");
	assert_head("Nov 24 10:11:12 imap-login: x", "imap-login", 0, "x");
	assert_head("2026-11-24 10:11:12 mx dovecot: auth: x", "dovecot", 0,
	    "auth: x");
#undef HEAD
}

/* What a message is put together from may be longer than its room. */
static void
test_a_long_dovecot_message_is_cut(void **state)
{
	static const char head[] = "Nov 24 10:11:12 imap-login: Info: ";
	static char line[3 * ENTRY_MESSAGE_MAX];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, head, sizeof(head) - 1);
	assert_true(header_parse(&reader, line, sizeof(line), AT, &h));
	assert_int_equal(h.message_len, ENTRY_MESSAGE_MAX);
	assert_memory_equal(h.message, "imap-login: xxx", 15);
	assert_int_equal(h.message[ENTRY_MESSAGE_MAX - 1], 'x');
}

static void
test_folded_messages(void **state)
{
#define HEAD "Nov 24 10:11:12 mx x[1]: message repeated "
	(void)state;
	assert_head(HEAD "7 times: [ a b]", "x", 1, "a b");
	assert_int_equal(h.repeated, 7);
	assert_head(HEAD "7 times: [ a b", "x", 1, "a b"); /* cut */
	assert_int_equal(h.repeated, 7);
	assert_head(HEAD "999999999 times: [ a]", "x", 1, "a");
	assert_int_equal(h.repeated, 1000000);
	assert_true(parse(HEAD "x times: [ a]"));
	assert_int_equal(h.repeated, 1);
	assert_true(parse(HEAD "0 times: [ a]"));
	assert_int_equal(h.repeated, 1);
	assert_head("Nov 24 10:11:12 mx exim[1]: message repeated 2 times: [ "
		    "2026-11-24 10:11:12 x]",
	    "exim", 1, "x");
	assert_int_equal(h.repeated, 2);
	assert_head("Nov 24 10:11:12 mx dovecot: message repeated 2 times: [ "
		    "auth: Info: x]",
	    "dovecot", 0, "auth: x");
	assert_int_equal(h.repeated, 2);
#undef HEAD
}

static void
test_the_last_message_again(void **state)
{
	static const char *const lines[] = {
		"Nov 24 10:11:12 mx last message repeated 3 times",
		"<22>Nov 24 10:11:12 mx last message repeated 3 times",
		"Nov 24 10:11:12 mx syslogd: last message repeated 3 times",
		"Nov 24 10:11:12 mx syslogd[1]: last message repeated 3 times",
		"2026-11-24T10:11:12Z mx last message repeated 3 times",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(parse(lines[i]));
		assert_int_equal(h.again, 3);
		assert_int_equal(h.time, AT);
		assert_text(h.host, h.host_len, "mx");
	}
	assert_true(parse("Nov 24 10:11:12 last message repeated 1 time"));
	assert_int_equal(h.again, 1);
	assert_false(parse("Nov 24 10:11:12 mx last message repeated x times"));
	assert_false(parse("Nov 24 10:11:12 mx last message repeated 0 times"));
	assert_false(parse("Nov 24 10:11:12 mx last message repeated 3 x"));
	assert_true(
	    parse("Nov 24 10:11:12 mx x: last message repeated 3 times"));
	assert_int_equal(h.again, 0);
}

/* Every beginning of a line, in memory that ends where the line ends. */
static void
test_every_beginning_of_a_line_is_survived(void **state)
{
	static const char *const lines[] = {
		"<22>Nov 24 10:11:12 <mail.info> mx1.example.org "
		"postfix/smtpd[4711]: [ID 1 mail.info] message repeated 3 "
		"times: [ lost connection after AUTH from x[203.0.113.29]]",
		"2026-11-24T10:11:12.123456+01:00 2001:db8::25 "
		"postfix/smtpd[4711]: warning: x[2001:db8::2:34]: SASL LOGIN "
		"authentication failed: x, sasl_username=y",
	};
	struct recognise *r = rig_recogniser();
	struct event ev;
	char *cut;
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++)
		for (n = 0; n <= strlen(lines[i]); n++) {
			cut = malloc(n + (n == 0));
			assert_non_null(cut);
			memcpy(cut, lines[i], n);
			(void)recognise_peek_time(cut, n, NOV_24_2026);
			if (recognise_line(r, cut, n, NOV_24_2026, &ev))
				assert_int_equal(
				    ev.client.addr[i == 0 ? 3 : 15],
				    i == 0 ? 29 : 0x34);
			free(cut);
		}
	recognise_free(r);
}

static void
test_the_time_of_the_last_line_is_kept(void **state)
{
	static const char line[] = "2026-11-24T10:00:00Z mx x: y";
	struct recognise *r = rig_recogniser();
	struct event ev;

	(void)state;
	assert_int_equal(recognise_time(r), 0);
	assert_false(
	    recognise_line(r, line, sizeof(line) - 1, NOV_24_2026, &ev));
	assert_int_equal(recognise_time(r), NOV_24_2026 + 36000);
	assert_int_equal(
	    recognise_peek_time("Nov 24 11:00:00 mx x: y", 23, NOV_24_2026),
	    NOV_24_2026 + 39600);
	assert_int_equal(recognise_time(r), NOV_24_2026 + 36000);
	assert_false(recognise_line(r, "no time", 7, NOV_24_2026, &ev));
	assert_int_equal(recognise_time(r), 0);
	recognise_free(r);
}

#define HEADER_TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEADER_TEST(test_every_form_of_head),
		HEADER_TEST(test_a_head_without_a_time),
		HEADER_TEST(test_tags),
		HEADER_TEST(test_what_is_no_tag),
		HEADER_TEST(test_a_name_with_a_space_is_no_host),
		HEADER_TEST(test_a_head_in_a_message_is_text),
		HEADER_TEST(test_rfc5424),
		HEADER_TEST(test_exim_own_file),
		HEADER_TEST(test_exim_in_syslog),
		HEADER_TEST(test_dovecot_own_file),
		HEADER_TEST(test_dovecot_in_syslog),
		HEADER_TEST(test_a_long_dovecot_message_is_cut),
		HEADER_TEST(test_folded_messages),
		HEADER_TEST(test_the_last_message_again),
		HEADER_TEST(test_every_beginning_of_a_line_is_survived),
		HEADER_TEST(test_the_time_of_the_last_line_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
