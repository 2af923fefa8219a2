/*
 * Any datagrams, with any number of descriptors, through a real socket: those
 * are received that are whole messages, and no descriptor is ever left open.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "channel.h"
#include "input.h"

#define WIRE_MAX      (sizeof(struct channel_hdr) + CHANNEL_PAYLOAD_MAX)
#define SIZE_MAX_SENT (WIRE_MAX + 128)
#define FDS_MAX       3

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct datagram {
	uint8_t bytes[SIZE_MAX_SENT];
	size_t n;
	unsigned fds;
	bool bare; /* by whom it is received */
};

static void
take_datagram(struct input *in, struct datagram *d)
{
	unsigned how = input_byte(in);
	struct channel_hdr hdr;

	d->fds = how % (FDS_MAX + 1);
	d->bare = (how & 4) != 0;
	d->n = input_byte(in);
	if ((how & 8) != 0)
		d->n += WIRE_MAX - 128;
	input_fill(in, d->bytes, d->n);
	if ((how & 16) == 0 || d->n < sizeof(hdr))
		return;
	memcpy(&hdr, d->bytes, sizeof(hdr)); /* one that is right */
	hdr.zero = 0;
	hdr.len = (uint32_t)(d->n - sizeof(hdr));
	memcpy(d->bytes, &hdr, sizeof(hdr));
}

static void
send_datagram(int sock, const struct datagram *d)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = { .buf = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)d->bytes, d->n };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[FDS_MAX] = { sock, sock, sock };
	struct cmsghdr *cm;

	if (d->fds > 0) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(d->fds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(d->fds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, d->fds * sizeof(int));
	}
	must(sendmsg(sock, &mh, MSG_NOSIGNAL) == (ssize_t)d->n);
}

static bool
is_message(const struct datagram *d)
{
	struct channel_hdr hdr;

	if (d->n < sizeof(hdr) || d->n > WIRE_MAX || d->fds > (d->bare ? 0 : 1))
		return false;
	memcpy(&hdr, d->bytes, sizeof(hdr));
	return hdr.zero == 0 && hdr.len == d->n - sizeof(hdr);
}

/* The lowest ones that are free, more than one datagram can bring. */
struct free_fds {
	int v[FDS_MAX + 1];
};

static struct free_fds
free_descriptors(void)
{
	struct free_fds f;
	unsigned i;

	for (i = 0; i <= FDS_MAX; i++) {
		f.v[i] = dup(STDERR_FILENO);
		must(f.v[i] != -1);
	}
	for (i = 0; i <= FDS_MAX; i++)
		close(f.v[i]);
	return f;
}

static void
try_datagram(const int ends[2], const struct datagram *d)
{
	static struct channel_msg m;
	struct free_fds before = free_descriptors(), after;
	int result;

	send_datagram(ends[0], d);
	result = d->bare ? channel_recv_bare(ends[1], &m) :
			   channel_recv(ends[1], &m);
	if (is_message(d)) {
		must(result == 1);
		must(memcmp(&m, d->bytes, d->n) == 0);
		must((m.fd != -1) == (d->fds == 1));
	} else {
		must(result == (d->n == 0 ? 0 : -1));
		must(result == 0 || errno == EBADMSG);
		must(m.fd == -1);
	}
	if (m.fd != -1) {
		must(fcntl(m.fd, F_GETFD) == FD_CLOEXEC);
		close(m.fd);
	}
	after = free_descriptors();
	must(memcmp(&before, &after, sizeof(before)) == 0);
	must(channel_recv(ends[1], &m) == -1 && errno == EAGAIN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct datagram d;
	struct input in = { data, size };
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		 0, ends) == 0);
	while (in.left > 0) {
		take_datagram(&in, &d);
		try_datagram(ends, &d);
	}
	close(ends[0]);
	close(ends[1]);
	return 0;
}
