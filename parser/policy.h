/*
 * What an event weighs and whether its client, or its client's network, went
 * too far.  The daemon and smtpbanctl scan decide by this same code.
 *
 * A failure of a category in "count" is spared, the first that holds:
 *   "whitelisted", "private", or the name of a special range;
 *   "proxy": its client makes most of the good logins (gateway.h);
 *   "mail server": it is a refusal (unknown-user, rbl, policy) and its client
 *     delivers mail that is accepted (reputation.h).  A refusal by policy goes
 *     with the others: it too is about one mail, not about who brought it;
 *   "known": it is an attempt to log in (auth, probe) under a name that the
 *     same client logged in as within "known clients";
 *   "outage": it is an attempt to log in while nobody can (outage.h);
 *   "repeat": it is an attempt to log in that "repeats" has as counted.
 * A known client has patience times every threshold.
 *
 * The failures that weigh, but not those of known clients and mail servers
 * (of which a provider has many in one network, each with an accident now and
 * then), count against the network as well (neighbours.h).  A network is never
 * asked for if it touches the whitelist (unless routes exempt that; then, if
 * the whitelist covers it), special or (unless allowed) private
 * space, if a known client or the proxy is in it, or a ban in force covers it.
 */
#ifndef SMTPBAN_POLICY_H
#define SMTPBAN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway.h"
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

/*
 * Why a host or a network is never banned, by the configuration alone:
 * "whitelisted" (it; or something in it, unless routes exempt that), the name
 * of a special range, or "private"; NULL if it may be.
 */
const char *policy_protects(const struct policy *, const struct prefix *);

/*
 * Whether an EVENT_ACCEPT is about a mail.  That of postscreen is about a
 * greeting that it liked: the mail comes later.
 */
bool policy_is_mail(const struct event *);

struct verdict {
	bool counted;           /* its category is in "count" */
	const char *spared;     /* as above, or NULL */
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
 * A good login, or mail that was accepted: who is known, and whose share of
 * good mail is large.  now as above.
 */
void policy_welcome(struct policy *, const struct event *, int64_t now);

/*
 * The state of one ban, which may be told again: the hosts banned in each
 * network are counted.  Returns true when a network is full by that
 * (smtpban.conf(5), network): then *network is to be banned, for so many
 * failures of its hosts.  Bans by hand count, but another one has to make it
 * full; and those from before the network's own last ban ended do not fill it
 * again.  Tell all after policy_configure if policy_counts_bans.
 */
bool policy_take_ban(struct policy *, const struct ban *,
    struct prefix *network, uint32_t *failures);
bool policy_counts_bans(const struct policy *);

/* The failures of a prefix that was banned or released are settled. */
void policy_forget(struct policy *, const struct prefix *);

/*
 * When a client, as it is counted, last logged in; 0: it is not known now.
 * After "prefix inet6" has changed, IPv6 clients are known by their next login.
 */
int64_t policy_known(const struct policy *, const struct prefix *, int64_t now);

/* Whether a failure is one of a known client's own names. */
bool policy_is_own_name(const struct policy *, const struct event *,
    int64_t now);

/* Whether refusals of a client, as it is counted, are spared now. */
bool policy_is_mail_server(const struct policy *, const struct prefix *,
    int64_t now);

/*
 * Since when the known clients, and how many, cannot log in, and attempts are
 * not counted; 0: no outage is noticed.
 */
int64_t policy_outage(const struct policy *, int64_t now, uint32_t *clients);

/* Who makes most of the good logins; and whether that is, or is in, a prefix. */
bool policy_proxy(const struct policy *, int64_t now, struct gateway_share *);
bool policy_holds_proxy(const struct policy *, const struct prefix *,
    int64_t now);

/* How many times the thresholds a client, as it is counted, has now. */
uint32_t policy_patience(const struct policy *, const struct prefix *,
    int64_t now);

/* The prefix a client is counted by: itself, or its IPv6 network. */
void policy_prefix(const struct policy *, const struct prefix *client,
    struct prefix *);

/*
 * The wall clock was set by so many seconds: all that is remembered moves with
 * it, or nothing that comes now would be within its window.
 */
void policy_shift(struct policy *, int64_t by);

#endif
