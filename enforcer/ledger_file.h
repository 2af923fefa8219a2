/* One file of the ledger that this run made, and writes through gdbm. */
#ifndef SMTPBAN_LEDGER_FILE_H
#define SMTPBAN_LEDGER_FILE_H

#include <gdbm.h>
#include <limits.h>
#include <stdbool.h>

#include "ledger_record.h"
#include "prefix_hash.h"

struct bans;

struct ledger_file {
	char path[PATH_MAX];
	struct prefix_hash_key secret;
	GDBM_FILE db;            /* NULL: to be made before it is written */
	struct ledger_mark mark; /* zeros: it is not known to be whole */
	int error; /* errno of the first failure since it was made, or 0 */
};

void ledger_file_close(struct ledger_file *);

/*
 * Make it anew, of all bans in the set; it takes the place of the old one when
 * it is on disk.  Returns 0, or -1 with errno.
 */
int ledger_file_make(struct ledger_file *, int dir, struct bans *,
    uint64_t generation);

/* Whether changes can be written: if not, it has to be made anew. */
bool ledger_file_is_good(const struct ledger_file *);

/* Store so many bans, or take forgotten ones away, and sync; as above. */
int ledger_file_write(struct ledger_file *, const struct ban *, size_t n,
    uint64_t generation);

#endif
