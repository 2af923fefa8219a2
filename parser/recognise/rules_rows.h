/* How the rows of THE table are written: for the files rules_*.c alone. */
#ifndef SMTPBAN_RULES_ROWS_H
#define SMTPBAN_RULES_ROWS_H

#include "rules.h"

/* What the row makes of its message. */
#define FAILS(c) EVENT_FAILURE, CATEGORY_##c
#define LOGIN    EVENT_LOGIN, CATEGORY_NONE
#define ACCEPT   EVENT_ACCEPT, CATEGORY_NONE
#define NOTHING  EVENT_FAILURE, CATEGORY_NONE

/* The rows of a file, under the name by which rules.c takes them in. */
#define RULE_ROWS(server)                               \
	const struct rule_rows rules_##server = { rows, \
		sizeof(rows) / sizeof(rows[0]) };

extern const struct rule_rows rules_postfix;
extern const struct rule_rows rules_dovecot;
extern const struct rule_rows rules_exim;
extern const struct rule_rows rules_opensmtpd;
extern const struct rule_rows rules_sendmail;
extern const struct rule_rows rules_cyrus;
extern const struct rule_rows rules_courier;
extern const struct rule_rows rules_others;

#endif
