/*
 * What an event weighs and whether its client went too far.  The daemon and
 * smtpbanctl scan decide by this same code.
 */
#ifndef SMTPBAN_POLICY_H
#define SMTPBAN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "msg.h"
#include "offenders.h"
#include "prefix_set.h"
#include "recognise/recognise.h"

struct policy;

/* Without memory: NULL.  All defaults of smtpban.conf(5), empty whitelist. */
struct policy *policy_new(void);
void policy_free(struct policy *);

/*
 * Take a configuration; counters stay, where their windows still hold them.
 * The whitelist becomes the policy's own.
 */
void policy_configure(struct policy *, const struct msg_policy *,
    struct prefix_set *whitelist);

const struct msg_policy *policy_settings(const struct policy *);
const struct prefix_set *policy_whitelist(const struct policy *);
struct offenders *policy_offenders(struct policy *);

struct verdict {
	bool counted;           /* its category is in "count" */
	const char *spared;     /* "whitelisted", "private", ... or NULL */
	bool over;              /* reached the threshold: ask for a ban */
	struct prefix prefix;   /* what is counted: the host or its /64 */
	enum category category; /* of this event */
	uint32_t count;         /* failures in the window, this one included */
	uint32_t threshold;
	bool network_over;     /* so did its network: ask for that as well */
	struct prefix network; /* then the /24 or /48 of the client */
	uint32_t network_count;
};

/*
 * Weigh a failure.  now, wall clock seconds: an event older than its window
 * is not counted (scan passes the event's own time).
 */
void policy_judge(struct policy *, const struct event *, int64_t now,
    struct verdict *);

/*
 * A good login, or mail that was accepted: who is known, whose share of good
 * mail is large, and which accounts are used.
 */
void policy_welcome(struct policy *, const struct event *, int64_t now);

/*
 * The state of one ban: the hosts banned in each network are counted.  Returns
 * true when a network is full by that (smtpban.conf(5), network): then
 * *network is to be banned, for so many hosts.
 */
bool policy_take_ban(struct policy *, const struct ban *,
    struct prefix *network, uint32_t *hosts);

/* The prefix a client is counted by: itself, or its IPv6 network. */
void policy_prefix(const struct policy *, const struct prefix *client,
    struct prefix *);

#endif
