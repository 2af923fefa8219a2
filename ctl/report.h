/* The daily report: what it is made of, and its three forms. */
#ifndef SMTPBAN_REPORT_H
#define SMTPBAN_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "networks.h"

#define REPORT_DAY       86400
#define REPORT_HOURS     24
#define REPORT_BANS_MAX  50 /* rows of a section: bans */
#define REPORT_CLOSE_MAX 20 /* offenders that are close to the threshold */
#define REPORT_WORST_MAX 10 /* networks, accounts */

/* Bans of one kind, the newest last. */
struct report_bans {
	struct ban *list;
	size_t n;
};

/* What happened in the last hours, the running one first. */
struct report_hours {
	uint64_t of[REPORT_HOURS][CATEGORY_COUNT];
	uint64_t in_hour[REPORT_HOURS];
	uint64_t by_category[CATEGORY_COUNT];
	uint64_t all;
};

struct report {
	const char *host;
	int64_t now;           /* the day ends */
	struct answer *answer; /* status, all bans, offenders, accounts */
	const char **hints;
	unsigned nhints;
	/* The rest is gathered from that. */
	struct report_bans banned;    /* in the last day */
	struct report_bans ended;     /* in the last day */
	size_t nclose;                /* the first offenders of the answer */
	size_t naccounts;             /* the first accounts of the answer */
	struct network *networks;     /* the worst first */
	size_t nnetworks;             /* all of them */
	struct report_hours failures; /* that were counted */
	struct report_hours bans;     /* of banned above */
};

/*
 * Sort the answer and fill in the rest; accounts that nobody tried in the last
 * day go.  Ends the program without memory.
 */
void report_gather(struct report *);
void report_free(struct report *); /* what was gathered */

/* "19:00", the local hour that began so many hours ago. */
#define REPORT_HOUR_LEN 8
const char *report_hour(const struct report *, unsigned ago,
    char buf[REPORT_HOUR_LEN]);

/*
 * How the daemon is, line by line: label is "wrong", "remark", "hint", "last
 * error" or empty, and what the text names is escaped.
 */
typedef void (*report_line)(FILE *, const char *label, const char *text);
void report_health(const struct report *, FILE *, report_line);

/* As plain text of at most 80 columns, for mail(1). */
void report_print(const struct report *, FILE *);

/* As one JSON object. */
void report_print_json(const struct report *, FILE *);

/* As a page of HTML that needs nothing else. */
void report_print_html(const struct report *, FILE *);

#endif
