/*
 * Rows of THE table (rules.h): Exim 4.  What it writes is in its smtp_in.c,
 * receive.c, daemon.c and host.c; log_selector decides which parts are there.
 */
#include "rules_rows.h"

#define EXIM "exim", "exim"

/*
 * Beginnings that many templates have.  The H= of a reject is followed by what
 * the client is known for: TLS, sender, user.
 */
#define AUTH_FAILED "<word> authenticator failed for <eximhost>: "
#define AUTH_FAIL_H "<word> authenticator failed for H=<eximhost>: " /* 4.100 */
#define ERROR_IN    "error in \"<sent>\" H=<eximhost> "
#define SYNC_ERROR  "SMTP protocol synchronization error "
#define REJECTED    "H=<eximhost><eximinfo>rejected "
#define NO_MAIL     "no MAIL in <server>SMTP connection from <eximhost> D=<took>"

/*
 * An offence goes to the main log; or to the reject log as well, and so comes
 * twice from syslog.
 */
#define ONCE(c)  FAILS(c), 0, TOLD_OFFENCE, 0
#define TWICE(c) FAILS(c), RULE_COPIED, TOLD_OFFENCE, 0

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* Mail and logins: the protocol is esmtpa or esmtpsa after a login. */
	{ EXIM, "<<= <sender> H=<eximhost> P=<eximauth>",
	    LOGIN, 0, TOLD_LOGIN, 0, NULL },
	{ EXIM, "<<= <sender> H=<eximhost> P=<word>",
	    ACCEPT, 0, 0, 0, NULL },

	/* Passwords. 435 is an outage of our own. */
	{ EXIM, AUTH_FAILED "535 Incorrect authentication data<setid>",
	    TWICE(AUTH), NULL },
	{ EXIM, AUTH_FAIL_H "535 Incorrect authentication data<setid>",
	    TWICE(AUTH), NULL },
	{ EXIM, AUTH_FAILED "501 ",
	    TWICE(AUTH), "bad base64, or cancelled" },
	{ EXIM, AUTH_FAIL_H "501 ",
	    TWICE(AUTH), NULL },
	{ EXIM, AUTH_FAILED "553 ",
	    TWICE(AUTH), "initial data where there is none" },
	{ EXIM, AUTH_FAIL_H "553 ",
	    TWICE(AUTH), NULL },
	{ EXIM, AUTH_FAILED "435 ",
	    NOTHING, RULE_QUIET, TOLD_OFFENCE, 0, NULL },
	{ EXIM, AUTH_FAIL_H "435 ",
	    NOTHING, RULE_QUIET, TOLD_OFFENCE, 0, NULL },

	/* The SMTP protocol. */
	{ EXIM, "SMTP protocol " ERROR_IN "SMTP synchronization error<end>",
	    NOTHING, RULE_QUIET, TOLD_OFFENCE, 0, "restates the line below" },
	{ EXIM, "SMTP protocol " ERROR_IN "HELO or EHLO required<end>",
	    NOTHING, RULE_QUIET, TOLD_OFFENCE, 0,
	    "since 4.98; \"rejected MAIL\" before it counts" },
	{ EXIM, "SMTP protocol " ERROR_IN "<sentence>",
	    ONCE(PROTOCOL), "AUTH that is not offered is here too" },
	{ EXIM, "SMTP syntax " ERROR_IN "<sentence>",
	    ONCE(PROTOCOL), NULL },
	{ EXIM,
	    SYNC_ERROR "(input sent without waiting for greeting): "
	    "rejected connection from H=<eximhost> input=",
	    TWICE(PROTOCOL), "did not wait for the greeting" },
	{ EXIM,
	    SYNC_ERROR "(next input sent too soon: pipelining was advertised): "
	    "rejected \"<sent>\" H=<eximhost> next input=",
	    TWICE(PROTOCOL), NULL },
	{ EXIM,
	    SYNC_ERROR
	    "(next input sent too soon: pipelining was not advertised): "
	    "rejected \"<sent>\" H=<eximhost> next input=",
	    TWICE(PROTOCOL), NULL },
	{ EXIM, "SMTP call from <eximhost> dropped: too many ",
	    TWICE(PROTOCOL), "errors, unknown or nonmail commands" },
	{ EXIM, "rejected EHLO from <eximhost>: syntactically invalid",
	    FAILS(PROTOCOL), RULE_COPIED | RULE_CHECKS_HELO, TOLD_OFFENCE, 0,
	    NULL },
	{ EXIM, "rejected HELO from <eximhost>: syntactically invalid",
	    FAILS(PROTOCOL), RULE_COPIED | RULE_CHECKS_HELO, TOLD_OFFENCE, 0,
	    NULL },
	{ EXIM, "rejected MAIL from <eximhost>: no HELO/EHLO given",
	    TWICE(PROTOCOL), NULL },
	{ EXIM, "rejected \"<sent>\" from <eximhost><end>",
	    TWICE(PROTOCOL), "helo_verify_hosts" },

	/* Rejects of the access control lists. Of sender verify the next line. */
	{ EXIM, "H=<eximhost> sender verify ",
	    NOTHING, RULE_QUIET, 0, 0, "the reject after it counts" },
	{ EXIM, "H=<eximhost><eximinfo>temporarily rejected ",
	    NOTHING, RULE_QUIET, TOLD_OFFENCE, 0, NULL },
	{ EXIM, REJECTED "RCPT <argument>Sender verify failed",
	    TWICE(POLICY), NULL },
	{ EXIM, REJECTED "RCPT <argument><dnslist>",
	    TWICE(RBL), NULL },
	{ EXIM, REJECTED "RCPT <argument><norelay>",
	    TWICE(RELAY), NULL },
	{ EXIM, REJECTED "RCPT <argument><nouser>",
	    TWICE(UNKNOWN_USER), NULL },
	{ EXIM, REJECTED "RCPT <argument><text>",
	    TWICE(POLICY), NULL },
	{ EXIM, REJECTED "EHLO or HELO <argument><dnslist>",
	    TWICE(RBL), NULL },
	{ EXIM, REJECTED "EHLO or HELO <argument><text>",
	    TWICE(PROTOCOL), NULL },
	{ EXIM, REJECTED "<argument><dnslist>",
	    TWICE(RBL), NULL },
	{ EXIM, REJECTED "<argument><text>",
	    TWICE(POLICY), "connection, AUTH, MAIL, VRFY, after DATA ..." },
	{ EXIM, "H=<eximhost><eximinfo>dropped by <text>",
	    TWICE(POLICY), "the connect ACL, with TLS on connect" },
	{ EXIM, "F=<sent> H=<eximhost> P=<word> rejected by local_scan()",
	    TWICE(POLICY), NULL },
	{ EXIM,
	    "SA: Action: silently tossed message: <sent> (host=<eximhost>) for ",
	    ONCE(POLICY), "sa-exim, a local_scan()" },
	{ EXIM, "VRFY failed for <sent> H=<eximhost><end>",
	    ONCE(UNKNOWN_USER), NULL },
	{ EXIM, "unqualified sender rejected: <<<sent>> H=<eximhost><sentence>",
	    TWICE(POLICY), NULL },
	{ EXIM,
	    "unqualified recipient rejected: <<<sent>> H=<eximhost><sentence>",
	    TWICE(POLICY), NULL },
	{ EXIM, "unqualified verify rejected: <<<sent>> H=<eximhost><sentence>",
	    TWICE(POLICY), NULL },
	{ EXIM,
	    "too many recipients: message rejected: sender=<<<sent>> "
	    "H=<eximhost><end>",
	    TWICE(POLICY), NULL },

	/* Connections that are refused. Our own limits are not here. */
	{ EXIM,
	    "Connection from <eximhost> refused: too many connections from that "
	    "IP address",
	    ONCE(POLICY), "smtp_accept_max_per_host" },
	{ EXIM, "refused connection from <eximhost> (",
	    TWICE(POLICY), "host_reject_connection, tcp wrappers" },
	{ EXIM, "connection from <eximhost> refused (IP options)",
	    TWICE(PROTOCOL), NULL },
	{ EXIM,
	    "SMTP connection <server>from <eximhost> closed by DROP in ACL",
	    FAILS(POLICY), 0, TOLD_DROP, TOLD_OFFENCE,
	    "restates the reject, if that was logged" },
	{ EXIM,
	    "SMTP connection <server>from <eximhost> D=<took> closed by "
	    "DROP in ACL",
	    FAILS(POLICY), RULE_LASTED, TOLD_DROP, TOLD_OFFENCE,
	    "since 4.97" },

	/* Hang-ups. Those in the middle of a message are accidents. */
	{ EXIM, "SMTP command timeout on<server>connection from <eximhost>",
	    ONCE(PROBE), NULL },
	{ EXIM,
	    "unexpected disconnection while reading SMTP command from "
	    "<eximhost>",
	    ONCE(PROBE), NULL },
	{ EXIM,
	    "TLS error on connection <server>from <eximhost> "
	    "(gnutls_handshake): ",
	    ONCE(PROBE), NULL },
	{ EXIM,
	    "TLS error on connection <server>from <eximhost> (SSL_accept): ",
	    ONCE(PROBE), NULL },
	{ EXIM, "TLS error on connection <server>from <eximhost> SSL_accept: ",
	    ONCE(PROBE), "closed by peer" },
	{ EXIM,
	    "TLS error on connection <server>from <eximhost> (handshake): ",
	    ONCE(PROBE), "ALPN" },

	/* The end of a session that brought no mail. */
	{ EXIM, NO_MAIL "<eximlogin>",
	    LOGIN, RULE_ENDS, 0, 0, NULL },
	{ EXIM, NO_MAIL "<quit>",
	    NOTHING, RULE_QUIET | RULE_ENDS, 0, 0, "a polite client" },
	{ EXIM, NO_MAIL,
	    FAILS(PROBE), RULE_ENDS | RULE_LASTED, 0,
	    TOLD_OFFENCE | TOLD_DROP, NULL },
};
/* clang-format on */
RULE_ROWS(exim)
