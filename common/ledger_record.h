/* A ban, and what a whole file says of itself, as the ledger's bytes. */
#ifndef SMTPBAN_LEDGER_RECORD_H
#define SMTPBAN_LEDGER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ban.h"

#define LEDGER_RECORD_LEN 84
#define LEDGER_MARK_LEN   36

/* With the sum, no record of a file can be missing or of an older commit. */
struct ledger_mark {
	uint64_t generation; /* raised by each commit */
	uint64_t records;    /* bans in the file */
	uint64_t sum;        /* of their checksums */
};

/*
 * Every value is within its bound: it may be written, and is believed when
 * read.  Only a prefix that was never banned has no strikes.
 */
bool ledger_record_is_valid(const struct ban *);

/* Returns the checksum that ends the record. */
uint64_t ledger_record_encode(const struct ban *, uint8_t[LEDGER_RECORD_LEN]);

/* Checks length, version, values and checksum.  Returns 0, or -1. */
int ledger_record_decode(const void *, size_t, struct ban *);

void ledger_mark_encode(const struct ledger_mark *, uint8_t[LEDGER_MARK_LEN]);
int ledger_mark_decode(const void *, size_t, struct ledger_mark *);

#endif
