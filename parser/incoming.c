#include <string.h>

#include "incoming.h"
#include "log.h"

/* When a message may come. */
enum when {
	ALWAYS,
	CONFIGURING, /* within a configuration */
	CONFIGURED,  /* after the first one */
};

enum brings_fd {
	FD_NEVER,
	FD_ALWAYS,
	FD_PERHAPS, /* its handler knows */
};

static void
check(bool holds, const struct channel_msg *m)
{
	if (!holds)
		fatalx("enforcer: message %u has a false value", m->hdr.type);
}

/* Nothing after the NUL matters, but there must be one. */
static void
check_text(const char *s, size_t size, const struct channel_msg *m)
{
	check(memchr(s, '\0', size) != NULL, m);
}

static void
take_conf_begin(struct incoming *in, const struct channel_msg *m)
{
	check(!in->configuring, m);
	in->configuring = true;
	in->has_policy = false;
	in->ops->conf_begin(in->arg);
}

static bool
threshold_is_valid(const struct msg_threshold *t)
{
	return t->count <= MSG_COUNT_MAX && t->within <= MSG_SECONDS_MAX &&
	    (t->count == 0 || t->within > 0);
}

static void
take_conf_policy(struct incoming *in, const struct channel_msg *m)
{
	struct msg_policy p;
	unsigned c;

	memcpy(&p, m->payload, sizeof(p));
	check(!in->has_policy, m);
	check(p.threshold[CATEGORY_NONE].count > 0, m);
	for (c = 0; c < CATEGORY_COUNT; c++)
		check(threshold_is_valid(&p.threshold[c]), m);
	check(threshold_is_valid(&p.network), m);
	check(p.counted < 1U << CATEGORY_COUNT, m);
	check(p.known_for <= MSG_SECONDS_MAX || p.known_for == MSG_FOR_EVER, m);
	check(p.repeats >= MSG_REPEATS_PASSWORD, m);
	check(p.repeats <= MSG_REPEATS_ALL, m);
	check(p.private_allowed <= 1, m);
	check(p.network_len[0] <= 32 && p.network_len[1] <= 128, m);
	check(p.inet6_len >= 1 && p.inet6_len <= 128, m);
	check(p.limit_offenders > 0, m);
	check(p.exempt <= 1, m);
	in->has_policy = true;
	in->ops->conf_policy(in->arg, &p);
}

static void
take_conf_whitelist(struct incoming *in, const struct channel_msg *m)
{
	struct prefix p;

	memcpy(&p, m->payload, sizeof(p));
	check(prefix_is_valid(&p), m);
	in->ops->conf_whitelist(in->arg, &p);
}

static void
take_conf_match(struct incoming *in, const struct channel_msg *m)
{
	struct msg_conf_match c;

	memcpy(&c, m->payload, sizeof(c));
	check(c.category > CATEGORY_NONE && c.category < CATEGORY_COUNT, m);
	check_text(c.tag, sizeof(c.tag), m);
	check_text(c.template, sizeof(c.template), m);
	in->ops->conf_match(in->arg, &c);
}

static void
take_conf_log(struct incoming *in, const struct channel_msg *m)
{
	struct msg_conf_log l;

	memcpy(&l, m->payload, sizeof(l));
	check(l.index < MSG_LOGS_MAX, m);
	check_text(l.path, sizeof(l.path), m);
	check(l.path[0] != '\0', m);
	in->ops->conf_log(in->arg, &l);
}

static void
take_conf_commit(struct incoming *in, const struct channel_msg *m)
{
	check(in->has_policy, m);
	in->configuring = false;
	in->configured = true;
	in->ops->conf_commit(in->arg);
}

static void
take_watch(struct incoming *in, const struct channel_msg *m)
{
	struct msg_watch w;

	memcpy(&w, m->payload, sizeof(w));
	check(w.index < MSG_LOGS_MAX, m);
	check_text(w.name, sizeof(w.name), m);
	in->ops->watch(in->arg, &w, m->fd);
}

