/* smtpban.conf(5): reading and checking. */
#ifndef SMTPBAN_CONF_H
#define SMTPBAN_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "msg.h"
#include "prefix_set.h"

/* The compiled-in paths of interface and manual. */
#define CONF_FILE     "/etc/smtpban.conf"
#define CONF_DATABASE "/var/lib/smtpban/bans.db"
#define CONF_CONTROL  "/run/smtpban/control.sock"
#define CONF_USER     "_smtpban"

/* What reads the journal for us. */
#define CONF_JOURNALCTL "/usr/bin/journalctl"

enum conf_route {
	CONF_BLACKHOLE,
	CONF_UNREACHABLE,
	CONF_PROHIBIT,
};

#define CONF_PORTS_MAX 16

struct conf {
	char *logs[MSG_LOGS_MAX]; /* absolute paths, or MSG_JOURNAL */
	unsigned nlogs;
	bool default_logs; /* by conf_default_logs, not by the file */
	struct msg_conf_match matches[MSG_MATCHES_MAX];
	unsigned nmatches;
	struct msg_policy policy;
	struct prefix_set *whitelist; /* entries and files together */
	uint32_t ban_for;             /* seconds; MSG_FOR_EVER */
	uint32_t ban_double;          /* 1: repeated bans double */
	uint32_t ban_max;             /* seconds at most, when doubling */
	uint32_t remember;            /* seconds */
	enum conf_route route;
	uint32_t route_table; /* rtnetlink(7) table number; 254 is main */
	uint32_t route_ports[CONF_PORTS_MAX];
	unsigned nroute_ports;
	uint32_t route_protocol; /* 1..255, not one of the kernel's own */
	bool disconnect;
	char *database;
	char *control;
	char *user;
	char *metrics_address; /* NULL: off */
	uint32_t metrics_port;
	uint32_t limit_bans;
	uint32_t limit_requests; /* per second */
};

/* Where error lines go: one call a line, without newline. */
typedef void (*conf_report)(void *arg, const char *line);

/*
 * Read a configuration and the whitelist files it names.  Every error of the
 * file is reported as "FILE:LINE: what is wrong"; one that has no line as
 * "FILE: what is wrong".  With secure, the file and the whitelist files must
 * belong to root or the caller and not be writable by group or others.  A
 * NULL path is an empty file: all defaults.  Returns NULL after any error.
 */
struct conf *conf_read(const char *path, bool secure, conf_report, void *arg);
void conf_free(struct conf *);

/* The policy of an empty file. */
void conf_default_policy(struct msg_policy *);

/*
 * Where the file names no log: the one that old, the configuration in force,
 * got here too, or conf_default_log.  old may be NULL.
 */
void conf_default_logs(struct conf *, const struct conf *old);

/*
 * /var/log/mail.log or /var/log/maillog, whichever is there; else MSG_JOURNAL
 * if journalctl(1) is there and journald runs; else the first, which is then
 * waited for.  root stands in front of these paths: "" but for tests.
 */
const char *conf_default_log(const char *root);

/* Whether this path (or MSG_JOURNAL) is one of its logs. */
bool conf_has_log(const struct conf *, const char *path);

/*
 * How much of the past is read again at the start, in seconds: the longest
 * window of the thresholds, and what is sensible of the time for which a good
 * login is remembered.
 */
uint32_t conf_window(const struct msg_policy *);

/*
 * "30", "30s", "10m", "6h", "7d", "8w" in seconds, 1..MSG_SECONDS_MAX.
 * Returns NULL or what is wrong, as a constant text.
 */
const char *conf_parse_time(const char *, uint32_t *seconds);

/* The word that was meant by a mistyped one, of n names, or NULL. */
const char *conf_suggest(const char *word, const char *const *, size_t n);

#endif
