/* Matching messages with compiled templates: see template.h for their form. */
#ifndef SMTPBAN_TEMPLATE_MATCH_H
#define SMTPBAN_TEMPLATE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "template_tree.h"

struct template_match {
	const void *row;      /* what was given to template_add */
	struct prefix client; /* family 0: the template has no address */
	uint32_t port;        /* 0: none */
	uint32_t count;       /* 1, or what <count> says */
	const char *user;     /* NULL: none */
	size_t user_len;
	const char *hash; /* of the password, as the server has it; or NULL */
	size_t hash_len;
};

/* Match a message of n bytes.  Returns true and fills m. */
bool template_match(const struct template_tree *, const char *message, size_t n,
    struct template_match *m);

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

/* The user name in [p, end), unless the server says there that it has none. */
void template_take_user(struct walk *, const char *p, const char *end);

/* The user name in a reason, or that logged in, to the end of the line. */
void template_take_reason(struct walk *, const char *p);
void template_take_login(struct walk *, const char *p);

#endif
