/* How many different clients there were, in bounded memory. */
#ifndef SMTPBAN_SCAN_SET_H
#define SMTPBAN_SCAN_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "prefix.h"

struct scan_set;

/* limit: of how many it can tell.  Ends the program without memory. */
struct scan_set *scan_set_new(size_t limit);
void scan_set_free(struct scan_set *);

/* Count p, unless it was before; beyond the limit none is. */
void scan_set_add(struct scan_set *, const struct prefix *p);

size_t scan_set_count(const struct scan_set *);

#endif
