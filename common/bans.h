/*
 * A set of bans: those in force and the ended ones still remembered, by
 * prefix and by the time at which something happens to them.
 */
#ifndef SMTPBAN_BANS_H
#define SMTPBAN_BANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ban.h"
#include "rb.h"

struct ban_entry {
	struct ban ban; /* state 0: made a moment ago, nothing decided */
	RB_ENTRY(ban_entry) node;
	RB_ENTRY(ban_entry) queue;
	int64_t due;   /* wall clock ms: ends (active), is forgotten (ended) */
	uint32_t seen; /* the reconciliation that found its route */
	uint32_t queued; /* enum ban_state: in that queue; 0: in none */
	bool touched;    /* changed in this turn */
};
RB_HEAD(ban_tree, ban_entry);
RB_HEAD(ban_queue, ban_entry);

/* Entries of one state, the earliest due first. */
struct ban_due {
	struct ban_queue queue;
	size_t n;
};

struct bans {
	struct ban_tree tree;
	struct ban_due active;
	struct ban_due ended;
	size_t limit;           /* of either kind */
	size_t lengths[2][129]; /* entries by family and prefix length */
};

void bans_init(struct bans *, size_t limit);

/* Free all entries; the set is empty then. */
void bans_clear(struct bans *);

/* The entry of exactly this prefix, or NULL. */
struct ban_entry *bans_find(struct bans *, const struct prefix *);

/*
 * Whether a ban in force contains the prefix.  One whose prefix another's route
 * holds (BAN_FOREIGN) does not count.
 */
bool bans_holding(struct bans *, struct prefix);

/*
 * Whether it is in force and within no wider ban that is.  A wider one whose
 * prefix another's route holds (BAN_FOREIGN) does not count.
 */
bool bans_is_outermost(struct bans *, const struct ban_entry *);

/* A new entry, of state 0 and in no queue; there must be none yet. */
struct ban_entry *bans_insert(struct bans *, const struct prefix *);

/* Take an entry out of its queue while it is changed. */
void bans_unqueue(struct bans *, struct ban_entry *);

/*
 * After a change: put the entry into the queue of its state, to be due then.
 * One that has been forgotten, or has no state, is freed.
 */
void bans_settle(struct bans *, struct ban_entry *, int64_t due);

/* An entry whose time has come; beyond the limit the oldest ended; or NULL. */
struct ban_entry *bans_due(struct bans *, int64_t now);

/* When bans_due will have something, as due; INT64_MAX for never. */
int64_t bans_next(struct bans *);

/* All in the order of prefix_cmp; with _SAFE the entry may be taken away. */
struct ban_entry *bans_first(struct bans *);
struct ban_entry *bans_after(const struct ban_entry *);

/* The first entry behind a prefix, whether that is there or not. */
struct ban_entry *bans_behind(struct bans *, const struct prefix *);

#define BANS_FOREACH(e, b) \
	for ((e) = bans_first(b); (e) != NULL; (e) = bans_after(e))
#define BANS_FOREACH_SAFE(e, b, next)                                         \
	for ((e) = bans_first(b); (e) != NULL && ((next) = bans_after(e), 1); \
	     (e) = (next))

#endif
