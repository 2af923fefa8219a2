/* A set of prefixes, for the whitelist and this host's own addresses. */
#ifndef SMTPBAN_PREFIX_SET_H
#define SMTPBAN_PREFIX_SET_H

#include <stddef.h>

#include "prefix.h"

struct prefix_set;

/* An empty set, or NULL without memory.  prefix_set_free(NULL) is nothing. */
struct prefix_set *prefix_set_new(void);
void prefix_set_free(struct prefix_set *);

/* Add one; twice is once.  Returns 0, or -1 without memory. */
int prefix_set_add(struct prefix_set *, const struct prefix *);

/* Entries are ordered by prefix_cmp; NULL past the end. */
size_t prefix_set_count(const struct prefix_set *);
const struct prefix *prefix_set_get(const struct prefix_set *, size_t);

/*
 * The longest entry that contains p, or NULL.  Cost: one binary search for
 * each prefix length in use.  The pointer holds until the set changes.
 */
const struct prefix *prefix_set_covering(const struct prefix_set *,
    const struct prefix *p);

/* An entry that contains p or lies in p, or NULL. */
const struct prefix *prefix_set_overlapping(const struct prefix_set *,
    const struct prefix *p);

#endif
