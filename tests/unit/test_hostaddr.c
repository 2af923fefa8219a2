#include <sys/wait.h>

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hostaddr.h"
#include "netns_rig.h"

#define ADDRESS  "an address of this host"
#define NETWORK  "a connected network of this host"
#define GATEWAY  "a gateway of this host"
#define RESOLVER "a resolver of this host"

static void
assert_protects(struct hostaddr *h, const char *text, const char *want)
{
	struct prefix p = netns_prefix(text);
	const char *why = hostaddr_protects(h, &p);

	if (want == NULL)
		assert_null(why);
	else {
		assert_non_null(why);
		assert_string_equal(why, want);
	}
}

/* The prefixes of routes that went, each with a blank behind it. */
static void
gone(void *arg, const struct prefix *p)
{
	char *text = arg, buf[PREFIX_STRLEN];

	strlcat(text, prefix_format(p, buf), 512);
	strlcat(text, " ", 512);
}

/* What the monitor tells now; the prefixes go to text. */
static unsigned
heard(struct hostaddr *h, char text[512])
{
	text[0] = '\0';
	return hostaddr_read(h, gone, text);
}

static void
assert_heard(struct hostaddr *h, unsigned changes, const char *prefixes)
{
	char text[512];

	assert_int_equal(heard(h, text), changes);
	assert_string_equal(text, prefixes);
}

/* Wait for this; IPv6 addresses come by a work queue of the kernel. */
static void
await(struct hostaddr *h, unsigned change)
{
	struct pollfd pfd = { hostaddr_fd(h), POLLIN, 0 };
	char text[512];

	do
		assert_int_equal(poll(&pfd, 1, 10000), 1);
	while ((heard(h, text) & change) == 0);
}

/* Forget what the test has done so far. */
static void
settle(struct hostaddr *h)
{
	char text[512];

	while (heard(h, text) != 0)
		;
}

/* A link with an address of each family, and none that the kernel makes. */
static struct hostaddr *
open_host(const char *resolv_conf)
{
	struct hostaddr *h;

	netns_needed();
	netns_run("ip link add veth0 type veth peer name veth1 && "
		  "ip link set veth0 addrgenmode none && "
		  "ip link set veth1 addrgenmode none && "
		  "ip link set veth0 up && ip link set veth1 up && "
		  "ip addr add 192.0.2.1/24 dev veth0");
	h = hostaddr_open(resolv_conf);
	assert_non_null(h);
	netns_run("ip addr add 2001:db8:1::1/64 dev veth0 nodad");
	await(h, HOSTADDR_ADDRESSES);
	assert_int_equal(hostaddr_refresh(h), 0);
	return h;
}

static void
test_own_addresses_are_protected(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	assert_protects(h, "192.0.2.1", ADDRESS);
	assert_protects(h, "192.0.2.0/24", ADDRESS);
	assert_protects(h, "2001:db8:1::1", ADDRESS);
	assert_protects(h, "2001:db8:1::/64", ADDRESS);
	assert_protects(h, "127.0.0.1", ADDRESS);
	assert_protects(h, "::1", ADDRESS);
	assert_protects(h, "198.51.100.1", NULL);
	assert_protects(h, "2001:db8:2::/64", NULL);
	hostaddr_close(h);
}

static void
test_connected_networks_are_protected(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	assert_protects(h, "192.0.2.9", NETWORK);
	assert_protects(h, "192.0.2.128/25", NETWORK);
	assert_protects(h, "2001:db8:1::9", NETWORK);
	assert_protects(h, "192.0.3.1", NULL);
	netns_run("ip addr add 203.0.113.1 peer 203.0.113.2 dev veth0");
	netns_run("ip addr add 198.51.100.1/0 dev veth1");
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "203.0.113.1", ADDRESS);
	assert_protects(h, "203.0.113.2", NETWORK);
	assert_protects(h, "198.51.100.1", ADDRESS);
	assert_protects(h, "198.51.100.2", NULL);
	hostaddr_close(h);
}

