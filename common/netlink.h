/*
 * netlink(7) sockets, of rtnetlink(7) and sock_diag(7): requests are gathered,
 * sent in one batch, and each has its own result.  Errors are those of errno.
 */
#ifndef SMTPBAN_NETLINK_H
#define SMTPBAN_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "prefix.h"

/* Acknowledging more at once overruns a receive buffer of the default size. */
#define NETLINK_BATCH 256

struct netlink;

/* A message from the kernel. */
typedef void (*netlink_visit)(void *arg, struct nlmsghdr *);

/*
 * A socket for requests of a protocol (NETLINK_ROUTE, NETLINK_SOCK_DIAG), or
 * one that listens to groups (bit RTNLGRP_x - 1 each).  Returns NULL with
 * errno on failure.
 */
struct netlink *netlink_open(int protocol, uint32_t groups);
void netlink_close(struct netlink *);
int netlink_fd(const struct netlink *);

/*
 * Begin the next request of the batch, of at most NETLINK_BATCH, with len bytes
 * of its type's header, and add attributes to it.
 */
void netlink_begin(struct netlink *, uint16_t type, uint16_t flags,
    const void *header, size_t len);
void netlink_put(struct netlink *, uint16_t attr, const void *, size_t len);

/*
 * Send the batch and read every result.  When one was lost all is sent again, a
 * bounded number of times: a request must be one that may be repeated.  What
 * the kernel answers besides is shown to visit.  Never waits.  Returns the
 * results in order, 0 or an errno each, which hold until the next exchange; or
 * NULL with errno when the socket failed.
 */
const int *netlink_exchange(struct netlink *, netlink_visit, void *arg);

/*
 * Ask for all objects that match the header.  What others changed meanwhile
 * begins again, a bounded number of times, so an object may be shown twice, or
 * though it is gone.  Returns 0, or -1 with errno.
 */
int netlink_dump(struct netlink *, uint16_t type, const void *header,
    size_t len, netlink_visit, void *arg);

/*
 * Read one datagram, as many messages as are in it, without waiting.  Returns
 * 0, or -1 with errno: EAGAIN when there is none, ENOBUFS when something was
 * lost.
 */
int netlink_read(struct netlink *, netlink_visit, void *arg);

/*
 * The address in attr of a message of this family (AF_INET, AF_INET6) as a
 * prefix of len bits, or as a host where that is more than it has.  False if
 * there is none.
 */
bool netlink_prefix(struct prefix *, int family, const struct nlattr *attr,
    unsigned len);

#endif
