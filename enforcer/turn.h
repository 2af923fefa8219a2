/*
 * A turn of the loop: bans are changed in memory first, then all changes of
 * the turn go to the kernel and to the ledger together, with one sync, and
 * only then are they answered.
 */
#ifndef SMTPBAN_TURN_H
#define SMTPBAN_TURN_H

#include <stddef.h>
#include <stdint.h>

#include "ban.h"
#include "prefix.h"

struct enforcer;
struct ban_entry;

struct turn_change {
	struct ban_entry *entry;
	struct ban before; /* to undo it, if the kernel refuses */
	uint32_t id;       /* of the request; 0: none */
};

#define TURN_CHANGES 4096 /* carried out at once, at most */

struct turn {
	struct turn_change v[TURN_CHANGES];
	size_t n;
};

/*
 * The entry of a prefix, new if need be, to be changed now; it is carried out
 * by turn_commit.
 */
struct ban_entry *turn_touch(struct enforcer *, const struct prefix *,
    uint32_t id);

/*
 * Carry out.  A ban that the kernel refuses is undone and answered
 * MSG_FAILED; one that the ledger could not take is in force, marked
 * BAN_UNWRITTEN, answered MSG_FAILED and written later.
 */
void turn_commit(struct enforcer *);

/*
 * Write what the ledger has pending; also from the timer, when a write failed
 * before.  Returns 0 or the errno, which has been logged.
 */
int turn_write(struct enforcer *);

#endif
