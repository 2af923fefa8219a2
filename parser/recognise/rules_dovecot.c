/* Rows of THE table (rules.h): Dovecot 2.3 and 2.4. */
#include "rules_rows.h"

#define DOVECOT "dovecot", "dovecot"

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/*
	 * Dovecot: the login processes, once a connection whatever the attempts.
	 */
	{ DOVECOT,
	    "imap-login: <server>(auth failed, <num> attempts "
	    "<server>): user=<<<dovecot>",
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT,
	    "pop3-login: <server>(auth failed, <num> attempts "
	    "<server>): user=<<<dovecot>",
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT,
	    "managesieve-login: <server>(auth failed, <num> attempts "
	    "<server>): user=<<<dovecot>",
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT,
	    "submission-login: <server>(auth failed, <num> attempts "
	    "<server>): user=<<<dovecot>",
	    FAILS(AUTH), 0, 0, 0, NULL },
};
/* clang-format on */
RULE_ROWS(dovecot)
