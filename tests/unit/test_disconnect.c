/* disconnect.c on a pretended kernel, whose sockets are an array. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "netlink.h"
#include "smtpband.h"

#define SOCKETS 1000

void __wrap_log_warnx(const char *, ...);

static struct conf conf;
static struct enforcer e;
static struct inet_diag_msg sockets[SOCKETS];
static size_t nsockets;
static struct inet_diag_req_v2 batch[NETLINK_BATCH];
static size_t nbatch;
static unsigned destroyed[SOCKETS]; /* how often */
static unsigned dumps, asked, warnings;
static int open_error, dump_error, exchange_error, destroy_error;
static char why[128];

void
__wrap_log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	warnings++;
}

struct netlink *
netlink_open(int protocol, uint32_t groups)
{
	assert_int_equal(protocol, NETLINK_SOCK_DIAG);
	assert_int_equal(groups, 0);
	errno = open_error;
	return open_error != 0 ? NULL : (void *)&sockets;
}

int
netlink_dump(struct netlink *nl, uint16_t type, const void *header, size_t len,
    netlink_visit visit, void *arg)
{
	const struct inet_diag_req_v2 *req = header;
	struct {
		struct nlmsghdr hdr;
		struct inet_diag_msg msg;
	} m = { { NLMSG_LENGTH(sizeof(m.msg)), type, 0, 0, 0 }, { 0 } };
	size_t i;

	assert_int_equal(type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(len, sizeof(*req));
	assert_int_equal(req->sdiag_protocol, IPPROTO_TCP);
	dumps++;
	for (i = 0; i < nsockets; i++) {
		m.msg = sockets[i];
		if (m.msg.idiag_family != req->sdiag_family ||
		    (req->idiag_states & 1U << m.msg.idiag_state) == 0)
			continue;
		visit(arg, &m.hdr);
		visit(arg, &m.hdr); /* as when it begins again */
	}
	errno = dump_error;
	return dump_error != 0 ? -1 : 0;
}

void
netlink_begin(struct netlink *nl, uint16_t type, uint16_t flags,
    const void *header, size_t len)
{
	assert_int_equal(type, SOCK_DESTROY);
	assert_int_equal(len, sizeof(batch[0]));
	assert_true(nbatch < NETLINK_BATCH);
	memcpy(&batch[nbatch++], header, len);
}

const int *
netlink_exchange(struct netlink *nl, netlink_visit visit, void *arg)
{
	static int results[NETLINK_BATCH];
	size_t i, j;

	asked += nbatch;
	for (i = 0; i < nbatch; i++) {
		results[i] = destroy_error;
		for (j = 0; j < nsockets && destroy_error == ENOENT; j++) {
			const struct inet_diag_msg *m = &sockets[j];

			if (batch[i].sdiag_family != m->idiag_family ||
			    memcmp(&batch[i].id, &m->id, sizeof(m->id)) != 0)
				continue;
			results[i] = destroyed[j]++ == 0 ? 0 : ENOENT;
			break;
		}
	}
	nbatch = 0;
	errno = exchange_error;
	return exchange_error != 0 ? NULL : results;
}

/* A connection of local port 25, in the state. */
static size_t
sock(const char *client, unsigned state)
{
	struct inet_diag_msg *m = &sockets[nsockets];
	bool inet = strchr(client, ':') == NULL;

	*m = (struct inet_diag_msg){ .idiag_family = inet ? AF_INET : AF_INET6,
		.idiag_state = (uint8_t)state,
		.id = { .idiag_sport = htons(25),
		    .idiag_dport = htons((uint16_t)(1024 + nsockets)),
		    .idiag_cookie = { (uint32_t)nsockets, 7 } } };
	assert_int_equal(inet_pton(m->idiag_family, client, m->id.idiag_dst),
	    1);
	return nsockets++;
}

static void
ban(const char *text, uint32_t state, uint32_t flags)
{
	struct ban_entry *entry;
	struct prefix p;

	assert_null(prefix_parse(text, &p));
	entry = bans_insert(&e.bans, &p);
	entry->ban.state = state;
	entry->ban.flags = flags;
	bans_settle(&e.bans, entry, 0);
}

static int
setup(void **state)
{
	memset(&e, 0, sizeof(e));
	memset(&conf, 0, sizeof(conf));
	conf.disconnect = true;
	conf.whitelist = prefix_set_new();
	assert_non_null(conf.whitelist);
	e.conf = &conf;
	bans_init(&e.bans, 100);
	memset(destroyed, 0, sizeof(destroyed));
	nsockets = nbatch = 0;
	dumps = asked = warnings = 0;
	open_error = dump_error = exchange_error = 0;
	destroy_error = ENOENT;
	why[0] = '\0';
	disconnect_open(&e.disconnect);
	assert_int_equal(dumps, 1);
	dumps = asked = 0;
	return 0;
}

static int
teardown(void **state)
{
	bans_clear(&e.bans);
	prefix_set_free(conf.whitelist);
	return 0;
}

static void
test_connections_of_banned_clients_end_and_no_others(void **state)
{
	size_t a, b, c, d, f, near4, near6, mapped, foreign, past;

	ban("192.0.2.7", BAN_ACTIVE, 0);
	ban("198.51.100.0/25", BAN_ACTIVE, 0);
	ban("2001:db8:1::/64", BAN_ACTIVE, 0);
	ban("203.0.113.7", BAN_ACTIVE, BAN_FOREIGN);
	ban("203.0.113.8", BAN_ENDED, 0);
	a = sock("192.0.2.7", TCP_ESTABLISHED);
	b = sock("198.51.100.127", TCP_ESTABLISHED);
	c = sock("2001:db8:1::1", TCP_ESTABLISHED);
	d = sock("::ffff:192.0.2.7", TCP_ESTABLISHED);
	f = sock("::ffff:198.51.100.1", TCP_ESTABLISHED);
	near4 = sock("198.51.100.128", TCP_ESTABLISHED);
	near6 = sock("2001:db8:1:1::1", TCP_ESTABLISHED);
	mapped = sock("::ffff:192.0.2.8", TCP_ESTABLISHED);
	foreign = sock("203.0.113.7", TCP_ESTABLISHED);
	past = sock("203.0.113.8", TCP_ESTABLISHED);
	/* Their bytes are those of the banned IPv4 client, but it is not. */
	sock("::192.0.2.7", TCP_ESTABLISHED);
	sock("c000:207::", TCP_ESTABLISHED);
	disconnect_banned(&e, true);
	assert_int_equal(destroyed[a] + destroyed[b] + destroyed[c] +
		destroyed[d] + destroyed[f],
	    10);
	assert_int_equal(destroyed[near4] + destroyed[near6] +
		destroyed[mapped] + destroyed[foreign] + destroyed[past],
	    0);
	assert_int_equal(asked, 10); /* each was shown twice */
	assert_int_equal(e.counters.disconnected, 5);
	assert_int_equal(dumps, 2);
	assert_int_equal(warnings, 0);
}

static void
test_every_state_that_is_open_and_no_other(void **state)
{
	static const bool is_open[TCP_CLOSING + 1] = {
		[TCP_ESTABLISHED] = true,
		[TCP_SYN_SENT] = true,
		[TCP_SYN_RECV] = true,
		[TCP_FIN_WAIT1] = true,
		[TCP_FIN_WAIT2] = true,
		[TCP_CLOSE_WAIT] = true,
		[TCP_LAST_ACK] = true,
		[TCP_CLOSING] = true,
	};
	unsigned i;

	ban("192.0.2.7", BAN_ACTIVE, 0);
	for (i = 0; i <= TCP_CLOSING; i++)
		sock("192.0.2.7", i);
	disconnect_banned(&e, true);
	for (i = 0; i <= TCP_CLOSING; i++)
		if ((destroyed[i] != 0) != is_open[i])
			fail_msg("state %u", i);
}

static void
test_with_ports_only_connections_from_these_end(void **state)
{
	size_t smtp, ssh, other;

	conf.route_ports[0] = 465;
	conf.route_ports[1] = 25;
	conf.nroute_ports = 2;
	ban("192.0.2.7", BAN_ACTIVE, 0);
	smtp = sock("192.0.2.7", TCP_ESTABLISHED);
	ssh = sock("192.0.2.7", TCP_ESTABLISHED);
	sockets[ssh].id.idiag_sport = htons(22);
	other = sock("::ffff:192.0.2.7", TCP_ESTABLISHED); /* we opened it */
	sockets[other].id.idiag_sport = htons(40000);
	sockets[other].id.idiag_dport = htons(25);
	disconnect_banned(&e, true);
	assert_int_equal(destroyed[smtp], 2);
	assert_int_equal(destroyed[ssh] + destroyed[other], 0);
	conf.nroute_ports = 0;
	disconnect_banned(&e, true);
	assert_int_equal(destroyed[ssh] + destroyed[other], 4);
	assert_int_equal(e.counters.disconnected, 3);
}

static void
test_whitelisted_clients_in_a_banned_network_keep_theirs(void **state)
{
	static const char *const whitelisted[] = { "192.0.2.64/28",
		"2001:db8::25" };
	size_t good[3], bad[3], i;
	struct prefix p;

	for (i = 0; i < 2; i++) {
		assert_null(prefix_parse(whitelisted[i], &p));
		assert_int_equal(prefix_set_add(conf.whitelist, &p), 0);
	}
	ban("192.0.2.0/24", BAN_ACTIVE, 0);
	ban("2001:db8::/64", BAN_ACTIVE, 0);
	good[0] = sock("192.0.2.70", TCP_ESTABLISHED);
	good[1] = sock("::ffff:192.0.2.71", TCP_ESTABLISHED);
	good[2] = sock("2001:db8::25", TCP_ESTABLISHED);
	bad[0] = sock("192.0.2.80", TCP_ESTABLISHED);
	bad[1] = sock("::ffff:192.0.2.81", TCP_ESTABLISHED);
	bad[2] = sock("2001:db8::26", TCP_ESTABLISHED);
	disconnect_banned(&e, true);
	for (i = 0; i < 3; i++) {
		assert_int_equal(destroyed[good[i]], 0);
		assert_int_equal(destroyed[bad[i]], 2);
	}
}

static void
test_many_end_in_batches(void **state)
{
	size_t i;

	ban("192.0.2.7", BAN_ACTIVE, 0);
	for (i = 0; i < SOCKETS; i++)
		sock("192.0.2.7", TCP_ESTABLISHED);
	disconnect_banned(&e, true);
	for (i = 0; i < SOCKETS; i++)
		assert_int_equal(destroyed[i], 2);
	assert_int_equal(e.counters.disconnected, SOCKETS);
}

static void
test_without_ipv4_bans_only_the_other_sockets_are_listed(void **state)
{
	disconnect_banned(&e, false);
	assert_int_equal(dumps, 1);
	ban("2001:db8:1::/64", BAN_ACTIVE, 0);
	sock("2001:db8:1::1", TCP_ESTABLISHED);
	disconnect_banned(&e, false);
	assert_int_equal(e.counters.disconnected, 1);
}

static void
test_where_it_is_not_wanted_nothing_is_asked(void **state)
{
	conf.disconnect = false;
	e.disconnect.error = EOPNOTSUPP;
	ban("192.0.2.7", BAN_ACTIVE, 0);
	sock("192.0.2.7", TCP_ESTABLISHED);
	disconnect_banned(&e, true);
	assert_int_equal(dumps, 0);
	assert_int_equal(asked, 0);
	assert_int_equal(warnings, 0);
}

/* What failed is said once, until it is over or something else fails. */
static void
test_a_failure_is_one_line(void **state)
{
	ban("192.0.2.7", BAN_ACTIVE, 0);
	sock("192.0.2.7", TCP_ESTABLISHED);
	dump_error = ENOMEM;
	disconnect_banned(&e, true);
	disconnect_banned(&e, true);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(why, strerror(ENOMEM)));
	/* What the kernel did show has ended. */
	assert_int_equal(e.counters.disconnected, 1);
	dump_error = 0;
	exchange_error = ENOBUFS;
	disconnect_banned(&e, true);
	assert_int_equal(warnings, 2);
	assert_non_null(strstr(why, strerror(ENOBUFS)));
	exchange_error = 0;
	disconnect_banned(&e, true);
	assert_int_equal(warnings, 2);
	exchange_error = ENOBUFS;
	disconnect_banned(&e, true);
	assert_int_equal(warnings, 3);
}

