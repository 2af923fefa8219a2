/*
 * What a parser that was taken over can say to the enforcer, all of it where
 * that can be said, with the real modules behind the table of requests.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hostile_rig.h"
#include "netns_rig.h"

#define NOT_A_REQUEST SIZE_MAX
#define WALK          3000 /* messages of the random walk */

static struct enforcer *const e = &hostile_enforcer;
static struct channel_msg m;

/* The contract once more: how long each request is. */
static size_t
length_of(uint32_t type)
{
	switch (type) {
	case MSG_CONFINED:
	case MSG_FLUSH:
	case MSG_EXPIRE:
	case MSG_RELOAD:
	case MSG_COUNTERS:
	case MSG_PONG:
	case MSG_FOLLOWING:
		return 0;
	case MSG_BAN_REQUEST:
		return 40;
	case MSG_UNBAN_REQUEST:
		return 24;
	case MSG_LOG_OPEN:
		return 8;
	case MSG_CHECK:
		return 20;
	case MSG_LEVEL:
		return 4;
	default:
		return NOT_A_REQUEST;
	}
}

/* A payload that is good, if its length is; the rest is zeros. */
static void
put_good_payload(uint32_t type)
{
	struct msg_ban_request ban = { netns_prefix("198.51.100.1"),
		CATEGORY_AUTH, 5, 0, 0, 0 };
	struct msg_log_open log = { 0, MSG_CURRENT };

	memset(m.payload, 0, sizeof(m.payload));
	if (type == MSG_LOG_OPEN)
		memcpy(m.payload, &log, sizeof(log));
	else if (type == MSG_BAN_REQUEST)
		memcpy(m.payload, &ban, sizeof(ban));
	else if (type != MSG_LEVEL)
		memcpy(m.payload, &ban.prefix, sizeof(ban.prefix));
}

static void
assert_unchanged(const struct hostile_state *before)
{
	static struct hostile_state now;

	hostile_look(&now);
	assert_memory_equal(&now, before, sizeof(now));
}

