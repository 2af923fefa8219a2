/* THE table of log messages, and who writes them. */
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
	RULE_BEGINS = 1 << 1,  /* a session begins */
	RULE_ENDS = 1 << 2,    /* it is over */
	RULE_BY_PORT = 1 << 3, /* many sessions a process: by address, port */
	RULE_QUEUE = 1 << 4,   /* the message's queue id is this client's */
	RULE_FROM_QUEUE = 1 << 5, /* no safe address, but a known queue id */
	RULE_UNTOLD = 1 << 6,     /* counts logins that no line told of yet */
};

/* A row: one shape of message.  Of equals the first row counts. */
struct rule {
	const char *server;
	const char *program;  /* the last component of the tag */
	const char *template; /* template.h */
	enum event_kind kind;
	enum category category;
	unsigned flags;
	unsigned tells;  /* marks that it leaves on its session */
	unsigned unless; /* no event in a session with one of these marks */
	const char *remark;
};

/* Rows of one program; the rule set is chosen by the tag. */
struct rule_program {
	const char *server;
	const char *name;
	bool instance; /* the tag has a syslog name in front: postfix/smtpd */
	bool queue_id; /* a queue id or NOQUEUE may come first */
};

extern const struct rule rules[];
extern const size_t rules_count;

#define RULES_PROGRAMS_MAX 16
extern const struct rule_program rules_programs[];
extern const size_t rules_programs_count;

#endif
