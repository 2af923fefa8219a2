/*
 * Who failed how often: a bounded table of prefixes, each with the times and
 * categories of its failures in a sliding window by log time.
 */
#ifndef SMTPBAN_OFFENDERS_H
#define SMTPBAN_OFFENDERS_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"

struct offenders;

/* limit: entries (a prefix and a threshold); beyond, the oldest goes. */
struct offenders *offenders_new(size_t limit);
void offenders_free(struct offenders *);
void offenders_set_limit(struct offenders *, size_t limit);

/* What is known of one prefix under one threshold. */
struct offender {
	struct prefix prefix;
	uint32_t group; /* the category with a threshold of its own, or 0 */
	uint32_t count; /* failures in the window */
	uint32_t counts[CATEGORY_COUNT];
	int64_t first;
	int64_t last;
};

/*
 * Count n failures of category at time (seconds; lines may come out of
 * order), under the threshold of group.  Fills *now_has with the state of the
 * window that ends at the newest failure.  Keeps at most threshold.count
 * times for an entry, the newest.  A time before 1970 or after 2105 is taken
 * as the nearest in between.  Returns 0, or -1 without memory.
 */
int offenders_count(struct offenders *, const struct prefix *, uint32_t group,
    enum category, int64_t time, uint32_t n, const struct msg_threshold *,
    struct offender *now_has);

/* Forget all of a prefix and what lies in it (it was banned or released). */
void offenders_forget(struct offenders *, const struct prefix *);

/*
 * The entry of a prefix and a group, for check.  Windows and result as below:
 * 0 if there is none, or nothing in its window.
 */
int offenders_get(const struct offenders *, const struct prefix *,
    uint32_t group, const struct msg_threshold by_group[CATEGORY_COUNT],
    int64_t now, struct offender *o);

/*
 * All entries in an order of the table's own, which stays while entries come
 * and go: the first after (prefix, group), which need not be there any more;
 * prefix NULL: the first.  The entries of one prefix follow each other, group
 * 0 first.  by_group: the windows; entries whose window before now is
 * empty, and those of a group that has no threshold now, are passed over; but
 * at the last of OFFENDERS_PASSED such entries it stops, and its count is 0.
 * Each step is O(1).  Returns 1 and fills *o, or 0 at the end.
 */
#define OFFENDERS_PASSED 256
int offenders_next(const struct offenders *, const struct prefix *after,
    uint32_t group, const struct msg_threshold by_group[CATEGORY_COUNT],
    int64_t now, struct offender *o);

size_t offenders_number(const struct offenders *);

/*
 * How many entries a full table has dropped whose window was not over, by the
 * time of the newest failure.
 */
uint64_t offenders_lost(const struct offenders *);

/* The clock was set by so many seconds: all failures move with it. */
void offenders_shift(struct offenders *, int64_t by);

#endif