/* Every length of a type, at one time, with a descriptor or without. */
static unsigned
try_lengths(uint32_t type, bool told, int fd)
{
	static struct hostile_state before;
	unsigned passed = 0;
	uint32_t len;
	bool good;

	put_good_payload(type);
	for (len = 0; len <= CHANNEL_PAYLOAD_MAX; len++) {
		e->told = told;
		e->pings = 1;
		m.hdr = (struct channel_hdr){ type, len, 1, 0 };
		m.fd = fd;
		good = fd == -1 && len == length_of(type) &&
		    told == (type != MSG_CONFINED);
		hostile_look(&before);
		if (hostile_try(&m) != good)
			fail_msg("type %u, %u bytes, told %d, descriptor %d",
			    type, len, told, fd != -1);
		if (!good)
			assert_unchanged(&before);
		passed += good;
		if (good && type == MSG_CONFINED) /* it was given away */
			e->listener = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	return passed;
}

static void
test_each_type_at_each_length_and_time(void **state)
{
	static const uint32_t large[] = { 255, 256, 257, 258, 1000, 0x10002,
		0x1000002, INT32_MAX, 0x80000002, UINT32_MAX };
	unsigned i, passed = 0;
	int told, fd;

	netns_needed();
	for (told = 0; told < 2; told++)
		for (fd = -1; fd < 1; fd++) {
			for (i = 0; i <= 200; i++)
				passed += try_lengths(i, told, fd);
			for (i = 0; i < sizeof(large) / sizeof(large[0]); i++)
				passed += try_lengths(large[i], told, fd);
			assert_true((hostile_drain() > 0) == (fd == -1));
		}
	assert_int_equal(passed, 12);
	e->told = true;
	hostile_assert_sound();
	hostile_assert_ledger();
}

/* Bytes on the wire, with any number of descriptors. */
static void
send_bytes(size_t n, unsigned nfds)
{
	static uint8_t bytes[8192];
	struct iovec iov = { bytes, n };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
	struct cmsghdr *cm = (void *)control;

	memcpy(bytes, &m, sizeof(m.hdr) + 64);
	memset(control, 0, sizeof(control));
	if (nfds > 0) {
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(hostile_parser, &mh, 0), n);
}

/* Whatever the header says: it is true in one case only. */
static void
try_datagram(uint32_t type, size_t n, uint32_t len, uint32_t zero,
    unsigned nfds)
{
	bool good = n == sizeof(m.hdr) + len && zero == 0 && nfds == 0 &&
	    len == length_of(type);
	static struct hostile_state before;
	int next = dup(0);

	close(next); /* one that is the end is not closed, but by that */
	put_good_payload(type);
	m.hdr = (struct channel_hdr){ type, len, 1, zero };
	send_bytes(n, nfds);
	e->tokens = 1000;
	hostile_look(&before);
	if (hostile_read() != good)
		fail_msg("%zu bytes, %u told, %u, %u descriptors", n, len, zero,
		    nfds);
	if (!good)
		assert_unchanged(&before);
	if (nfds == 1)
		close(next);
	(void)hostile_drain();
}

static void
test_each_datagram(void **state)
{
	uint32_t len, head = sizeof(m.hdr);
	unsigned nfds;
	size_t n;

	netns_needed();
	for (nfds = 0; nfds < 8; nfds++)
		for (n = 0; n <= 5000; n += n < 80 || n > 4000 ? 1 : 97) {
			len = n < head ? 0 : (uint32_t)n - head;
			try_datagram(MSG_FLUSH, n, 0, 0, nfds);
			try_datagram(MSG_FLUSH, n, len, 0, nfds);
			try_datagram(MSG_FLUSH, n, len + 1, 0, nfds);
			try_datagram(MSG_FLUSH, n, len, 1U << n % 32, nfds);
			try_datagram(MSG_CHECK, n, len, 0, nfds);
			try_datagram(MSG_CHECK, n, 20, 0, nfds);
			try_datagram(MSG_BAN_REQUEST, n, UINT32_MAX, 0, nfds);
		}
	hostile_assert_sound();
}

/* Valid as prefix.h says, bit by bit. */
static bool
is_prefix(const struct prefix *p)
{
	unsigned i, bits = p->family == 4 ? 32 : 128;

	if ((p->family != 4 && p->family != 6) || p->len > bits ||
	    p->zero[0] != 0 || p->zero[1] != 0)
		return false;
	for (i = p->len; i < 128; i++)
		if ((p->addr[i / 8] >> (7 - i % 8)) & 1)
			return false;
	return true;
}

/* The answer is what policy says, and nothing comes of a refusal. */
static void
try_ban(const struct prefix *p, uint32_t category)
{
	struct msg_ban_request req = { *p, category, 5, 0, 0, 0 };
	bool may = is_prefix(p) && hostile_may_ban(p);
	static struct channel_msg answer;
	uint64_t refused = e->counters.refused;

	m.hdr = (struct channel_hdr){ MSG_BAN_REQUEST, sizeof(req), 7, 0 };
	m.fd = -1;
	memcpy(m.payload, &req, sizeof(req));
	if (hostile_try(&m) != is_prefix(p))
		fail_msg("family %u, length %u", p->family, p->len);
	if (!is_prefix(p))
		return;
	assert_int_equal(channel_recv(hostile_parser, &answer), 1);
	if ((answer.hdr.type == MSG_BAN_STATE) != may)
		fail_msg("family %u, length %u, %02x%02x%02x%02x", p->family,
		    p->len, p->addr[0], p->addr[1], p->addr[2], p->addr[3]);
	assert_int_equal(e->counters.refused, refused + !may);
	assert_int_equal(hostile_drain(), 0);
}

static void
release_all_bans(void)
{
	m.hdr = (struct channel_hdr){ MSG_FLUSH, 0, 1, 0 };
	m.fd = -1;
	assert_true(hostile_try(&m));
	(void)hostile_drain();
}

static void
test_each_family_and_length_of_what_is_near_the_protected(void **state)
{
	static const char *const near[] = { "0.0.0.0", "127.255.255.255",
		"128.0.0.0", "192.0.2.25", "192.0.2.128", "198.51.100.8",
		"198.51.100.9", "203.0.113.53", "203.0.113.54", "203.0.113.128",
		"223.255.255.255", "224.0.0.0", "255.255.255.255",
		"9.255.255.255", "172.32.0.0", "100.128.0.0", "::", "::1",
		"64:ff9b::c000:219", "2001:db8:25::1",
		"2001:db8:25:1::", "2001:db8:bad:98::", "2001:db8:bad:99::7",
		"2002:c000:219::", "2001:0:c000:219::",
		"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "fd00::1",
		"ff02::1", "8000::" };
	struct prefix p, cut;
	unsigned family, len;
	size_t i;

	netns_needed();
	for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		p = netns_prefix(near[i]);
		for (family = 0; family < (i == 0 ? 256 : 11); family++)
			for (len = 0; len < 256; len++) {
				cut = p;
				cut.family = (uint8_t)family;
				cut.len = (uint8_t)len;
				try_ban(&cut, CATEGORY_AUTH);
				if (len > 128)
					continue;
				prefix_widen(&cut, len);
				try_ban(&cut, CATEGORY_MANUAL);
			}
		hostile_assert_sound();
		release_all_bans();
	}
	/* inet_pton's mapped form, which prefix_parse would make IPv4. */
	memset(&p, 0, sizeof(p));
	p.family = PREFIX_INET6;
	memset(p.addr + 10, 0xff, 2);
	for (len = 96; len <= 128; len++) {
		p.len = (uint8_t)len;
		try_ban(&p, CATEGORY_AUTH);
	}
	p.addr[12] = 198;
	try_ban(&p, CATEGORY_MANUAL);
	assert_int_equal(e->bans.active.n, 0);
	hostile_assert_ledger();
}