static void
test_gateways_are_protected(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	netns_run("ip route add default via 198.51.100.1 dev veth0 onlink");
	netns_run("ip route add 203.0.113.0/25 table 77 "
		  "via 198.51.100.2 dev veth0 onlink");
	netns_run("ip -6 route add default via 2001:db8:9::1 dev veth0 "
		  "onlink");
	netns_run("ip route add 203.0.113.128/25 "
		  "nexthop via 198.51.100.3 dev veth0 onlink "
		  "nexthop via 198.51.100.4 dev veth1 onlink");
	netns_run("ip -6 route add 2001:db8:8::/64 "
		  "nexthop via 2001:db8:9::2 dev veth0 onlink "
		  "nexthop via 2001:db8:9::3 dev veth1 onlink");
	netns_run("ip route add 192.0.2.64/26 "
		  "via inet6 2001:db8:9::4 dev veth0 onlink");
	assert_protects(h, "198.51.100.1", NULL);
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "2001:db8:9::4", GATEWAY);
	assert_protects(h, "198.51.100.1", GATEWAY);
	assert_protects(h, "198.51.100.2", GATEWAY);
	assert_protects(h, "198.51.100.3", GATEWAY);
	assert_protects(h, "198.51.100.4", GATEWAY);
	assert_protects(h, "198.51.100.5", NULL);
	assert_protects(h, "2001:db8:9::1", GATEWAY);
	assert_protects(h, "2001:db8:9::2", GATEWAY);
	assert_protects(h, "2001:db8:9::3", GATEWAY);
	assert_protects(h, "2001:db8:9::/64", GATEWAY);
	assert_protects(h, "2001:db8:8::1", NULL);
	assert_protects(h, "203.0.113.1", NULL);
	hostaddr_close(h);
}

static void
test_nexthop_objects_are_gateways(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	netns_run("ip nexthop add id 1 via 198.51.100.1 dev veth0 onlink && "
		  "ip nexthop add id 2 via 198.51.100.2 dev veth0 onlink && "
		  "ip nexthop add id 3 group 1/2 && "
		  "ip route add 203.0.113.0/24 nhid 3");
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "198.51.100.1", GATEWAY);
	assert_protects(h, "198.51.100.2", GATEWAY);
	hostaddr_close(h);
}

static void
test_resolvers_are_protected(void **state)
{
	char path[] = "/tmp/test_hostaddr.XXXXXX";
	struct hostaddr *h;
	int fd;

	(void)state;
	netns_needed();
	fd = mkstemp(path);
	assert_true(fd != -1);
	dprintf(fd, "nameserver 198.51.100.53\n");
	h = open_host(path);
	assert_protects(h, "198.51.100.53", RESOLVER);
	assert_protects(h, "198.51.100.54", NULL);
	dprintf(fd, "nameserver 198.51.100.54\n");
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "198.51.100.54", RESOLVER);
	unlink(path);
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "198.51.100.53", NULL);
	hostaddr_close(h);
	close(fd);
}

static void
test_a_failed_refresh_keeps_the_old(void **state)
{
	char path[] = "/tmp/test_hostaddr.XXXXXX";
	struct hostaddr *h;
	int fd;

	(void)state;
	netns_needed();
	fd = mkstemp(path);
	assert_true(fd != -1);
	dprintf(fd, "nameserver 198.51.100.53\n");
	close(fd);
	h = open_host(path);
	unlink(path);
	assert_int_equal(symlink(path, path), 0);
	assert_int_equal(hostaddr_refresh(h), -1);
	assert_protects(h, "198.51.100.53", RESOLVER);
	assert_protects(h, "192.0.2.1", ADDRESS);
	unlink(path);
	hostaddr_close(h);
}

/* Made anew under its name, as resolvconf(8) and others do. */
static void
write_resolv(const char *path, const char *text)
{
	char new[64];
	FILE *f;

	snprintf(new, sizeof(new), "%s.new", path);
	assert_non_null(f = fopen(new, "w"));
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(new, path), 0);
}

static void
assert_turns_stale(struct hostaddr *h)
{
	assert_true(hostaddr_is_stale(h));
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_false(hostaddr_is_stale(h));
}

static void
test_a_resolv_conf_that_changed_is_noticed(void **state)
{
	char path[] = "/tmp/test_hostaddr.XXXXXX", other[64];
	struct hostaddr *h;
	FILE *f;

	(void)state;
	netns_needed();
	close(mkstemp(path));
	snprintf(other, sizeof(other), "%s.other", path);
	write_resolv(path, "nameserver 198.51.100.53\n");
	h = open_host(path);
	assert_false(hostaddr_is_stale(h));

	write_resolv(path, "nameserver 198.51.100.54\n"); /* as long */
	assert_turns_stale(h);
	assert_protects(h, "198.51.100.54", RESOLVER);
	assert_non_null(f = fopen(path, "a"));
	fputs("nameserver 198.51.100.55\n", f);
	assert_int_equal(fclose(f), 0);
	assert_turns_stale(h);
	assert_protects(h, "198.51.100.55", RESOLVER);

	/* Away, back, and as a link whose end is what changes. */
	assert_int_equal(unlink(path), 0);
	assert_turns_stale(h);
	assert_protects(h, "198.51.100.55", NULL);
	assert_int_equal(symlink(other, path), 0);
	assert_false(hostaddr_is_stale(h));
	write_resolv(other, "nameserver 198.51.100.56\n");
	assert_turns_stale(h);
	write_resolv(other, "nameserver 198.51.100.57\n");
	assert_turns_stale(h);
	assert_protects(h, "198.51.100.57", RESOLVER);
	hostaddr_close(h);
	unlink(other);
	unlink(path);
}

