/* The kernel's routes compared with the bans, and made equal again. */
#ifndef SMTPBAN_RECONCILE_H
#define SMTPBAN_RECONCILE_H

#include <stdbool.h>

struct conf;
struct enforcer;
struct prefix;
struct route_kind;

/* The kind of route that a configuration asks for. */
void route_kind_of(const struct conf *, struct route_kind *);

/* Whether an active ban, or an entry of the whitelist, asks for a route. */
bool reconcile_asks(struct enforcer *, const struct prefix *);

/*
 * Keep our rules, add the routes of active bans that are missing, and before
 * them those that exempt the whitelist, delete those of ours that nothing asks
 * for or that are of another kind.  What fails
 * is told as MSG_FAULT_ROUTES, counted as unrouted and tried again soon; where
 * nothing does, what banned clients have opened before or meanwhile is ended.
 * Returns how many routes that others had removed are back.
 */
int reconcile(struct enforcer *);

/* Delete every route of ours, as their kind is about to change. */
void reconcile_clear(struct enforcer *);

#endif
