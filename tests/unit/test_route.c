#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "conf.h"
#include "netns_rig.h"
#include "route.h"

#define PROTO 83
#define TABLE 2525
#define MANY  5000
/* Protocol 83 as a number, even where smtpban is installed and has a name. */
#define NUMBER " | sed 's/proto smtpban/proto 83/'"
#define ALL4   "ip -4 -d route show table all" NUMBER
#define ALL6   "ip -6 -d route show table all" NUMBER

static const struct route_kind blackhole = { RTN_BLACKHOLE, PROTO,
	RT_TABLE_MAIN };
static const struct route_kind prohibit = { RTN_PROHIBIT, PROTO,
	RT_TABLE_MAIN };
static const struct route_kind apart = { RTN_UNREACHABLE, PROTO, TABLE };

/* How many more times a message can be sent; -1: without end. */
static int good_sends = -1;

ssize_t __real_send(int, const void *, size_t, int);
ssize_t __wrap_send(int, const void *, size_t, int);

ssize_t
__wrap_send(int fd, const void *data, size_t len, int flags)
{
	if (good_sends == 0) {
		errno = ENOBUFS;
		return -1;
	}
	if (good_sends > 0)
		good_sends--;
	return __real_send(fd, data, len, flags);
}

static struct route *
open_route(const struct route_kind *kind)
{
	struct route *r;

	netns_needed();
	r = route_open(kind);
	assert_non_null(r);
	return r;
}

/* Carry out one change; its result. */
static int
change(struct route *r, enum route_op op, const char *text)
{
	struct route_change c = { .prefix = netns_prefix(text), .op = op };

	assert_int_equal(route_apply(r, &c, 1), 0);
	return c.result;
}

struct list {
	struct prefix prefix[8];
	struct route_kind kind[8];
	unsigned n;
};

static void
list_visit(void *arg, const struct prefix *p, const struct route_kind *kind)
{
	struct list *l = arg;

	if (l->n < 8) {
		l->prefix[l->n] = *p;
		l->kind[l->n] = *kind;
	}
	l->n++;
}

static struct list
dump(struct route *r)
{
	struct list l = { .n = 0 };

	assert_int_equal(route_dump(r, list_visit, &l), 0);
	return l;
}

static void
test_added_routes_are_as_the_kind_says(void **state)
{
	struct route *r = open_route(&blackhole);

	(void)state;
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "198.51.100.0/24"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8:1:2::/64"), 0);
	assert_true(
	    netns_shows(ALL4, "blackhole 192.0.2.1 table main proto 83 "));
	assert_true(netns_shows(ALL4,
	    "blackhole 198.51.100.0/24 table main proto 83 "));
	assert_true(netns_shows(ALL6, "blackhole 2001:db8:1:2::/64 "));
	assert_true(netns_shows(ALL6, "proto 83 scope global metric 1024 "));

	route_set_kind(r, &prohibit);
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.2"), 0);
	assert_true(
	    netns_shows(ALL4, "prohibit 192.0.2.2 table main proto 83 "));

	route_set_kind(r, &apart);
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8:1:2::/64"), 0);
	assert_int_equal(netns_lines("ip -4 route show table 2525 "
				     "type unreachable proto 83 192.0.2.1"),
	    1);
	assert_int_equal(netns_lines("ip -6 route show table 2525 "
				     "type unreachable proto 83"),
	    1);
	route_close(r);
}

static void
test_deleted_routes_are_gone(void **state)
{
	struct route *r = open_route(&apart);

	(void)state;
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8::/64"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "2001:db8::/64"), 0);
	assert_int_equal(dump(r).n, 0);
	route_close(r);
}

static void
test_deleting_what_is_not_there_is_success(void **state)
{
	struct route *r = open_route(&apart);

	(void)state;
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "2001:db8::1"), 0);
	route_set_kind(r, &blackhole);
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	route_close(r);
}

static void
test_an_addition_may_be_repeated(void **state)
{
	struct route *r = open_route(&blackhole);

	(void)state;
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8::/64"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8::/64"), 0);
	assert_int_equal(dump(r).n, 2);
	route_close(r);
}

/* n changes of both families, and one of each tenth by itself in between. */
static struct route_change *
many(enum route_op op)
{
	struct route_change *c = calloc(MANY, sizeof(*c));
	char text[PREFIX_STRLEN];
	unsigned i;

	assert_non_null(c);
	for (i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text),
		    i % 2 == 0 ? "2001:db8:%x:1::/64" : "198.51.%u.%u",
		    i % 2 == 0 ? i : i / 256, i % 256);
		c[i] = (struct route_change){ .prefix = netns_prefix(text),
			.op = op };
	}
	return c;
}

