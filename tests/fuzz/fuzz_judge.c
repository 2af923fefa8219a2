/*
 * Any events, bans, configurations and clocks: the parser asks for no ban that
 * the policy forbids, for none twice, and for none of a client that did not
 * fail often enough since it was last banned or released.
 */
#include "accounts.h"
#include "clock.h"
#include "conf.h"
#include "enforcer.h"
#include "evidence.h"
#include "input.h"
#include "judge.h"
#include "log.h"
#include "mirror.h"
#include "parser.h"
#include "policy.h"
#include "watch.h"

#define EPOCH     1700000000
#define SUMS_MAX  512
#define ASKED_MAX 64
#define JUMPS_MAX 3 /* they take long */

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct parser parser;
static int64_t now, jumped;
static unsigned jumps;

/* How often each counted prefix failed since its last ban or release. */
static struct {
	struct prefix prefix;
	uint64_t n;
} sums[SUMS_MAX];
static size_t nsums;

/* What was asked and not answered. */
static struct {
	struct prefix prefix;
	enforcer_answer answer;
	void *arg;
} asked[ASKED_MAX];
static size_t nasked;

static struct prefix whitelisted;

/* Who watches, if anybody does. */
static struct watcher watcher;

static void
watcher_wake(void *arg)
{
	uint64_t *at = arg;
	struct ctl_event_record r;

	must(watch_next(parser.watch, at, now, &r));
	must(r.kind > CTL_EVENT_BEGIN && r.kind < CTL_EVENT_LOST);
	must(prefix_is_valid(&r.prefix));
	must(r.user[sizeof(r.user) - 1] == '\0');
	must(!watch_next(parser.watch, at, now, &r));
}

int64_t
clock_ms(void)
{
	return now * 1000;
}

int64_t
clock_boot_ms(void)
{
	return now * 1000;
}

int64_t
clock_wall_ms(void)
{
	return now * 1000;
}

int64_t
clock_wall(void)
{
	return now;
}

int64_t
clock_jump(int64_t *skew)
{
	int64_t by = jumped;

	jumped = 0;
	return by;
}

static uint64_t *
sum_of(const struct prefix *p)
{
	size_t i = 0;

	while (i < nsums && prefix_cmp(&sums[i].prefix, p) != 0)
		i++;
	if (i == SUMS_MAX)
		return NULL;
	if (i == nsums) {
		sums[nsums].prefix = *p;
		sums[nsums++].n = 0;
	}
	return &sums[i].n;
}

/* The smallest number that may end in a ban. */
static uint32_t
least_threshold(void)
{
	const struct msg_policy *s = policy_settings(parser.policy);
	uint32_t least = s->threshold[0].count;
	unsigned c;

	for (c = 1; c < CATEGORY_COUNT; c++)
		if (s->threshold[c].count != 0 && s->threshold[c].count < least)
			least = s->threshold[c].count;
	return least;
}

static bool
is_waiting(const struct prefix *p)
{
	size_t i = 0;

	while (i < nasked && prefix_cmp(&asked[i].prefix, p) != 0)
		i++;
	return i < nasked;
}

/* A host as it is counted, and no network of many. */
static bool
is_client(const struct prefix *p)
{
	struct prefix narrow = *p, counted;

	narrow.len = (uint8_t)prefix_maxlen(p);
	policy_prefix(parser.policy, &narrow, &counted);
	return counted.len == p->len;
}

uint32_t
enforcer_ask_ban(struct enforcer *e, const struct msg_ban_request *r,
    enforcer_answer answer, void *arg)
{
	const struct msg_policy *s = policy_settings(parser.policy);
	const struct prefix *p = &r->prefix;
	struct mirror_view view;
	uint64_t *sum;

	must(prefix_is_valid(p) && r->seconds == 0);
	must(r->category > CATEGORY_NONE && r->category <= CATEGORY_POLICY);
	must(r->count >= 1 && r->count <= MSG_COUNT_MAX);
	must(r->ahead <= MSG_AHEAD_MAX);
	/* A client's /64 may have a whitelisted host: the guard refuses it. */
	must(is_client(p) || s->exempt ? !prefix_contains(&whitelisted, p) :
					 !prefix_overlaps(&whitelisted, p));
	must(prefix_special(p) == NULL);
	must(s->private_allowed || !prefix_is_private(p));
	must(!is_waiting(p));
	mirror_look(parser.mirror, p, &view);
	must(view.active == NULL && view.allowed <= now);
	if (is_client(p) && (sum = sum_of(p)) != NULL)
		must(*sum >= least_threshold());
	if (nasked == ASKED_MAX)
		return 0;
	asked[nasked].prefix = *p;
	asked[nasked].answer = answer;
	asked[nasked++].arg = arg;
	return (uint32_t)nasked;
}

