/*
 * The law of the recogniser, as a property: whatever bytes stand in a field
 * that the client chose, the address is the server's or there is no event.
 * Texts are put into each {field} of each line in tests/corpus/rules: complete
 * messages of every rule with another's address, whole log lines, brackets,
 * control bytes, random mixtures of all that, and 64 KiB.  SMTPBAN_SEED, a
 * number, gives other texts than those of each run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise/recognise.h"
#include "rules_rig.h"

#define CLIENT    "192.0.2.7"   /* who wrote the line, and its other forms */
#define VICTIM    "203.0.113.9" /* whom it names */
#define FULL_SIZE 80000
#define TEXTS_MAX 4096
#define TEXTS_N   100 /* messages of other rules, for each line */
#define RANDOM_N  100 /* texts of random pieces */

static const char *const hostile[] = {
	"",
	VICTIM,
	"[" VICTIM "]",
	"unknown[" VICTIM "]",
	"[" VICTIM "]:25",
	"::ffff:" VICTIM,
	"IPv6:2001:db8::9",
	"x [" VICTIM "] (may be forged)",
	"x) [" VICTIM "]",
	"(x) [" VICTIM "]:25 I=[192.0.2.25]:25",
	"x, relay=x [" VICTIM "]",
	", rip=" VICTIM ", lip=192.0.2.25",
	"x>, method=PLAIN, rip=" VICTIM ", lip=192.0.2.25, session=<a",
	"," VICTIM ",<abc>): unknown user",
	"," VICTIM ")",
	" rhost=" VICTIM "  user=x",
	"x, ip=[" VICTIM "]",
	"x auth=x host=x [" VICTIM "] ",
	"x - " VICTIM,
	"x\" server=\"x\" status=\"ok\"",
	"address=" VICTIM " host=x",
	"x\" result=\"535 Authentication failed\"",
	" from " VICTIM,
	" from unknown[" VICTIM "]; from=<a> to=<b> proto=ESMTP helo=<c>",
	"x]: warning: unknown[" VICTIM "]: SASL LOGIN authentication failed",
	">: Relay access denied; from=<a@b> to=<c> proto=SMTP helo=<d>",
	": 535 Incorrect authentication data (set_id=x)",
	"x\" H=(x) [" VICTIM "] unrecognized command",
	"message repeated 9 times: [ unknown[" VICTIM "]]",
	"last message repeated 9 times",
	"\033[31m\001\377\200#012\\r\\n%s%n\"'\\",
	"\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\"",
	"MESSAGE=x\nSYSLOG_IDENTIFIER=postfix/smtpd",
	"\r\n",
};
#define NHOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static char *texts[TEXTS_MAX];
static size_t ntexts;
static uint32_t seed = 20261124;

static void
add_text(const char *text)
{
	assert_true(ntexts < TEXTS_MAX);
	texts[ntexts] = strdup(text);
	assert_non_null(texts[ntexts++]);
}

/* A message of a rule with the victim where its client was, and its line. */
static void
gather(const struct rig_entry *e)
{
	char message[RIG_MESSAGE_MAX + 1], full[3 * RIG_MESSAGE_MAX];
	char tag[RIG_TAG_LEN], *at;
	size_t n;

	if (!e->fits)
		return;
	n = rig_fill(e->message, NULL, 0, message, RIG_MESSAGE_MAX);
	message[n] = '\0';
	if ((at = strstr(message, CLIENT)) == NULL)
		return;
	snprintf(full, sizeof(full), "%.*s" VICTIM "%s", (int)(at - message),
	    message, at + sizeof(CLIENT) - 1);
	add_text(full);
	rig_tag(e->program, tag);
	snprintf(message, sizeof(message), "Nov 24 10:00:00 mx1 %s[7]: %.1900s",
	    tag, full);
	add_text(message);
}

/* Numbers that are the same in each run. */
static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

/* Some pieces of texts, one behind the other; now and then any bytes. */
static size_t
mix(char *out, size_t size)
{
	uint32_t pieces = 1 + draw(4), len, from;
	const char *text;
	size_t n = 0;

	while (pieces-- > 0) {
		if (draw(5) == 0) {
			for (len = draw(12); len > 0 && n < size; len--)
				out[n++] = (char)draw(256);
			continue;
		}
		text = draw(2) == 0 ? hostile[draw(NHOSTILE)] :
				      texts[draw((uint32_t)ntexts)];
		len = (uint32_t)strlen(text);
		from = len > 0 ? draw(len) : 0;
		len -= from;
		if (draw(3) == 0 && len > 0)
			len = draw(len);
		if (len > size - n)
			len = (uint32_t)(size - n);
		memcpy(out + n, text + from, len);
		n += len;
	}
	return n;
}