static void
assert_all(struct route *r, struct route_change *c, int result)
{
	unsigned i;

	assert_int_equal(route_apply(r, c, MANY), 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(c[i].result, result);
}

static void
test_many_changes_in_one_call(void **state)
{
	struct route *r = open_route(&blackhole);
	struct route_change *add = many(ROUTE_ADD), *del = many(ROUTE_DELETE);

	(void)state;
	assert_all(r, add, 0);
	assert_int_equal(dump(r).n, MANY);
	assert_all(r, add, 0);
	assert_int_equal(dump(r).n, MANY);
	assert_all(r, del, 0);
	assert_int_equal(dump(r).n, 0);
	free(add);
	free(del);
	route_close(r);
}

static void
test_each_change_of_a_batch_has_its_own_result(void **state)
{
	struct route *r = open_route(&blackhole);
	struct route_change *c = many(ROUTE_ADD);
	unsigned i;

	(void)state;
	netns_run("ip route add unreachable 198.51.1.45 proto static");
	netns_run("ip route add unreachable 2001:db8:1386:1::/64");
	assert_int_equal(route_apply(r, c, MANY), 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(c[i].result,
		    i == 301 || i == 0x1386 ? EEXIST : 0);
	free(c);
	route_close(r);
}

static void
test_a_route_of_the_administrator_stays_and_is_reported(void **state)
{
	struct route *r = open_route(&blackhole);

	(void)state;
	netns_run("ip route add blackhole 192.0.2.1 proto static");
	netns_run("ip route add unreachable 192.0.2.2 proto 84");
	netns_run("ip -6 route add blackhole 2001:db8::1 proto static");
	netns_run("ip route show table all >/tmp/before.$PPID; "
		  "ip -6 route show table all >>/tmp/before.$PPID");
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), EEXIST);
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.2"), EEXIST);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8::1"), EEXIST);
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.2"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "2001:db8::1"), 0);
	netns_run("{ ip route show table all; ip -6 route show table all; } |"
		  " cmp - /tmp/before.$PPID; rc=$?; rm -f /tmp/before.$PPID;"
		  " exit $rc");
	assert_int_equal(dump(r).n, 0);
	route_close(r);
}

static void
test_deleting_takes_only_ours_among_equal_prefixes(void **state)
{
	struct route *r = open_route(&blackhole);

	(void)state;
	netns_run("ip route add blackhole 192.0.2.1 proto static metric 7");
	netns_run("ip route add blackhole 192.0.2.1 proto 83 table 77");
	netns_run("ip -6 route add blackhole 2001:db8::1 proto static "
		  "metric 7");
	netns_run("ip -6 route add blackhole 2001:db8::1 proto 83 table 77");
	netns_run("ip -6 route add blackhole 2001:db8::1 proto 83 metric 8");
	assert_int_equal(change(r, ROUTE_ADD, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_ADD, "2001:db8::1"), 0);
	netns_run("ip route append unreachable 192.0.2.1 proto static");
	netns_run("ip route append prohibit 192.0.2.1 proto 83");
	assert_int_equal(netns_lines("ip route show table all 192.0.2.1"), 5);
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	assert_int_equal(change(r, ROUTE_DELETE, "2001:db8::1"), 0);
	assert_int_equal(netns_lines("ip route show table all 192.0.2.1"), 4);
	assert_true(
	    netns_shows(ALL4, "blackhole 192.0.2.1 table main proto static"));
	assert_true(netns_shows(ALL4, "blackhole 192.0.2.1 table 77 proto 83"));
	assert_true(
	    netns_shows(ALL4, "unreachable 192.0.2.1 table main proto static"));
	assert_true(
	    netns_shows(ALL4, "prohibit 192.0.2.1 table main proto 83"));
	assert_int_equal(netns_lines("ip -6 route show table all 2001:db8::1"),
	    3);
	assert_true(netns_shows(ALL6, "metric 8 "));
	assert_int_equal(change(r, ROUTE_DELETE, "192.0.2.1"), 0);
	assert_int_equal(netns_lines("ip route show table all 192.0.2.1"), 4);
	route_close(r);
}

