/*
 * How long from the write of a client's fifth failure to its route in the
 * kernel.  latency LOG COUNT: appends failures of COUNT hosts to the log that
 * a running smtpband follows in this network namespace, and prints the
 * microseconds of each ban, one a line, in ascending order.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#define THRESHOLD 5
#define WAIT_MS   5000

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
write_failure(int log, int host)
{
	char line[256], stamp[32];
	time_t t = time(NULL);
	int n;

	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", localtime(&t));
	n = snprintf(line, sizeof(line),
	    "%s mx1 postfix/smtpd[%d]: warning: unknown[203.0.113.%d]: "
	    "SASL LOGIN authentication failed: UGFzc3dvcmQ6\n",
	    stamp, 1000 + host, host);
	if (write(log, line, (size_t)n) != n)
		err(1, "log");
}

/* Read notifications until a new route is told of; -1 after a while. */
static int
wait_route(struct nl_sock *sock)
{
	struct pollfd pfd = { nl_socket_get_fd(sock), POLLIN, 0 };
	char buf[8192] __attribute__((aligned(8)));
	struct nlmsghdr *hdr = (void *)buf;

	for (;;) {
		if (poll(&pfd, 1, WAIT_MS) != 1 ||
		    recv(pfd.fd, buf, sizeof(buf), 0) <= 0)
			return -1;
		if (hdr->nlmsg_type == RTM_NEWROUTE)
			return 0;
	}
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
measure(struct nl_sock *sock, int log, int host)
{
	const struct timespec settle = { 0, 50000000 };
	int64_t start;
	int i;

	for (i = 1; i < THRESHOLD; i++)
		write_failure(log, host);
	nanosleep(&settle, NULL);
	start = now_us();
	write_failure(log, host);
	if (wait_route(sock) == -1)
		errx(1, "no route for 203.0.113.%d", host);
	return now_us() - start;
}

int
main(int argc, char *argv[])
{
	struct nl_sock *sock = nl_socket_alloc();
	int64_t us[200];
	int i, log, n;

	if (argc != 3 || (n = atoi(argv[2])) < 1 || n > 200)
		errx(2, "usage: latency LOG COUNT");
	if ((log = open(argv[1], O_WRONLY | O_APPEND)) == -1)
		err(1, "%s", argv[1]);
	nl_join_groups(sock, RTMGRP_IPV4_ROUTE);
	if (nl_connect(sock, NETLINK_ROUTE) < 0)
		err(1, "netlink");
	for (i = 0; i < n; i++)
		us[i] = measure(sock, log, i + 1);
	qsort(us, (size_t)n, sizeof(us[0]), compare);
	for (i = 0; i < n; i++)
		printf("%lld\n", (long long)us[i]);
	nl_socket_free(sock);
	close(log);
	return 0;
}
