/*
 * The contract between the enforcer (root) and the parser (hostile text).
 * Fixed-width payloads without padding, one range of numbers for each
 * direction, no number used again.  Texts are NUL-terminated within their
 * field.  A type, length or value not allowed here is fatal to the receiver.
 */
#ifndef SMTPBAN_MSG_H
#define SMTPBAN_MSG_H

#include <stdint.h>

#include "ban.h"
#include "category.h"
#include "channel.h"
#include "prefix.h"

#define MSG_PARSER_FD    3    /* the parser's end, at exec */
#define MSG_LOGS_MAX     32   /* sources in one configuration */
#define MSG_PATH_LEN     1024 /* of a log, NUL included */
#define MSG_NAME_LEN     256  /* NAME_MAX and a NUL */
#define MSG_REASON_LEN   120
#define MSG_TAG_LEN      64 /* of a match, NUL included */
#define MSG_TEMPLATE_LEN 512
#define MSG_MATCHES_MAX  64
#define MSG_TEXT_LEN     4000
#define MSG_COUNT_MAX    1000000 /* failures in one ban request */
#define MSG_SECONDS_MAX  (100U * 366 * 86400)
#define MSG_AHEAD_MAX    (2 * 86400)
#define MSG_MOVE_MAX     (INT64_C(1000) * 366 * 86400)
#define MSG_FOR_EVER     UINT32_MAX /* in seconds fields */
#define MSG_JOURNAL      "journal"  /* the path of the journal source */

/* Requests: parser to enforcer. */
enum msg_request {
	MSG_CONFINED = 1,      /* empty; privileges are gone, send all */
	MSG_BAN_REQUEST = 2,   /* struct msg_ban_request */
	MSG_UNBAN_REQUEST = 3, /* struct msg_unban_request */
	MSG_FLUSH = 4,         /* empty; release every ban */
	MSG_EXPIRE = 5,        /* empty; release all that is due */
	MSG_RELOAD = 6,        /* empty; read the configuration again */
	MSG_LOG_OPEN = 7,      /* struct msg_log_open */
	MSG_CHECK = 8,      /* struct msg_check: what stands against a ban? */
	MSG_COUNTERS = 9,   /* empty */
	MSG_LEVEL = 10,     /* struct msg_level */
	MSG_PONG = 11,      /* empty */
	MSG_FOLLOWING = 12, /* empty; the replay is over */
};

/* Enforcer to parser. */
enum msg_event {
	MSG_CONF_BEGIN = 101,     /* empty; a new configuration follows */
	MSG_CONF_POLICY = 102,    /* struct msg_policy, once */
	MSG_CONF_WHITELIST = 103, /* struct prefix, each entry */
	MSG_CONF_LOG = 104,       /* struct msg_conf_log, each source */
	MSG_CONF_COMMIT = 105,    /* empty; take it in place of the old */
	MSG_WATCH = 106,          /* struct msg_watch and, the first time, an
				* inotify descriptor */
	MSG_LOG = 107,        /* struct msg_log and, unless error, the file */
	MSG_LISTENER = 108,   /* empty, and the control socket */
	MSG_BAN_STATE = 109,  /* struct ban; with an id it answers a request */
	MSG_READY = 110,      /* empty; all bans were sent, start the replay */
	MSG_DONE = 111,       /* struct msg_done: success, the answer's end */
	MSG_REFUSED = 112,    /* struct msg_refused: against policy */
	MSG_FAILED = 113,     /* struct msg_text: the system cannot */
	MSG_CHECKED = 114,    /* struct msg_checked */
	MSG_COUNTED = 115,    /* struct msg_counters */
	MSG_PING = 116,       /* empty; answer MSG_PONG */
	MSG_NEW_LEVEL = 117,  /* struct msg_level */
	MSG_DUMP = 118,       /* empty; SIGUSR1 came, log your counters */
	MSG_CONF_MATCH = 119, /* struct msg_conf_match, each */
	MSG_BANS_MOVED = 120, /* struct msg_moved; the clock was set */
	MSG_METRICS = 121,    /* empty; a TCP socket that listens, or none */
};

/* A threshold of count 0 is not set: the general one holds. */
struct msg_threshold {
	uint32_t count;  /* failures */
	uint32_t within; /* seconds */
};

enum msg_repeats {
	MSG_REPEATS_PASSWORD = 1,
	MSG_REPEATS_USER = 2,
	MSG_REPEATS_ALL = 3,
};

/* All that the parser decides by, but for whitelist and logs. */
struct msg_policy {
	struct msg_threshold threshold[CATEGORY_COUNT]; /* [0]: in general */
	struct msg_threshold network; /* all clients of a /24 or /48 together */
	uint32_t network_len[2];      /* IPv4, IPv6: ban by this; 0: off */
	uint32_t network_hosts[2];    /* after that many banned hosts in it */
	uint32_t counted;             /* bit 1 << category: these count */
	uint32_t known_for;           /* seconds a good login is remembered */
	uint32_t known_patience;  /* times the threshold for a known client */
	uint32_t repeats;         /* enum msg_repeats */
	uint32_t private_allowed; /* 1: private clients can be banned */
	uint32_t inet6_len;       /* bits: IPv6 clients are counted by this */
	uint32_t limit_offenders;
	uint32_t exempt; /* 1: routes exempt who is whitelisted in a network */
};
_Static_assert(sizeof(struct msg_policy) == 128, "msg_policy has padding");

