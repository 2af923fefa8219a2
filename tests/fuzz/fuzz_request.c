/*
 * Any messages as requests from a parser that was taken over: only those of
 * the table, at their time, of their exact length and with sane values get
 * through; all else ends the process before anything is done.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "smtpband.h"

#define NOW 1790000000

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* How long each request is; what is not here does not exist. */
static const struct {
	bool exists;
	size_t len;
} requests[] = {
	[MSG_CONFINED] = { true, 0 },
	[MSG_BAN_REQUEST] = { true, sizeof(struct msg_ban_request) },
	[MSG_UNBAN_REQUEST] = { true, sizeof(struct msg_unban_request) },
	[MSG_FLUSH] = { true, 0 },
	[MSG_EXPIRE] = { true, 0 },
	[MSG_RELOAD] = { true, 0 },
	[MSG_LOG_OPEN] = { true, sizeof(struct msg_log_open) },
	[MSG_CHECK] = { true, sizeof(struct msg_check) },
	[MSG_COUNTERS] = { true, 0 },
	[MSG_LEVEL] = { true, sizeof(struct msg_level) },
	[MSG_PONG] = { true, 0 },
	[MSG_FOLLOWING] = { true, 0 },
};
#define NREQUESTS (sizeof(requests) / sizeof(requests[0]))

static struct conf conf = {
	.ban_for = 100, .ban_max = 100, .remember = 1000, .limit_bans = 3
};
static struct enforcer e;
static jmp_buf ended;
static unsigned done; /* things that the handlers did */

__dead static void
end(void)
{
	longjmp(ended, 1);
}

void
fatal(const char *fmt, ...)
{
	end();
}

void
fatalx(const char *fmt, ...)
{
	end();
}

void
log_info(const char *fmt, ...)
{
}

void
log_set_level(int level)
{
	if (level < LOG_BRIEF || level > LOG_EVERY_LINE)
		abort();
	done++;
}

int64_t
clock_ms(void)
{
	return 1000;
}

int64_t
clock_wall(void)
{
	return NOW;
}

int64_t
clock_wall_ms(void)
{
	return clock_wall() * 1000;
}

bool
guard_refuses(const struct conf *c, const struct hostaddr *h,
    const struct prefix *p, char reason[MSG_REASON_LEN])
{
	if (!prefix_is_valid(p))
		abort();
	strlcpy(reason, "odd address", MSG_REASON_LEN);
	return p->addr[3] % 2 == 1;
}

uint64_t
ledger_bytes(const struct ledger *l)
{
	return 4096;
}

unsigned
ledger_pending(const struct ledger *l)
{
	return 0;
}

void
fault_notify(const struct enforcer *en)
{
	done++;
}

void
notify_send(const char *what)
{
	done++;
}

void
reload(struct enforcer *en, uint32_t id)
{
	done++;
}

void
reload_tell(struct enforcer *en)
{
	if (en->told)
		abort();
	en->told = true;
	done++;
}

void
reply_send(struct enforcer *en, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	done++;
}

void
reply_done(struct enforcer *en, uint32_t id, uint32_t n)
{
	done++;
}

void
reply_refused(struct enforcer *en, uint32_t id, const struct prefix *p,
    const char *reason)
{
	if (strlen(reason) == 0)
		abort();
	done++;
}

void
reply_failed(struct enforcer *en, uint32_t id, const char *fmt, ...)
{
	done++;
}

void
reply_watches(struct enforcer *en)
{
}

int
source_open(struct source *s, uint32_t which)
{
	if (s < e.sources.v || s >= e.sources.v + MSG_LOGS_MAX ||
	    which < MSG_CURRENT || which > MSG_ROTATED_LAST)
		abort();
	errno = ENOENT;
	return -1;
}

/* Bans change at once here: what a turn does is tested elsewhere. */
struct ban_entry *
turn_touch(struct enforcer *en, const struct prefix *p, uint32_t id)
{
	struct ban_entry *entry = bans_find(&en->bans, p);

	if (!prefix_is_valid(p))
		abort();
	if (entry == NULL)
		entry = bans_insert(&en->bans, p);
	bans_unqueue(&en->bans, entry);
	entry->touched = true;
	done++;
	return entry;
}

