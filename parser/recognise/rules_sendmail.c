/*
 * Rows of THE table (rules.h): Sendmail 8, as its sources name what it logs:
 * srvrsmtp.c, parseaddr.c, envelope.c, headers.c, util.c.
 */
#include "rules_rows.h"

#define SENDMAIL "sendmail", "sendmail"

/* A line may lack the address, or it may be cut: the session has it. */
#define S RULE_FROM_SESSION

/* The client's text came before the address, and a line may be cut in it. */
#define S_DOUBTED (S | RULE_DOUBTED)

/* The session's last line, written only if the client sent no mail. */
#define NO_MAIL "did not issue MAIL/EXPN/VRFY/ETRN during connection"

/* A ruleset that refused; reasons of the server's own words. */
#define RULESET "ruleset=<word>, <arg>"

/* clang-format off */

/* A reason that tells of our own trouble, not of the client's password. */
#define OUTAGE(reason)                                                    \
	{ SENDMAIL, "AUTH failure (<word>): " reason "<text>",            \
	    NOTHING, RULE_QUIET, TOLD_AUTH | TOLD_OFFENCE | TOLD_OUTAGE, 0, NULL }

/* A ruleset of our own mail to others: the other is no client. */
#define OUTGOING(name)                                                    \
	{ SENDMAIL, "ruleset=" name ", <text>",                           \
	    NOTHING, RULE_QUIET, 0, 0, "our own mail to others" }

/* A recipient that is refused without a ruleset. */
#define UNKNOWN(text)                                                     \
	{ SENDMAIL, "<<<said>... " text "<end>",                          \
	    FAILS(UNKNOWN_USER), S | RULE_HOLD, TOLD_OFFENCE, 0,          \
	    "by the process, else with the \"from=\" of the same mail" }

