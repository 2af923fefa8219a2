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
	TOLD_AUTH = 1 << 0,       /* an attempt to log in */
	TOLD_TLS = 1 << 1,        /* a failed TLS handshake */
	TOLD_PIPELINING = 1 << 2, /* commands that came too early */
	TOLD_LOGIN = 1 << 3,      /* a good login */
	TOLD_VERDICT = 1 << 4,    /* postscreen's judgement */
};

enum rule_flag {
	RULE_QUIET = 1 << 0,   /* no event: it says nothing of a client */
	RULE_BEGINS = 1 << 1,  /* a session begins, and keeps its client */
	RULE_ENDS = 1 << 2,    /* it is over */
	RULE_BY_PORT = 1 << 3, /* many sessions a process: by address, port */
	RULE_QUEUE = 1 << 4,   /* the message's queue id is this client's */
	RULE_FROM_QUEUE = 1 << 5,   /* no safe address, but a known queue id */
	RULE_UNTOLD = 1 << 6,       /* counts logins that no line told of yet */
	RULE_BY_ID = 1 << 7,        /* a session is the id that comes first */
	RULE_FROM_SESSION = 1 << 8, /* no address, but a session that has one */
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
