#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/netlink.h>

#include "log.h"
#include "netlink.h"

#define NETLINK_RECEIVE (4 << 20)  /* bytes that may wait in the socket */
#define NETLINK_BUFFER  (32 << 10) /* the largest datagram of a dump */
#define NETLINK_TRIES   8          /* of an exchange, and of a dump */

struct netlink {
	struct nl_sock *sock;
	uint32_t seq;          /* of the first request of the batch */
	unsigned n;            /* requests in the batch */
	size_t len;            /* bytes in out */
	struct nlmsghdr *last; /* the request that grows */
	unsigned left;         /* results to come */
	int results[NETLINK_BATCH];
	netlink_visit visit; /* for what else comes */
	void *arg;
	_Alignas(struct nlmsghdr) uint8_t out[NETLINK_BUFFER];
	_Alignas(struct nlmsghdr) uint8_t in[NETLINK_BUFFER];
};

struct netlink *
netlink_open(int protocol, uint32_t groups)
{
	static const int on = 1, size = NETLINK_RECEIVE;
	struct netlink *nl = calloc(1, sizeof(*nl));
	int fd;

	if (nl == NULL || (nl->sock = nl_socket_alloc()) == NULL)
		fatal("netlink");
	nl_join_groups(nl->sock, (int)groups);
	if (nl_connect(nl->sock, protocol) < 0 ||
	    nl_socket_set_buffer_size(nl->sock, size, NETLINK_BUFFER) < 0)
		goto fail;
	fd = netlink_fd(nl);
	/* Beyond rmem_max; not allowed in a user namespace, nor needed. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
		sizeof(on)))
		goto fail;
	return nl;
fail:
	netlink_close(nl);
	return NULL;
}

void
netlink_close(struct netlink *nl)
{
	if (nl != NULL)
		nl_socket_free(nl->sock);
	free(nl);
}

int
netlink_fd(const struct netlink *nl)
{
	return nl_socket_get_fd(nl->sock);
}

static void
netlink_append(struct netlink *nl, const void *data, size_t len)
{
	size_t size = NLMSG_ALIGN(len);

	if (size > sizeof(nl->out) - nl->len)
		fatalx("netlink batch is full");
	memset(nl->out + nl->len, 0, size);
	memcpy(nl->out + nl->len, data, len);
	nl->len += size;
	nl->last->nlmsg_len += size;
}

void
netlink_begin(struct netlink *nl, uint16_t type, uint16_t flags,
    const void *header, size_t len)
{
	struct nlmsghdr hdr = { 0, type, flags | NLM_F_REQUEST | NLM_F_ACK,
		nl->seq + nl->n++, 0 };

	nl->last = (void *)(nl->out + nl->len);
	netlink_append(nl, &hdr, sizeof(hdr));
	nl->last->nlmsg_len = sizeof(hdr);
	netlink_append(nl, header, len);
}

void
netlink_put(struct netlink *nl, uint16_t attr, const void *data, size_t len)
{
	struct nlattr head = { NLA_HDRLEN + len, attr };

	netlink_append(nl, &head, sizeof(head));
	netlink_append(nl, data, len);
}

static void
netlink_answer(void *arg, struct nlmsghdr *hdr)
{
	struct netlink *nl = arg;
	uint32_t i = hdr->nlmsg_seq - nl->seq;
	int error;

	if (i >= nl->n) /* of an exchange that failed */
		return;
	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->results[i] = EINTR;
	if (hdr->nlmsg_type != NLMSG_ERROR && hdr->nlmsg_type != NLMSG_DONE) {
		nl->visit(nl->arg, hdr);
		return;
	}
	memcpy(&error, nlmsg_data(hdr), sizeof(error));
	if (error < 0)
		nl->results[i] = -error;
	nl->left--;
}

/*
 * Answers of an exchange that failed are in the way: as long as they wait, the
 * kernel drops new ones without a word.  This also carries on with a dump that
 * was left, during which there can be no other.
 */
static void
netlink_drain(struct netlink *nl)
{
	while (netlink_read(nl, netlink_answer, nl) == 0 || errno == ENOBUFS)
		;
}

/*
 * The kernel answers while we send, and goes on with a dump while we read: an
 * answer that is not there is lost, so there is nothing to wait for.
 */
const int *
netlink_exchange(struct netlink *nl, netlink_visit visit, void *arg)
{
	int tries = NETLINK_TRIES;
	ssize_t sent;

	nl->visit = visit;
	nl->arg = arg;
	do {
		netlink_drain(nl);
		memset(nl->results, 0, sizeof(nl->results));
		nl->left = nl->n;
		sent = send(netlink_fd(nl), nl->out, nl->len, 0);
		while (sent != -1 && nl->left > 0)
			sent = netlink_read(nl, netlink_answer, nl);
	} while (sent == -1 && --tries > 0);
	nl->seq += nl->n;
	nl->n = 0;
	nl->len = 0;
	return sent == -1 ? NULL : nl->results;
}

int
netlink_dump(struct netlink *nl, uint16_t type, const void *header, size_t len,
    netlink_visit visit, void *arg)
{
	const int *results;
	int tries = NETLINK_TRIES;

	do {
		netlink_begin(nl, type, NLM_F_DUMP, header, len);
		if ((results = netlink_exchange(nl, visit, arg)) == NULL)
			return -1;
		errno = results[0];
	} while ((errno == EINTR || errno == EBUSY) && --tries > 0);
	/* Others change without end: what stands was seen by one of these. */
	return errno == 0 || errno == EINTR ? 0 : -1;
}

int
netlink_read(struct netlink *nl, netlink_visit visit, void *arg)
{
	struct nlmsghdr *hdr = (void *)nl->in;
	int left = recv(netlink_fd(nl), nl->in, sizeof(nl->in), MSG_DONTWAIT);

	if (left == -1)
		return errno == EINTR ? 0 : -1;
	for (; nlmsg_ok(hdr, left); hdr = nlmsg_next(hdr, &left))
		visit(arg, hdr);
	return 0;
}

bool
netlink_prefix(struct prefix *p, int family, const struct nlattr *attr,
    unsigned len)
{
	int size = family == AF_INET ? 4 : 16;

	if ((family != AF_INET && family != AF_INET6) || attr == NULL ||
	    nla_len(attr) < size)
		return false;
	prefix_from_bytes(p, size == 4 ? PREFIX_INET : PREFIX_INET6,
	    nla_data(attr), size * 8);
	prefix_widen(p, len);
	return true;
}
