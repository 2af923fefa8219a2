/* Rows of THE table (rules.h): Cyrus IMAP 2.4 to 3.10. */
#include "rules_rows.h"

#define CYRUS "cyrus", "cyrus"

#define BAD "badlogin: <peer> "

/* A TLS handshake that failed: mostly old but honest clients. */
#define TLS_FAILED(what)                                                       \
	{                                                                      \
		CYRUS, what " failed: <peer>", NOTHING, RULE_QUIET, 0, 0, NULL \
	}

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* Passwords: imapd, pop3d, timsieved, httpd, nntpd, lmtpd. */
	{ CYRUS, BAD "<word> <outage>",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble, not the password" },
	{ CYRUS, BAD "<badlogin>",
	    FAILS(AUTH), 0, 0, 0, "any mechanism, any other reason" },
	{ CYRUS, "login: <peer> anonymous <text>",
	    NOTHING, RULE_QUIET, 0, 0, "nobody in particular" },
	{ CYRUS, "login: <peer> <account> ",
	    LOGIN, 0, 0, 0, NULL },

	TLS_FAILED("imaps TLS negotiation"),
	TLS_FAILED("STARTTLS negotiation"),
	TLS_FAILED("pop3s"),
	TLS_FAILED("[pop3d] STARTTLS"),
	TLS_FAILED("STARTTLS"),
};
/* clang-format on */
RULE_ROWS(cyrus)
