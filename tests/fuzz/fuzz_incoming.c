/*
 * Any messages as what the enforcer tells the parser: only those of the table
 * get through, in their time, of their exact length and with sane values; all
 * else ends the process before anybody acts on it.
 */
#include <setjmp.h>
#include <stddef.h>

#include "incoming.h"
#include "input.h"
#include "log.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static jmp_buf ended;
static unsigned taken; /* what the callbacks got */
static bool configuring, policy, committed, listening, ready;

void
fatalx(const char *fmt, ...)
{
	longjmp(ended, 1);
}

static bool
ends_within(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static void
on_conf_begin(void *arg)
{
	must(!configuring);
	configuring = true;
	policy = false;
	taken++;
}

static void
on_conf_policy(void *arg, const struct msg_policy *p)
{
	unsigned c;

	must(configuring && !policy);
	policy = true;
	must(p->threshold[0].count > 0);
	for (c = 0; c < CATEGORY_COUNT; c++)
		must(p->threshold[c].count == 0 ||
		    (p->threshold[c].count <= MSG_COUNT_MAX &&
			p->threshold[c].within >= 1 &&
			p->threshold[c].within <= MSG_SECONDS_MAX));
	must(p->network_len[0] <= 32 && p->network_len[1] <= 128);
	must(p->inet6_len >= 1 && p->inet6_len <= 128);
	must(p->limit_offenders >= 1);
	taken++;
}

static void
on_conf_whitelist(void *arg, const struct prefix *p)
{
	must(configuring && prefix_is_valid(p));
	taken++;
}

static void
on_conf_match(void *arg, const struct msg_conf_match *c)
{
	must(configuring && c->category >= 1 && c->category < CATEGORY_COUNT);
	must(ends_within(c->tag, sizeof(c->tag)));
	must(ends_within(c->template, sizeof(c->template)));
	taken++;
}

static void
on_conf_log(void *arg, const struct msg_conf_log *l)
{
	must(configuring && l->index < MSG_LOGS_MAX);
	must(ends_within(l->path, sizeof(l->path)) && l->path[0] != '\0');
	taken++;
}

static void
on_conf_commit(void *arg)
{
	must(configuring && policy);
	configuring = false;
	committed = true;
	taken++;
}

static void
on_bans_moved(void *arg, const struct msg_moved *m)
{
	must(committed);
	must(m->by >= -MSG_MOVE_MAX && m->by <= MSG_MOVE_MAX);
	taken++;
}

static void
on_watch(void *arg, const struct msg_watch *w, int fd)
{
	must(committed && w->index < MSG_LOGS_MAX);
	must(ends_within(w->name, sizeof(w->name)));
	taken++;
}

static void
on_log(void *arg, const struct msg_log *l, int fd)
{
	must(committed && l->index < MSG_LOGS_MAX);
	must(l->which >= MSG_CURRENT && l->which <= MSG_ROTATED_LAST);
	must((l->error == 0) == (fd != -1));
	taken++;
}

static void
on_listener(void *arg, int fd)
{
	must(committed && !listening && fd != -1);
	listening = true;
	taken++;
}

/* It may move and end. */
static void
on_metrics(void *arg, int fd)
{
	(void)fd;
	must(committed);
	taken++;
}

static void
on_ban_state(void *arg, const struct ban *b)
{
	must(committed && prefix_is_valid(&b->prefix));
	must(b->state >= BAN_ACTIVE && b->state <= BAN_FORGOTTEN);
	must(b->category < CATEGORY_COUNT);
	must(b->since >= 0 && b->expires >= 0);
	must(b->released >= 0 && b->allowed >= 0);
	taken++;
}

static void
on_ready(void *arg)
{
	must(committed && !ready);
	ready = true;
	taken++;
}

static void
on_level(void *arg, int level)
{
	must(level >= LOG_BRIEF && level <= LOG_EVERY_LINE);
	taken++;
}

static void
on_nothing(void *arg)
{
	taken++;
}

/* All texts that an answer may have, by where they are. */
static void
on_answer(void *arg, const struct channel_msg *m)
{
	const char *p = (const char *)m->payload;

	must(committed);
	switch (m->hdr.type) {
	case MSG_DONE:
		break;
	case MSG_REFUSED:
		must(ends_within(p + offsetof(struct msg_refused, reason),
		    MSG_REASON_LEN));
		break;
	case MSG_FAILED:
		must(ends_within(p, MSG_TEXT_LEN));
		break;
	case MSG_CHECKED:
		must(ends_within(p + offsetof(struct msg_checked, reason),
		    MSG_REASON_LEN));
		break;
	case MSG_COUNTED:
		must(ends_within(p + offsetof(struct msg_counters, error),
		    sizeof(((struct msg_counters *)NULL)->error)));
		break;
	default:
		must(m->hdr.type == MSG_BAN_STATE && m->hdr.id != 0);
	}
	taken++;
}

static const struct incoming_ops ops = {
	.conf_begin = on_conf_begin,
	.conf_policy = on_conf_policy,
	.conf_whitelist = on_conf_whitelist,
	.conf_match = on_conf_match,
	.conf_log = on_conf_log,
	.conf_commit = on_conf_commit,
	.watch = on_watch,
	.log = on_log,
	.listener = on_listener,
	.metrics = on_metrics,
	.ban_state = on_ban_state,
	.bans_moved = on_bans_moved,
	.ready = on_ready,
	.level = on_level,
	.ping = on_nothing,
	.dump = on_nothing,
	.answer = on_answer,
};

/* By type - MSG_CONF_BEGIN. */
static const size_t lengths[] = { 0, sizeof(struct msg_policy),
	sizeof(struct prefix), sizeof(struct msg_conf_log), 0,
	sizeof(struct msg_watch), sizeof(struct msg_log), 0, sizeof(struct ban),
	0, sizeof(struct msg_done), sizeof(struct msg_refused),
	sizeof(struct msg_text), sizeof(struct msg_checked),
	sizeof(struct msg_counters), 0, sizeof(struct msg_level), 0,
	sizeof(struct msg_conf_match), sizeof(struct msg_moved), 0 };
#define NLENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* One that could come; then a few bytes of it change. */
static void
make_sane(struct channel_msg *m)
{
	const struct msg_policy p = { .threshold = { { 5, 86400 } },
		.repeats = MSG_REPEATS_PASSWORD,
		.inet6_len = 64,
		.limit_offenders = 1 };
	struct prefix host;
	struct ban b = { .state = BAN_ACTIVE, .since = 1, .expires = 2 };
	const uint32_t one = 1;

	must(prefix_parse("192.0.2.7", &host) == NULL);
	b.prefix = host;
	if (m->hdr.type == MSG_CONF_POLICY)
		memcpy(m->payload, &p, sizeof(p));
	if (m->hdr.type == MSG_CONF_WHITELIST || m->hdr.type == MSG_REFUSED)
		memcpy(m->payload, &host, sizeof(host));
	if (m->hdr.type == MSG_BAN_STATE)
		memcpy(m->payload, &b, sizeof(b));
	if (m->hdr.type == MSG_CONF_MATCH || m->hdr.type == MSG_LOG)
		memcpy(m->payload, &one, sizeof(one));
	if (m->hdr.type == MSG_LOG)
		memcpy(m->payload + sizeof(one), &one, sizeof(one));
	if (m->hdr.type == MSG_CONF_LOG)
		m->payload[offsetof(struct msg_conf_log, path)] = '/';
}

static void
take_message(struct input *in, struct channel_msg *m)
{
	unsigned how = input_byte(in), i, at;

	memset(m, 0, sizeof(*m));
	i = input_byte(in);
	m->hdr.type = MSG_CONF_BEGIN + ((how & 1) != 0 ? i : i % NLENGTHS);
	m->hdr.id = how >> 1 & 1;
	m->fd = (how & 4) != 0 ? 0 : -1;
	m->hdr.len = i < NLENGTHS ? (uint32_t)lengths[i] : 0;
	if ((how & 1) == 0)
		m->hdr.len = (uint32_t)lengths[i % NLENGTHS];
	if ((how & 8) != 0)
		m->hdr.len = input_number(in) % (CHANNEL_PAYLOAD_MAX + 1);
	if ((how & 16) == 0) {
		input_fill(in, m->payload, m->hdr.len);
		return;
	}
	make_sane(m);
	for (i = how >> 5; i > 0 && m->hdr.len > 0; i--) {
		at = input_byte(in) << 8;
		at = (at | input_byte(in)) % m->hdr.len;
		m->payload[at] = (uint8_t)input_byte(in);
	}
}

static bool
may_pass(const struct channel_msg *m)
{
	uint32_t i = m->hdr.type - MSG_CONF_BEGIN;

	return m->hdr.type >= MSG_CONF_BEGIN && i < NLENGTHS &&
	    m->hdr.len == lengths[i];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct incoming incoming;
	static struct channel_msg m;
	static struct input in;

	in = (struct input){ data, size };
	memset(&incoming, 0, sizeof(incoming));
	incoming.ops = &ops;
	configuring = policy = committed = listening = ready = false;
	while (in.left > 0) {
		take_message(&in, &m);
		taken = 0;
		if (setjmp(ended) != 0) {
			must(taken == 0);
			break;
		}
		incoming_take(&incoming, &m);
		must(may_pass(&m));
		must(taken ==
		    1U + (m.hdr.type == MSG_BAN_STATE && m.hdr.id != 0));
	}
	return 0;
}
