/* The kernel's routes compared with the bans, and made equal again. */
#ifndef SMTPBAN_RECONCILE_H
#define SMTPBAN_RECONCILE_H

struct conf;
struct enforcer;
struct route_kind;

/* The kind of route that a configuration asks for. */
void route_kind_of(const struct conf *, struct route_kind *);

/*
 * Keep our rules, add the routes of active bans that are missing, delete
 * those of ours that no ban asks for or that are of another kind.  Returns
 * how many were missing, or -1 when the kernel did not tell (logged).
 */
int reconcile(struct enforcer *);

/* Delete every route of ours, as their kind is about to change. */
void reconcile_clear(struct enforcer *);

#endif
