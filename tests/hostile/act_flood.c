/*
 * flood WHAT SECONDS HOW: requests of a kind without end.  HOW: "reading" the
 * answers, "deaf" to them, or "slow": now and then all that wait.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hostile.h"

#define RATE    100000 /* requests a second that are tried */
#define SLOW_MS 8000   /* between the times that the slow one reads */
#define LAST_MS 10000  /* for the answers that are still to come */

/* A different /64 for each number. */
static struct prefix
network_of(uint32_t i)
{
	const uint8_t addr[16] = { 0x20, 0x01, 0x0d, 0xb8,
		(uint8_t)(0x80 | (i >> 24 & 0x7f)), (uint8_t)(i >> 16),
		(uint8_t)(i >> 8), (uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET6, addr, 64);
	return p;
}

static void
put_ban(struct channel_msg *m, uint32_t i)
{
	struct msg_ban_request req = { network_of(i), CATEGORY_AUTH, 5, 0, 0,
		0 };

	m->hdr.type = MSG_BAN_REQUEST;
	m->hdr.len = sizeof(req);
	memcpy(m->payload, &req, sizeof(req));
}

static void
put_unban(struct channel_msg *m, uint32_t i, uint32_t allow)
{
	struct msg_unban_request req = { network_of(i), allow };

	m->hdr.type = MSG_UNBAN_REQUEST;
	m->hdr.len = sizeof(req);
	memcpy(m->payload, &req, sizeof(req));
}

static void
put_refused(struct channel_msg *m, uint32_t i)
{
	struct msg_ban_request req = { network_of(i), CATEGORY_AUTH, 5, 0, 0,
		0 };
	uint8_t loopback[4] = { 127, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
		(uint8_t)i };

	prefix_from_bytes(&req.prefix, PREFIX_INET, loopback, 32);
	m->hdr.type = MSG_BAN_REQUEST;
	m->hdr.len = sizeof(req);
	memcpy(m->payload, &req, sizeof(req));
}

static void
put_open(struct channel_msg *m, uint32_t i)
{
	struct msg_log_open req = { i % MSG_LOGS_MAX,
		MSG_CURRENT + i / MSG_LOGS_MAX % MSG_ROTATED_LAST };

	m->hdr.type = MSG_LOG_OPEN;
	m->hdr.len = sizeof(req);
	memcpy(m->payload, &req, sizeof(req));
}

static void
put_check(struct channel_msg *m, uint32_t i)
{
	struct msg_check req = { network_of(i) };

	m->hdr.type = MSG_CHECK;
	m->hdr.len = sizeof(req);
	memcpy(m->payload, &req, sizeof(req));
}

static const struct {
	const char *name;
	uint32_t type; /* of an empty request */
} empty[] = {
	{ "flush", MSG_FLUSH },
	{ "expire", MSG_EXPIRE },
	{ "reload", MSG_RELOAD },
	{ "counters", MSG_COUNTERS },
};

/* The i-th request of a kind. */
static void
put(struct channel_msg *m, const char *what, uint32_t i)
{
	size_t k;

	m->hdr = (struct channel_hdr){ 0, 0, i + 1, 0 };
	m->fd = -1;
	if (strcmp(what, "bans") == 0)
		put_ban(m, i);
	else if (strcmp(what, "cycle") == 0 && i % 2 == 0)
		put_ban(m, i / 2);
	else if (strcmp(what, "cycle") == 0)
		put_unban(m, i / 2, 0);
	else if (strcmp(what, "allow") == 0)
		put_unban(m, i, MSG_SECONDS_MAX);
	else if (strcmp(what, "refused") == 0)
		put_refused(m, i);
	else if (strcmp(what, "open") == 0)
		put_open(m, i);
	else if (strcmp(what, "check") == 0)
		put_check(m, i);
	for (k = 0; k < sizeof(empty) / sizeof(empty[0]); k++)
		if (strcmp(what, empty[k].name) == 0)
			m->hdr.type = empty[k].type;
	if (m->hdr.type == 0)
		hostile_fail("flood of what?");
}

struct flood {
	const char *what;
	uint64_t tried;
	uint32_t sent;
};

/* As many as are due by the clock; those without room are tried again. */
static void
flood_send(struct hostile *h, struct flood *f, int64_t ms)
{
	static struct channel_msg batch[CHANNEL_BATCH];
	uint64_t due = (uint64_t)ms * (RATE / 1000);
	unsigned i;
	int n;

	while (f->tried < due) {
		for (i = 0; i < CHANNEL_BATCH; i++)
			put(&batch[i], f->what, f->sent + i);
		n = channel_send_many(h->sock, batch, CHANNEL_BATCH);
		if (n == -1) {
			hostile_say("the enforcer ended");
			exit(0);
		}
		f->sent += (uint32_t)n;
		f->tried += CHANNEL_BATCH;
	}
}

/* What is banned and released by turns is released at the end. */
static void
flood_even(struct hostile *h, struct flood *f)
{
	static struct channel_msg m;
	int n = 0;

	while (f->sent % 2 != 0 && n != -1) {
		put(&m, f->what, f->sent);
		n = channel_send_many(h->sock, &m, 1);
		f->sent += n == 1;
		(void)hostile_next(h, 1);
	}
}

void
act_flood(struct hostile *h, char *const *w)
{
	struct flood f = { .what = w[0] };
	int64_t began = clock_ms(), ms = 0, slept = 0;
	int64_t end = 1000 * (int64_t)hostile_number(w[1]);
	bool deaf = strcmp(w[2], "deaf") == 0;
	bool slow = strcmp(w[2], "slow") == 0;

	h->answers = 0;
	for (; ms < end; ms = clock_ms() - began) {
		flood_send(h, &f, ms);
		if (slow && ms - slept >= SLOW_MS) {
			while (hostile_next(h, 0))
				;
			slept = ms;
		}
		if (deaf || slow)
			(void)poll(NULL, 0, 1);
		else
			while (hostile_next(h, 1))
				;
	}
	if (strcmp(f.what, "cycle") == 0)
		flood_even(h, &f);
	hostile_say("flood of %s: tried %llu sent %u", f.what,
	    (unsigned long long)f.tried, f.sent);
	while (h->answers < f.sent && hostile_next(h, LAST_MS))
		;
	hostile_say("flood of %s: answered %llu", f.what,
	    (unsigned long long)h->answers);
	h->id = f.sent;
}
