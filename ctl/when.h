/* Times and spans of time as text. */
#ifndef SMTPBAN_WHEN_H
#define SMTPBAN_WHEN_H

#include <stdint.h>

/* The longest of the texts below, for any number. */
#define WHEN_STRLEN 48

/* All print into buf and return it.  Times are seconds since the epoch. */

/* "2026-11-24T18:44:15Z". */
const char *when_utc(int64_t, char buf[WHEN_STRLEN]);

/* Local time: "2026-11-24 18:44:15"; "for ever", "never" (0). */
const char *when_local(int64_t, char buf[WHEN_STRLEN]);

/*
 * The same in at most 11 characters, as in ls -l: "11-24 18:44", or
 * "2027-11-24" where that is more than half a year from now.
 */
const char *when_short(int64_t, int64_t now, char buf[WHEN_STRLEN]);

/* A span, in its two largest units: "6d 23h", "5m", "0s". */
const char *when_span(uint64_t seconds, char buf[WHEN_STRLEN]);

/* "in 6d 23h", "5m 2s ago", "now"; empty for 0 and for ever. */
const char *when_relative(int64_t, int64_t now, char buf[WHEN_STRLEN]);

/* The same in one unit, of which there are two or more: "in 6d", "90m ago". */
const char *when_about(int64_t, int64_t now, char buf[WHEN_STRLEN]);

#endif