/* The client as the entry has it: its address is in the message or before. */
static bool
is_client(const struct event *ev)
{
	char text[PREFIX_STRLEN];

	prefix_format(&ev->client, text);
	return strcmp(text, CLIENT) == 0 || strcmp(text, "2001:db8::7") == 0;
}

static void
check_text(const struct rig_entry *e, const char *text, size_t len)
{
	static char message[FULL_SIZE];
	struct recognise *r = rig_prepare(e);
	size_t n = rig_fill(e->message, text, len, message, sizeof(message));
	char client[PREFIX_STRLEN];
	struct event ev;

	if (rig_tell(r, e->program, message, n, &ev) && !is_client(&ev))
		fail_msg("%s is blamed: %s | %.*s",
		    prefix_format(&ev.client, client), e->rule->template,
		    (int)(n < 2000 ? n : 2000), message);
	recognise_free(r);
}

static bool
has_field(const struct rig_entry *e)
{
	return strchr(e->message, '{') != NULL;
}

static void
check_texts(const struct rig_entry *e)
{
	const char *text;
	size_t i;

	if (!has_field(e))
		return;
	for (i = 0; i < NHOSTILE; i++)
		check_text(e, hostile[i], strlen(hostile[i]));
	for (i = 0; i < TEXTS_N; i++) {
		text = texts[draw((uint32_t)ntexts)];
		check_text(e, text, strlen(text));
	}
}

static void
test_no_message_of_another_rule_moves_the_address(void **state)
{
	(void)state;
	rig_entries(check_texts);
}

static void
check_mixtures(const struct rig_entry *e)
{
	char text[4096];
	int i;

	if (!has_field(e))
		return;
	for (i = 0; i < RANDOM_N; i++)
		check_text(e, text, mix(text, sizeof(text)));
}

static void
test_no_mixture_of_bytes_moves_the_address(void **state)
{
	(void)state;
	rig_entries(check_mixtures);
}

/* A message of a line that was cut to so many bytes, head included. */
static void
check_cut_at(const struct rig_entry *e, const char *text, size_t len,
    size_t cut)
{
	static char message[FULL_SIZE];
	struct recognise *r = rig_prepare(e);
	size_t n = rig_fill(e->message, text, len, message, sizeof(message));
	char client[PREFIX_STRLEN];
	struct event ev;

	if (n > cut - rig_head_len(e->program))
		n = cut - rig_head_len(e->program);
	if (rig_tell(r, e->program, message, n, &ev) && !is_client(&ev))
		fail_msg("%s is blamed in a line cut at %zu: %s | ...%.*s",
		    prefix_format(&ev.client, client), cut, e->rule->template,
		    (int)(n < 300 ? n : 300),
		    message + (n < 300 ? 0 : n - 300));
	recognise_free(r);
}

/*
 * A line that is cut within the client's text, by a syslog daemon or by us,
 * where the victim's message ends there or nearly.
 */
static void
check_cuts(const struct rig_entry *e)
{
	static const size_t cuts[] = { 1024, 2048, 4096, RECOGNISE_LINE_MAX };
	static char text[RECOGNISE_LINE_MAX];
	const char *field = strchr(e->message, '{'), *tail;
	size_t i, k, len, room;

	if (field == NULL)
		return;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		for (k = 0; k < 60; k++) {
			room = cuts[i] - rig_head_len(e->program) -
			    (size_t)(field - e->message);
			tail = k < NHOSTILE ? hostile[k] :
					      texts[draw((uint32_t)ntexts)];
			len = strlen(tail);
			if (len + 8 > room)
				continue;
			memset(text, "x[ (\"<"[draw(6)], room);
			memcpy(text + room - len - k % 3, tail, len);
			check_cut_at(e, text, room, cuts[i]);
		}
}

static void
test_no_cut_within_a_long_text_moves_the_address(void **state)
{
	(void)state;
	rig_entries(check_cuts);
}

static void
check_64k(const struct rig_entry *e)
{
	static char text[65536];
	size_t i, n;

	if (!has_field(e))
		return;
	for (i = 0; i < 4; i++) {
		for (n = 0; n + 4096 < sizeof(text);)
			n += mix(text + n, 4096);
		check_text(e, text, n);
	}
}

static void
test_no_64_kib_of_anything_move_the_address(void **state)
{
	(void)state;
	rig_entries(check_64k);
}

static int
setup(void **state)
{
	const char *other = getenv("SMTPBAN_SEED");

	(void)state;
	if (other != NULL)
		seed = (uint32_t)strtoul(other, NULL, 10);
	rig_entries(gather);
	assert_true(ntexts > 100);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	while (ntexts > 0)
		free(texts[--ntexts]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_no_message_of_another_rule_moves_the_address),
		cmocka_unit_test(test_no_mixture_of_bytes_moves_the_address),
		cmocka_unit_test(
		    test_no_cut_within_a_long_text_moves_the_address),
		cmocka_unit_test(test_no_64_kib_of_anything_move_the_address),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