static struct prefix
random_prefix(void)
{
	static const char *const around[] = { "198.51.100.0", "203.0.113.0",
		"192.0.2.0",
		"2001:db8:bad:90::", "2001:db8:25::", "2001:db8:8000::" };
	struct prefix p = netns_prefix(around[random() % 6]);
	unsigned i, bytes = p.family == PREFIX_INET ? 4 : 16;

	for (i = bytes == 4 ? 3 : 7; i < bytes; i++)
		p.addr[i] = (uint8_t)random();
	prefix_widen(&p, bytes == 4 ? 22 + random() % 11 : 44 + random() % 85);
	return p;
}

static void
put_random(void)
{
	struct msg_ban_request ban = { random_prefix(), 1 + random() % 8,
		random() % 3, 0, random() % 2 * 86400, 0 };
	struct msg_log_open log = { random() % MSG_LOGS_MAX,
		MSG_CURRENT + random() % MSG_ROTATED_LAST };
	uint32_t type = random() % 16;

	if (type > MSG_FOLLOWING || type < MSG_BAN_REQUEST ||
	    (type == MSG_FLUSH && random() % 32 != 0))
		type = MSG_BAN_REQUEST;
	put_good_payload(type);
	if (ban.category == CATEGORY_MANUAL && random() % 2 == 0)
		ban.seconds = random() % 2 == 0 ? MSG_FOR_EVER : 1;
	if (type == MSG_BAN_REQUEST)
		memcpy(m.payload, &ban, sizeof(ban));
	else if (type == MSG_LOG_OPEN)
		memcpy(m.payload, &log, sizeof(log));
	else if (type == MSG_UNBAN_REQUEST || type == MSG_CHECK)
		memcpy(m.payload, &ban.prefix, sizeof(ban.prefix));
	if (type == MSG_UNBAN_REQUEST && random() % 2 == 0)
		memcpy(m.payload + sizeof(ban.prefix),
		    &(uint32_t){ MSG_SECONDS_MAX }, 4);
	m.hdr = (struct channel_hdr){ type, (uint32_t)length_of(type),
		random() % 3, 0 };
	m.fd = -1;
}

/* Good messages in any order, ids used again, and some of them replayed. */
static void
test_any_order_of_good_messages_is_sound(void **state)
{
	static struct channel_msg before[64];
	int i;

	netns_needed();
	srandom(4711);
	for (i = 0; i < WALK; i++) {
		if (i >= 64 && random() % 4 == 0)
			m = before[random() % 64];
		else
			put_random();
		before[i % 64] = m;
		e->pings = 1;
		if (!hostile_try(&m))
			fail_msg("step %d, type %u", i, m.hdr.type);
		(void)release_due(e);
		(void)hostile_drain();
		assert_true(e->bans.active.n <= HOSTILE_LIMIT);
		assert_true(e->bans.ended.n <= HOSTILE_LIMIT);
		if (i % 100 == 0)
			hostile_assert_sound();
	}
	hostile_assert_sound();
	hostile_assert_ledger();
}

int
main(void)
{
#define TEST(t) \
	cmocka_unit_test_setup_teardown(t, hostile_setup, hostile_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_each_type_at_each_length_and_time),
		TEST(test_each_datagram),
		TEST(test_each_family_and_length_of_what_is_near_the_protected),
		TEST(test_any_order_of_good_messages_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