static void
test_an_idle_monitor_is_quiet(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");
	struct pollfd pfd = { hostaddr_fd(h), POLLIN, 0 };

	(void)state;
	settle(h);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	assert_heard(h, 0, "");
	netns_run("ip addr add 192.0.2.2/24 dev veth0");
	assert_int_equal(poll(&pfd, 1, 0), 1);
	hostaddr_close(h);
}

static void
test_addresses_are_heard(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");
	char text[512];

	(void)state;
	settle(h);
	netns_run("ip addr add 198.51.100.1/32 dev veth0");
	assert_true(heard(h, text) & HOSTADDR_ADDRESSES);
	assert_protects(h, "198.51.100.1", NULL);
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "198.51.100.1", ADDRESS);
	netns_run("ip addr del 198.51.100.1/32 dev veth0");
	assert_true(heard(h, text) & HOSTADDR_ADDRESSES);
	assert_int_equal(hostaddr_refresh(h), 0);
	assert_protects(h, "198.51.100.1", NULL);
	settle(h);
	netns_run("ip addr add 2001:db8:7::1/64 dev veth0 nodad");
	await(h, HOSTADDR_ADDRESSES);
	hostaddr_close(h);
}

static void
test_routes_with_a_gateway_are_heard(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	settle(h);
	netns_run("ip route add 203.0.113.0/24 dev veth0");
	netns_run("ip route add blackhole 198.51.100.0/24");
	assert_heard(h, 0, "");
	netns_run("ip route add default via 192.0.2.9");
	assert_heard(h, HOSTADDR_GATEWAYS, "");
	netns_run("ip route del default via 192.0.2.9");
	assert_heard(h, HOSTADDR_GATEWAYS, "");
	netns_run("ip -6 route add default via 2001:db8:1::9");
	assert_heard(h, HOSTADDR_GATEWAYS, "");
	netns_run("ip route add 198.51.100.0/25 nexthop via 192.0.2.8 "
		  "nexthop via 192.0.2.9");
	assert_heard(h, HOSTADDR_GATEWAYS, "");
	hostaddr_close(h);
}

static void
test_flushed_routes_of_ours_are_heard(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");
	char text[512];

	(void)state;
	settle(h);
	netns_run("ip route add blackhole 198.51.100.1 proto 83 && "
		  "ip route add blackhole 198.51.100.0/25 proto 83 table 77 "
		  "&& ip -6 route add blackhole 2001:db8:2::/64 proto 83");
	assert_heard(h, 0, "");
	netns_run("ip route flush proto 83");
	netns_run("ip route flush table 77");
	assert_heard(h, 0, "198.51.100.1 198.51.100.0/25 ");
	netns_run("ip -6 route flush proto 83");
	assert_heard(h, 0, "2001:db8:2::/64 ");

	netns_run("ip -6 route add blackhole 2001:db8:2::/64 proto 83");
	netns_run("ip link set lo down");
	(void)heard(h, text);
	assert_non_null(strstr(text, "2001:db8:2::/64 "));
	hostaddr_close(h);
}

static void
test_routes_that_stood_in_the_way_are_heard(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	netns_run("ip route add blackhole 198.51.100.1 proto 83 && "
		  "ip -6 route add blackhole 2001:db8:2::/64 proto 83");
	settle(h);
	netns_run("ip route replace unreachable 198.51.100.1 proto static");
	assert_heard(h, 0, "198.51.100.1 ");
	netns_run("ip -6 route replace unreachable 2001:db8:2::/64");
	assert_heard(h, 0, "2001:db8:2::/64 ");
	netns_run("ip route del unreachable 198.51.100.1");
	assert_heard(h, 0, "198.51.100.1 ");
	hostaddr_close(h);
}

static void
test_rules_that_go_are_heard(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");

	(void)state;
	netns_run("ip rule add pref 983 lookup 77");
	netns_run("ip -6 rule add pref 983 lookup 77");
	settle(h);
	netns_run("ip rule del pref 983");
	assert_heard(h, HOSTADDR_RULES, "");
	netns_run("ip -6 rule del pref 983");
	assert_heard(h, HOSTADDR_RULES, "");
	hostaddr_close(h);
}

