/*
 * What a kernel that is short of memory, or a socket that overran, does to
 * requests: nothing waits for an answer that was lost, none is taken for that
 * of another request, and what can be had is had in the end.
 */
#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "netns_rig.h"

ssize_t __real_send(int, const void *, size_t, int);
ssize_t __real_recv(int, void *, size_t, int);
ssize_t __wrap_send(int, const void *, size_t, int);
ssize_t __wrap_recv(int, void *, size_t, int);

/* What is yet to go wrong, each counted down as it does. */
static struct {
	int send, send_error; /* fail, and nothing was sent */
	int recv, recv_error; /* fail */
	int lost;             /* datagrams read and thrown away */
	int interrupted;      /* dumps that others' changes met */
	int busy;             /* dumps that an older one keeps out */
} bad;
static unsigned sends;

ssize_t
__wrap_send(int fd, const void *data, size_t len, int flags)
{
	sends++;
	if (bad.send > 0) {
		bad.send--;
		errno = bad.send_error;
		return -1;
	}
	return __real_send(fd, data, len, flags);
}

ssize_t
__wrap_recv(int fd, void *data, size_t len, int flags)
{
	static const int error = -EBUSY;
	struct nlmsghdr *hdr = data;
	ssize_t n;

	assert_true(flags & MSG_DONTWAIT);
	if (bad.recv > 0) {
		bad.recv--;
		errno = bad.recv_error;
		return -1;
	}
	while ((n = __real_recv(fd, data, len, flags)) > 0 && bad.lost > 0)
		bad.lost--;
	if (n > 0 && hdr->nlmsg_type == NLMSG_DONE && bad.interrupted > 0) {
		bad.interrupted--;
		hdr->nlmsg_flags |= NLM_F_DUMP_INTR;
	}
	if (n > 0 && hdr->nlmsg_type == RTM_NEWROUTE && bad.busy > 0) {
		bad.busy--;
		hdr->nlmsg_type = NLMSG_ERROR;
		hdr->nlmsg_len = NLMSG_LENGTH(sizeof(error));
		memcpy(NLMSG_DATA(hdr), &error, sizeof(error));
		n = NLMSG_LENGTH(sizeof(error));
	}
	return n;
}

static int
enter(void **state)
{
	memset(&bad, 0, sizeof(bad));
	sends = 0;
	(void)alarm(60); /* what hangs fails */
	return netns_enter(state);
}

static struct netlink *
open_netlink(void)
{
	struct netlink *nl;

	netns_needed();
	nl = netlink_open(NETLINK_ROUTE, 0);
	assert_non_null(nl);
	return nl;
}

/* A blackhole for the i-th host of a network that no other test has. */
static void
queue(struct netlink *nl, uint16_t type, unsigned i)
{
	uint8_t addr[4] = { 198, 51, (uint8_t)(i >> 8), (uint8_t)i };
	struct rtmsg rt = { .rtm_family = AF_INET,
		.rtm_dst_len = 32,
		.rtm_protocol = 83,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_BLACKHOLE };

	netlink_begin(nl, type,
	    type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0, &rt,
	    sizeof(rt));
	netlink_put(nl, RTA_DST, addr, sizeof(addr));
}

/* Add the hosts from..to-1 and see what came of each. */
static void
assert_adds(struct netlink *nl, unsigned from, unsigned to, int result)
{
	const int *results;
	unsigned i;

	for (i = from; i < to; i++)
		queue(nl, RTM_NEWROUTE, i);
	results = netlink_exchange(nl, NULL, NULL);
	assert_non_null(results);
	for (i = from; i < to; i++)
		assert_int_equal(results[i - from], result);
}

static void
count(void *arg, struct nlmsghdr *hdr)
{
	unsigned *n = arg;

	assert_int_equal(hdr->nlmsg_type, RTM_NEWROUTE);
	++*n;
}

/* Returns how many routes of ours the kernel shows, or -1 with errno. */
static int
dump(struct netlink *nl)
{
	struct rtmsg rt = { .rtm_protocol = 83 };
	unsigned n = 0;

	return netlink_dump(nl, RTM_GETROUTE, &rt, sizeof(rt), count, &n) ==
		-1 ?
	    -1 :
	    (int)n;
}

