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
	OP_TEXT,
	OP_CHOSEN,
	OP_END
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
