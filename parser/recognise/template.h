/*
 * Templates of log messages, compiled into one tree a program, in which equal
 * beginnings are compared once.
 *
 * A template is anchored at the first byte of the message, and its end is
 * open.  It is literal text with these placeholders (a literal < is <<):
 *
 *   <client>    NAME[ADDRESS] with an optional :PORT; the address is taken
 *   <addrport>  [ADDRESS]:PORT; the address is taken
 *   <server>    text up to the first place of the literal after it; before
 *               the address only what the server itself writes
 *   <verb>      DATA, END-OF-MESSAGE, DATA (12 bytes), DATA content
 *   <word>      letters, digits, - and _
 *   <num>       digits with an optional fraction
 *   <count>     digits: how many failures this line tells of
 *   <stats>     any number of " verb=ok/all"
 *   <4xx> <5xx> a reply code, an enhanced status code, or both, and a space
 *   <dovecot>   USER>, method=MECH, rip=ADDRESS,: the address is taken
 *   <name>      what the client called something, as <NAME>: with a space
 *   <reason>    why, and perhaps ", sasl_username=USER"
 *   <user>      a user name
 *   <text>      anything
 *
 * The last four hold text that the client chose.  They may stand only after
 * the address, and nothing but <name> may be followed by more, so that such
 * text cannot move the place of the address.  <dovecot> bounds its USER, see
 * there.  A template without an address is for rows that get it otherwise.
 */
#ifndef SMTPBAN_TEMPLATE_H
#define SMTPBAN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

struct template_match {
	const void *row;      /* what was given to template_add */
	struct prefix client; /* family 0: the template has no address */
	uint32_t port;        /* 0: none */
	uint32_t count;       /* 1, or what <count> says */
	const char *user;     /* NULL: none */
	size_t user_len;
};

struct template_tree;

struct template_tree *template_new(void); /* NULL without memory */
void template_free(struct template_tree *);

/*
 * Add a template; text and row must outlive the tree.  Of several that fit a
 * message the longer wins over its own beginning, else the earlier one.
 * Returns NULL, or what is wrong as a constant text.
 */
const char *template_add(struct template_tree *, const char *text,
    const void *row);

/* Match a message of n bytes.  Returns true and fills m. */
bool template_match(const struct template_tree *, const char *message, size_t n,
    struct template_match *m);

#endif
