/*
 * Any bytes as a request on the control socket: what is malformed reaches
 * nobody, a change comes from root alone, and each reply has one end.
 */
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "control_request.h"
#include "enforcer.h"
#include "evidence.h"
#include "follow.h"
#include "judge.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The channel, played here: what was asked last, and who waits. */
static struct {
	uint32_t type;
	size_t len;
	uint8_t payload[sizeof(struct msg_ban_request)];
	enforcer_answer answer;
	void *arg;
} asked;
static bool ready;

uint32_t
enforcer_ask(struct enforcer *e, uint32_t type, const void *payload, size_t len,
    enforcer_answer answer, void *arg)
{
	(void)e;
	if (len > sizeof(asked.payload))
		abort();
	asked.type = type;
	asked.len = len;
	if (len > 0)
		memcpy(asked.payload, payload, len);
	asked.answer = answer;
	asked.arg = arg;
	return 1;
}

void
enforcer_tell(struct enforcer *e, uint32_t type, const void *payload,
    size_t len)
{
	(void)e;
	(void)payload;
	if (type != MSG_LEVEL || len != sizeof(struct msg_level))
		abort();
	asked.type = type;
}

void
enforcer_forget(struct enforcer *e, uint32_t id)
{
	(void)e;
	if (id != 1)
		abort();
}

void
judge_check_clock(struct judge *j, int64_t now)
{
	(void)j;
	(void)now;
}

bool
follow_is_replaying(const struct follow *f)
{
	(void)f;
	return false;
}

bool
follow_describe(const struct follow *f, unsigned index,
    struct ctl_log_record *r)
{
	(void)f;
	memset(r, 0, sizeof(*r));
	return index % 2 == 0;
}

static void
on_ready(void *arg)
{
	(void)arg;
	if (ready)
		abort();
	ready = true;
}

static bool
is_change(uint32_t type)
{
	return type != 0 && type != MSG_CHECK && type != MSG_COUNTERS;
}

/* What the enforcer would refuse to read would be fatal to us. */
static void
check_asked(void)
{
	struct prefix p;

	if (asked.type != MSG_BAN_REQUEST && asked.type != MSG_UNBAN_REQUEST &&
	    asked.type != MSG_CHECK)
		return;
	memcpy(&p, asked.payload, sizeof(p));
	if (!prefix_is_valid(&p))
		abort();
}

/* One of the answers that fit, chosen by the input. */
static void
answer(unsigned choice)
{
	static const struct {
		uint32_t type;
		uint32_t len;
	} answers[] = {
		{ MSG_DONE, sizeof(struct msg_done) },
		{ MSG_REFUSED, sizeof(struct msg_refused) },
		{ MSG_FAILED, sizeof(struct msg_text) },
		{ MSG_CHECKED, sizeof(struct msg_checked) },
		{ MSG_COUNTED, sizeof(struct msg_counters) },
		{ MSG_BAN_STATE, sizeof(struct ban) },
	};
	static struct channel_msg m;

	choice %= sizeof(answers) / sizeof(answers[0]);
	m.hdr.type = answers[choice].type;
	m.hdr.len = answers[choice].len;
	asked.answer(asked.arg, &m);
}

static void
read_reply(const struct control_request *r)
{
	static struct channel_msg m;
	struct reply_cursor at = r->reply.at;
	enum reply_got got;
	unsigned ends = 0, n = 0;

	while (
	    (got = reply_next(&r->reply, r->parser, &at, &m)) != REPLY_OVER) {
		if (got == REPLY_WAIT)
			break;
		if (ends > 0 || n++ > 100 || m.fd != -1)
			abort();
		if (m.hdr.type < CTL_DONE || m.hdr.type > CTL_EVIDENCE_RECORD ||
		    m.hdr.len > CHANNEL_PAYLOAD_MAX)
			abort();
		if (m.hdr.type == CTL_DONE || m.hdr.type == CTL_ERROR)
			ends++;
	}
	/* Who watches gets what begins it, and then waits. */
	if (got == REPLY_WAIT ? n != 1 || !r->watcher.here : ends != 1)
		abort();
}

static struct parser *
parser_once(void)
{
	static struct parser parser;
	struct ban b = { .state = BAN_ACTIVE };

	if (parser.policy != NULL)
		return &parser;
	parser.policy = policy_new();
	parser.mirror = mirror_new();
	parser.accounts = accounts_new();
	parser.evidence = evidence_new();
	parser.watch = watch_new();
	if (prefix_parse("192.0.2.0/24", &b.prefix) != NULL)
		abort();
	mirror_put(parser.mirror, &b);
	accounts_fail(parser.accounts, "alice", 5, &b.prefix, 1, 1);
	return &parser;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct channel_msg m;
	struct control_request *r;

	if (size < 6 || size - 6 > sizeof(m.payload))
		return -1;
	memset(&asked, 0, sizeof(asked));
	ready = false;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		abort();
	r->parser = parser_once();
	r->uid = data[0] & 1;
	r->ready = on_ready;
	memcpy(&m.hdr.type, data + 2, sizeof(m.hdr.type));
	m.hdr.len = (uint32_t)(size - 6);
	m.fd = -1;
	memcpy(m.payload, data + 6, size - 6);
	if (request_take(r, &m) == -1) {
		if (asked.type != 0 || ready)
			abort();
	} else {
		if (r->uid != 0 && is_change(asked.type))
			abort();
		check_asked();
		if (!ready)
			answer(data[1]);
		read_reply(r);
	}
	request_cancel(r);
	free(r);
	return 0;
}
