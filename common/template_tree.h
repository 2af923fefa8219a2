/*
 * The compiled form of templates, between template.c and the parser's
 * template_match.c and template_take.c.
 */
#ifndef SMTPBAN_TEMPLATE_TREE_H
#define SMTPBAN_TEMPLATE_TREE_H

#include <stdint.h>

#include "template.h"

#define NODES_MAX 4096 /* of one tree */

enum template_op {
	OP_LITERAL,
	OP_CLIENT,
	OP_ADDRPORT,
	OP_ADDR,
	OP_SERVER,
	OP_WORD,
	OP_NUM,
	OP_COUNT,
	OP_4XX,
	OP_5XX,
	OP_NAME,
	OP_LAST,
	OP_USER,
	OP_TEXT,
	OP_CHOSEN,
	OP_SAID,
	OP_END,

	/* Postfix. */
	OP_VERB,
	OP_STATS,
	OP_REASON,

	/* Dovecot, and PAM for it. */
	OP_LOGIN,
	OP_WHY,
	OP_SECONDS,
	OP_DOVECOT,
	OP_AUTH,
	OP_AUTH_ERROR,
	OP_PASSWORD,
	OP_NEXT,
	OP_PAM,

	/* Exim. */
	OP_EXIM_HOST,
	OP_EXIM_SENT,
	OP_EXIM_SENDER,
	OP_EXIM_INFO,
	OP_EXIM_ARGUMENT,
	OP_EXIM_AUTH,
	OP_EXIM_LOGIN,
	OP_EXIM_SETID,
	OP_EXIM_SENTENCE,
	OP_EXIM_DNSLIST,
	OP_EXIM_NORELAY,
	OP_EXIM_NOUSER,
	OP_EXIM_TOOK,
	OP_EXIM_QUIT,

	/* OpenSMTPD. */
	OP_SOCK,
	OP_HELLO,
	OP_FAILED,
	OP_RECIPIENT,
	OP_ENVELOPE,

	/* Sendmail. */
	OP_RELAY,
	OP_ARG,
	OP_TO,
	OP_SASL,
	OP_MAIL,
	OP_AUTHID,
	OP_REJECTED,

	/* Cyrus, UW, perdition. */
	OP_PEER,
	OP_HOSTPORT,
	OP_ACCOUNT,
	OP_BADLOGIN,
	OP_OUTAGE,
	OP_LOGNAME,
};

/* Indices are into nodes; 0 is none. */
struct node {
	const char *lit;
	const void *row; /* a template ends here; NULL: none does */
	uint16_t child;
	uint16_t next;
	uint8_t op;
	uint8_t len; /* of lit */
};

struct template_tree {
	unsigned nnodes; /* used, of room; the first is none */
	unsigned room;
	uint16_t first;
	struct node *nodes;
};

#endif