static void
take_log(struct incoming *in, const struct channel_msg *m)
{
	struct msg_log l;

	memcpy(&l, m->payload, sizeof(l));
	check(l.index < MSG_LOGS_MAX, m);
	check(l.which >= MSG_CURRENT && l.which <= MSG_ROTATED_LAST, m);
	check(l.error <= INT32_MAX, m);
	check((l.error == 0) == (m->fd != -1), m);
	in->ops->log(in->arg, &l, m->fd);
}

static void
take_listener(struct incoming *in, const struct channel_msg *m)
{
	check(!in->listening, m);
	in->listening = true;
	in->ops->listener(in->arg, m->fd);
}

static void
take_metrics(struct incoming *in, const struct channel_msg *m)
{
	in->ops->metrics(in->arg, m->fd);
}

static void
take_ban_state(struct incoming *in, const struct channel_msg *m)
{
	struct ban b;

	memcpy(&b, m->payload, sizeof(b));
	check(prefix_is_valid(&b.prefix), m);
	check(b.state >= BAN_ACTIVE && b.state <= BAN_FORGOTTEN, m);
	check(b.category < CATEGORY_COUNT, m);
	check(b.flags <= (BAN_MANUAL | BAN_FOREIGN | BAN_UNWRITTEN), m);
	check(b.since >= 0 && b.expires >= 0, m);
	check(b.released >= 0 && b.allowed >= 0, m);
	in->ops->ban_state(in->arg, &b);
	if (m->hdr.id != 0)
		in->ops->answer(in->arg, m);
}

static void
take_bans_moved(struct incoming *in, const struct channel_msg *m)
{
	struct msg_moved moved;

	memcpy(&moved, m->payload, sizeof(moved));
	check(moved.by >= -MSG_MOVE_MAX && moved.by <= MSG_MOVE_MAX, m);
	in->ops->bans_moved(in->arg, &moved);
}

static void
take_ready(struct incoming *in, const struct channel_msg *m)
{
	check(!in->ready, m);
	in->ready = true;
	in->ops->ready(in->arg);
}

static void
take_level(struct incoming *in, const struct channel_msg *m)
{
	struct msg_level l;

	memcpy(&l, m->payload, sizeof(l));
	check(l.level >= LOG_BRIEF && l.level <= LOG_EVERY_LINE, m);
	in->ops->level(in->arg, l.level);
}

static void
take_ping(struct incoming *in, const struct channel_msg *m)
{
	(void)m;
	in->ops->ping(in->arg);
}

static void
take_dump(struct incoming *in, const struct channel_msg *m)
{
	(void)m;
	in->ops->dump(in->arg);
}

static void
take_done(struct incoming *in, const struct channel_msg *m)
{
	in->ops->answer(in->arg, m);
}

static void
take_refused(struct incoming *in, const struct channel_msg *m)
{
	struct msg_refused r;

	memcpy(&r, m->payload, sizeof(r));
	check(prefix_is_valid(&r.prefix), m);
	check_text(r.reason, sizeof(r.reason), m);
	in->ops->answer(in->arg, m);
}

static void
take_failed(struct incoming *in, const struct channel_msg *m)
{
	check_text((const char *)m->payload, MSG_TEXT_LEN, m);
	in->ops->answer(in->arg, m);
}

static void
take_checked(struct incoming *in, const struct channel_msg *m)
{
	struct msg_checked c;

	memcpy(&c, m->payload, sizeof(c));
	check(c.protocol <= UINT8_MAX, m);
	check_text(c.reason, sizeof(c.reason), m);
	in->ops->answer(in->arg, m);
}

