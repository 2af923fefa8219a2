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

/* What a message tells of its session, beside the failure. */
enum rule_mark {
	TOLD_AUTH = 1 << 0,          /* an attempt to log in */
	TOLD_TLS = 1 << 1,           /* a failed TLS handshake */
	TOLD_PIPELINING = 1 << 2,    /* commands that came too early */
	TOLD_LOGIN = 1 << 3,         /* a good login */
	TOLD_VERDICT = 1 << 4,       /* postscreen's judgement */
	TOLD_OUTAGE = 1 << 5,        /* the password server is not there */
	TOLD_MAIL = 1 << 8,          /* mail that was accepted */
	TOLD_OFFENCE = 1 << 9,       /* anything that was counted */
	TOLD_DROP = 1 << 10,         /* Exim ended it */
	TOLD_HELO_CHECKED = 1 << 25, /* Exim, of a log host: exim_log.h */
	TOLD_HELO_JUNK = 1 << 26,
};

enum rule_flag {
	RULE_QUIET = 1 << 0,   /* no event: it says nothing of a client */
	RULE_BEGINS = 1 << 1,  /* a session begins, and keeps its client */
	RULE_ENDS = 1 << 2,    /* it is over */
	RULE_BY_PORT = 1 << 3, /* many sessions a process: by address, port */
	RULE_QUEUE = 1 << 4,   /* the message's queue id is this client's */
	RULE_FROM_QUEUE = 1 << 5, /* no safe address, but a known queue id */
	RULE_UNTOLD = 1 << 6,     /* counts logins that no line told of yet */
	RULE_BY_ID = 1 << 7,      /* a session is the id that comes first */
	RULE_FROM_SESSION = 1
	    << 8,                  /* no address, or none: the session has it */
	RULE_KEEPS_USER = 1 << 20, /* who tries to log in, for a later line */
	RULE_LEARNS = 1 << 21,     /* mail for a domain of the server's own? */
	RULE_BY_DOMAIN = 1 << 22,  /* relay, if the domain is another's */
	RULE_HOLD = 1 << 23,       /* waits for who it was, by queue id */
	RULE_RELEASE = 1 << 24,    /* tells who it was */
	RULE_DOUBTED = 1 << 28,    /* the session, if it has one, must agree */
	RULE_SAID_LOGIN = 1 << 16, /* who says so (doubles.h): Dovecot login */
	RULE_SAID_AUTH = 1 << 17,  /* Dovecot's auth process */
	RULE_SAID_PAM = 1 << 18,   /* PAM; of others' failures, the server */
	RULE_COPIED = 1 << 25,     /* Exim writes it twice (exim_log.h) */
	RULE_CHECKS_HELO = 1 << 26, /* and by this shows that it checks HELO */
	RULE_LASTED = 1 << 27,      /* what was told before its time is old */
	RULE_AWAY = 1 << 29, /* Courier's password server is (courier_log.h) */
	RULE_UNLESS_AWAY = 1 << 30, /* no event while it is */
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