/* program, template, what; flags, told, unless told before; remark */
static const struct rule rows[] = {

	/* Sessions: a process each. */
	{ SENDMAIL, "connect from <relay><end>",
	    NOTHING, RULE_QUIET | RULE_BEGINS, 0, 0, "LogLevel 10 and up" },
	{ SENDMAIL, "AUTH=server, relay=<relay>, authid=<authid>",
	    LOGIN, S, TOLD_LOGIN, 0, NULL },

	/*
	 * Mail: the line tells whose it is, and who was refused before. Without an
	 * address it is our own.
	 */
	{ SENDMAIL, "from=<mail>, relay=<relay><end>",
	    ACCEPT, RULE_DOUBTED | RULE_QUEUE | RULE_RELEASE, 0, 0, NULL },
	{ SENDMAIL, "from=<said>, relay=<relay><end>",
	    NOTHING, RULE_QUIET | RULE_DOUBTED | RULE_QUEUE | RULE_RELEASE, 0, 0,
	    "no recipient, or not sent to its end" },
	UNKNOWN("User unknown"),
	UNKNOWN("No such user here"),
	UNKNOWN("No such user"),

	/* Passwords. An outage of the server's own never counts. */
	{ SENDMAIL,
	    "AUTH failure (<word>): generic failure (-1) SASL(-1): "
	    "generic failure: All-whitespace <sasl>, relay=<relay><end>",
	    FAILS(AUTH), S_DOUBTED | RULE_QUEUE | RULE_HOLD, TOLD_AUTH | TOLD_OFFENCE, 0,
	    "a name of nothing: no outage" },
	OUTAGE("generic failure"),
	OUTAGE("no memory available"),
	OUTAGE("overflowed buffer"),
	OUTAGE("transient failure"),
	OUTAGE("SASL library is not initialized"),
	OUTAGE("remote authentication server unavailable"),
	OUTAGE("user exists, but no verifier for user"),
	{ SENDMAIL, "AUTH failure (<word>): <sasl>, relay=<relay><end>",
	    FAILS(AUTH), S_DOUBTED | RULE_QUEUE | RULE_HOLD, TOLD_AUTH | TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "AUTH failure (<word>): <text>",
	    FAILS(AUTH), S | RULE_HOLD, TOLD_AUTH | TOLD_OFFENCE, 0,
	    "before 8.14, or cut: the session has the address" },
	{ SENDMAIL, "AUTH decode64 error [<said>\"], relay=<relay><end>",
	    FAILS(AUTH), S_DOUBTED | RULE_QUEUE | RULE_HOLD, TOLD_AUTH | TOLD_OFFENCE, 0,
	    "a broken exchange" },

	/*
	 * Rulesets: of 4xx replies only the limits of the server, which it holds
	 * the client to by name.
	 */
	OUTGOING("tls_server"),
	OUTGOING("tls_rcpt"),
	OUTGOING("try_tls"),
	OUTGOING("check_compat"),
	{ SENDMAIL, RULESET "<4xx>Connection rate limit exceeded",
	    FAILS(POLICY), S_DOUBTED, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<4xx>Too many open connections",
	    FAILS(POLICY), S_DOUBTED, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<4xx><text>",
	    NOTHING, RULE_QUIET | S, 0, 0, NULL },
	{ SENDMAIL, RULESET "<5xx><to>Relaying denied",
	    FAILS(RELAY), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, TOLD_OUTAGE,
	    "not of one whom we could not log in" },
	{ SENDMAIL, RULESET "<5xx><to>User unknown",
	    FAILS(UNKNOWN_USER), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<5xx><to>No such user",
	    FAILS(UNKNOWN_USER), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<5xx><to>Rejected:",
	    FAILS(RBL), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0,
	    "dnsbl, enhdnsbl" },
	{ SENDMAIL, RULESET "<5xx><to>Spam blocked",
	    FAILS(RBL), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<5xx><to>Mail from <server> refused by blackhole",
	    FAILS(RBL), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, RULESET "<5xx><text>",
	    FAILS(POLICY), S_DOUBTED | RULE_HOLD, TOLD_OFFENCE, 0,
	    "access table, senders, headers, TLS" },

	{ SENDMAIL, "tcpwrappers (<server>, <addr>) rejection",
	    FAILS(POLICY), RULE_DOUBTED, TOLD_OFFENCE, 0, NULL },

	/* Mail filters: they tell what they refused, not whom. */
	{ SENDMAIL, "Milter: helo=<said>, reject=<5xx>",
	    FAILS(PROTOCOL), S | RULE_HOLD, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "Milter: <said>, reject=<5xx>",
	    FAILS(POLICY), S | RULE_HOLD, TOLD_OFFENCE, 0, NULL },

	/* The SMTP protocol. */
	{ SENDMAIL,
	    "rejecting commands from <relay> due to pre-greeting traffic",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL,
	    "rejecting <server> from <relay> due to traffic before response",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "invalid domain name (<said>) from <relay><end>",
	    FAILS(PROTOCOL), S_DOUBTED, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "unauthorized PIPELINING, sleeping, relay=<relay><end>",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "\"<word>\" command from <relay> (",
	    FAILS(PROBE), S, TOLD_OFFENCE, 0, "debug, wiz" },
	{ SENDMAIL, "POSSIBLE ATTACK from <relay>: newline in string",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },

	/* Hang-ups. In the middle of a message they are accidents. */
	{ SENDMAIL,
	    "timeout waiting for input from <relay> during server cmd read",
	    FAILS(PROBE), S, TOLD_OFFENCE, TOLD_LOGIN, NULL },
	{ SENDMAIL, "lost input channel from <relay> to <server> after data",
	    NOTHING, RULE_QUIET | S, 0, 0, NULL },
	{ SENDMAIL, "lost input channel from <relay> to <server> after <word>",
	    FAILS(PROBE), S, TOLD_OFFENCE, TOLD_LOGIN, NULL },
	{ SENDMAIL,
	    "STARTTLS=server, error: accept failed=<server>, relay=<relay><end>",
	    FAILS(PROBE), S, TOLD_TLS | TOLD_OFFENCE, 0, NULL },

	/* What begins with the client. */
	{ SENDMAIL, "<relay>: possible SMTP attack: command=AUTH, count=<count>",
	    FAILS(AUTH), S | RULE_QUEUE | RULE_RELEASE, TOLD_AUTH | TOLD_OFFENCE,
	    TOLD_AUTH,
	    "restates failures, if the LogLevel shows them" },
	{ SENDMAIL, "<relay>: possible SMTP attack: command=<text>",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "<relay>: Possible SMTP RCPT flood",
	    FAILS(UNKNOWN_USER), S | RULE_QUEUE | RULE_RELEASE, TOLD_OFFENCE, TOLD_OFFENCE,
	    "restates the refused recipients" },
	{ SENDMAIL, "<relay>: probable open proxy: command=",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "<relay>: SMTP violation, input too long: <num>",
	    FAILS(PROTOCOL), S, TOLD_OFFENCE, 0, NULL },
	{ SENDMAIL, "<relay>: <rejected>",
	    FAILS(PROBE), S, TOLD_OFFENCE, 0, "VRFY, EXPN, ETRN" },
	{ SENDMAIL, "<relay> " NO_MAIL,
	    FAILS(PROBE), S | RULE_ENDS | RULE_RELEASE, 0,
	    TOLD_OFFENCE | TOLD_LOGIN,
	    "also after a polite QUIT" },
};
/* clang-format on */
RULE_ROWS(sendmail)
