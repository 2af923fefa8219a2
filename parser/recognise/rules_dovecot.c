/* Rows of THE table (rules.h): Dovecot 2.3 and 2.4, and PAM for it. */
#include "rules_rows.h"

#define DOVECOT "dovecot", "dovecot"
#define PAM     "dovecot", "pam"

/* The same end of a connection, as 2.3 and as 2.4 tell it. */
#define ENDS_23(why)  "<login><why>" why "): <dovecot>"
#define ENDS_24(code) "<login><why>" code "): <dovecot>"

/* A connection that ends without an attempt, after this. */
#define BAD(words)                                                            \
	{ DOVECOT,                                                            \
		"<login>" words "<why>no auth attempts in <num> secs): "      \
		"<dovecot>",                                                  \
		FAILS(PROTOCOL), 0, 0, 0, "2.3" },                            \
	{                                                                     \
		DOVECOT, "<login>" words "<why>no_auth_attempts): <dovecot>", \
		    FAILS(PROTOCOL), 0, 0, 0, "2.4"                           \
	}

/*
 * The auth process refused an attempt.  Where a database failed by itself, it
 * may have had the right password, and Dovecot does not tell the client that
 * it was wrong.
 */
#define ATTEMPT FAILS(AUTH), RULE_SAID_AUTH | RULE_BY_SESSION, 0, TOLD_OUTAGE

/*
 * An attempt that one database refused; where Dovecot asks the next one, that
 * has the word.
 */
#define REFUSED(why)                                                 \
	{ DOVECOT, "<auth>" why "<next>", NOTHING, RULE_QUIET, 0, 0, \
		"the next database has the word" },                  \
	{                                                            \
		DOVECOT, "<auth>" why "<password>", ATTEMPT, NULL    \
	}

