/* Rows of THE table (rules.h): Courier, its IMAP, POP3 and ESMTP servers. */
#include "rules_rows.h"

#define LOGIND "courier", "logind"
#define ESMTPD "courier", "esmtpd"

/*
 * The address is that of the socket.  Old releases write no port; ident, which
 * the client's side chose, comes after both.
 */
#define ERROR       "error,relay=<addr>,"
#define ERROR_PORT  ERROR "port=<num>,"
#define ERROR_IDENT ERROR_PORT "ident=<server>,"

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* The password server is away: who fails then had no fair chance. */
	{ LOGIND, "authdaemon: s_connect() failed",
	    NOTHING, RULE_QUIET | RULE_AWAY, 0, 0, NULL },
	{ LOGIND, "authentication error: <text>",
	    NOTHING, RULE_QUIET | RULE_AWAY, 0, 0, NULL },
	{ ESMTPD, "authdaemon: s_connect() failed",
	    NOTHING, RULE_QUIET | RULE_AWAY, 0, 0,
	    "after the 535 that it was the reason for" },

	/*
	 * imapd, pop3d and the like. The user name comes before the address, so it
	 * is the last address that counts, and it ends the message.
	 */
	{ LOGIND, "LOGIN FAILED, user=<chosen>, ip=[<addr>]<end>",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, NULL },
	{ LOGIND, "LOGIN FAILED, user=<chosen>, ip=[<addr>], port=[<num>]<end>",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, NULL },
	{ LOGIND, "LOGIN FAILED, method=<said>, ip=[<addr>]<end>",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, "any that the client names" },
	{ LOGIND, "LOGIN FAILED, method=<said>, ip=[<addr>], port=[<num>]<end>",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, "any that the client names" },
	{ LOGIND, "LOGIN, user=<chosen>, ip=[<addr>]",
	    LOGIN, 0, 0, 0, NULL },

	/* courieresmtpd: what it answered to a command. */
	{ ESMTPD, ERROR "msg=\"535 ",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, NULL },
	{ ESMTPD, ERROR "msg=\"<5xx>",
	    FAILS(PROTOCOL), 0, 0, 0, "a command out of place, or none" },
	{ ESMTPD, ERROR "msg=\"<text>",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble" },
	{ ESMTPD, ERROR_PORT "msg=\"535 ",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, NULL },
	{ ESMTPD, ERROR_PORT "msg=\"<5xx>",
	    FAILS(PROTOCOL), 0, 0, 0, "a command out of place, or none" },
	{ ESMTPD, ERROR_PORT "msg=\"<text>",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble" },
	{ ESMTPD, ERROR_IDENT "msg=\"535 ",
	    FAILS(AUTH), RULE_UNLESS_AWAY, 0, 0, NULL },
	{ ESMTPD, ERROR_IDENT "msg=\"<5xx>",
	    FAILS(PROTOCOL), 0, 0, 0, "a command out of place, or none" },
	{ ESMTPD, ERROR_IDENT "msg=\"<text>",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble" },

	/* The same, to a sender or recipient: they hold no > or : of their own. */
	{ ESMTPD, ERROR "<server>>: 550 User unknown",
	    FAILS(UNKNOWN_USER), 0, 0, 0, NULL },
	{ ESMTPD, ERROR "<server>>: 550 User <<",
	    FAILS(UNKNOWN_USER), 0, 0, 0, "<user> unknown" },
	{ ESMTPD, ERROR "<server>>: 513 Relaying denied",
	    FAILS(RELAY), 0, 0, 0, NULL },
	{ ESMTPD, ERROR "<server>>: <5xx>",
	    FAILS(POLICY), 0, 0, 0, "filters, DNS lists, bad domains" },
};
/* clang-format on */
RULE_ROWS(courier)
