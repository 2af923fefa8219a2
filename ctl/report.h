/* The daily report. */
#ifndef SMTPBAN_REPORT_H
#define SMTPBAN_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "client.h"

struct report {
	const char *host;
	int64_t now;           /* the day ends */
	struct answer *answer; /* status, all bans, offenders; is sorted */
	const char **hints;
	unsigned nhints;
};

/* As plain text of at most 80 columns, for mail(1). */
void report_print(const struct report *, FILE *);

/* As one JSON object. */
void report_print_json(const struct report *, FILE *);

#endif