static void
is_told_once(int error)
{
	memset(&e.disconnect, 0, sizeof(e.disconnect));
	disconnect_open(&e.disconnect);
	dumps = asked = warnings = 0;
	disconnect_banned(&e, true);
	disconnect_banned(&e, true);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(why, strerror(error)));
	assert_int_equal(dumps, 0);
	assert_int_equal(asked, 0);
}

static void
test_a_kernel_that_cannot_is_one_line_and_asked_nothing(void **state)
{
	ban("192.0.2.7", BAN_ACTIVE, 0);
	sock("192.0.2.7", TCP_ESTABLISHED);
	open_error = EPROTONOSUPPORT;
	is_told_once(EPROTONOSUPPORT);
	open_error = 0;
	dump_error = ENOENT; /* no module for TCP */
	is_told_once(ENOENT);
	dump_error = 0;
	destroy_error = EOPNOTSUPP;
	is_told_once(EOPNOTSUPP);
	destroy_error = ENOENT;
	exchange_error = ENOBUFS;
	is_told_once(ENOBUFS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connections_of_banned_clients_end_and_no_others),
		TEST(test_every_state_that_is_open_and_no_other),
		TEST(test_with_ports_only_connections_from_these_end),
		TEST(test_whitelisted_clients_in_a_banned_network_keep_theirs),
		TEST(test_many_end_in_batches),
		TEST(test_without_ipv4_bans_only_the_other_sockets_are_listed),
		TEST(test_where_it_is_not_wanted_nothing_is_asked),
		TEST(test_a_failure_is_one_line),
		TEST(test_a_kernel_that_cannot_is_one_line_and_asked_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
