/*
 * An entry of the journal, of any bytes, in each form that journalctl(1) can
 * give it: all of them are read as the same head and message, whatever lines
 * a client has put into it.  And any bytes as one of these forms: what comes
 * out of them is bounded.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "recognise/header.h"
#include "recognise/recognise.h"

#define NOW         1795651200
#define MESSAGE_MAX 1020 /* so that none of its forms is cut */
#define TAG_MAX     40

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* No client knows them: they are others in each run, so that none is learned. */
static struct {
	char journal[JOURNAL_ID_LEN + 1];
	char boot[JOURNAL_ID_LEN + 1];
} ids;

/* What an entry says, and what is to come out. */
struct original {
	char tag[TAG_MAX];
	size_t tag_len;
	uint8_t message[MESSAGE_MAX];
	size_t message_len;
	uint32_t pid;
	int64_t time;
};

struct text {
	char s[4 * RECOGNISE_LINE_MAX];
	size_t n;
};

static void
put_bytes(struct text *t, const void *p, size_t n)
{
	must(n <= sizeof(t->s) - t->n);
	if (n > 0)
		memcpy(t->s + t->n, p, n);
	t->n += n;
}

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *format, ...)
{
	char buf[256];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	put_bytes(t, buf, (size_t)n);
}

/* A string, with more escapes than are needed. */
static void
put_string(struct text *t, const uint8_t *p, size_t n)
{
	size_t i;

	put(t, "\"");
	for (i = 0; i < n; i++)
		if (p[i] == '"' || p[i] == '\\')
			put(t, "\\%c", p[i]);
		else if (p[i] < 0x20 || p[i] == 0x7f || p[i] == '/')
			put(t, "\\u%04X", p[i]);
		else
			put_bytes(t, p + i, 1);
	put(t, "\"");
}

static void
put_array(struct text *t, const uint8_t *p, size_t n)
{
	size_t i;

	put(t, "[");
	for (i = 0; i < n; i++)
		put(t, "%s%u", i > 0 ? ", " : "", p[i]);
	put(t, "]");
}

static void
put_json(struct text *t, const struct original *o, bool array)
{
	t->n = 0;
	put(t, "{ \"__CURSOR\" : \"s=1;i={[\", \"_PID\":\"%u\", ", o->pid);
	put(t, "\"MESSAGE\" : ");
	(array ? put_array : put_string)(t, o->message, o->message_len);
	put(t, ",\"__REALTIME_TIMESTAMP\":\"%jd000007\", ", (intmax_t)o->time);
	put(t, "\"OTHER\":[{\"a\":[1,null]},\"MESSAGE\"],");
	put(t, "\"SYSLOG_IDENTIFIER\":");
	put_string(t, (const uint8_t *)o->tag, o->tag_len);
	put(t, "}");
}

static void
put_binary(struct text *t, const char *name, const void *p, size_t n)
{
	unsigned i;
	uint8_t length;

	put(t, "%s\n", name);
	for (i = 0; i < 8; i++) {
		length = (uint8_t)((uint64_t)n >> 8 * i);
		put_bytes(t, &length, 1);
	}
	put_bytes(t, p, n);
	put(t, "\n");
}

static void
put_export(struct text *t, const struct original *o)
{
	t->n = 0;
	put(t, "__CURSOR=s=%s;i=7;b=%s\n", ids.journal, ids.boot);
	put(t, "__REALTIME_TIMESTAMP=%jd000007\n_PID=%u\n", (intmax_t)o->time,
	    o->pid);
	put_binary(t, "OTHER", o->message, o->message_len);
	put_binary(t, "MESSAGE", o->message, o->message_len);
	put_binary(t, "SYSLOG_IDENTIFIER", o->tag, o->tag_len);
	put(t, "\n");
}

/*
 * ASCII, as others' identifiers are arrays too; and one component, as Exim has
 * parts of its messages taken away.
 */
static void
tame_tag(struct original *o)
{
	size_t i;

	for (i = 3; i < o->tag_len; i++) {
		o->tag[i] &= 0x7f;
		if (o->tag[i] == '/')
			o->tag[i] = '-';
	}
}

static void
take_original(struct input *in, struct original *o)
{
	const uint8_t *p;
	size_t n = input_byte(in) % 30;

	memset(o, 0, sizeof(*o));
	o->pid = 1 + (input_number(in) & 0xffffff);
	o->time = 1 + (int64_t)(input_number(in) & INT32_MAX);
	p = input_bytes(in, &n);
	o->tag_len = (size_t)snprintf(o->tag, sizeof(o->tag), "x/y%.*s", (int)n,
	    n > 0 ? (const char *)p : "");
	tame_tag(o);
	o->message_len = input_byte(in) * 4U;
	p = input_bytes(in, &o->message_len);
	if (o->message_len > 0)
		memcpy(o->message, p, o->message_len);
	if (o->message_len > 0 && o->message[0] == 'm')
		o->message[0] = 'n'; /* "message repeated ... times" */
}

static void
check(const struct original *o, const struct header *h)
{
	must(h->time == o->time && h->pid == o->pid && h->again == 0);
	must(h->tag_len == o->tag_len);
	must(memcmp(h->tag, o->tag, o->tag_len) == 0);
	must(h->message_len == o->message_len);
	must(o->message_len == 0 ||
	    memcmp(h->message, o->message, o->message_len) == 0);
}

/* Give all lines; returns how many told a message. */
static unsigned
read_all(struct header_reader *r, const struct text *t,
    const struct original *o)
{
	const char *p = t->s, *end = t->s + t->n, *nl;
	struct header h;
	unsigned told = 0;
	size_t n;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		n = (size_t)(nl - p);
		if (n > RECOGNISE_LINE_MAX)
			n = RECOGNISE_LINE_MAX;
		if (!header_parse(r, p, n, NOW, &h))
			continue;
		told++;
		if (o != NULL)
			check(o, &h);
		must(h.message_len <= ENTRY_MESSAGE_MAX);
		must(h.tag_len <= RECOGNISE_LINE_MAX);
	}
	return told;
}

/* A string has no bytes that are no UTF-8: journalctl makes them an array. */
static bool
is_ascii(const struct original *o)
{
	size_t i;

	for (i = 0; i < o->message_len; i++)
		if (o->message[i] >= 0x80)
			return false;
	return true;
}

static void
make_id(char id[JOURNAL_ID_LEN + 1])
{
	unsigned i;

	for (i = 0; i < JOURNAL_ID_LEN; i += 8)
		snprintf(id + i, 9, "%08x", arc4random());
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct header_reader export, json, any;
	static struct original o;
	static struct text t;
	struct input in = { data, size };

	make_id(ids.journal);
	make_id(ids.boot);
	memset(&any, 0, sizeof(any));
	t.n = size < sizeof(t.s) ? size : sizeof(t.s);
	if (size > 0)
		memcpy(t.s, data, t.n);
	(void)read_all(&any, &t, NULL);

	memset(&export, 0, sizeof(export));
	memset(&json, 0, sizeof(json));
	while (in.left > 9) {
		take_original(&in, &o);
		put_json(&t, &o, true);
		must(read_all(&json, &t, &o) == 1);
		if (is_ascii(&o)) {
			put_json(&t, &o, false);
			must(read_all(&json, &t, &o) == 1);
		}
		put_export(&t, &o);
		must(read_all(&export, &t, &o) == 1);
	}
	return 0;
}