static void
test_a_dump_shows_ours_of_any_type_and_table_only(void **state)
{
	struct route *r = open_route(&blackhole);
	struct prefix p = netns_prefix("192.0.2.2");
	struct prefix p6 = netns_prefix("2001:db8::/64");
	struct route_change c[3] = { { .op = ROUTE_DELETE },
		{ .op = ROUTE_DELETE }, { .prefix = p, .op = ROUTE_DELETE } };
	struct list l;
	int i;

	(void)state;
	netns_run("ip route add blackhole 192.0.2.1 proto static");
	netns_run("ip route add blackhole 192.0.2.1 proto 83 metric 5");
	netns_run("ip route add unreachable 192.0.2.2 proto 83 table 2525");
	netns_run("ip -6 route add prohibit 2001:db8::/64 proto 83");
	netns_run("ip -6 route add prohibit 2001:db8:1::/64 proto 83 "
		  "metric 7");
	l = dump(r);
	assert_int_equal(l.n, 2);
	assert_memory_equal(&l.prefix[0], &p, sizeof(p));
	assert_int_equal(l.kind[0].type, RTN_UNREACHABLE);
	assert_int_equal(l.kind[0].table, TABLE);
	assert_int_equal(l.kind[0].protocol, PROTO);
	assert_memory_equal(&l.prefix[1], &p6, sizeof(p));
	assert_int_equal(l.kind[1].type, RTN_PROHIBIT);
	assert_int_equal(l.kind[1].table, RT_TABLE_MAIN);

	/* They go as they were shown, and nothing else. */
	for (i = 0; i < 2; i++) {
		c[i].prefix = l.prefix[i];
		c[i].kind = l.kind[i];
	}
	assert_int_equal(route_apply(r, c, 3), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(c[i].result, 0);
	assert_int_equal(dump(r).n, 0);
	assert_int_equal(netns_lines("ip route show 192.0.2.1"), 2);
	route_close(r);
}

/* How many rules of this family there are with that protocol. */
static int
rules(const char *family, const char *protocol)
{
	char command[128];

	snprintf(command, sizeof(command),
	    "ip -%s rule show" NUMBER " | sed -n '/proto %s$/p'", family,
	    protocol);
	return netns_lines(command);
}

static void
test_a_table_of_our_own_has_a_rule_in_front(void **state)
{
	struct route *r = open_route(&apart);

	(void)state;
	netns_run("ip rule add pref 983 lookup 77");
	netns_run("ip rule add pref 983 lookup 2525");
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_int_equal(rules("4", "83"), 1);
	assert_int_equal(rules("6", "83"), 1);
	assert_true(netns_shows("ip -6 rule show" NUMBER,
	    "983:	from all lookup 2525 proto 83"));
	assert_int_equal(netns_lines("ip -4 rule show"), 6);
	route_close(r);
}

static void
test_rules_follow_the_table(void **state)
{
	struct route *r = open_route(&apart);
	struct route_kind other = apart;

	(void)state;
	netns_run("ip rule add pref 983 lookup 2525 proto static");
	netns_run("ip rule add pref 500 lookup 2525 proto 83");
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_int_equal(rules("4", "83"), 1);
	assert_true(netns_shows("ip -4 rule show" NUMBER,
	    "983:	from all lookup 2525 proto 83"));
	other.table = 77;
	route_set_kind(r, &other);
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_true(netns_shows("ip -4 rule show" NUMBER,
	    "983:	from all lookup 77 proto 83"));
	assert_int_equal(rules("4", "83"), 1);
	assert_int_equal(rules("6", "83"), 1);
	route_set_kind(r, &blackhole);
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_int_equal(rules("4", "83"), 0);
	assert_int_equal(rules("6", "83"), 0);
	assert_int_equal(rules("4", "static"), 1);
	assert_int_equal(netns_lines("ip -4 rule show"), 4);
	route_close(r);
}

/* Exactly these ports have rules of ours, in both families, and nothing else. */
static void
assert_port_rules(const char *ports)
{
	char command[256];
	const char *family[] = { "-4", "-6" };
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(command, sizeof(command),
		    "ip %s rule show" NUMBER " | sed -n "
		    "'s/^984:\tfrom all ipproto tcp sport \\([0-9]*\\) "
		    "lookup 2525 proto 83 *$/\\1/p' | sort -n | xargs",
		    family[i]);
		if (netns_lines(command) != 1 || !netns_shows(command, ports))
			fail_msg("not the ports %s", ports);
		snprintf(command, sizeof(command),
		    "[ $(ip %s rule show" NUMBER
		    " | grep -c 'proto 83') = $(echo %s | wc -w) ]",
		    family[i], ports);
		netns_run(command);
	}
}

