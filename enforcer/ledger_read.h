/*
 * A file of the ledger as the last run left it.  gdbm believes what a file
 * says of itself: a damaged one can make it crash, or eat memory, or walk
 * round for ever.  So a child process reads it, and nobody ever writes to it.
 */
#ifndef SMTPBAN_LEDGER_READ_H
#define SMTPBAN_LEDGER_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "ledger_record.h"

#define LEDGER_MARK_KEY   "generation" /* not the text of any prefix */
#define LEDGER_UNFINISHED 0 /* as generation: changes are being written */

struct ledger_found {
	bool there;
	bool unfinished; /* its writer was killed: no damage */
	bool whole;      /* holds exactly what its mark says, and is on disk */
	struct ledger_mark mark; /* zeros unless whole */
	struct ban *v;           /* what is in it; to be freed */
	size_t n;
};

/*
 * Read a file.  Returns 0; or -1 with a line logged when it cannot be opened,
 * is none that root alone can write, or is in use.
 */
int ledger_read(const char *path, struct ledger_found *);

/*
 * Add every intact record of a damaged file, wherever its bytes are: gdbm
 * stops at the first damage, and gdbm_recover loses and invents records.
 */
void ledger_salvage(const char *path, struct ledger_found *);

#endif
