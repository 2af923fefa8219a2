/* The lines of the log that counted against a client, as check shows them. */
#ifndef SMTPBAN_SEEN_H
#define SMTPBAN_SEEN_H

#include <stddef.h>

#include "ctl.h"
#include "json.h"

/*
 * Each after a label line when its log is another one than before, in at most
 * SEEN_ROWS rows of 80 columns, with every byte that could act on a terminal
 * escaped.
 */
#define SEEN_ROWS 4
void seen_show(const struct ctl_evidence_record *, size_t);

/* The member "lines", an array; complete, as far as the daemon kept them. */
void seen_json(struct json *, const struct ctl_evidence_record *, size_t);

#endif