static void
keep_ports(struct route *r, const uint32_t *ports, unsigned n)
{
	assert_int_equal(route_keep_rules(r, ports, n), 0);
	assert_int_equal(route_keep_rules(r, ports, n), 0);
}

static void
test_ports_have_rules_of_their_own(void **state)
{
	static const uint32_t ports[] = { 25, 65534, 465 };
	struct route *r = open_route(&apart);

	(void)state;
	keep_ports(r, ports, 3);
	assert_port_rules("25 465 65534");
	netns_run("ip rule del pref 984 ipproto tcp sport 25");
	netns_run("ip -6 rule del pref 984 ipproto tcp sport 465");
	keep_ports(r, ports, 3);
	assert_port_rules("25 465 65534");
	netns_run("ip rule flush; ip rule add pref 32766 lookup main");
	keep_ports(r, ports, 3);
	assert_port_rules("25 465 65534");
	route_close(r);
}

static void
test_rules_follow_the_ports(void **state)
{
	static const uint32_t ports[] = { 25, 465, 587 };
	struct route *r = open_route(&apart);

	(void)state;
	keep_ports(r, NULL, 0);
	netns_run("ip rule add pref 984 ipproto tcp sport 25 lookup 2525");
	keep_ports(r, ports, 2);
	assert_port_rules("25 465");
	keep_ports(r, ports + 1, 2);
	assert_port_rules("465 587");
	keep_ports(r, NULL, 0);
	assert_int_equal(rules("4", "83"), 1);
	assert_int_equal(rules("6", "83"), 1);
	assert_true(netns_shows("ip -6 rule show" NUMBER,
	    "983:	from all lookup 2525 proto 83"));
	keep_ports(r, ports, 3);
	route_set_kind(r, &blackhole);
	keep_ports(r, ports, 3); /* not that they could be */
	assert_int_equal(rules("4", "83"), 0);
	assert_int_equal(rules("6", "83"), 0);
	assert_int_equal(netns_lines("ip rule show pref 984"), 1);
	route_close(r);
}

/* As others might have made them, with our number. */
static void
test_rules_for_something_else_than_the_ports_go(void **state)
{
	static const uint32_t ports[] = { 25 };
	struct route *r = open_route(&apart);

	(void)state;
	netns_run("ip rule add pref 984 ipproto udp sport 25 lookup 2525 "
		  "proto 83");
	netns_run("ip rule add pref 984 ipproto tcp sport 25-26 lookup 2525 "
		  "proto 83");
	netns_run("ip -6 rule add pref 983 ipproto tcp sport 25 lookup 2525 "
		  "proto 83");
	netns_run("ip -6 rule add pref 984 ipproto tcp sport 25 lookup 77 "
		  "proto 83");
	keep_ports(r, ports, 1);
	assert_port_rules("25");
	netns_run("ip rule add pref 984 lookup 2525 proto 83");
	keep_ports(r, ports, 1); /* the kernel takes the first of 984, */
	keep_ports(r, ports, 1);
	assert_port_rules("25"); /* but it ends well */
	route_close(r);
}

static void
test_as_many_ports_as_there_can_be(void **state)
{
	uint32_t ports[CONF_PORTS_MAX];
	struct route *r = open_route(&apart);
	unsigned i;

	(void)state;
	for (i = 0; i < CONF_PORTS_MAX; i++)
		ports[i] = i + 1;
	keep_ports(r, ports, CONF_PORTS_MAX);
	assert_port_rules("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16");
	for (i = 0; i < CONF_PORTS_MAX; i++)
		ports[i] += 100;
	keep_ports(r, ports, CONF_PORTS_MAX);
	assert_port_rules("101 102 103 104 105 106 107 108 109 110 111 112 "
			  "113 114 115 116");
	route_close(r);
}

static void
test_throw_routes_are_ours_like_the_others(void **state)
{
	struct route *r = open_route(&apart);
	const struct route_kind throw = { RTN_THROW, PROTO, TABLE };
	struct route_change c[2] = {
		{ netns_prefix("192.0.2.7"), throw, ROUTE_ADD, -1 },
		{ netns_prefix("2001:db8::25"), throw, ROUTE_ADD, -1 },
	};
	struct list l;
	int i, round;

	(void)state;
	for (round = 0; round < 2; round++) {
		assert_int_equal(route_apply(r, c, 2), 0);
		assert_int_equal(c[0].result | c[1].result, 0);
	}
	assert_true(netns_shows(ALL4, "throw 192.0.2.7 table 2525 proto 83 "));
	assert_true(netns_shows(ALL6, "throw 2001:db8::25 "));
	l = dump(r);
	assert_int_equal(l.n, 2);
	for (i = 0; i < 2; i++) {
		assert_memory_equal(&l.prefix[i], &c[i].prefix,
		    sizeof(c[i].prefix));
		assert_int_equal(l.kind[i].type, RTN_THROW);
		assert_int_equal(l.kind[i].table, TABLE);
		c[i].op = ROUTE_DELETE;
	}
	assert_int_equal(route_apply(r, c, 2), 0);
	assert_int_equal(dump(r).n, 0);
	route_close(r);
}

