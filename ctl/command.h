/* What the commands of smtpbanctl share. */
#ifndef SMTPBAN_COMMAND_H
#define SMTPBAN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

/*
 * Exit codes.  check has 1 for "not banned", status 1 for "something is
 * wrong", and both 2 for all errors.
 */
enum command_exit {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
};

#define COMMAND_CONFS_MAX 2

struct invocation {
	const char *name; /* of the command */
	const char *socket;
	bool json;
	bool quiet;
	bool lines;                           /* scan -l */
	bool bird;                            /* whitelist -b */
	bool explain;                         /* scan --explain */
	bool summary;                         /* scan --summary */
	const char *html;                     /* report --html */
	const char *confs[COMMAND_CONFS_MAX]; /* scan, whitelist -f */
	unsigned nconfs;
	int argc; /* what follows command and options */
	char **argv;
	int64_t now; /* wall clock */
};

/* Each returns the exit code. */
typedef int (*command)(const struct invocation *);
int command_status(const struct invocation *);
int command_bans(const struct invocation *);
int command_offenders(const struct invocation *);
int command_accounts(const struct invocation *);
int command_check(const struct invocation *);
int command_ban(const struct invocation *);
int command_unban(const struct invocation *);
int command_release(const struct invocation *); /* expire, flush */
int command_reload(const struct invocation *);
int command_log(const struct invocation *);
int command_metrics(const struct invocation *);
int command_report(const struct invocation *);
int command_import(const struct invocation *);
int command_scan(const struct invocation *);
int command_watch(const struct invocation *);
int command_whitelist(const struct invocation *);

/* Read argv[0] as a prefix.  Returns 0, or -1 with the error printed. */
int command_prefix(const struct invocation *, struct prefix *);

/*
 * Read argv[1] and argv[2] as word and time, if they are there; "for ever"
 * only where ever is true.  Returns 0, or -1 with the error printed.
 */
int command_time(const struct invocation *, const char *word, bool ever,
    uint32_t *seconds);

#endif
