/*
 * The bans on disk: two GNU dbm files, PATH and PATH.2, written in turn, so
 * that at any moment one of them is whole and holds all that was committed.
 */
#ifndef SMTPBAN_LEDGER_H
#define SMTPBAN_LEDGER_H

#include <stdint.h>

#include "ban.h"

struct ledger;

/* One record of the ledger at open. */
typedef void (*ledger_visit)(void *arg, const struct ban *);

/*
 * Open or create the ledger and visit every record of the newest whole file;
 * the other file is made anew from it when it is damaged, absent or of
 * another age.  If neither is whole, what can be read from both is visited
 * (of two records the later), both are moved aside with a time in their
 * name, and *damaged is set to 1.  Locked against a second daemon.  Returns
 * NULL with a line logged.
 */
struct ledger *ledger_open(const char *path, ledger_visit, void *arg,
    int *damaged);
void ledger_close(struct ledger *);

/*
 * Put a ban (or, if its state is BAN_FORGOTTEN, take its record away) at the
 * next commit.  The flags beyond BAN_FLAGS_STORED are not kept.  Returns 0,
 * or -1 without memory or, with EINVAL, for what could not be read again.
 */
int ledger_put(struct ledger *, const struct ban *);

/*
 * Write all that was put since the last commit that succeeded, in one sync.
 * Returns 0 when it is on disk, or -1 with errno; then it stays pending and
 * the next commit tries it again.
 */
int ledger_commit(struct ledger *);

/* Records pending, and bytes of both files. */
unsigned ledger_pending(const struct ledger *);
uint64_t ledger_bytes(const struct ledger *);

#endif