static void
test_inet6_disabled_does_no_harm(void **state)
{
	struct route *r = open_route(&apart);
	struct route_change c[2] = {
		{ .prefix = netns_prefix("2001:db8::/64"), .op = ROUTE_ADD },
		{ .prefix = netns_prefix("192.0.2.1"), .op = ROUTE_ADD },
	};

	(void)state;
	netns_run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
	netns_run("ip link set lo down");
	assert_int_equal(route_keep_rules(r, NULL, 0), 0);
	assert_int_equal(route_apply(r, c, 2), 0);
	assert_int_equal(c[1].result, 0);
	assert_int_not_equal(c[0].result, ECANCELED);
	assert_true(dump(r).n >= 1);
	route_close(r);
}

/*
 * The socket fails from then on: what was done before is known, and of the rest
 * nothing is said, least of all that another's route is there.
 */
static void
test_what_is_not_known_is_not_told(void **state)
{
	struct route *r = open_route(&blackhole);
	struct route_change c[600];
	struct prefix p = netns_prefix("192.0.2.1");
	unsigned i;

	(void)state;
	for (i = 0; i < 600; i++) {
		c[i] = (struct route_change){ .prefix = p, .op = ROUTE_ADD };
		c[i].prefix.addr[2] = (uint8_t)(i >> 8);
		c[i].prefix.addr[3] = (uint8_t)i;
	}
	good_sends = 1;
	assert_int_equal(route_apply(r, c, 600), -1);
	assert_int_equal(errno, ENOBUFS);
	for (i = 0; i < 600; i++)
		assert_int_equal(c[i].result, i < 256 ? 0 : ECANCELED);
	good_sends = 1;
	assert_int_equal(route_apply(r, c, 1), -1); /* it is ours */
	assert_int_equal(c[0].result, ECANCELED);
	good_sends = -1;
	assert_int_equal(route_apply(r, c, 600), 0);
	for (i = 0; i < 600; i++)
		assert_int_equal(c[i].result, 0);
	route_close(r);
}

static void
test_without_rights_it_says_so(void **state)
{
	char text[256] = "";
	int fds[2], status;
	pid_t pid;

	(void)state;
	netns_needed();
	assert_int_equal(pipe(fds), 0);
	if ((pid = fork()) == 0) {
		dup2(fds[1], STDERR_FILENO);
		if (setresuid(65534, 65534, 65534) == -1)
			_exit(2);
		_exit(route_open(&blackhole) == NULL ? 0 : 1);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	assert_int_equal(status, 0);
	assert_non_null(
	    strstr(text, "cannot change routes: CAP_NET_ADMIN is missing"));
	close(fds[0]);
}

#define IN_NETNS(f) cmocka_unit_test_setup(f, netns_enter)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(test_added_routes_are_as_the_kind_says),
		IN_NETNS(test_deleted_routes_are_gone),
		IN_NETNS(test_deleting_what_is_not_there_is_success),
		IN_NETNS(test_an_addition_may_be_repeated),
		IN_NETNS(test_many_changes_in_one_call),
		IN_NETNS(test_each_change_of_a_batch_has_its_own_result),
		IN_NETNS(
		    test_a_route_of_the_administrator_stays_and_is_reported),
		IN_NETNS(test_deleting_takes_only_ours_among_equal_prefixes),
		IN_NETNS(test_a_dump_shows_ours_of_any_type_and_table_only),
		IN_NETNS(test_a_table_of_our_own_has_a_rule_in_front),
		IN_NETNS(test_rules_follow_the_table),
		IN_NETNS(test_ports_have_rules_of_their_own),
		IN_NETNS(test_rules_follow_the_ports),
		IN_NETNS(test_rules_for_something_else_than_the_ports_go),
		IN_NETNS(test_as_many_ports_as_there_can_be),
		IN_NETNS(test_throw_routes_are_ours_like_the_others),
		IN_NETNS(test_inet6_disabled_does_no_harm),
		IN_NETNS(test_what_is_not_known_is_not_told),
		IN_NETNS(test_without_rights_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
