/* What must never be banned, whoever asks. */
#ifndef SMTPBAN_GUARD_H
#define SMTPBAN_GUARD_H

#include <stdbool.h>

#include "msg.h"

struct conf;
struct hostaddr;

/*
 * True, with the reason as text, if a ban of p is against the policy: not a
 * well-formed prefix, wider than allowed, no unicast address of the internet,
 * private, whitelisted (p lies in an entry; or holds one, unless routes exempt
 * that), or this host's own address, network, gateway or resolver.
 */
bool guard_refuses(const struct conf *, const struct hostaddr *,
    const struct prefix *p, char reason[MSG_REASON_LEN]);

#endif
