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
	{ "dovecot", "dovecot",
	    "dovecot any/dovecot imap-login pop3-login submission-login "
	    "managesieve-login any/imap-login any/pop3-login "
	    "any/submission-login any/managesieve-login auth auth-worker "
	    "dovecot-auth any/auth any/auth-worker",
	    RULE_ID_NONE },
	{ "dovecot", "pam", "auth auth-worker dovecot-auth any/auth dovecot",
	    RULE_ID_NONE },
	{ "opensmtpd", "smtpd", "smtpd", RULE_ID_OPENSMTPD },
	{ "sendmail", "sendmail",
	    "sendmail sm-mta sm-msp sm-msp-queue sm-acceptingconnections "
	    "sm-mta-tls sendmail-mta sendmail-msp",
	    RULE_ID_SENDMAIL },
	{ "cyrus", "cyrus",
	    "imap any/imap imaps any/imaps imapd any/imapd pop3 any/pop3 "
	    "pop3s any/pop3s pop3d any/pop3d sieve any/sieve timsieved "
	    "any/timsieved managesieve any/managesieve lmtp any/lmtp "
	    "lmtpd any/lmtpd lmtpunix any/lmtpunix nntp any/nntp nntps "
	    "any/nntps http any/http https any/https httpd any/httpd "
	    "any/imaplocal any/imapproxy any/imapssl any/pop3local "
	    "any/pop3proxy any/pop3ssl any/sievelocal any/sieveproxy",
	    RULE_ID_NONE },
	{ "courier", "logind",
	    "imapd imapd-ssl imaplogin pop3d pop3d-ssl pop3login "
	    "courierimapd courierimapd-ssl courierpop3d courierpop3d-ssl "
	    "courierimaplogin courierpop3login sqwebmaild",
	    RULE_ID_COURIER },
	{ "courier", "esmtpd", "courieresmtpd", RULE_ID_COURIER },
	{ "others", "uw", "imapd ipop3d ipop2d", RULE_ID_NONE },
	{ "others", "perdition",
	    "perdition perdition.imap4 perdition.imap4s perdition.imaps "
	    "perdition.pop3 perdition.pop3s perdition.managesieve",
	    RULE_ID_NONE },
	{ "others", "solid-pop3d", "solid-pop3d spop3d", RULE_ID_NONE },
	{ "others", "rblsmtpd", "rblsmtpd", RULE_ID_NONE },
	{ "others", "qmail", "qmail", RULE_ID_NONE },
	{ "others", "amavis", "amavis amavisd", RULE_ID_NONE },
	{ "others", "policyd",
	    "postgrey policyd-spf policyd-weight postfwd postfwd2 "
	    "postfwd3 cbpolicyd",
	    RULE_ID_NONE },
	{ "others", "saslauthd", "saslauthd", RULE_ID_NONE },
	{ "exim", "exim", "exim exim4 any/exim any/exim4", RULE_ID_EXIM },
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
