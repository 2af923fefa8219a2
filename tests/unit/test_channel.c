#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "channel.h"

struct pair {
	int a, b;
	struct channel_msg m;
	struct channel_msg many[CHANNEL_BATCH + 1];
};

static int
setup(void **state)
{
	static struct pair p;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, sv) == -1)
		return -1;
	memset(&p, 0, sizeof(p));
	p.a = sv[0];
	p.b = sv[1];
	*state = &p;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *p = *state;

	if (p->a != -1)
		(void)close(p->a);
	(void)close(p->b);
	return 0;
}

static unsigned
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

/* A packet as no honest peer sends it: any bytes, any descriptors. */
static void
send_raw(int sock, const void *bytes, size_t len, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(8 * sizeof(int))];
	} control;
	struct iovec iov = { (void *)bytes, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cm;
	int fds[8] = { 0 };

	assert_true(nfds <= 8);
	if (nfds > 0) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(sock, &mh, 0), len);
}

static void
assert_malformed(struct pair *p)
{
	errno = 0;
	assert_int_equal(channel_recv(p->b, &p->m), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(p->m.fd, -1);
}

static void
assert_nothing_there(struct pair *p)
{
	errno = 0;
	assert_int_equal(channel_recv(p->b, &p->m), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(p->m.fd, -1);
}

static void
test_a_message_arrives_as_it_was_sent(void **state)
{
	struct pair *p = *state;

	p->m.hdr.zero = 7;
	p->m.fd = 99;
	assert_int_equal(channel_send(p->a, 101, 42, "payload", 7, -1), 0);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_equal(p->m.hdr.type, 101);
	assert_int_equal(p->m.hdr.id, 42);
	assert_int_equal(p->m.hdr.len, 7);
	assert_int_equal(p->m.hdr.zero, 0);
	assert_memory_equal(p->m.payload, "payload", 7);
	assert_int_equal(p->m.fd, -1);
	assert_nothing_there(p);
}

static void
test_an_empty_payload_arrives(void **state)
{
	struct pair *p = *state;

	assert_int_equal(channel_send(p->a, 1, 0, NULL, 0, -1), 0);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_equal(p->m.hdr.type, 1);
	assert_int_equal(p->m.hdr.len, 0);
}

static void
test_the_longest_payload_arrives_and_a_longer_one_is_not_sent(void **state)
{
	struct pair *p = *state;
	static uint8_t big[CHANNEL_PAYLOAD_MAX + 1];

	memset(big, 0xa5, sizeof(big));
	big[CHANNEL_PAYLOAD_MAX - 1] = 0x5a;
	assert_int_equal(channel_send(p->a, 1, 0, big, CHANNEL_PAYLOAD_MAX, -1),
	    0);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_equal(p->m.hdr.len, CHANNEL_PAYLOAD_MAX);
	assert_memory_equal(p->m.payload, big, CHANNEL_PAYLOAD_MAX);
	errno = 0;
	assert_int_equal(
	    channel_send(p->a, 1, 0, big, CHANNEL_PAYLOAD_MAX + 1, -1), -1);
	assert_int_equal(errno, EMSGSIZE);
	errno = 0;
	assert_int_equal(channel_send(p->a, 1, 0, big, SIZE_MAX, -1), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_nothing_there(p);
}

static void
test_a_descriptor_arrives_close_on_exec_and_the_sender_keeps_his(void **state)
{
	struct pair *p = *state;
	char c = 0;
	int pipefd[2];

	assert_int_equal(pipe(pipefd), 0);
	assert_int_equal(channel_send(p->a, 1, 0, "x", 1, pipefd[1]), 0);
	assert_int_equal(fcntl(pipefd[1], F_GETFD), 0);
	(void)close(pipefd[1]);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_not_equal(p->m.fd, -1);
	assert_int_equal(fcntl(p->m.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(p->m.fd, "!", 1), 1);
	assert_int_equal(read(pipefd[0], &c, 1), 1);
	assert_int_equal(c, '!');
	(void)close(p->m.fd);
	(void)close(pipefd[0]);
}

static void
test_more_than_one_descriptor_is_malformed_and_all_are_closed(void **state)
{
	struct pair *p = *state;
	struct channel_hdr hdr = { 1, 0, 0, 0 };
	unsigned before = open_fds(), n;

	for (n = 2; n <= 8; n++) {
		send_raw(p->a, &hdr, sizeof(hdr), n);
		assert_malformed(p);
		assert_int_equal(open_fds(), before);
	}
	assert_nothing_there(p);
}

static void
test_a_descriptor_lost_for_want_of_room_is_malformed(void **state)
{
	struct pair *p = *state;
	struct rlimit old, none;
	struct channel_hdr hdr = { 1, 0, 0, 0 };

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	send_raw(p->a, &hdr, sizeof(hdr), 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	errno = 0;
	assert_int_equal(channel_recv(p->b, &p->m), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(p->m.fd, -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void
test_a_cut_message_is_malformed_and_its_descriptor_closed(void **state)
{
	static uint8_t
	    wire[sizeof(struct channel_hdr) + CHANNEL_PAYLOAD_MAX + 1];
	struct pair *p = *state;
	struct channel_hdr hdr = { 1, CHANNEL_PAYLOAD_MAX, 0, 0 };
	unsigned before = open_fds();

	memcpy(wire, &hdr, sizeof(hdr));
	send_raw(p->a, wire, sizeof(wire), 1);
	assert_malformed(p);
	assert_int_equal(open_fds(), before);
	hdr.len++;
	memcpy(wire, &hdr, sizeof(hdr));
	send_raw(p->a, wire, sizeof(wire), 1);
	assert_malformed(p);
	assert_int_equal(open_fds(), before);
}

static void
test_every_false_length_is_malformed(void **state)
{
	static const uint32_t lens[] = { 0, 1, 7, 9, 8 + 16, 4080, 4081,
		UINT32_MAX, UINT32_MAX - 7, 1U << 31 | 8 };
	struct {
		struct channel_hdr hdr;
		uint8_t payload[8];
	} wire = { { 1, 8, 0, 0 }, { 0 } };
	struct pair *p = *state;
	unsigned before = open_fds(), i;

	send_raw(p->a, &wire, sizeof(wire), 0);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		wire.hdr.len = lens[i];
		send_raw(p->a, &wire, sizeof(wire), 1);
		assert_malformed(p);
		assert_int_equal(open_fds(), before);
	}
}

static void
test_every_short_header_is_malformed(void **state)
{
	struct pair *p = *state;
	struct channel_hdr hdr = { 1, 0, 0, 0 };
	unsigned before = open_fds();
	size_t n;

	for (n = 1; n < sizeof(hdr); n++) {
		/* What an earlier message left must not fill it up. */
		memset(&p->m, 0, sizeof(p->m));
		p->m.hdr.len = (uint32_t)(n - sizeof(hdr));
		send_raw(p->a, &hdr, n, 1);
		assert_malformed(p);
		assert_int_equal(open_fds(), before);
	}
}

static void
test_a_filler_that_is_not_zero_is_malformed(void **state)
{
	struct pair *p = *state;
	struct channel_hdr hdr = { 1, 0, 0, 0 };
	unsigned before = open_fds(), bit;

	for (bit = 0; bit < 32; bit++) {
		hdr.zero = 1U << bit;
		send_raw(p->a, &hdr, sizeof(hdr), 1);
		assert_malformed(p);
		assert_int_equal(open_fds(), before);
	}
}

static void
test_the_end_of_the_stream_is_0(void **state)
{
	struct pair *p = *state;

	assert_int_equal(channel_send(p->a, 1, 0, NULL, 0, -1), 0);
	(void)close(p->a);
	p->a = -1;
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_equal(channel_recv(p->b, &p->m), 0);
	assert_int_equal(p->m.fd, -1);
}

static void
test_an_empty_packet_is_the_end_and_leaks_no_descriptor(void **state)
{
	struct pair *p = *state;
	unsigned before = open_fds(), n;

	for (n = 0; n <= 3; n++) {
		send_raw(p->a, "", 0, n);
		assert_int_equal(channel_recv(p->b, &p->m), 0);
		assert_int_equal(p->m.fd, -1);
		assert_int_equal(open_fds(), before);
	}
}

static void
test_a_peer_that_went_is_epipe_and_no_signal(void **state)
{
	struct pair *p = *state;

	(void)close(p->a);
	p->a = -1;
	errno = 0;
	assert_int_equal(channel_send(p->b, 1, 0, NULL, 0, -1), -1);
	assert_int_equal(errno, EPIPE);
	errno = 0;
	assert_int_equal(channel_send_many(p->b, p->many, 2), -1);
	assert_int_equal(errno, EPIPE);
}

static void
test_a_full_socket_is_eagain_and_nothing_was_sent(void **state)
{
	static const uint8_t payload[1000];
	struct pair *p = *state;
	unsigned sent = 0, i;

	while (channel_send(p->a, 1, sent, payload, sizeof(payload), -1) == 0)
		sent++;
	assert_int_equal(errno, EAGAIN);
	assert_true(sent > 0);
	for (i = 0; i < sent; i++) {
		assert_int_equal(channel_recv(p->b, &p->m), 1);
		assert_int_equal(p->m.hdr.id, i);
		assert_int_equal(p->m.hdr.len, sizeof(payload));
	}
	assert_nothing_there(p);
	assert_int_equal(channel_send(p->a, 1, 0, NULL, 0, -1), 0);
}

static void
fill_many(struct pair *p, uint32_t len)
{
	unsigned i;

	for (i = 0; i <= CHANNEL_BATCH; i++) {
		p->many[i].hdr.type = 104;
		p->many[i].hdr.len = len;
		p->many[i].hdr.id = i;
		memset(p->many[i].payload, (int)i, len);
		p->many[i].fd = 0; /* not to be sent */
	}
}

static void
assert_received(struct pair *p, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		assert_int_equal(channel_recv(p->b, &p->m), 1);
		assert_int_equal(p->m.hdr.type, 104);
		assert_int_equal(p->m.hdr.id, i);
		assert_int_equal(p->m.hdr.len, p->many[i].hdr.len);
		assert_memory_equal(p->m.payload, p->many[i].payload,
		    p->m.hdr.len);
		assert_int_equal(p->m.fd, -1);
	}
	assert_nothing_there(p);
}

static void
test_many_arrive_in_order_and_without_descriptors(void **state)
{
	struct pair *p = *state;

	fill_many(p, 20);
	p->many[1].hdr.len = 0;
	assert_int_equal(channel_send_many(p->a, p->many, 3), 3);
	assert_received(p, 3);
	assert_int_equal(channel_send_many(p->a, p->many, 0), 0);
	assert_nothing_there(p);
}

static void
test_many_are_a_batch_at_most(void **state)
{
	struct pair *p = *state;

	fill_many(p, 20);
	assert_int_equal(channel_send_many(p->a, p->many, CHANNEL_BATCH),
	    CHANNEL_BATCH);
	assert_received(p, CHANNEL_BATCH);
	assert_int_equal(channel_send_many(p->a, p->many, CHANNEL_BATCH + 1),
	    CHANNEL_BATCH);
	assert_received(p, CHANNEL_BATCH);
}

static void
test_many_are_sent_in_part_when_the_socket_fills(void **state)
{
	struct pair *p = *state;
	int size = 32768, sent;

	assert_int_equal(
	    setsockopt(p->a, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	fill_many(p, CHANNEL_PAYLOAD_MAX);
	sent = channel_send_many(p->a, p->many, CHANNEL_BATCH);
	assert_in_range(sent, 1, CHANNEL_BATCH - 1);
	assert_int_equal(channel_send_many(p->a, p->many, CHANNEL_BATCH), 0);
	assert_received(p, (unsigned)sent);
	assert_int_equal(channel_send_many(p->a, p->many, 1), 1);
}

static void
test_one_too_long_among_many_and_none_is_sent(void **state)
{
	struct pair *p = *state;

	fill_many(p, 20);
	p->many[2].hdr.len = CHANNEL_PAYLOAD_MAX + 1;
	errno = 0;
	assert_int_equal(channel_send_many(p->a, p->many, 3), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_nothing_there(p);
	p->many[2].hdr.len = CHANNEL_PAYLOAD_MAX;
	assert_int_equal(channel_send_many(p->a, p->many, 3), 3);
}

static int alarm_sock;

static void
on_alarm(int sig)
{
	(void)sig;
	(void)channel_send(alarm_sock, 5, 0, NULL, 0, -1);
}

static void
test_a_signal_does_not_end_a_blocking_receive(void **state)
{
	struct pair *p = *state;
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct itimerval soon = { .it_value = { .tv_usec = 20000 } };

	/* The handler itself sends what the interrupted call waits for. */
	alarm_sock = p->a;
	assert_int_equal(fcntl(p->b, F_SETFL, 0), 0);
	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(channel_recv(p->b, &p->m), 1);
	assert_int_equal(p->m.hdr.type, 5);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
}

#define PAIR(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR(test_a_message_arrives_as_it_was_sent),
		PAIR(test_an_empty_payload_arrives),
		PAIR(
		    test_the_longest_payload_arrives_and_a_longer_one_is_not_sent),
		PAIR(
		    test_a_descriptor_arrives_close_on_exec_and_the_sender_keeps_his),
		PAIR(
		    test_more_than_one_descriptor_is_malformed_and_all_are_closed),
		PAIR(test_a_descriptor_lost_for_want_of_room_is_malformed),
		PAIR(test_a_cut_message_is_malformed_and_its_descriptor_closed),
		PAIR(test_every_false_length_is_malformed),
		PAIR(test_every_short_header_is_malformed),
		PAIR(test_a_filler_that_is_not_zero_is_malformed),
		PAIR(test_the_end_of_the_stream_is_0),
		PAIR(test_an_empty_packet_is_the_end_and_leaks_no_descriptor),
		PAIR(test_a_peer_that_went_is_epipe_and_no_signal),
		PAIR(test_a_full_socket_is_eagain_and_nothing_was_sent),
		PAIR(test_many_arrive_in_order_and_without_descriptors),
		PAIR(test_many_are_a_batch_at_most),
		PAIR(test_many_are_sent_in_part_when_the_socket_fills),
		PAIR(test_one_too_long_among_many_and_none_is_sent),
		PAIR(test_a_signal_does_not_end_a_blocking_receive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
