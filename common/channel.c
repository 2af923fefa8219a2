#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"

/* Bytes on the wire: header and payload, which follow each other. */
#define WIRE_MAX offsetof(struct channel_msg, fd)
_Static_assert(WIRE_MAX == sizeof(struct channel_hdr) + CHANNEL_PAYLOAD_MAX,
    "channel_msg has padding before fd");

/* Room for the control message of one descriptor, aligned for its header. */
union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

static void
control_put_fd(struct msghdr *mh, union control *c, int fd)
{
	struct cmsghdr *cm;

	memset(c, 0, sizeof(*c));
	mh->msg_control = c->buf;
	mh->msg_controllen = sizeof(c->buf);
	cm = CMSG_FIRSTHDR(mh);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
}

/*
 * Take the descriptor that came along into *fd, or -1.  The alignment of the
 * buffer leaves room for more than one: if more came, all are closed and the
 * result is -1.
 */
static int
control_get_fd(struct msghdr *mh, int *fd)
{
	struct cmsghdr *cm;
	unsigned char *at, *end;
	int one, count = 0;

	*fd = -1;
	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		at = CMSG_DATA(cm);
		end = (unsigned char *)cm + cm->cmsg_len;
		for (; at + sizeof(int) <= end; at += sizeof(int)) {
			memcpy(&one, at, sizeof(one));
			if (count++ == 0)
				*fd = one;
			else
				(void)close(one);
		}
	}
	if (count <= 1)
		return 0;
	(void)close(*fd);
	*fd = -1;
	return -1;
}

int
channel_send(int sock, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	struct channel_hdr hdr = { type, (uint32_t)len, id, 0 };
	struct iovec iov[2] = {
		{ &hdr, sizeof(hdr) },
		{ (void *)payload, len },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	union control control;
	ssize_t n;

	if (len > CHANNEL_PAYLOAD_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (fd != -1)
		control_put_fd(&mh, &control, fd);
	do
		n = sendmsg(sock, &mh, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}

int
channel_send_many(int sock, const struct channel_msg *m, unsigned n)
{
	struct mmsghdr mm[CHANNEL_BATCH];
	struct iovec iov[CHANNEL_BATCH];
	unsigned i;
	int sent;

	if (n > CHANNEL_BATCH)
		n = CHANNEL_BATCH;
	memset(mm, 0, sizeof(mm));
	for (i = 0; i < n; i++) {
		if (m[i].hdr.len > CHANNEL_PAYLOAD_MAX) {
			errno = EMSGSIZE;
			return -1;
		}
		iov[i].iov_base = (void *)&m[i];
		iov[i].iov_len = sizeof(m[i].hdr) + m[i].hdr.len;
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	do
		sent = sendmmsg(sock, mm, n, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return sent;
}

static int
channel_recv_with(int sock, struct channel_msg *m, union control *control)
{
	struct iovec iov = { m, WIRE_MAX };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = control != NULL ? sizeof(*control) : 0,
	};
	ssize_t n;

	m->fd = -1;
	do
		n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	if (control_get_fd(&mh, &m->fd) == 0 && n > 0 &&
	    (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
	    (size_t)n >= sizeof(m->hdr) && m->hdr.zero == 0 &&
	    m->hdr.len == (size_t)n - sizeof(m->hdr))
		return 1;
	if (m->fd != -1)
		(void)close(m->fd);
	m->fd = -1;
	if (n == 0)
		return 0; /* an empty packet cannot be told from the end */
	errno = EBADMSG;
	return -1;
}

int
channel_recv(int sock, struct channel_msg *m)
{
	union control control;

	return channel_recv_with(sock, m, &control);
}

int
channel_recv_bare(int sock, struct channel_msg *m)
{
	return channel_recv_with(sock, m, NULL);
}