static void
take_counted(struct incoming *in, const struct channel_msg *m)
{
	struct msg_counters c;
	unsigned i;

	memcpy(&c, m->payload, sizeof(c));
	check_text(c.error, sizeof(c.error), m);
	for (i = 0; i < MSG_FAULTS; i++)
		check_text(c.fault[i].why, sizeof(c.fault[i].why), m);
	in->ops->answer(in->arg, m);
}

static const struct kind {
	uint32_t type;
	size_t len;
	enum when when;
	enum brings_fd fd;
	void (*take)(struct incoming *, const struct channel_msg *);
} kinds[] = {
	{ MSG_CONF_BEGIN, 0, ALWAYS, FD_NEVER, take_conf_begin },
	{ MSG_CONF_POLICY, sizeof(struct msg_policy), CONFIGURING, FD_NEVER,
	    take_conf_policy },
	{ MSG_CONF_WHITELIST, sizeof(struct prefix), CONFIGURING, FD_NEVER,
	    take_conf_whitelist },
	{ MSG_CONF_MATCH, sizeof(struct msg_conf_match), CONFIGURING, FD_NEVER,
	    take_conf_match },
	{ MSG_CONF_LOG, sizeof(struct msg_conf_log), CONFIGURING, FD_NEVER,
	    take_conf_log },
	{ MSG_CONF_COMMIT, 0, CONFIGURING, FD_NEVER, take_conf_commit },
	{ MSG_WATCH, sizeof(struct msg_watch), CONFIGURED, FD_PERHAPS,
	    take_watch },
	{ MSG_LOG, sizeof(struct msg_log), CONFIGURED, FD_PERHAPS, take_log },
	{ MSG_LISTENER, 0, CONFIGURED, FD_ALWAYS, take_listener },
	{ MSG_METRICS, 0, CONFIGURED, FD_PERHAPS, take_metrics },
	{ MSG_BAN_STATE, sizeof(struct ban), CONFIGURED, FD_NEVER,
	    take_ban_state },
	{ MSG_BANS_MOVED, sizeof(struct msg_moved), CONFIGURED, FD_NEVER,
	    take_bans_moved },
	{ MSG_READY, 0, CONFIGURED, FD_NEVER, take_ready },
	{ MSG_DONE, sizeof(struct msg_done), CONFIGURED, FD_NEVER, take_done },
	{ MSG_REFUSED, sizeof(struct msg_refused), CONFIGURED, FD_NEVER,
	    take_refused },
	{ MSG_FAILED, sizeof(struct msg_text), CONFIGURED, FD_NEVER,
	    take_failed },
	{ MSG_CHECKED, sizeof(struct msg_checked), CONFIGURED, FD_NEVER,
	    take_checked },
	{ MSG_COUNTED, sizeof(struct msg_counters), CONFIGURED, FD_NEVER,
	    take_counted },
	{ MSG_PING, 0, ALWAYS, FD_NEVER, take_ping },
	{ MSG_NEW_LEVEL, sizeof(struct msg_level), ALWAYS, FD_NEVER,
	    take_level },
	{ MSG_DUMP, 0, ALWAYS, FD_NEVER, take_dump },
};

static const struct kind *
kind_find(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

void
incoming_take(struct incoming *in, const struct channel_msg *m)
{
	const struct kind *k = kind_find(m->hdr.type);

	if (k == NULL)
		fatalx("enforcer: message of unknown type %u", m->hdr.type);
	if ((k->when == CONFIGURING && !in->configuring) ||
	    (k->when == CONFIGURED && !in->configured))
		fatalx("enforcer: message %u is not due", m->hdr.type);
	if (m->hdr.len != k->len)
		fatalx("enforcer: message %u of %u bytes, want %zu",
		    m->hdr.type, m->hdr.len, k->len);
	if ((k->fd == FD_NEVER && m->fd != -1) ||
	    (k->fd == FD_ALWAYS && m->fd == -1))
		fatalx("enforcer: message %u %s a descriptor", m->hdr.type,
		    m->fd != -1 ? "brought" : "lacks");
	k->take(in, m);
}
