/*
 * The last lines that counted against clients, to be shown to who asks why.
 * They are kept in a ring of bytes: putting one costs no memory and no time
 * worth mentioning, and the oldest go first.
 */
#ifndef SMTPBAN_EVIDENCE_H
#define SMTPBAN_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "ctl.h"

#define EVIDENCE_BYTES (1U << 20) /* pages of it are touched as it fills */

struct event;
struct evidence;

struct evidence *evidence_new(void); /* NULL without memory */
void evidence_free(struct evidence *);

/*
 * Keep a line of n bytes, cut to CTL_LINE_LEN, that counted against the client
 * of this event; log is the index of its source.
 */
void evidence_put(struct evidence *, const struct event *, uint32_t log,
    const char *line, size_t n);

/*
 * The newest lines of clients within a prefix, CTL_EVIDENCE_MAX at most: where
 * they are, the oldest first.  Returns how many.  Looks at all that is kept.
 */
size_t evidence_find(const struct evidence *, const struct prefix *,
    uint64_t at[CTL_EVIDENCE_MAX]);

/*
 * The line at a place that evidence_find told; its log, an index or
 * MSG_LOGS_MAX, to *log, r->log stays empty.  Returns 0, or -1 if it had to go
 * meanwhile.
 */
int evidence_get(const struct evidence *, uint64_t at,
    struct ctl_evidence_record *r, uint32_t *log);

/* A source is no longer read, its index may be given to another one. */
void evidence_forget_log(struct evidence *, uint32_t log);

/* The lines of a wall clock that was set move with it. */
void evidence_shift(struct evidence *, int64_t by);

#endif
