/*
 * Rows of THE table (rules.h): the lesser mail servers, and what stands beside
 * a server.  A policy service or a milter gets no row that counts: what it
 * refuses, the mail server itself logs with the client's address.
 */
#include "rules_rows.h"

#define AMAVIS     "others", "amavis"
#define PERDITION  "others", "perdition"
#define POLICYD    "others", "policyd"
#define QMAIL      "others", "qmail"
#define RBLSMTPD   "others", "rblsmtpd"
#define SASLAUTHD  "others", "saslauthd"
#define SOLIDPOP3D "others", "solid-pop3d"
#define UW         "others", "uw"

/* The client's name is cut at 80 bytes, and then has no closing bracket. */
#define UW_USER(text) text " user=<logname> host=<peer>"

/* The user name comes first, and the address ends the message. */
#define SOLID_USER(text) text "<chosen> - <addr><end>"

/* What the client was told is in the mail server's own log. */
#define TOLD_ELSEWHERE(text)                                       \
	{                                                          \
		POLICYD, text "<text>", NOTHING, RULE_QUIET, 0, 0, \
		    "the mail server's reply counts"               \
	}

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* UW imapd and ipop3d. */
	{ UW, UW_USER("Login failed"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Login failure"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Login excessive login failures"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Excessive login failures"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Login disabled"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Login SYSTEM BREAK-IN ATTEMPT"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Failed <word> override of"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, "AUTHENTICATE <word> failure host=<peer>",
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ UW, UW_USER("Login"),
	    LOGIN, 0, 0, 0, NULL },
	{ UW, UW_USER("Authenticated"),
	    LOGIN, 0, 0, 0, NULL },

	/*
	 * perdition, a proxy. A server that does not answer is our own trouble. A
	 * good login is none here: the line is cut, and a client could end it.
	 */
	{ PERDITION,
	    "Auth: <hostport>-><last> status=\"<server>Re-Authentication Failure\"",
	    FAILS(AUTH), 0, 0, 0, "the server behind it refused" },
	{ PERDITION,
	    "Auth: <hostport>-><last> status=\"<server>local authentication failure\"",
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ PERDITION,
	    "Fatal Error reading authentication information from client <hostport>->",
	    FAILS(PROBE), 0, 0, 0, "hung up before a login" },

	{ SOLIDPOP3D, SOLID_USER("authentication failed: no such user: "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, SOLID_USER("authentication failed: can't map user name: "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, SOLID_USER("authentication failed for user "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, SOLID_USER("authentication failed for mapped user "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, SOLID_USER("APOP authentication failed for user "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, SOLID_USER("can't find APOP secret for user "),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ SOLIDPOP3D, "root login not allowed - <addr><end>",
	    FAILS(AUTH), 0, 0, 0, NULL },

	/*
	 * qmail's rblsmtpd answers 451 by default to a listed client. The address
	 * is that of the socket, and comes before what the list says.
	 */
	{ RBLSMTPD, "<addr> pid <num>: 451 temporary RBL lookup error",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble" },
	{ RBLSMTPD, "<addr> pid <num>: <4xx>",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ RBLSMTPD, "<addr> pid <num>: <5xx>",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ RBLSMTPD, "<addr> pid <text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ RBLSMTPD, "<server> blocked <addr>",
	    FAILS(RBL), 0, 0, 0, "an old form; the list's name comes first" },
	{ QMAIL, "<num> rblsmtpd: <addr> pid <num>: 451 temporary RBL lookup error",
	    NOTHING, RULE_QUIET, 0, 0, "our own trouble" },
	{ QMAIL, "<num> rblsmtpd: <addr> pid <num>: <4xx>",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ QMAIL, "<num> rblsmtpd: <addr> pid <num>: <5xx>",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ QMAIL, "<num> rblsmtpd: <addr> pid <num> <server>: <4xx>",
	    FAILS(RBL), 0, 0, 0, "with the list's name" },
	{ QMAIL, "<num> rblsmtpd: <addr> pid <num> <server>: <5xx>",
	    FAILS(RBL), 0, 0, 0, "with the list's name" },
	{ QMAIL, "<num> qmail-smtpd: <num> badiprbl: ip <addr>",
	    FAILS(RBL), 0, 0, 0, "a patch" },

	/*
	 * amavis behind the mail server: what it throws away nobody else tells of.
	 * The address with a port is the one that the mail server gave it; without
	 * one it would be out of a header. A banned file's name stands before it.
	 */
	{ AMAVIS, "(<server>) Blocked SPAM {DiscardedInbound<server>}, <addrport>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ AMAVIS,
	    "(<server>) Blocked INFECTED (<server>) {DiscardedInbound<server>}, "
	    "<addrport>",
	    FAILS(POLICY), 0, 0, 0, NULL },

	/* Policy services. */
	{ POLICYD, "action=greylist, reason=<text>",
	    NOTHING, RULE_QUIET, 0, 0, "every first contact" },
	{ POLICYD, "action=pass, reason=<text>",
	    NOTHING, RULE_QUIET, 0, 0, "a sender that came again" },
	TOLD_ELSEWHERE("550 "),
	TOLD_ELSEWHERE("prepend Received-SPF: "),
	TOLD_ELSEWHERE("decided action="),
	TOLD_ELSEWHERE("[RULES] "),
	TOLD_ELSEWHERE("module="),

	{ SASLAUTHD, "do_auth <text>",
	    NOTHING, RULE_QUIET, 0, 0, "no address in it; the server's line has it" },
};
/* clang-format on */
RULE_ROWS(others)
