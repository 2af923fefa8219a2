/*
 * Rows of THE table (rules.h): OpenSMTPD 6.8 to 7.9, and the older form, in
 * which each line has the address.
 */
#include "rules_rows.h"

#define SMTPD "opensmtpd", "smtpd"

/* The address is in the line that begins a session; the others have its id. */
#define BY_ID (RULE_BY_ID | RULE_FROM_SESSION)

/* Beginnings that many templates have. */
#define FAILED     "smtp failed-command command=\"<failed>"
#define OLD        " address=<sock> host=<server>"
#define OLD_FAILED "smtp event=failed-command" OLD " command=\"<failed>"

/* clang-format off */

/* What a refused command was refused for; start tells the form. */
#define REPLIES(start)                                                       \
	{ SMTPD, start "535", FAILS(AUTH), BY_ID, 0, 0,                      \
	    "the user name is in the line before" },                         \
	{ SMTPD, start "530 Sender rejected", FAILS(POLICY), BY_ID, 0, 0,    \
	    "a sender that the user may not have" },                         \
	{ SMTPD, start "550 Invalid recipient: <<<recipient>",               \
	    FAILS(UNKNOWN_USER), BY_ID | RULE_BY_DOMAIN, 0, 0,               \
	    "relay, if the domain is not one of the server's own" },         \
	{ SMTPD, start "550 Invalid recipient",                              \
	    FAILS(UNKNOWN_USER), BY_ID, 0, 0,                                \
	    "the older form did not tell whom" },                            \
	{ SMTPD, start "550 <text>", FAILS(POLICY), BY_ID, 0, 0, "filters" }, \
	{ SMTPD, start "524 <text>",                                         \
	    NOTHING, RULE_QUIET | BY_ID, 0, 0,                               \
	    "an alias of our own that leads nowhere" },                      \
	{ SMTPD, start "554 5.3.4 <text>",                                   \
	    NOTHING, RULE_QUIET | BY_ID, 0, 0, "message too big" },          \
	{ SMTPD, start "554 <text>", FAILS(POLICY), BY_ID, 0, 0, "filters" }, \
	{ SMTPD, start "500 5.4.6 <text>",                                   \
	    NOTHING, RULE_QUIET | BY_ID, 0, 0, "a mail loop" },              \
	{ SMTPD, start "<5xx><text>", FAILS(PROTOCOL), BY_ID, 0, 0,          \
	    "bad or early commands; 4xx is our own trouble" }

/* How a session ends. */
#define ENDS(start)                                                          \
	{ SMTPD, start "reason=quit",                                        \
	    NOTHING, RULE_QUIET | BY_ID | RULE_ENDS, 0, 0, NULL },           \
	{ SMTPD, start "reason=ca-failure",                                  \
	    NOTHING, RULE_QUIET | BY_ID | RULE_ENDS, 0, 0,                   \
	    "our own certificate" },                                         \
	{ SMTPD, start "reason=tls-accept-failed",                           \
	    NOTHING, RULE_QUIET | BY_ID | RULE_ENDS, 0, 0,                   \
	    "our own TLS; a failed handshake is an io-error" },              \
	{ SMTPD, start "reason=\"io-error: <server>error:0A08",               \
	    NOTHING, RULE_QUIET | BY_ID | RULE_ENDS, 0, 0,                   \
	    "OpenSSL 3, a fault common to its parts: our own TLS" },         \
	{ SMTPD, start "reason=\"io-error: <server>error:0A0C",               \
	    NOTHING, RULE_QUIET | BY_ID | RULE_ENDS, 0, 0,                   \
	    "the same, and the end of it: no memory, internal error" },      \
	{ SMTPD, start "reason=<text>",                                      \
	    FAILS(PROBE), BY_ID | RULE_ENDS, 0, TOLD_LOGIN | TOLD_MAIL,      \
	    "timeout, disconnect, io-error: ..." }

/* program, template, what; flags, told, unless told before; remark */
static const struct rule rows[] = {

	/* Sessions. */
	{ SMTPD, "smtp connected address=<sock> host=<text>",
	    NOTHING, RULE_QUIET | RULE_BY_ID | RULE_BEGINS, 0, 0, NULL },
	ENDS("smtp disconnected "),
	{ SMTPD, "smtp disconnected  reason=<text>",
	    FAILS(PROBE), BY_ID | RULE_ENDS, 0, TOLD_LOGIN | TOLD_MAIL,
	    "6.8: the client had no certificate that would do" },

	/* Passwords: the reply counts, and the line before it has the name. */
	{ SMTPD, "smtp authentication user=<chosen> result=ok<end>",
	    LOGIN, BY_ID, TOLD_LOGIN, 0, NULL },
	{ SMTPD, "smtp authentication user=<chosen> result=permfail<end>",
	    NOTHING, RULE_QUIET | BY_ID | RULE_KEEPS_USER, 0, 0, NULL },
	{ SMTPD, "smtp authentication user=<chosen> result=tempfail<end>",
	    NOTHING, RULE_QUIET | BY_ID, 0, 0, NULL },

	/* Mail that was taken. */
	{ SMTPD, "smtp message msgid=<word> size=",
	    ACCEPT, BY_ID, TOLD_MAIL, 0, NULL },
	{ SMTPD, "smtp envelope evpid=<word> from=<<<envelope>",
	    NOTHING, RULE_QUIET | BY_ID | RULE_LEARNS, 0, 0,
	    "the domains of a stranger's mail are the server's own" },

	/* Commands that were refused. */
	{ SMTPD, "smtp bad-input result=\"<5xx>",
	    FAILS(PROTOCOL), BY_ID, 0, 0, NULL },
	{ SMTPD, "smtp failed-command command=\"<hello><failed>550",
	    FAILS(PROTOCOL), BY_ID, 0, 0, "filters that look at the name" },
	REPLIES(FAILED),

	/* The older form. */
	{ SMTPD, "smtp event=connected address=<sock> host=<text>",
	    NOTHING, RULE_QUIET | RULE_BY_ID | RULE_BEGINS, 0, 0, NULL },
	ENDS("smtp event=closed" OLD " "),
	{ SMTPD,
	    "smtp event=authentication user=<chosen>" OLD " result=ok",
	    LOGIN, BY_ID, TOLD_LOGIN, 0, NULL },
	{ SMTPD,
	    "smtp event=authentication user=<chosen>" OLD " result=permfail",
	    NOTHING, RULE_QUIET | BY_ID | RULE_KEEPS_USER, 0, 0, NULL },
	{ SMTPD, "smtp event=message" OLD " msgid=",
	    ACCEPT, BY_ID, TOLD_MAIL, 0, NULL },
	{ SMTPD, "smtp event=bad-input" OLD " result=\"<5xx>",
	    FAILS(PROTOCOL), BY_ID, 0, 0, NULL },
	REPLIES(OLD_FAILED),
};
/* clang-format on */
RULE_ROWS(opensmtpd)