/* Of those of input_prefix, and a few that are protected. */
static void
take_client(struct input *in, struct prefix *p)
{
	static const char *const others[] = { "10.0.0.7", "127.0.0.1",
		"fe80::1", "fd00::7", "224.0.0.1", "2001:db8:7::7" };
	unsigned which = input_byte(in);

	if (which < sizeof(others) / sizeof(others[0])) {
		must(prefix_parse(others[which], p) == NULL);
		return;
	}
	input_prefix(in, p);
	p->len = (uint8_t)prefix_maxlen(p);
}

static void
add_failures(const struct event *ev)
{
	struct prefix counted;
	uint64_t *sum;

	policy_prefix(parser.policy, &ev->client, &counted);
	if ((sum = sum_of(&counted)) != NULL)
		*sum += ev->count > 0 ? ev->count : 1;
}

static void
try_event(struct input *in)
{
	static const char *const users[] = { "alice", "bob", "ALICE", "x" };
	unsigned what = input_byte(in), how = input_byte(in);
	struct event ev = { .kind = EVENT_FAILURE };

	take_client(in, &ev.client);
	if ((what & 15) == 0)
		ev.kind = (what & 16) != 0 ? EVENT_LOGIN : EVENT_ACCEPT;
	else
		ev.category = 1 + (what & 15) % CATEGORY_POLICY;
	ev.time = now - (how >> 4) * (how >> 4) * 400;
	if ((what & 0xe0) == 0xe0)
		ev.time = now + input_byte(in) * 2000;
	if ((what & 0xe0) == 0xc0)
		ev.time = 0;
	ev.count = how % 3;
	if ((how & 4) != 0) {
		ev.user = users[how >> 6];
		ev.user_len = strlen(ev.user);
		ev.hash = (how & 8) != 0 ? "0123456789abcdef" : NULL;
		ev.hash_len = ev.hash != NULL ? 8 + (how >> 5) : 0;
	}
	add_failures(&ev);
	if (judge_event(parser.judge, &ev, (what & 0x10) != 0, now))
		must(ev.kind == EVENT_FAILURE &&
		    !prefix_contains(&whitelisted, &ev.client));
}

static void
tell_ban(const struct ban *b)
{
	size_t i;

	for (i = 0; i < nsums; i++)
		if (prefix_contains(&b->prefix, &sums[i].prefix))
			sums[i].n = 0;
	judge_ban_state(parser.judge, b, now);
}

/* The clock was set, and bans moved with it. */
static void
move_bans(struct input *in)
{
	struct msg_moved m = { .from = now - 1000, .to = now };

	m.by = (int64_t)input_byte(in) * 3600 - 128 * 3600;
	if (input_byte(in) % 2 == 0)
		m.from = INT64_MIN;
	jumped = m.by;
	now += jumped;
	judge_bans_moved(parser.judge, &m);
}

static void
take_ban(struct input *in, struct ban *b)
{
	unsigned what = input_byte(in);

	b->state = BAN_ACTIVE + what % 3;
	b->category = 1 + (what >> 2) % CATEGORY_MANUAL;
	b->count = 1 + (what >> 4);
	b->strikes = 1;
	b->since = now;
	b->expires = now + 1000;
	if (b->state == BAN_ENDED) {
		b->released = now - input_byte(in);
		b->allowed = (what & 0x80) != 0 ? now + what * 10 : 0;
	}
}

