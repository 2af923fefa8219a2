/*
 * The bans on disk: two GNU dbm files, PATH and PATH.2, written in turn, so
 * that at any moment one of them is whole and holds all that was committed.
 * A file that was there at the start is only read; before it is written it is
 * made anew, from the bans in memory.
 */
#ifndef SMTPBAN_LEDGER_H
#define SMTPBAN_LEDGER_H

#include <stdint.h>

#include "ban.h"

struct bans;
struct ledger;

/* One record of the ledger at open. */
typedef void (*ledger_visit)(void *arg, const struct ban *);

/*
 * Open or create the ledger of these bans, and visit every record of the
 * newest whole file, so that they are in memory again; what is damaged is kept
 * aside with a time in its name.  If neither is whole, or the two do not
 * belong together, what can be read from both is visited, of two records the
 * later one last; *damaged is set to 1 if something may be missing, and
 * to -1 if there was no file at all.  Locked
 * against a second daemon.  Returns NULL with a line logged.
 */
struct ledger *ledger_open(const char *path, struct bans *, ledger_visit,
    void *arg, int *damaged);
void ledger_close(struct ledger *);

/*
 * Put a ban of the set, which was changed (or, if its state is BAN_FORGOTTEN,
 * take its record away), at the next commit.  The flags beyond
 * BAN_FLAGS_STORED are not kept.  Returns 0, or -1 with EINVAL for what could
 * not be read again.
 */
int ledger_put(struct ledger *, const struct ban *);

/*
 * Write all that was put since the last commit that succeeded, in one sync.
 * Returns 0 when it is on disk, or -1 with errno; then it stays pending and
 * the next commit tries it again.
 */
int ledger_commit(struct ledger *);

/* Changes pending, and bytes of both files. */
unsigned ledger_pending(const struct ledger *);
uint64_t ledger_bytes(const struct ledger *);

#endif