/* PAM refused, for a service of this name. */
#define PAM_REFUSED(service)                                      \
	{                                                         \
		PAM,                                              \
		    "pam_unix(" service ":auth): authentication " \
		    "failure; logname=<server>ruser=<pam>",       \
		    FAILS(AUTH), RULE_SAID_PAM, 0, 0, NULL        \
	}

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {

	/* The login processes: a good login. */
	{ DOVECOT, "<login>Login: <dovecot>",
	    LOGIN, 0, 0, 0, "2.3" },
	{ DOVECOT, "<login>Logged in: <dovecot>",
	    LOGIN, 0, 0, 0, "2.4" },
	{ DOVECOT, "<login>Started proxying to <server>: <dovecot>",
	    LOGIN, 0, 0, 0, "a proxy: the server behind took the password" },

	/* Before all that counts the end of a connection. */
	{ DOVECOT, "<login>Auth process broken (<text>",
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },

	/* No attempt, but commands that are none. */
	BAD("Too many invalid "),
	BAD("Too many bad "),
	BAD("Literal size too large"),
	BAD("Non-synchronizing literal size too large"),
	BAD("IMAP command line too large"),
	BAD("Input buffer full"),
	{ DOVECOT, "<login>Input buffer full<why>process_full): <dovecot>",
	    FAILS(PROTOCOL), 0, 0, 0, "2.4, if no process was full" },

	/*
	 * The end of a connection: once, whatever the number of attempts.  2.4
	 * has a second reason, a single word.
	 */
	{ DOVECOT, ENDS_23("auth failed, <num> attempts in <seconds> secs"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_23("auth failed, <num> attempts"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, "before 2.2" },
	{ DOVECOT, "<login><why>auth failed, <num> attempts in <seconds> secs) "
	    "(auth_failed): <dovecot>",
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_24("auth_failed"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT,
	    ENDS_23("authorization failed, <num> attempts in <seconds> secs"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, "as another user" },
	{ DOVECOT, ENDS_24("authorization_failed"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_23("proxy dest auth failed"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, "by the server behind a proxy" },
	{ DOVECOT, ENDS_24("proxy_dest_auth_failed"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_23("user disabled"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_24("user_disabled"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_23("sent invalid base64 in response"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_24("invalid_base64"),
	    FAILS(AUTH), RULE_SAID_LOGIN, 0, 0, NULL },
	{ DOVECOT, ENDS_23("tried to use unsupported auth mechanism"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("invalid_mech"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("tried to use disallowed plaintext auth"),
	    FAILS(AUTH), 0, 0, 0, "a password before TLS" },
	{ DOVECOT, ENDS_23("tried to use disabled plaintext auth"),
	    FAILS(AUTH), 0, 0, 0, "before 2.2" },
	{ DOVECOT, ENDS_24("cleartext_auth_disabled"),
	    FAILS(AUTH), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("anonymous_auth_disabled"),
	    FAILS(AUTH), 0, 0, 0, NULL },

	/* Attempts that came to nothing. */
	{ DOVECOT, ENDS_23("no auth attempts in <num> secs"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("no auth attempts"),
	    FAILS(PROBE), 0, 0, 0, "before 2.2" },
	{ DOVECOT, ENDS_24("no_auth_attempts"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("client didn't finish SASL auth, waited <num> secs"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("auth_waiting_client"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("aborted authentication"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("auth_aborted_by_client"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("disconnected while authenticating, waited <num> secs"),
	    FAILS(PROBE), RULE_SAID_LOGIN, 0, 0, "did not wait for the answer" },
	{ DOVECOT, ENDS_24("tls_handshake_not_finished"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("client sent an invalid cert"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("client didn't send a cert"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_23("cert required, client didn't start TLS"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("client_ssl_cert_untrusted"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("client_ssl_cert_missing"),
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, ENDS_24("client_ssl_not_started"),
	    FAILS(PROBE), 0, 0, 0, NULL },

	/*
	 * Who is gone at once did not want an answer; who waits for the auth
	 * process in vain meets an outage.
	 */
	{ DOVECOT, "<login><why>disconnected before auth was ready, waited 0 "
	    "secs): <dovecot>",
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, "<login><why>disconnected before auth was ready, waited 1 "
	    "secs): <dovecot>",
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, "<login><why>disconnected before auth was ready, waited 0 "
	    "secs) (auth_process_not_ready): <dovecot>",
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, "<login><why>disconnected before auth was ready, waited 1 "
	    "secs) (auth_process_not_ready): <dovecot>",
	    FAILS(PROBE), 0, 0, 0, NULL },
	{ DOVECOT, "<login><why>disconnected before auth was ready, waited "
	    "<num> secs",
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },

	/* Our own trouble, or the right password of who may not log in. */
	{ DOVECOT, ENDS_23("auth service reported temporary failure"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },
	{ DOVECOT, ENDS_24("temp_fail"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },
	{ DOVECOT, ENDS_23("auth process communication failure"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },
	{ DOVECOT, ENDS_24("auth_process_comm_fail"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage" },
	{ DOVECOT, ENDS_23("internal failure, <num> successful auths"),
	    NOTHING, RULE_QUIET, 0, 0, "also: too many connections of a user" },
	{ DOVECOT, ENDS_24("internal_failure"),
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ DOVECOT, ENDS_24("connection_limit"),
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ DOVECOT, ENDS_24("proxy_dest_auth_temp_failed"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage behind a proxy" },
	{ DOVECOT, ENDS_24("proxy_dest_connect_failed"),
	    NOTHING, RULE_QUIET, 0, 0, "an outage behind a proxy" },
	{ DOVECOT, ENDS_23("password expired"),
	    NOTHING, RULE_QUIET, 0, 0, "it was the right one" },
	{ DOVECOT, ENDS_24("password_expired"),
	    NOTHING, RULE_QUIET, 0, 0, NULL },
	{ DOVECOT, ENDS_23("login disabled"),
	    NOTHING, RULE_QUIET, 0, 0, "it was the right one" },
	{ DOVECOT, ENDS_24("login_disabled"),
	    NOTHING, RULE_QUIET, 0, 0, NULL },

	/* The auth process (auth_verbose), each attempt. */
	{ DOVECOT, "<autherror>",
	    NOTHING, RULE_QUIET | RULE_BY_SESSION, TOLD_OUTAGE, 0,
	    "an outage, whatever another database says of this attempt" },
	REFUSED("unknown user"),
	REFUSED("Password mismatch"),
	REFUSED("password mismatch"),
	{ DOVECOT, "<auth>invalid credentials<password>",
	    ATTEMPT, "LDAP" },
	{ DOVECOT, "<auth>Login attempt with empty password",
	    ATTEMPT, "LDAP" },
	{ DOVECOT, "<auth>User unknown",
	    ATTEMPT, "checkpassword" },
	{ DOVECOT, "<auth>Login failed (status=1)",
	    ATTEMPT, "checkpassword" },
	{ DOVECOT, "<auth>[AUTHENTICATIONFAILED] ",
	    ATTEMPT, "the IMAP server that is asked" },
	{ DOVECOT, "<auth>Attempted login with password having illegal chars",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>Username character disallowed by "
	    "auth_username_chars: <text>",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>Attempted master login with no master passdbs <text>",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>invalid input",
	    ATTEMPT, "of a mechanism" },
	{ DOVECOT, "<auth>User found from deny passdb",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>pam_authenticate() failed: Authentication failure"
	    "<password>",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>pam_authenticate() failed: User not known to the "
	    "underlying authentication module",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>pam_authenticate() failed: Permission denied",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>pam_authenticate() failed: Have exhausted maximum "
	    "number of retries for service",
	    ATTEMPT, NULL },
	{ DOVECOT, "<auth>pam_authenticate() failed: <text>",
	    NOTHING, RULE_QUIET, 0, 0, "PAM's own trouble" },
	{ DOVECOT, "<auth>Authentication failure due to policy server refusal",
	    FAILS(POLICY), 0, 0, 0, "what a policy server said" },
	{ DOVECOT, "<auth>allow_nets check failed: IP <num>",
	    FAILS(POLICY), 0, 0, 0, "from where this user may not come" },

	/* PAM itself, under the name of the process that asked it. */
	PAM_REFUSED("dovecot"),
	PAM_REFUSED("imap"),
	PAM_REFUSED("pop3"),
	PAM_REFUSED("smtp"),
	PAM_REFUSED("sieve"),
};
/* clang-format on */
RULE_ROWS(dovecot)