/* The enforcer answers one that it was asked for. */
static void
try_answer(struct input *in)
{
	static struct channel_msg m;
	size_t i = input_byte(in);
	struct ban b = { .state = BAN_ACTIVE };
	enforcer_answer answer;
	void *arg;

	if (nasked == 0)
		return;
	i %= nasked;
	b.prefix = asked[i].prefix;
	answer = asked[i].answer;
	arg = asked[i].arg;
	asked[i] = asked[--nasked];
	memset(&m, 0, sizeof(m));
	m.hdr.type = MSG_FAILED;
	if (input_byte(in) % 4 == 0)
		m.hdr.type = MSG_REFUSED;
	else if (input_byte(in) % 4 != 0) {
		m.hdr.type = MSG_BAN_STATE;
		take_ban(in, &b);
		b.state = BAN_ACTIVE;
		b.released = 0;
		tell_ban(&b);
	}
	answer(arg, &m);
}

static void
try_ban(struct input *in)
{
	struct ban b = { .state = BAN_ACTIVE };

	input_prefix(in, &b.prefix);
	take_ban(in, &b);
	tell_ban(&b);
}

static void
configure(struct input *in)
{
	struct prefix_set *set = prefix_set_new();
	struct msg_policy s;
	unsigned c;

	conf_default_policy(&s);
	s.counted = input_byte(in);
	for (c = 0; c < CATEGORY_COUNT; c++) {
		s.threshold[c].count = input_byte(in) % 5 + (c == 0);
		s.threshold[c].within = 1 + input_byte(in) * 100;
	}
	s.network.count = input_byte(in) % 8;
	s.network.within = 1000;
	s.network_len[0] = (s.counted & 1) != 0 ? 24 : 0;
	s.network_len[1] = (s.counted & 1) != 0 ? 48 : 0;
	s.network_hosts[0] = s.network_hosts[1] = 2 + input_byte(in) % 3;
	s.known_for = input_byte(in) * 1000;
	s.known_patience = 1 + input_byte(in) % 3;
	s.repeats = MSG_REPEATS_PASSWORD + input_byte(in) % 3;
	s.private_allowed = input_byte(in) & 1;
	s.exempt = s.known_patience & 1;
	s.limit_offenders = 1 + input_byte(in);
	input_prefix(in, &whitelisted);
	must(set != NULL && prefix_set_add(set, &whitelisted) == 0);
	policy_configure(parser.policy, &s, set);
	judge_reconsider(parser.judge, now);
}

static void
step(struct input *in)
{
	unsigned what = input_byte(in);

	now += what >> 5;
	switch (what % 16) {
	case 0:
		try_ban(in);
		break;
	case 1:
	case 2:
		try_answer(in);
		break;
	case 3:
		if ((what & 0x80) != 0)
			configure(in);
		break;
	case 4:
		if ((what & 0x80) != 0 && jumps++ < JUMPS_MAX)
			move_bans(in);
		judge_check_clock(parser.judge, now);
		break;
	default:
		try_event(in);
	}
	must(offenders_number(policy_offenders(parser.policy)) <=
	    policy_settings(parser.policy)->limit_offenders);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	log_set_level(LOG_BRIEF);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint64_t watched;

	now = EPOCH;
	jumped = jumps = 0;
	nsums = nasked = 0;
	memset(&parser, 0, sizeof(parser));
	memset(&whitelisted, 0, sizeof(whitelisted));
	parser.policy = policy_new();
	parser.mirror = mirror_new();
	parser.accounts = accounts_new();
	parser.evidence = evidence_new();
	parser.watch = watch_new();
	parser.judge = judge_new(&parser);
	must(parser.policy != NULL && parser.mirror != NULL);
	must(parser.accounts != NULL && parser.judge != NULL);
	watcher = (struct watcher){ .wake = watcher_wake, .arg = &watched };
	if (input_byte(&in) % 2 == 0)
		must(watch_join(parser.watch, &watcher, &watched) == NULL);
	configure(&in);
	judge_replayed(parser.judge, now);
	while (in.left > 0)
		step(&in);
	judge_free(parser.judge);
	watch_leave(parser.watch, &watcher);
	watch_free(parser.watch);
	evidence_free(parser.evidence);
	accounts_free(parser.accounts);
	mirror_free(parser.mirror);
	policy_free(parser.policy);
	return 0;
}
