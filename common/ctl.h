/*
 * What smtpbanctl and the daemon (its parser) say to each other over the
 * control socket: SOCK_SEQPACKET, framed as in channel.h, one request a
 * connection.  A contract of its own: no message of msg.h can be spelled here.
 * Answers: any number of records, then CTL_DONE, or one of the errors.  A
 * malformed request closes the connection.  "root": only a peer of uid 0.
 */
#ifndef SMTPBAN_CTL_H
#define SMTPBAN_CTL_H

#include <stdint.h>

#include "ban.h"
#include "category.h"
#include "channel.h"
#include "msg.h"

#define CTL_USER_LEN     128
#define CTL_LINE_LEN     400 /* of a line of a log; the rest is cut */
#define CTL_EVIDENCE_MAX 10  /* lines in one answer */

enum ctl_request {
	CTL_STATUS = 1001, /* empty; CTL_STATUS_RECORD, CTL_LOG_RECORD each */
	CTL_BANS = 1002,   /* struct ctl_bans; CTL_BAN_RECORD each */
	CTL_OFFENDERS = 1003, /* empty; CTL_OFFENDER_RECORD each */
	CTL_CHECK = 1004,     /* struct ctl_address; CTL_CHECK_RECORD, then
			       * CTL_OFFENDER_RECORD each, then
			       * CTL_EVIDENCE_RECORD each, the newest last */
	CTL_BAN = 1005,       /* root; struct ctl_ban; CTL_BAN_RECORD */
	CTL_UNBAN = 1006,     /* root; struct ctl_unban; CTL_DONE number */
	CTL_EXPIRE = 1007,    /* root; empty; CTL_DONE number */
	CTL_FLUSH = 1008,     /* root; empty; CTL_DONE number */
	CTL_RELOAD = 1009,    /* root; empty */
	CTL_LEVEL = 1010,     /* root; struct ctl_level */
	CTL_ACCOUNTS = 1011,  /* empty; CTL_ACCOUNT_RECORD each */
	CTL_WATCH = 1012,     /* empty; CTL_EVENT_RECORD each, without end */
	CTL_METRICS = 1013,   /* empty; CTL_TEXT_RECORD each */
};

enum ctl_answer {
	CTL_DONE = 1101,  /* struct ctl_done; the end */
	CTL_ERROR = 1102, /* struct ctl_error; the end */
	CTL_STATUS_RECORD = 1103,
	CTL_LOG_RECORD = 1104,
	CTL_BAN_RECORD = 1105, /* struct ban */
	CTL_OFFENDER_RECORD = 1106,
	CTL_CHECK_RECORD = 1107,
	CTL_ACCOUNT_RECORD = 1108,
	CTL_EVENT_RECORD = 1109,
	CTL_TEXT_RECORD = 1110, /* struct msg_text: the next part */
	CTL_EVIDENCE_RECORD = 1111,
};

struct ctl_bans {
	uint32_t ended; /* 1: ended and remembered ones too */
};
struct ctl_address {
	struct prefix prefix; /* an address or a network */
};
struct ctl_ban {
	struct prefix prefix;
	uint32_t seconds; /* 0: as configured; MSG_FOR_EVER */
	uint32_t ago;     /* seconds since it began, elsewhere; 0: now */
};
struct ctl_unban {
	struct prefix prefix;
	uint32_t allow; /* seconds; 0: none */
};
struct ctl_level {
	int32_t level; /* LOG_BRIEF or LOG_VERBOSE */
};
struct ctl_done {
	uint32_t number;
};

enum ctl_error_kind {
	CTL_DENIED = 1,  /* "only root may do that" */
	CTL_REFUSED = 2, /* against policy */
	CTL_FAILED = 3,  /* the system cannot */
	CTL_ABSENT = 4,  /* unban of what is not banned */
};
struct ctl_error {
	uint32_t kind;
	char text[MSG_TEXT_LEN]; /* for reload: all errors, a line each */
};

