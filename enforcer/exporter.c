#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smtpband.h"

/* Connections that wait to be taken. */
#define QUEUE_MAX 64

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t
address_set(union address *a, const struct conf *conf)
{
	struct prefix p;

	memset(a, 0, sizeof(*a));
	if (prefix_parse_addr(conf->metrics_address,
		strlen(conf->metrics_address), &p) == -1)
		fatalx("metrics: %s is no address", conf->metrics_address);
	if (p.family == PREFIX_INET) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = htons((uint16_t)conf->metrics_port);
		memcpy(&a->in.sin_addr, p.addr, sizeof(a->in.sin_addr));
		return sizeof(a->in);
	}
	a->in6.sin6_family = AF_INET6;
	a->in6.sin6_port = htons((uint16_t)conf->metrics_port);
	memcpy(&a->in6.sin6_addr, p.addr, sizeof(a->in6.sin6_addr));
	return sizeof(a->in6);
}

/*
 * At an address of IPv6 without IPv4 in it.  absent: the address need not be
 * there yet.
 */
static int
exporter_listen(const struct conf *conf, bool absent)
{
	const int on = 1;
	union address a;
	socklen_t len = address_set(&a, conf);
	int fd, error;

	fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (absent && a.sa.sa_family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	else if (absent)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on,
		    sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (a.sa.sa_family == AF_INET ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ==
		    0) &&
	    bind(fd, &a.sa, len) == 0 && listen(fd, QUEUE_MAX) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

void
exporter_open(struct enforcer *e)
{
	e->metrics = -1;
	if (e->conf->metrics_address != NULL &&
	    (e->metrics = exporter_listen(e->conf, true)) == -1)
		fatal("metrics: %s port %u", e->conf->metrics_address,
		    e->conf->metrics_port);
	e->metrics_next = e->metrics;
}

static bool
listens_so(const struct conf *a, const struct conf *b)
{
	if (a->metrics_address == NULL || b->metrics_address == NULL)
		return a->metrics_address == b->metrics_address;
	return a->metrics_port == b->metrics_port &&
	    strcmp(a->metrics_address, b->metrics_address) == 0;
}

/*
 * The same port may be wanted at other addresses, one within the other.  So
 * the old socket lets go of it first, in both processes, and stays bound.
 */
int
exporter_move(struct enforcer *e, const struct conf *conf)
{
	int error;

	if (listens_so(e->conf, conf))
		return 0;
	if (e->metrics != -1)
		(void)shutdown(e->metrics, SHUT_RD);
	e->metrics_next = -1;
	if (conf->metrics_address == NULL ||
	    (e->metrics_next = exporter_listen(conf, false)) != -1)
		return 0;
	error = errno;
	exporter_stay(e);
	errno = error;
	return -1;
}

void
exporter_stay(struct enforcer *e)
{
	if (e->metrics_next == e->metrics)
		return;
	if (e->metrics_next != -1)
		close(e->metrics_next);
	if (e->metrics != -1 && listen(e->metrics, QUEUE_MAX) == -1)
		log_warn("metrics: %s port %u", e->conf->metrics_address,
		    e->conf->metrics_port);
	e->metrics_next = e->metrics;
}

void
exporter_take(struct enforcer *e)
{
	if (e->metrics_next == e->metrics)
		return;
	if (e->metrics != -1)
		close(e->metrics);
	e->metrics = e->metrics_next;
	reply_send(e, MSG_METRICS, 0, NULL, 0, e->metrics);
}
