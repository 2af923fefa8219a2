#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "netlink.h"
#include "smtpband.h"

/* Whatever carries data, did or will: no listeners, nothing that is over. */
#define OPEN                                                                   \
	(1U << TCP_ESTABLISHED | 1U << TCP_SYN_SENT | 1U << TCP_SYN_RECV |     \
	    1U << TCP_FIN_WAIT1 | 1U << TCP_FIN_WAIT2 | 1U << TCP_CLOSE_WAIT | \
	    1U << TCP_LAST_ACK | 1U << TCP_CLOSING)

struct doomed {
	struct enforcer *e;
	struct inet_diag_req_v2 *v;
	size_t n, max;
};

void
disconnect_open(struct disconnect *d)
{
	/* Of no state there is none, nor one without addresses and ports. */
	struct inet_diag_req_v2 none = { .sdiag_family = AF_INET,
		.sdiag_protocol = IPPROTO_TCP };
	const int *results = NULL;

	d->nl = netlink_open(NETLINK_SOCK_DIAG, 0);
	if (d->nl != NULL &&
	    netlink_dump(d->nl, SOCK_DIAG_BY_FAMILY, &none, sizeof(none), NULL,
		NULL) == 0) {
		netlink_begin(d->nl, SOCK_DESTROY, 0, &none, sizeof(none));
		results = netlink_exchange(d->nl, NULL, NULL);
	}
	if (results == NULL)
		d->error = errno;
	else if (results[0] != ENOENT)
		d->error = results[0];
}

/* Without ports of their own, routes cut off all that is sent to a client. */
static bool
is_port_cut(const struct conf *conf, unsigned port)
{
	unsigned i;

	for (i = 0; i < conf->nroute_ports; i++)
		if (conf->route_ports[i] == port)
			return true;
	return conf->nroute_ports == 0;
}

static bool
is_cut(struct enforcer *e, const struct inet_diag_msg *m)
{
	/* An IPv4 client, as a socket for both families has it. */
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *addr = (const void *)m->id.idiag_dst;
	struct prefix p;

	if (m->idiag_family == AF_INET)
		prefix_from_bytes(&p, PREFIX_INET, addr, 32);
	else if (memcmp(addr, mapped, sizeof(mapped)) == 0)
		prefix_from_bytes(&p, PREFIX_INET, addr + sizeof(mapped), 32);
	else
		prefix_from_bytes(&p, PREFIX_INET6, addr, 128);
	return is_port_cut(e->conf, ntohs(m->id.idiag_sport)) &&
	    prefix_set_covering(e->conf->whitelist, &p) == NULL &&
	    bans_holding(&e->bans, p);
}

static void
visit(void *arg, struct nlmsghdr *hdr)
{
	struct doomed *d = arg;
	const struct inet_diag_msg *m = nlmsg_data(hdr);

	if (nlmsg_datalen(hdr) < (int)sizeof(*m) || !is_cut(d->e, m))
		return;
	if (d->n == d->max) {
		d->max = 2 * d->max + 64;
		d->v = reallocarray(d->v, d->max, sizeof(*d->v));
		if (d->v == NULL)
			fatal("connections");
	}
	/* The cookie in it says that it is this one and no later one. */
	d->v[d->n++] = (struct inet_diag_req_v2){ m->idiag_family, IPPROTO_TCP,
		.id = m->id };
}

/*
 * Destroy what was found.  One that is gone by now, or that only waits for the
 * peer's last word, is an error that means nothing.  Returns 0 or an errno.
 */
static int
destroy(struct netlink *nl, const struct doomed *d, uint64_t *ended)
{
	const int *results;
	size_t i, n, batch;

	for (n = 0; n < d->n; n += batch) {
		batch = MIN(d->n - n, NETLINK_BATCH);
		for (i = n; i < n + batch; i++)
			netlink_begin(nl, SOCK_DESTROY, 0, &d->v[i],
			    sizeof(d->v[i]));
		if ((results = netlink_exchange(nl, NULL, NULL)) == NULL)
			return errno;
		for (i = 0; i < batch; i++)
			*ended += results[i] == 0;
	}
	return 0;
}

/* End those of one family; returns 0 or an errno. */
static int
end_family(struct enforcer *e, uint8_t family, uint64_t *ended)
{
	struct netlink *nl = e->disconnect.nl;
	struct doomed d = { .e = e };
	struct inet_diag_req_v2 all = { .sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = OPEN };
	int error = 0, result;

	if (netlink_dump(nl, SOCK_DIAG_BY_FAMILY, &all, sizeof(all), visit,
		&d) == -1)
		error = errno;
	result = destroy(nl, &d, ended);
	free(d.v);
	return error != 0 ? error : result;
}

void
disconnect_banned(struct enforcer *e, bool inet)
{
	struct disconnect *d = &e->disconnect;
	int error = d->error;
	uint64_t ended = 0;

	if (!e->conf->disconnect)
		return;
	if (error == 0 && inet)
		error = end_family(e, AF_INET, &ended);
	if (error == 0)
		error = end_family(e, AF_INET6, &ended);
	e->counters.disconnected += ended;
	if (ended > 0)
		log_info("%llu connections of banned clients ended",
		    (unsigned long long)ended);
	if (error != 0 && error != d->said)
		log_warnx("cannot end connections of banned clients: %s "
			  "(the kernel needs INET_DIAG_DESTROY)",
		    strerror(error));
	d->said = error;
}
