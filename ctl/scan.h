/* smtpbanctl scan: what its parts share. */
#ifndef SMTPBAN_SCAN_H
#define SMTPBAN_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "json.h"
#include "recognise/recognise.h"
#include "scan_play.h"

struct scan {
	const struct invocation *invocation;
	struct scan_play plays[COMMAND_CONFS_MAX]; /* one a configuration */
	unsigned nplays;
	struct json json;
	uint64_t lines;
	int64_t first, last; /* times of the lines; 0: none had one */
};

/* scan -l: a failure of a counted category, and why it does not weigh. */
void scan_lines_show(struct scan *, uint64_t line, const struct event *,
    const char *spared);

/* scan --explain: a line. */
struct scan_said {
	uint64_t line;             /* number in its file */
	const struct event *event; /* only its rule is set, or NULL, unless */
	bool told;                 /* it is one indeed */
	enum recognise_outcome outcome;
	const char *tag; /* of the program; NULL: none was found */
	size_t tag_len;
	const struct scan_outcome *fate; /* of an event */
};
void scan_explain_show(struct scan *, const struct scan_said *);

/* All that was found, of one configuration or of two beside each other. */
void scan_report(struct scan *);

#endif