/* Far more than the socket holds, in one batch of ip(8). */
static void
test_that_something_was_lost_is_told_until_all_is_read(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");
	unsigned calls = 0;
	char text[512];

	(void)state;
	settle(h);
	netns_run("i=0; while [ $i -lt 20000 ]; do"
		  " echo route add blackhole 198.51.$((i / 256 % 256))."
		  "$((i % 256)) proto 83 table $((i / 65536 + 77));"
		  " i=$((i + 1)); done | ip -batch -");
	netns_run("ip route flush table 77");
	do {
		assert_true(heard(h, text) & HOSTADDR_LOST);
		calls++;
	} while (
	    poll(&(struct pollfd){ hostaddr_fd(h), POLLIN, 0 }, 1, 0) == 1);
	assert_true(calls > 1);
	assert_heard(h, 0, "");
	netns_run("ip route add blackhole 198.51.100.1 proto 83 && "
		  "ip route flush proto 83");
	assert_heard(h, 0, "198.51.100.1 ");
	hostaddr_close(h);
}

static pid_t flapper;

static int
stop_flapper(void **state)
{
	(void)state;
	if (flapper > 0) {
		(void)kill(-flapper, SIGKILL);
		(void)waitpid(flapper, NULL, 0);
	}
	return 0;
}

/* Some addresses come and go without end, in processes of their own. */
static void
start_flapper(void)
{
	assert_int_not_equal(flapper = fork(), -1);
	if (flapper > 0)
		return;
	(void)setpgid(0, 0);
	execl("/bin/sh", "sh", "-c",
	    "for i in 77 78 79; do "
	    "yes \"addr add 192.0.2.$i/32 dev veth1\n"
	    "addr del 192.0.2.$i/32 dev veth1\" |"
	    " ip -force -batch - >/dev/null 2>&1 & done; wait",
	    NULL);
	_exit(1);
}

/* And there are many, so that a dump takes its time. */
static void
test_addresses_that_change_without_end_are_read(void **state)
{
	struct hostaddr *h = open_host("/nonexistent/resolv.conf");
	int i;

	(void)state;
	netns_run("i=0; while [ $i -lt 6000 ]; do"
		  " echo addr add 203.0.$((i / 250 % 250)).$((i % 250))/32"
		  " dev veth0; i=$((i + 1)); done | ip -batch -");
	start_flapper();
	await(h, HOSTADDR_ADDRESSES);
	netns_run("ip addr add 198.51.100.1/32 dev veth0");
	for (i = 0; i < 5; i++) {
		assert_int_equal(hostaddr_refresh(h), 0);
		assert_protects(h, "198.51.100.1", ADDRESS);
		assert_protects(h, "203.0.23.249", ADDRESS);
		assert_protects(h, "192.0.2.1", ADDRESS);
	}
	hostaddr_close(h);
}

static void
test_a_host_without_any_address_is_served(void **state)
{
	struct hostaddr *h;

	(void)state;
	netns_needed();
	netns_run("ip link set lo down");
	h = hostaddr_open("/nonexistent/resolv.conf");
	assert_non_null(h);
	assert_protects(h, "192.0.2.1", NULL);
	hostaddr_close(h);
}

#define IN_NETNS(f) cmocka_unit_test_setup(f, netns_enter)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(test_own_addresses_are_protected),
		IN_NETNS(test_connected_networks_are_protected),
		IN_NETNS(test_gateways_are_protected),
		IN_NETNS(test_nexthop_objects_are_gateways),
		IN_NETNS(test_resolvers_are_protected),
		IN_NETNS(test_a_failed_refresh_keeps_the_old),
		IN_NETNS(test_a_resolv_conf_that_changed_is_noticed),
		IN_NETNS(test_an_idle_monitor_is_quiet),
		IN_NETNS(test_addresses_are_heard),
		IN_NETNS(test_routes_with_a_gateway_are_heard),
		IN_NETNS(test_flushed_routes_of_ours_are_heard),
		IN_NETNS(test_routes_that_stood_in_the_way_are_heard),
		IN_NETNS(test_rules_that_go_are_heard),
		IN_NETNS(
		    test_that_something_was_lost_is_told_until_all_is_read),
		cmocka_unit_test_setup_teardown(
		    test_addresses_that_change_without_end_are_read,
		    netns_enter, stop_flapper),
		IN_NETNS(test_a_host_without_any_address_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