static void
test_a_send_that_fails_is_tried_again(void **state)
{
	static const int errors[] = { ENOBUFS, ENOMEM, EINTR, EAGAIN };
	struct netlink *nl = open_netlink();
	unsigned i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		bad.send = 3;
		bad.send_error = errors[i];
		assert_adds(nl, i, i + 1, 0);
	}
	assert_int_equal(dump(nl), 4);
	netlink_close(nl);
}

static void
test_a_kernel_that_never_has_memory_is_an_error_in_the_end(void **state)
{
	struct netlink *nl = open_netlink();

	bad.send = 1000;
	bad.send_error = ENOBUFS;
	queue(nl, RTM_NEWROUTE, 0);
	assert_null(netlink_exchange(nl, NULL, NULL));
	assert_int_equal(errno, ENOBUFS);
	assert_in_range(sends, 2, 20);
	bad.send = 0;
	assert_adds(nl, 1, 2, 0); /* and not number 0 once more */
	assert_int_equal(dump(nl), 1);
	netlink_close(nl);
}

static void
test_an_answer_that_was_lost_is_asked_for_again(void **state)
{
	struct netlink *nl = open_netlink();

	bad.lost = 1;
	assert_adds(nl, 0, 1, EEXIST); /* it had been done */
	bad.lost = 5;
	queue(nl, RTM_NEWROUTE, 1);
	queue(nl, RTM_DELROUTE, 0);
	queue(nl, RTM_NEWROUTE, 0);
	assert_non_null(netlink_exchange(nl, NULL, NULL));
	assert_int_equal(dump(nl), 2);
	netlink_close(nl);
}

static void
test_answers_that_never_come_are_not_waited_for(void **state)
{
	struct netlink *nl = open_netlink();

	bad.lost = 1000000;
	queue(nl, RTM_NEWROUTE, 0);
	assert_null(netlink_exchange(nl, NULL, NULL));
	assert_int_equal(dump(nl), -1);
	bad.lost = 0;
	assert_int_equal(dump(nl), 1);
	netlink_close(nl);
}

/* Where the answers of one exchange fit into the socket no more. */
static void
test_a_socket_that_overran_serves_the_next_exchange(void **state)
{
	static const int small = 1, large = 1 << 20;
	struct netlink *nl = open_netlink();
	unsigned i;
	int rounds;

	for (rounds = 0; rounds < 5; rounds++) {
		assert_int_equal(setsockopt(netlink_fd(nl), SOL_SOCKET,
				     SO_RCVBUF, &small, sizeof(small)),
		    0);
		for (i = 0; i < NETLINK_BATCH; i++)
			queue(nl, RTM_NEWROUTE, i);
		assert_null(netlink_exchange(nl, NULL, NULL));
		assert_int_equal(errno, ENOBUFS);
		assert_adds(nl, 1000, 1001, rounds == 0 ? 0 : EEXIST);
		assert_int_equal(setsockopt(netlink_fd(nl), SOL_SOCKET,
				     SO_RCVBUF, &large, sizeof(large)),
		    0);
		assert_adds(nl, 0, NETLINK_BATCH, EEXIST);
	}
	assert_int_equal(dump(nl), NETLINK_BATCH + 1);
	netlink_close(nl);
}

