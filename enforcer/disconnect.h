/*
 * Open TCP connections of banned clients, which their routes would only let
 * starve: sock_diag(7) lists them, and SOCK_DESTROY (Linux 4.5, where the
 * kernel has INET_DIAG_DESTROY) ends them.
 */
#ifndef SMTPBAN_DISCONNECT_H
#define SMTPBAN_DISCONNECT_H

#include <stdbool.h>

struct enforcer;
struct netlink;

struct disconnect {
	struct netlink *nl;
	int error; /* why the kernel cannot, for good; 0: it can */
	int said;  /* the errno that was logged last; 0: all was well since */
};

/* Ask whether the kernel can; what it says is told by disconnect_banned. */
void disconnect_open(struct disconnect *);

/*
 * Where the configuration wants it, end the connections that the routes of the
 * bans cut off, whoever opened them, and count them; those of IPv4 clients
 * only if inet.  Bans hold all the same where this fails: that is logged, once
 * as long as the reason is the same.
 */
void disconnect_banned(struct enforcer *, bool inet);

#endif
