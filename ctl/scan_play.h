/* What one configuration would have made of the events of the logs. */
#ifndef SMTPBAN_SCAN_PLAY_H
#define SMTPBAN_SCAN_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"
#include "policy.h"
#include "scan_bans.h"
#include "scan_set.h"

/* Numbers are of failures, logins and mails, not of lines. */
struct scan_sums {
	uint64_t failures[CATEGORY_COUNT];
	uint64_t logins;
	uint64_t mails;
	uint64_t bans;     /* those of networks among them */
	uint64_t networks; /* bans of networks */
	uint64_t stopped;
	uint64_t lost_logins; /* collateral */
	uint64_t lost_mails;
};

struct scan_play {
	const char *path; /* of the configuration; NULL: the defaults */
	struct conf *conf;
	struct policy *policy;
	struct scan_bans *bans;
	struct scan_set *offenders;
	struct scan_set *refused; /* whom smtpband would have refused to ban */
	struct scan_set *lost;    /* clients of lost logins and mails */
	struct scan_sums sums;
	bool never; /* nobody is banned */
};

/*
 * Read the configuration at path (NULL: all defaults).  Returns 0, or -1 with
 * the errors printed.  Ends the program without memory.
 */
int scan_play_begin(struct scan_play *, const char *path);
void scan_play_end(struct scan_play *);

/* What became of an event. */
enum scan_fate {
	SCAN_UNCOUNTED, /* its category is not in "count" */
	SCAN_SPARED,
	SCAN_COUNTED,
	SCAN_BANS,    /* the client is banned for it, or its network */
	SCAN_REFUSED, /* the same, but smtpband would refuse */
	SCAN_STOPPED, /* a failure that would not have come */
	SCAN_LATE,    /* written down too late: from before the ban */
	SCAN_GOOD,    /* a login or mail */
	SCAN_LOST,    /* one that would not have come */
};

struct scan_outcome {
	enum scan_fate fate;
	struct verdict verdict; /* unless it was stopped, late, good or lost */
	struct prefix by;       /* the ban of it */
};

void scan_play_event(struct scan_play *, const struct event *,
    struct scan_outcome *);

#endif
