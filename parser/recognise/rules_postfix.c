/* Rows of THE table (rules.h): Postfix 3.5 to 3.11. */
#include "rules_rows.h"

#define SMTPD      "postfix", "smtpd"
#define CLEANUP    "postfix", "cleanup"
#define POSTSCREEN "postfix", "postscreen"
#define TLSPROXY   "postfix", "tlsproxy"

/* Beginnings that many templates have. */
#define REJECT      "reject: <verb> from <client>: "
#define SASL_FAILED "warning: <client>: SASL <word> authentication failed: "

/* A reason that tells of our own trouble, not of the client's password. */
#define OUTAGE(reason)                                                   \
	{                                                                \
		SMTPD, SASL_FAILED reason "<text>", NOTHING, RULE_QUIET, \
		    TOLD_AUTH, 0, NULL                                   \
	}

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* Sessions of smtpd. A process serves one client at a time. */
	{ SMTPD, "connect from <client>",
	    NOTHING, RULE_QUIET | RULE_BEGINS, 0, 0, NULL },
	{ SMTPD, "disconnect from <client><stats> auth=0/<count>",
	    FAILS(PROBE), RULE_ENDS | RULE_UNTOLD, 0, 0,
	    "the only trace of them where AUTH is not offered" },
	{ SMTPD, "disconnect from <client>",
	    NOTHING, RULE_QUIET | RULE_ENDS, 0, 0, NULL },
	{ SMTPD, "client=<client>, sasl_method=<word>, sasl_username=<user>",
	    LOGIN, RULE_QUEUE, TOLD_LOGIN, 0, NULL },
	{ SMTPD, "client=<client><text>",
	    ACCEPT, RULE_QUEUE, 0, 0, "at least one recipient was accepted" },

	/* smtpd: passwords. An outage of the server's own never counts. */
	OUTAGE("Connection lost to authentication server"),
	OUTAGE("Can't connect to authentication server"),
	OUTAGE("Cannot connect to "),
	OUTAGE("cannot connect to "),
	OUTAGE("No response from authentication server"),
	OUTAGE("Internal authentication failure"),
	OUTAGE("Internal error"),
	OUTAGE("internal error"),
	OUTAGE("Temporary "),
	OUTAGE("temporary "),
	OUTAGE("generic failure"),
	OUTAGE("no memory available"),
	OUTAGE("overflowed buffer"),
	OUTAGE("system error"),
	OUTAGE("transient failure"),
	OUTAGE("SASL library is not initialized"),
	OUTAGE("remote authentication server unavailable"),
	OUTAGE("saslauthd "),
	OUTAGE("authentication server unavailable"),
	OUTAGE("authentication service unavailable"),
	OUTAGE("Authentication backend error"),
	{ SMTPD, "warning: SASL: Connect to <text>",
	    NOTHING, RULE_QUIET, TOLD_OUTAGE, 0,
	    "the password server is not there: what fails then is no guess" },
	{ SMTPD, SASL_FAILED "<reason>",
	    FAILS(AUTH), 0, TOLD_AUTH, TOLD_OUTAGE,
	    "any mechanism, any other reason" },
	{ SMTPD, "warning: <client>: SASL <text>",
	    FAILS(AUTH), 0, TOLD_AUTH, 0,
	    "aborted, or a mechanism that the client made up" },

	/* smtpd: hang-ups. In the middle of a message they are accidents. */
	{ SMTPD, "lost connection after DATA<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "lost connection after BDAT<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "lost connection after END-OF-MESSAGE<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "lost connection after AUTH from <client>",
	    FAILS(PROBE), 0, TOLD_AUTH, TOLD_LOGIN | TOLD_TLS, NULL },
	{ SMTPD, "lost connection after <verb> from <client>",
	    FAILS(PROBE), 0, 0, TOLD_LOGIN | TOLD_TLS, NULL },
	{ SMTPD, "timeout after DATA<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "timeout after BDAT<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "timeout after END-OF-MESSAGE<text>",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, "timeout after AUTH from <client>",
	    FAILS(PROBE), 0, TOLD_AUTH, TOLD_LOGIN | TOLD_TLS, NULL },
	{ SMTPD, "timeout after <verb> from <client>",
	    FAILS(PROBE), 0, 0, TOLD_LOGIN | TOLD_TLS, NULL },
	{ SMTPD, "SSL_accept error from <client>",
	    FAILS(PROBE), 0, TOLD_TLS, TOLD_TLS,
	    "the lost connection after it is the same" },

	/* smtpd: the SMTP protocol. */
	{ SMTPD, "too many errors after <verb> from <client>",
	    FAILS(PROTOCOL), 0, 0, 0, NULL },
	{ SMTPD, "improper command pipelining after <verb> from <client>",
	    FAILS(PROTOCOL), 0, TOLD_PIPELINING, 0, NULL },
	{ SMTPD, "warning: non-<word> command from <client>",
	    FAILS(PROTOCOL), 0, 0, 0, NULL },
	{ SMTPD, "warning: Illegal address syntax from <client>",
	    FAILS(PROTOCOL), 0, 0, 0, NULL },
	{ SMTPD, "warning: <client>: request longer than <num>",
	    FAILS(PROTOCOL), 0, 0, 0, NULL },
	{ SMTPD, "warning: <client> sent <text>",
	    FAILS(PROTOCOL), 0, 0, 0, "a message header instead of a command" },
	{ SMTPD, "warning: <word>: malformed BDAT command syntax from <client>",
	    FAILS(PROTOCOL), 0, 0, 0, "<word>: a queue id, or NOQUEUE" },
	{ SMTPD, "warning: <word>: null BDAT request from <client>",
	    FAILS(PROTOCOL), 0, 0, 0, "it could go on for ever" },
	{ SMTPD, "abort: TLS from <client>",
	    FAILS(POLICY), 0, 0, 0, "without the certificate that is wanted" },

	/* smtpd: limits of this server, watched by anvil. */
	{ SMTPD, "warning: Connection rate limit exceeded: <num> from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD,
	    "warning: Connection concurrency limit exceeded: <num> "
	    "from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD,
	    "warning: Message delivery request rate limit exceeded: "
	    "<num> from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD,
	    "warning: Recipient address rate limit exceeded: <num> "
	    "from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD,
	    "warning: New TLS session rate limit exceeded: <num> from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD,
	    "warning: AUTH command rate limit exceeded: <num> from <client>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD, "warning: Refusing <text>",
	    NOTHING, RULE_QUIET, 0, 0, "goes with the rate limit for TLS" },
	{ SMTPD, "warning: Wrapper-mode request dropped <text>",
	    NOTHING, RULE_QUIET, 0, 0, "our own TLS is broken" },
	{ SMTPD, "warning: hostname <text>",
	    NOTHING, RULE_QUIET, 0, 0, "mostly honest hosts with bad DNS" },
	{ SMTPD, "warning: SASL authentication <text>",
	    NOTHING, RULE_QUIET, 0, 0, "no address; the next line has it" },

	/*
	 * smtpd: replies. Of the 4xx ones only these, which Postfix gives to what
	 * it would refuse for good: the others tell of our own trouble, or of
	 * greylisting. reject_warning: is not reject:.
	 */
	{ SMTPD, REJECT "<4xx><name>Relay access denied",
	    FAILS(RELAY), 0, 0, 0, "454 is Debian's default" },
	{ SMTPD, REJECT "<4xx><name>Recipient address rejected: Relay access denied",
	    FAILS(RELAY), 0, 0, 0, "before 3.9, to an address with a route in it" },
	{ SMTPD, REJECT "<4xx><name>Recipient address rejected: User unknown",
	    FAILS(UNKNOWN_USER), 0, 0, 0, NULL },
	{ SMTPD, REJECT "<4xx><name>Sender address rejected: User unknown",
	    FAILS(UNKNOWN_USER), 0, 0, 0, "reject_unlisted_sender" },
	{ SMTPD, REJECT "<4xx>Service unavailable; <server> blocked using",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ SMTPD, REJECT "<5xx><name>Relay access denied",
	    FAILS(RELAY), 0, 0, 0, NULL },
	{ SMTPD, REJECT "<5xx><name>Recipient address rejected: Relay access denied",
	    FAILS(RELAY), 0, 0, 0, "before 3.9, to an address with a route in it" },
	{ SMTPD, REJECT "<5xx><name>Recipient address rejected: User unknown",
	    FAILS(UNKNOWN_USER), 0, 0, 0, NULL },
	{ SMTPD, REJECT "<5xx><name>Sender address rejected: User unknown",
	    FAILS(UNKNOWN_USER), 0, 0, 0, "reject_unlisted_sender" },
	{ SMTPD, REJECT "<5xx>Service unavailable; <server> blocked using",
	    FAILS(RBL), 0, 0, 0, NULL },
	{ SMTPD,
	    REJECT "<5xx><name>Recipient address rejected: undeliverable address",
	    FAILS(UNKNOWN_USER), 0, 0, 0, NULL },
	{ SMTPD, REJECT "<5xx><name>Helo command rejected:",
	    FAILS(PROTOCOL), 0, 0, 0, NULL },
	{ SMTPD,
	    REJECT "<5xx><name>Data command rejected: Improper use of SMTP command pipelining",
	    FAILS(PROTOCOL), 0, 0, TOLD_PIPELINING, NULL },
	{ SMTPD, REJECT "<5xx>Message size exceeds",
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ SMTPD, REJECT "<5xx><text>",
	    FAILS(POLICY), 0, 0, 0,
	    "access tables, restrictions, policy services" },
	{ SMTPD, REJECT "bare <<LF> received",
	    FAILS(PROTOCOL), 0, 0, 0, "smtpd_forbid_bare_newline = reject" },
	{ SMTPD, "hangup: <verb> from <client>: ",
	    FAILS(POLICY), 0, 0, 0, "access tables" },
	{ SMTPD, "milter-reject: <verb> from <client>: <5xx>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ SMTPD, "proxy-reject: <verb>: <5xx>",
	    FAILS(POLICY), RULE_FROM_SESSION, 0, 0,
	    "smtpd_proxy_filter; whose it is, \"connect from\" told" },

	/*
	 * cleanup: header_checks and body_checks log up to 200 bytes of the
	 * message before the address, so it is the one that smtpd wrote with the
	 * same queue id.
	 */
	{ CLEANUP, "milter-reject: <verb> from <client>: <5xx>",
	    FAILS(POLICY), 0, 0, 0, NULL },
	{ CLEANUP, "reject: <text>",
	    FAILS(POLICY), RULE_FROM_QUEUE, 0, 0, NULL },
	{ CLEANUP, "milter-header-reject: <text>",
	    FAILS(POLICY), RULE_FROM_QUEUE, 0, 0, "milter_header_checks" },

	/* postscreen: one process, many clients, told apart by port. */
	{ POSTSCREEN, "CONNECT from <addrport>",
	    NOTHING, RULE_QUIET | RULE_BY_PORT | RULE_BEGINS, 0, 0, NULL },
	{ POSTSCREEN, "DISCONNECT <addrport>",
	    NOTHING, RULE_QUIET | RULE_BY_PORT | RULE_ENDS, 0, 0, NULL },
	{ POSTSCREEN, "PASS NEW <addrport>",
	    ACCEPT, RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN, "PASS OLD <addrport>",
	    ACCEPT, RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN, "ALLOWLISTED <addrport>",
	    ACCEPT, RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN, "WHITELISTED <addrport>",
	    ACCEPT, RULE_BY_PORT, 0, 0, "before 3.6" },
	{ POSTSCREEN, "DENYLISTED <addrport>",
	    FAILS(POLICY), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "BLACKLISTED <addrport>",
	    FAILS(POLICY), RULE_BY_PORT, TOLD_VERDICT, 0, "before 3.6" },
	{ POSTSCREEN, "PREGREET <num> after <num> from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "DNSBL rank <num> for <addrport>",
	    FAILS(RBL), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "HANGUP after <num> from <addrport>",
	    FAILS(PROBE), RULE_BY_PORT, 0, TOLD_TLS, NULL },
	{ POSTSCREEN, "COMMAND PIPELINING from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "NON-SMTP COMMAND from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "BARE NEWLINE from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, TOLD_VERDICT, 0, NULL },
	{ POSTSCREEN, "DATA without valid RCPT from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, 0, TOLD_VERDICT, NULL },
	{ POSTSCREEN, "BDAT without valid RCPT from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, 0, TOLD_VERDICT, NULL },
	{ POSTSCREEN, "COMMAND TIME LIMIT from <addrport>",
	    FAILS(PROBE), RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN, "COMMAND COUNT LIMIT from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN, "COMMAND LENGTH LIMIT from <addrport>",
	    FAILS(PROTOCOL), RULE_BY_PORT, 0, 0, NULL },
	{ POSTSCREEN,
	    "reject: <verb> from <addrport>: <5xx>Service unavailable; "
	    "<server> blocked using",
	    FAILS(RBL), RULE_BY_PORT, 0, TOLD_VERDICT,
	    "restates the judgement; 450 is only \"come again later\"" },
	{ POSTSCREEN, "reject: <verb> from <addrport>: <5xx>Protocol error",
	    FAILS(PROTOCOL), RULE_BY_PORT, 0, TOLD_VERDICT, NULL },
	{ POSTSCREEN, "reject: <verb> from <addrport>: <5xx><text>",
	    FAILS(POLICY), RULE_BY_PORT, 0, TOLD_VERDICT, NULL },

	/* tlsproxy: TLS for postscreen. */
	{ TLSPROXY, "SSL_accept error from <addrport>",
	    FAILS(PROBE), RULE_BY_PORT, TOLD_TLS, TOLD_TLS,
	    "postscreen's HANGUP after it is the same" },
	{ TLSPROXY, "TLS handshake failed for service=smtpd peer=<addrport>",
	    FAILS(PROBE), RULE_BY_PORT, TOLD_TLS, TOLD_TLS,
	    "as a client it names the server there" },
};
/* clang-format on */
RULE_ROWS(postfix)
