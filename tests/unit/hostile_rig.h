/*
 * The enforcer's own modules, with a real kernel and a real ledger, and at the
 * other end of the channel a parser that was taken over: the test.
 */
#ifndef SMTPBAN_HOSTILE_RIG_H
#define SMTPBAN_HOSTILE_RIG_H

#include "smtpband.h"

#define HOSTILE_LIMIT 100 /* of bans */

extern struct enforcer hostile_enforcer;
extern int hostile_parser; /* its end of the channel */

/*
 * The setup and teardown of a test: 192.0.2.25/25 and 2001:db8:25::25/64 are
 * this host's, 192.0.2.1 and 2001:db8:25::1 its gateways, 203.0.113.53 is its
 * resolver, 198.51.100.9, 203.0.113.128/25 and 2001:db8:bad:99::/64 are
 * whitelisted.  The parser was told all.
 */
int hostile_setup(void **state);
int hostile_teardown(void **state);

/* Carry out one message; true unless it is the end of the enforcer. */
bool hostile_try(const struct channel_msg *);

/* Read what is in the channel; true unless it is the end of the enforcer. */
bool hostile_read(void);

/* Read all answers; returns how many came. */
int hostile_drain(void);

/* What a message may change in memory. */
struct hostile_state {
	struct ban_due active, ended;
	struct msg_counters counters;
	struct source log;
	const struct conf *conf;
	size_t turn;
	int64_t tokens;
	int listener;
	uint32_t pings;
	uint32_t told;
};
void hostile_look(struct hostile_state *);

/* Whether policy lets p be banned: written anew, from the manual. */
bool hostile_may_ban(const struct prefix *p);

/*
 * Fails unless the active bans are those that policy allows, the routes are
 * those of the bans, and all else is within its bounds.
 */
void hostile_assert_sound(void);

/* Close the ledger and open it again: it must hold the same bans. */
void hostile_assert_ledger(void);

#endif
