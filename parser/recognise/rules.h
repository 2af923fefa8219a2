/*
 * THE table: which message of which program tells what.  To teach smtpban a
 * message, add a row to the file of its server, rules_SERVER.c, and in
 * tests/corpus/rules/SERVER.txt a line that shows it and one that nearly does.
 */
#ifndef SMTPBAN_RULES_H
#define SMTPBAN_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "category.h"
#include "recognise.h"

/* Marks that rows leave on a session, and ask for later. */
enum rule_mark {
	TOLD_AUTH = 1 << 0,         /* an attempt to log in */
	TOLD_LOGIN = 1 << 1,        /* a good login */
	TOLD_MAIL = 1 << 2,         /* mail that was accepted */
	TOLD_TLS = 1 << 3,          /* a failed TLS handshake */
	TOLD_PIPELINING = 1 << 4,   /* commands that came too early */
	TOLD_OFFENCE = 1 << 5,      /* anything that was counted */
	TOLD_OUTAGE = 1 << 6,       /* the password server is not there */
	TOLD_VERDICT = 1 << 7,      /* postscreen's judgement */
	TOLD_DROP = 1 << 8,         /* Exim ended it */
	TOLD_HELO_CHECKED = 1 << 9, /* Exim, of a log host: exim_log.h */
	TOLD_HELO_JUNK = 1 << 10,   /* likewise */
};

/* What a row is about, beside its category. */
enum rule_flag {
	/* The event. */
	RULE_QUIET = 1 << 0,     /* none: it says nothing of a client */
	RULE_UNTOLD = 1 << 1,    /* only the logins that no line told of */
	RULE_LEARNS = 1 << 2,    /* mail for a domain of the server's own? */
	RULE_BY_DOMAIN = 1 << 3, /* relay, if the domain is another's */

	/* Its session: that of its process, unless this names another. */
	RULE_BEGINS = 1 << 4,      /* it begins, and keeps its client */
	RULE_ENDS = 1 << 5,        /* it is over */
	RULE_BY_PORT = 1 << 6,     /* many a process: by address and port */
	RULE_BY_ID = 1 << 7,       /* by the id that comes first */
	RULE_BY_SESSION = 1 << 8,  /* by Dovecot's "session=<ID>", if there */
	RULE_LASTED = 1 << 9,      /* what was told before its time is old */
	RULE_KEEPS_USER = 1 << 10, /* who tries to log in, for a later line */

	/* The client, where the message does not tell, or not for sure. */
	RULE_FROM_SESSION = 1 << 11, /* no address, or none: the session's */
	RULE_DOUBTED = 1 << 12,      /* the session's, if any, must agree */
	RULE_FROM_QUEUE = 1 << 13,   /* no safe address: the queue id's */
	RULE_QUEUE = 1 << 14,        /* the queue id is this client's */
	RULE_HOLD = 1 << 15,         /* waits for who it was, by queue id */
	RULE_RELEASE = 1 << 16,      /* tells who it was */

	/* Who says so (doubles.h): without one of these the server itself. */
	RULE_SAID_LOGIN = 1 << 17, /* a login process of Dovecot's */
	RULE_SAID_AUTH = 1 << 18,  /* its auth process */
	RULE_SAID_PAM = 1 << 19,   /* PAM */

	/* Of one server. */
	RULE_COPIED = 1 << 20,      /* Exim writes it twice (exim_log.h) */
	RULE_CHECKS_HELO = 1 << 21, /* and by this shows that it checks HELO */
	RULE_AWAY = 1 << 22,        /* Courier's password server is */
	RULE_UNLESS_AWAY = 1 << 23, /* no event while it is (courier_log.h) */
};

/* A row: one shape of message.  Of equals the first row counts. */
struct rule {
	const char *server;
	const char *program;  /* one of rules_programs */
	const char *template; /* template.h */
	enum event_kind kind;
	enum category category;
	unsigned flags;
	unsigned tells;  /* marks that it leaves on its session */
	unsigned unless; /* no event in a session with one of these marks */
	const char *remark;
};

/* Rows of one server: each file rules_SERVER.c has some. */
struct rule_rows {
	const struct rule *rows;
	size_t n;
};
extern const struct rule_rows *const rules_table[];
extern const size_t rules_table_count;

/* All rows: the first for NULL, NULL behind the last. */
const struct rule *rules_next(const struct rule *);

/* What may come first in a message, and tells its session or mail. */
enum rule_id {
	RULE_ID_NONE,
	RULE_ID_POSTFIX,
	RULE_ID_EXIM,
	RULE_ID_SENDMAIL,
	RULE_ID_OPENSMTPD,
	RULE_ID_COURIER, /* none, and long lines are cut (courier_log.h) */
};

/*
 * A program: which tags it has in the log.  Tags are words: NAME is the whole
 * tag, and any/NAME one that only ends with it: postfix/smtpd, mx2/smtpd.
 * Several programs may have a tag in common: all their rows are tried.
 */
struct rule_program {
	const char *server;
	const char *name; /* as in rows */
	const char *tags; /* separated by spaces */
	enum rule_id id;
};

extern const struct rule_program rules_programs[];
extern const size_t rules_programs_count;

#endif