struct ctl_status_record {
	struct msg_counters enforcer;
	int64_t now;
	uint64_t lines; /* read since the start */
	uint64_t cut;   /* lines longer than the limit, cut */
	uint64_t
	    events[CATEGORY_COUNT]; /* failures recognised, [0]: good logins */
	uint64_t hours[24][CATEGORY_COUNT]; /* failures counted in each of the
					     * last 24 hours by category, [0]:
					     * the running hour */
	uint64_t offenders;
	uint64_t offenders_limit;
	uint64_t offenders_lost; /* dropped before their time: table full */
	uint64_t unlogged;       /* lines of ours that syslogd did not take */
	int64_t outage; /* since then attempts to log in do not count; or 0 */
	uint32_t outage_clients; /* known clients that fail, as far as kept */
	uint32_t proxy_logins;   /* of logins_of good ones in a week */
	uint32_t logins_of;
	uint32_t proxy_banned;
	struct prefix proxy; /* never banned; family 0: none */
	uint32_t rules; /* 1: bans have a table, and rules of ours lead there */
	uint32_t replaying; /* 1: not yet at the end of the log */
	int32_t level;
};
_Static_assert(sizeof(struct ctl_status_record) <= CHANNEL_PAYLOAD_MAX,
    "a status fits into one message");

struct ctl_log_record {
	uint32_t present;  /* 1: open, 0: waited for */
	uint32_t error;    /* errno why not, or 0 */
	uint64_t behind;   /* bytes not yet read */
	int64_t last_line; /* time of the last line; 0: none */
	uint64_t lines;
	int64_t since;      /* it could not be read or watched; 0: it can */
	uint32_t unwatched; /* 1: read every few seconds only */
	uint32_t zero;
	char path[MSG_PATH_LEN];
};

struct ctl_offender_record {
	struct prefix prefix;
	uint32_t category; /* what counts together: 0 for the general one */
	uint32_t count;
	uint32_t threshold;
	uint32_t within;                 /* seconds */
	uint32_t counts[CATEGORY_COUNT]; /* by category, in that window */
	int64_t first; /* oldest and newest failure in the window */
	int64_t last;
};
_Static_assert(sizeof(struct ctl_offender_record) == 88, "padding");

/* A user name under attack; most failures first. */
struct ctl_account_record {
	uint64_t failures;
	uint64_t error;    /* failures may be too high by up to this */
	uint64_t logins;   /* good ones since the first failure */
	uint32_t clients;  /* distinct hosts (IPv6: /64), estimated */
	uint32_t networks; /* distinct /24 and /48, estimated */
	int64_t first;     /* failure */
	int64_t last;
	char user[CTL_USER_LEN]; /* bytes as logged, cut; NUL-terminated */
};

struct ctl_check_record {
	struct ban ban;          /* covers it, the widest active one or the
				  * remembered one; since 0 and state 0: none */
	struct prefix whitelist; /* covers it; family 0: none */
	uint32_t protocol;       /* of our own routes */
	uint32_t mail_server;    /* 1: refusals of its mail do not weigh */
	int64_t login;           /* last good one, of a known client; or 0 */
	uint32_t proxy_logins;   /* of logins_of good ones in a week, which */
	uint32_t logins_of;      /* are most; 0: it is not the proxy */
	char reason[MSG_REASON_LEN]; /* why a ban would be refused, or empty */
};

/* A line that counted against a client. */
struct ctl_evidence_record {
	struct prefix client;
	uint32_t category;
	int64_t time;
	uint32_t len;            /* of the line, at most CTL_LINE_LEN */
	uint32_t cut;            /* 1: it was longer */
	char line[CTL_LINE_LEN]; /* bytes as logged */
	char log[MSG_PATH_LEN];  /* where it stood; empty: no longer read */
};
_Static_assert(sizeof(struct ctl_evidence_record) == 1464, "padding");

enum ctl_event_kind {
	CTL_EVENT_BEGIN = 1,    /* the first: from now on all are told */
	CTL_EVENT_FAILURE = 2,  /* one that counts: count of threshold */
	CTL_EVENT_SPARED = 3,   /* one that does not: text says why */
	CTL_EVENT_LOGIN = 4,    /* of a client that failed count times */
	CTL_EVENT_BANNED = 5,   /* count failures led to it; expires */
	CTL_EVENT_RELEASED = 6, /* a ban ended */
	CTL_EVENT_REFUSED = 7,  /* a ban was: text says why */
	CTL_EVENT_LOST = 8,     /* so many were not told: you read slowly */
};
#define CTL_EVENT_KINDS 9

struct ctl_event_record {
	int64_t time;
	int64_t expires; /* of a ban, BAN_FOR_EVER */
	uint64_t lost;   /* events */
	struct prefix prefix;
	uint32_t kind;
	uint32_t category;
	uint32_t count;
	uint32_t threshold;
	uint32_t strikes;
	char user[CTL_USER_LEN]; /* as in ctl_account_record; or empty */
	char text[MSG_REASON_LEN];
};
_Static_assert(sizeof(struct ctl_event_record) == 312, "padding");

#endif
