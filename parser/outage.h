/*
 * An outage of what checks passwords.  All users fail at once then, and it is
 * not they who attack.
 *
 * Only those are heard who had logged in themselves, and are known for it
 * (known.h): one that fails, for a name of its own or one that is not told,
 * the first time since its last login; and one that logs in.  Voices differ
 * in both client (host, or IPv6 network as it is counted) and name: all users
 * behind one address, or all hosts that use one stolen account, are one.  It
 * begins when, within OUTAGE_WITHIN, at least OUTAGE_CLIENTS failed, and
 * OUTAGE_SHARE times as many as logged in; it is over when that share is no
 * longer true, or when for OUTAGE_QUIET none of the known clients failed.  A
 * phone that has an old password is heard once, and not each time it tries.
 * So who wants to bring it about needs that many accounts, and more of them
 * if users log in meanwhile; each has to log in anew for each time.
 */
#ifndef SMTPBAN_OUTAGE_H
#define SMTPBAN_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

#define OUTAGE_CLIENTS 5
#define OUTAGE_SHARE   4
#define OUTAGE_WITHIN  300 /* seconds */
#define OUTAGE_QUIET   600 /* seconds */
#define OUTAGE_VOICES  64  /* beyond, the longest silent one goes */

struct outage;

struct outage *outage_new(void); /* NULL without memory */
void outage_free(struct outage *);

/*
 * A known client failed, or logged in, by the name of that number (known.h);
 * who logs in may have none, 0, which is nobody else's.
 * first: since its last login.  Times are seconds, and may be out of order by
 * OUTAGE_WITHIN.  outage_fail returns true if it begins by that.
 */
bool outage_fail(struct outage *, const struct prefix *client, uint32_t name,
    bool first, int64_t time);
void outage_login(struct outage *, const struct prefix *client, uint32_t name,
    int64_t time);

/* Since when it lasts at that time; 0: there is none. */
int64_t outage_since(const struct outage *, int64_t time);

/* How many fail, up to OUTAGE_VOICES; and one of them, from 0, or NULL. */
unsigned outage_clients(const struct outage *);
const struct prefix *outage_client(const struct outage *, unsigned number);

/* The clock was set by so many seconds. */
void outage_shift(struct outage *, int64_t by);

#endif
