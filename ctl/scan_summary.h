/* The numbers that sum up what a configuration would have done. */
#ifndef SMTPBAN_SCAN_SUMMARY_H
#define SMTPBAN_SCAN_SUMMARY_H

#include "networks.h"
#include "scan.h"

#define SCAN_NETWORKS 5 /* the worst are shown */

/* Which lines, and a table with a column for each configuration. */
void scan_summary_print(const struct scan *);

/* The same as members of an object; those of the lines for themselves. */
void scan_summary_lines_json(struct json *, const struct scan *);
void scan_summary_json(struct json *, const struct scan_play *);

/*
 * The networks with most bans, the worst first; failures are those that led to
 * the bans and those that these stopped.  The caller frees it; NULL: none.
 */
struct network *scan_summary_networks(const struct scan_play *, size_t *n);

/*
 * What to call the configuration of a play: the last component of its path,
 * or all of it if the others have the same one.
 */
const char *scan_summary_name(const struct scan *, const struct scan_play *);

#endif
