/* What is wrong with the daemon now, and what is only odd. */
#ifndef SMTPBAN_WRONG_H
#define SMTPBAN_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "colour.h"
#include "json.h"

/* Of a status answer, at most: one a fault and a log, and some more. */
#define WRONG_MAX     (MSG_FAULTS + MSG_LOGS_MAX + 2)
#define WRONG_REMARKS (MSG_LOGS_MAX + 4)

struct wrong {
	char what[MSG_PATH_LEN + 64]; /* "ledger not written" */
	char why[MSG_REASON_LEN * 2]; /* "No space left on device", or empty */
	char more[64];                /* "12 changes wait", or empty */
	int64_t since;                /* wall clock; 0: not known */
};

/*
 * Fill w from an answer with a status, the worst first; returns how many
 * there are: with none, all is well.
 */
size_t wrong_collect(const struct answer *, struct wrong w[WRONG_MAX]);

/* The same for what may be as it should. */
size_t wrong_remark(const struct answer *, int64_t now,
    struct wrong w[WRONG_REMARKS]);

/* As one line, what it names escaped: all printable ASCII. */
#define WRONG_LINE_LEN (4 * (int)sizeof(struct wrong))
const char *wrong_line(const struct wrong *, int64_t now,
    char line[WRONG_LINE_LEN]);
const char *wrong_last_line(const char *when, const char *error,
    char line[WRONG_LINE_LEN]);

/* "wrong: ledger not written for 3m: No space left on device (...)". */
void wrong_show(FILE *, const char *label, enum colour, const struct wrong *,
    int64_t now);

/* The daemon's last error, and when that was, or "". */
void wrong_show_last(FILE *, const char *label, const char *when,
    const char *error);

/* An array of that key: what, why, since. */
void wrong_json(struct json *, const char *key, const struct wrong *, size_t);

#endif
