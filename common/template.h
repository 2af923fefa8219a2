/*
 * Templates of log messages, compiled into one tree a program, in which equal
 * beginnings are compared once.  They are compiled here, for who checks a
 * configuration; what matches them is the parser's (template_match.h).
 *
 * A template is anchored at the first byte of the message, and its end is
 * open.  It is literal text with these placeholders (a literal < is <<):
 *
 *   <client>    NAME[ADDRESS] with an optional :PORT; the address is taken
 *   <addrport>  [ADDRESS]:PORT; the address is taken
 *   <addr>      ADDRESS; it is taken
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
 *   <chosen>    a user name or the like, up to the LAST place of the literal
 *               after it
 *   <end>       nothing more: the message ends here
 *
 * Those from <name> to <text> hold text that the client chose.  They may stand
 * only after the address, and nothing but <name> may be followed by more, so
 * that such text cannot move the place of the address.  <chosen> is for what
 * stands before it: then nothing but the server's own words may follow, so
 * that the last place of the literal is the server's, and it takes no more
 * than TEMPLATE_CHOSEN_MAX bytes, so that no line was cut within it.
 * <dovecot> bounds its USER, see there.  A template without an address is for
 * rows that get it otherwise.
 */
#ifndef SMTPBAN_TEMPLATE_H
#define SMTPBAN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define TEMPLATE_CHOSEN_MAX 512

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

/*
 * The same for a template from smtpban.conf(5), of which there is one address,
 * as <addr> or <client>, and at most one <user>, with <word>, <num> and <text>
 * beside them.  Where <user> comes first, the address, or a literal behind it,
 * is the end of the message.  tree NULL: only check it.
 */
const char *template_add_match(struct template_tree *, const char *text,
    const void *row);

#endif
