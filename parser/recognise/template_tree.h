/*
 * The compiled form of templates, between template.c, template_match.c and
 * template_take.c.
 */
#ifndef SMTPBAN_TEMPLATE_TREE_H
#define SMTPBAN_TEMPLATE_TREE_H

#include <stdint.h>

#include "template.h"

#define NODES_MAX 512

enum template_op {
	OP_LITERAL,
	OP_CLIENT,
	OP_ADDRPORT,
	OP_DOVECOT,
	OP_SERVER,
	OP_VERB,
	OP_WORD,
	OP_NUM,
	OP_COUNT,
	OP_STATS,
	OP_4XX,
	OP_5XX,
	OP_NAME,
	OP_REASON,
	OP_USER,
	OP_TEXT
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
	unsigned nnodes;
	uint16_t first;
	struct node nodes[NODES_MAX];
};

/* One message on its way through the tree. */
struct walk {
	const struct template_tree *tree;
	const char *end;
	struct template_match *m;
};

/*
 * Past what the node's placeholder takes of the text at p, or NULL; what it
 * finds is put into the match.  Those that ask what follows take nothing.
 */
const char *template_take(struct walk *, const struct node *, const char *p);

/* Past one " ehlo=1" or " rcpt=0/1"; NULL at anything else. */
const char *template_take_stat(const char *p, const char *end);

/* The user name in a reason, or that logged in, to the end of the line. */
void template_take_reason(struct walk *, const char *p);
void template_take_login(struct walk *, const char *p);

#endif
