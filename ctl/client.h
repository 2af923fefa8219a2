/* Asking the daemon over its control socket. */
#ifndef SMTPBAN_CLIENT_H
#define SMTPBAN_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"

/* All records of an answer, checked: texts end, prefixes are valid. */
struct answer {
	struct ban *bans;
	size_t nbans;
	struct ctl_offender_record *offenders;
	size_t noffenders;
	struct ctl_log_record *logs;
	size_t nlogs;
	struct ctl_account_record *accounts;
	size_t naccounts;
	struct ctl_status_record status;
	bool has_status;
	struct ctl_evidence_record *evidence; /* the newest last */
	size_t nevidence;
	struct ctl_check_record check;
	bool has_check;
	char *text; /* NUL-terminated; NULL: none came */
	size_t text_len;
	uint32_t number; /* of CTL_DONE */
};

/*
 * Send one request and add what comes to *a (zeroed before the first use).
 * Returns 0, or -1 with the error printed, in which what names the request;
 * then *a is empty.
 * Never waits for more than a minute without a sign of life.
 */
int client_ask(const char *socket_path, const char *what, uint32_t type,
    const void *payload, size_t len, struct answer *a);
void client_free(struct answer *); /* what hangs on it */

/*
 * Send an empty request and give each message of its answer, which has no end,
 * to take(arg), until that returns 1 (-1: it makes no sense) or nobody reads
 * standard output any more.  Returns 0 then, or -1 with the error printed.
 * Once the first one came, waits without limit.
 */
int client_follow(const char *socket_path, const char *what, uint32_t type,
    int (*take)(void *arg, const struct channel_msg *), void *arg);

#endif
