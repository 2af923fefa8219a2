/*
 * The address that makes most of the good logins: a proxy, a load balancer or
 * a container's gateway, behind which all users are.  To ban it would be to
 * ban them.  It is one by more than half of at least GATEWAY_LOGINS good
 * logins of today and the six days before (in UTC), and stays one while it
 * makes a third of them.
 */
#ifndef SMTPBAN_GATEWAY_H
#define SMTPBAN_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

#define GATEWAY_LOGINS 50
#define GATEWAY_DAYS   7

/*
 * Clients whose logins are counted.  Beyond, the one of the fewest goes: one
 * with a larger share than one of so many is always there, and its number is
 * never too high, if too low on the day that it came.
 */
#define GATEWAY_CLIENTS 64

struct gateway;

struct gateway *gateway_new(void); /* NULL without memory */
void gateway_free(struct gateway *);

/* A good login of a client as it is counted; in seconds, in any order. */
void gateway_login(struct gateway *, const struct prefix *, int64_t time);

struct gateway_share {
	struct prefix client;
	uint32_t logins;
	uint32_t of; /* all good logins of that time */
};

/* Who it is at that time; false: nobody. */
bool gateway_get(const struct gateway *, int64_t time, struct gateway_share *);

/* The clock was set by so many seconds. */
void gateway_shift(struct gateway *, int64_t by);

#endif