void
turn_commit(struct enforcer *en)
{
	struct ban_entry *entry, *next;

	BANS_FOREACH_SAFE(entry, &en->bans, next) {
		if (!entry->touched)
			continue;
		entry->touched = false;
		bans_settle(&en->bans, entry, ban_due(&entry->ban, &conf));
	}
}

uint32_t
release_covering(struct enforcer *en, const struct prefix *p, uint32_t allow)
{
	ban_end(&turn_touch(en, p, 0)->ban, allow, NOW);
	return 1;
}

uint32_t
release_all(struct enforcer *en)
{
	return 0;
}

uint32_t
release_due(struct enforcer *en)
{
	return 0;
}

/* No ban that the guard refuses or of an impossible kind, nor too many. */
static void
check_bans(void)
{
	const struct ban_entry *entry;

	if (e.bans.active.n > conf.limit_bans)
		abort();
	BANS_FOREACH(entry, &e.bans) {
		const struct ban *b = &entry->ban;

		if (b->state == BAN_ACTIVE &&
		    (b->prefix.addr[3] % 2 == 1 || b->category == 0 ||
			b->category >= CATEGORY_COUNT ||
			b->count > MSG_COUNT_MAX || b->expires <= NOW))
			abort();
	}
}

/* Whether a message may get through, whatever its values. */
static bool
may_pass(const struct channel_msg *m, bool told, uint32_t pings)
{
	return m->fd == -1 && m->hdr.type < NREQUESTS &&
	    requests[m->hdr.type].exists &&
	    requests[m->hdr.type].len == m->hdr.len &&
	    told == (m->hdr.type != MSG_CONFINED) &&
	    (m->hdr.type != MSG_PONG || pings > 0);
}

static void
try_message(const struct channel_msg *m)
{
	uint32_t pings = e.pings;
	bool told = e.told;

	done = 0;
	if (setjmp(ended) != 0) {
		if (done != 0 || (may_pass(m, told, pings) && m->hdr.len == 0))
			abort();
		return;
	}
	request_dispatch(&e, m);
	if (!may_pass(m, told, pings))
		abort();
	turn_commit(&e);
	check_bans();
}

static void
forget_all(void)
{
	struct ban_entry *entry;

	turn_commit(&e);
	while ((entry = bans_first(&e.bans)) != NULL) {
		entry->ban.state = BAN_FORGOTTEN;
		bans_settle(&e.bans, entry, 0);
	}
}

/*
 * Turn noise into what a sane parser may ask for, or what is one beyond that:
 * it would come up too seldom.
 */
static void
make_sane(struct channel_msg *m)
{
	struct msg_log_open *log = (void *)m->payload;
	struct msg_ban_request req;

	if (m->hdr.type == MSG_LOG_OPEN) {
		log->index %= MSG_LOGS_MAX + 2;
		log->which %= MSG_ROTATED_LAST + 2;
		return;
	}
	memcpy(&req, m->payload, sizeof(req));
	prefix_from_bytes(&req.prefix, PREFIX_INET, req.prefix.addr, 32);
	req.category %= CATEGORY_COUNT + 1;
	req.count %= MSG_COUNT_MAX + 2;
	req.ahead %= MSG_AHEAD_MAX + 2;
	if (req.category != CATEGORY_MANUAL)
		req.seconds = req.ago = 0;
	memcpy(m->payload, &req, sizeof(req));
}

/* A message is four bytes - type, length, id, flags - and its payload. */
static size_t
take(struct channel_msg *m, const uint8_t *data, size_t size)
{
	size_t n = data[1];

	memset(m, 0, sizeof(*m));
	if (n > size - 4)
		n = size - 4;
	m->hdr.type = data[3] & 1 ? data[0] * 0x01010101U : data[0];
	m->hdr.id = data[2];
	m->hdr.len = (uint32_t)n;
	m->fd = (data[3] & 6) == 6 ? 0 : -1;
	memcpy(m->payload, data + 4, n);
	if ((data[3] & 8) != 0)
		make_sane(m);
	return 4 + n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct channel_msg m;
	size_t used;

	memset(&e, 0, sizeof(e));
	e.conf = &conf;
	bans_init(&e.bans, 100);
	if (size >= 4) {
		e.told = data[2] & 1;
		e.pings = data[2] >> 1 & 3;
	}
	while (size >= 4) {
		used = take(&m, data, size);
		data += used;
		size -= used;
		try_message(&m);
	}
	forget_all();
	return 0;
}
