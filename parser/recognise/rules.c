/* THE table put together, and the programs whose lines it is about. */
#include "rules_rows.h"

const struct rule_rows *const rules_table[] = {
	&rules_postfix,
	&rules_dovecot,
	&rules_exim,
	&rules_opensmtpd,
	&rules_sendmail,
	&rules_cyrus,
	&rules_courier,
	&rules_others,
};
const size_t rules_table_count = sizeof(rules_table) / sizeof(rules_table[0]);

const struct rule_program rules_programs[] = {
	{ "postfix", "smtpd", "any/smtpd", RULE_ID_POSTFIX },
	{ "postfix", "cleanup", "any/cleanup", RULE_ID_POSTFIX },
	{ "postfix", "postscreen", "any/postscreen", RULE_ID_POSTFIX },
	{ "postfix", "tlsproxy", "any/tlsproxy", RULE_ID_NONE },
	{ "dovecot", "dovecot", "dovecot", RULE_ID_NONE },
};
const size_t rules_programs_count =
    sizeof(rules_programs) / sizeof(rules_programs[0]);

const struct rule *
rules_next(const struct rule *rule)
{
	const struct rule_rows *t;
	size_t i;

	for (i = 0; i < rules_table_count; i++) {
		t = rules_table[i];
		if (rule == NULL && t->n > 0)
			return t->rows;
		if (rule != NULL && rule >= t->rows && rule < t->rows + t->n) {
			if (rule + 1 < t->rows + t->n)
				return rule + 1;
			rule = NULL;
		}
	}
	return NULL;
}