/* A shape of a log line that smtpban.conf(5) gave: template.h. */
struct msg_conf_match {
	uint32_t category; /* enum category */
	char tag[MSG_TAG_LEN];
	char template[MSG_TEMPLATE_LEN];
};

/* A source keeps its index over reloads, as long as its path is in them. */
struct msg_conf_log {
	uint32_t index; /* below MSG_LOGS_MAX */
	char path[MSG_PATH_LEN];
};

/*
 * The inotify descriptor of a source reports the directory of its log, and
 * the log itself by another watch.  A directory event with this name (or any,
 * if the name is empty) tells that the log may have come or changed: ask for
 * it with MSG_LOG_OPEN.
 */
struct msg_watch {
	uint32_t index;
	int32_t wd; /* of the directory */
	char name[MSG_NAME_LEN];
};

enum msg_which {
	MSG_CURRENT = 1,
	MSG_ROTATED = 2, /* the file rotated last: .1, .0 or -YYYYMMDD */
	/* 3: the last but one, and so on, by when they were written */
	MSG_ROTATED_LAST = 9
};
struct msg_log_open {
	uint32_t index;
	uint32_t which; /* enum msg_which; of the journal: MSG_CURRENT */
};
struct msg_log {
	uint32_t index;
	uint32_t which;
	uint32_t error; /* errno of open(2), ENOENT when there is none, or 0 */
	int32_t wd;     /* the watch on this file; -1 unless MSG_CURRENT */
};

struct msg_ban_request {
	struct prefix prefix;
	uint32_t category; /* MANUAL: by hand */
	uint32_t count;    /* failures, 0..MSG_COUNT_MAX */
	uint32_t seconds;  /* by hand: how long, or MSG_FOR_EVER; else 0 */
	uint32_t ahead;    /* seconds the log's clock is ahead of ours */
	uint32_t ago;      /* by hand: it began so many seconds ago; else 0 */
};
_Static_assert(sizeof(struct msg_ban_request) == 40, "padding");

struct msg_unban_request {
	struct prefix prefix;
	uint32_t allow; /* seconds it is not banned again; 0: none */
};
struct msg_check {
	struct prefix prefix;
};
struct msg_done {
	uint32_t number; /* of bans released, where that was asked */
};
/* The reason where a ban that began before now is over, or was released. */
#define MSG_OVER "its time is over"

struct msg_refused {
	struct prefix prefix;
	char reason[MSG_REASON_LEN]; /* "a gateway of this host" */
};
struct msg_text {
	char text[MSG_TEXT_LEN]; /* lines separated by newlines */
};
/* The bans that were made within that time, bounds included: see ban_move. */
struct msg_moved {
	int64_t from;
	int64_t to;
	int64_t by; /* seconds, MSG_MOVE_MAX at most in either direction */
};
struct msg_checked {
	uint32_t protocol;           /* of our routes: rtm_protocol */
	char reason[MSG_REASON_LEN]; /* why a ban is refused, or empty */
};
struct msg_level {
	int32_t level; /* enum log_level */
};
/* What can go wrong for a while; it is tried again until it is over. */
enum msg_fault_kind {
	MSG_FAULT_LEDGER, /* changes are not on disk */
	MSG_FAULT_ROUTES, /* of ours, or our rules, are not set */
	MSG_FAULT_HOST,   /* this host's addresses are not known */
	MSG_FAULT_CONF,   /* the file has errors, the old one holds */
	MSG_FAULTS
};
struct msg_fault {
	int64_t since;            /* wall clock; 0: all is well */
	char why[MSG_REASON_LEN]; /* "No space left on device" */
};
struct msg_counters {
	int64_t started; /* wall clock */
	uint64_t bans;   /* active */
	uint64_t banned; /* made since the start */
	uint64_t released;
	uint64_t refused;
	uint64_t healed;       /* routes that others removed, put back */
	uint64_t disconnected; /* connections of banned clients, ended */
	uint64_t foreign;      /* bans whose prefix another's route holds */
	uint64_t remembered;   /* ended bans that are kept */
	uint64_t ledger_bytes; /* both files */
	uint64_t unwritten; /* changes that the ledger lacks: its disk fails */
	uint64_t unrouted;  /* bans without their route: the kernel refuses */
	uint64_t exempt;    /* routes for entries of the whitelist; no bans */
	int64_t clock_set;  /* when the wall clock last jumped, by itself; 0 */
	int64_t clock_by;   /* and by how many seconds */
	uint64_t errors;    /* failures since the start */
	int64_t error_at;   /* wall clock of the last failure; 0: none */
	char error[MSG_REASON_LEN * 2]; /* the last failure, or empty */
	struct msg_fault fault[MSG_FAULTS];
};
_Static_assert(sizeof(struct msg_fault) == 128, "padding");

#endif
