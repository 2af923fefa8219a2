/* Bans, offenders and texts of the daemon, for people and as JSON. */
#ifndef SMTPBAN_SHOW_H
#define SMTPBAN_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "json.h"
#include "table.h"

/*
 * A text that came from elsewhere, without what a terminal would obey: all
 * but printable ASCII and newlines as \xNN.  end: with a newline at its end.
 */
void show_text(FILE *, const char *, bool end);

/* A text of words in lines of at most 80 columns, after label and, from the
 * second line on, blanks of its width. */
void show_wrapped(FILE *, const char *label, const char *text);

/* By the time they began, the newest last; by how close they are to the
 * threshold, the closest first. */
void show_sort_bans(struct ban *, size_t);
void show_sort_offenders(struct ctl_offender_record *, size_t);

/* A time as a cell, and how long ago or hence that is where there is room. */
void show_time_cell(struct table *, int64_t time, int64_t now);

void show_bans(FILE *, const struct ban *, size_t, int64_t now, bool headings);
void show_offenders(FILE *, const struct ctl_offender_record *, size_t,
    int64_t now, bool headings);

/* The members of an object: prefix, since, expires, ... */
void show_ban_members(struct json *, const struct ban *);

/* One object each; key as in json.h. */
void show_ban_json(struct json *, const char *key, const struct ban *);
void show_offender_json(struct json *, const char *key,
    const struct ctl_offender_record *);

/* "auth 2, probe 1" of counts by category; empty if all are 0. */
#define SHOW_COUNTS_LEN 256
const char *show_counts(const uint64_t counts[CATEGORY_COUNT],
    char buf[SHOW_COUNTS_LEN]);

/* The same of an offender's counts. */
const char *show_offender_counts(const struct ctl_offender_record *,
    char buf[SHOW_COUNTS_LEN]);

/* The members "auth": 2, ... of an object of that key, all that are not 0. */
void show_counts_json(struct json *, const char *key,
    const uint64_t counts[CATEGORY_COUNT]);

/* Print that the daemon's answer is not as this version's should be. */
void show_warn_senseless(const char *what);

#endif