/* As a dump that breaks off: the rest of it is in the way of the next. */
static void
test_a_dump_that_broke_off_is_followed_by_a_whole_one(void **state)
{
	struct netlink *nl = open_netlink();
	unsigned i;

	for (i = 0; i < 4096; i += NETLINK_BATCH)
		assert_adds(nl, i, i + NETLINK_BATCH, 0);
	for (i = 0; i < 3; i++) {
		struct rtmsg rt = { .rtm_protocol = 83 };
		struct nlmsghdr hdr = { NLMSG_LENGTH(sizeof(rt)), RTM_GETROUTE,
			NLM_F_REQUEST | NLM_F_DUMP, 4711, 0 };
		uint8_t request[NLMSG_LENGTH(sizeof(rt))];

		memcpy(request, &hdr, sizeof(hdr));
		memcpy(request + NLMSG_HDRLEN, &rt, sizeof(rt));
		assert_int_equal(
		    __real_send(netlink_fd(nl), request, sizeof(request), 0),
		    sizeof(request));
		assert_int_equal(dump(nl), 4096);
	}
	bad.recv_error = ENOBUFS;
	for (i = 1; i < 8; i++) {
		bad.recv = (int)i;
		assert_true(dump(nl) >= 4096); /* some are seen twice */
	}
	assert_adds(nl, 5000, 5010, 0);
	netlink_close(nl);
}

static void
test_a_dump_into_a_small_socket_is_whole(void **state)
{
	static const int small = 1;
	struct netlink *nl = open_netlink();
	unsigned i;

	for (i = 0; i < 4096; i += NETLINK_BATCH)
		assert_adds(nl, i, i + NETLINK_BATCH, 0);
	assert_int_equal(setsockopt(netlink_fd(nl), SOL_SOCKET, SO_RCVBUF,
			     &small, sizeof(small)),
	    0);
	assert_true(dump(nl) >= 4096);
	netlink_close(nl);
}

static void
test_a_dump_that_others_interrupt_is_begun_again(void **state)
{
	struct netlink *nl = open_netlink();

	assert_adds(nl, 0, 10, 0);
	sends = 0;
	bad.interrupted = 2;
	assert_int_equal(dump(nl), 30);
	assert_int_equal(sends, 3);
	netlink_close(nl);
}

static void
test_a_dump_that_an_older_one_keeps_out_is_asked_for_again(void **state)
{
	struct netlink *nl = open_netlink();

	assert_adds(nl, 0, 10, 0);
	bad.busy = 3;
	assert_int_equal(dump(nl), 10);
	bad.busy = 1000;
	assert_int_equal(dump(nl), -1);
	assert_int_equal(errno, EBUSY);
	netlink_close(nl);
}

/* One of so many dumps has shown what is there all the time. */
static void
test_who_interrupts_without_end_hides_nothing(void **state)
{
	struct netlink *nl = open_netlink();

	assert_adds(nl, 0, 10, 0);
	sends = 0;
	bad.interrupted = 1000;
	assert_true(dump(nl) >= 10);
	assert_in_range(sends, 2, 20);
	netlink_close(nl);
}

static void
test_each_result_belongs_to_its_request(void **state)
{
	struct netlink *nl = open_netlink();
	const int *results;

	assert_adds(nl, 0, 1, 0);
	queue(nl, RTM_NEWROUTE, 0);
	queue(nl, RTM_DELROUTE, 1);
	queue(nl, RTM_NEWROUTE, 2);
	bad.recv = 1; /* after the first answer was put */
	bad.recv_error = ENOBUFS;
	results = netlink_exchange(nl, NULL, NULL);
	assert_non_null(results);
	assert_int_equal(results[0], EEXIST);
	assert_int_equal(results[1], ESRCH);
	assert_true(results[2] == 0 || results[2] == EEXIST);
	netlink_close(nl);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, enter)
	const struct CMUnitTest tests[] = {
		TEST(test_a_send_that_fails_is_tried_again),
		TEST(
		    test_a_kernel_that_never_has_memory_is_an_error_in_the_end),
		TEST(test_an_answer_that_was_lost_is_asked_for_again),
		TEST(test_answers_that_never_come_are_not_waited_for),
		TEST(test_a_socket_that_overran_serves_the_next_exchange),
		TEST(test_a_dump_that_broke_off_is_followed_by_a_whole_one),
		TEST(test_a_dump_into_a_small_socket_is_whole),
		TEST(test_a_dump_that_others_interrupt_is_begun_again),
		TEST(
		    test_a_dump_that_an_older_one_keeps_out_is_asked_for_again),
		TEST(test_who_interrupts_without_end_hides_nothing),
		TEST(test_each_result_belongs_to_its_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
