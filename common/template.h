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
 *   <word>      letters, digits, - and _
 *   <num>       digits with an optional fraction
 *   <count>     digits: how many failures this line tells of
 *   <4xx> <5xx> a reply code, an enhanced status code, or both, and a space
 *   <name>      what the client called something, as <NAME>: with a space
 *   <last>      anything up to the LAST place of the literal after it
 *   <user>      a user name
 *   <text>      anything
 *   <chosen>    a user name or the like, up to the LAST place of the literal
 *               after it
 *   <said>      as <chosen>, but no user name
 *   <end>       nothing more: the message ends here
 *
 * Postfix:
 *   <verb>      DATA, END-OF-MESSAGE, DATA (12 bytes), DATA content
 *   <stats>     any number of " verb=ok/all"
 *   <reason>    why, and perhaps ", sasl_username=USER"
 *
 * Dovecot, and PAM for it:
 *   <login>     "imap-login: ", "Info: ", "Disconnected: ", as far as they are
 *               there, in front of the end of a connection
 *   <why>       words up to the "(" of the last reason but one, or the last,
 *               that comes before who it was
 *   <seconds>   digits: how long the attempts took
 *   <dovecot>   user=<USER>, method=MECH, rip=ADDRESS,: the address is taken,
 *               the first two may be missing
 *   <auth>      "auth: ", "Info: " as far as they are there, and
 *               "DRIVER(USER,ADDRESS,<SESSION>): ", or in the form of 2.4
 *               "auth(USER,ADDRESS,sasl:MECH)<SESSION>: DRIVER: "; the address
 *               is taken
 *   <autherror> the same with "Error: ", which has to be there
 *   <password>  anything, in which the password given, or its hash, may be
 *   <next>      anything, and " - trying the next passdb" at its end
 *   <pam>       USER rhost=ADDRESS and perhaps "  user=USER", all to the end
 *               of the line; the address is taken
 *
 * Exim:
 *   <eximhost>  NAME (HELO) [ADDRESS]:PORT I=[LOCAL]:PORT U=IDENT Ci=N, of
 *               which all but the address may be missing; it is taken
 *   <sent>      what the client sent, before the literal after it and an
 *               <eximhost>; exim_host.c tells why neither moves the address
 *   <sender>    an address that Exim has parsed, so that its quotes close
 *   <eximinfo>  TLS, sender and login, as far as they are there
 *   <argument>  the argument of a command and ": ", if there is a reason
 *   <eximauth>  a protocol that tells of a login, and its A=NAME:USER
 *   <eximlogin> A=NAME:USER
 *   <setid>     nothing, or "(set_id=USER)"
 *   <sentence>  the server's own words, to the end
 *   <dnslist> <norelay> <nouser>  a reason that names a DNS list, a relay, an
 *               unknown user: they take nothing
 *   <took>      how long a session was
 *   <quit>      the session ended with QUIT, and had no AUTH
 *
 * OpenSMTPD:
 *   <sock>      ADDRESS or [ADDRESS], which is taken, or another word, and
 *               there is none
 *   <hello>     "EHLO " or "HELO ", in any case
 *   <failed>    a command, up to its result
 *   <recipient> LOCAL@DOMAIN>
 *   <envelope>  SENDER> to=<LOCAL@DOMAIN>, the end
 *
 * Sendmail:
 *   <relay>     "NAME [ADDRESS]" or "[ADDRESS]", with "IPv6:" before ADDRESS,
 *               and perhaps " (may be forged)"; the address is taken.  NAME
 *               alone, or what was cut: there is none
 *   <arg>       "arg1=ARG, arg2=ARG, relay=", <relay>, ", reject="; no address
 *               where the client may have written one of several
 *   <to>        "ARG... ", of which the reply speaks, if it is there
 *   <sasl>      why a login failed, and the user name, up to the last
 *               ", relay="
 *   <mail>      of a message that was taken, the sender and the rest, up to
 *               the last ", relay="
 *   <authid>    a user name, up to its mechanism
 *   <rejected>  a command, and " [rejected]" at the end
 *
 * Cyrus, UW, perdition:
 *   <peer>      [ADDRESS], with or without a NAME and a space before it; the
 *               address is taken
 *   <hostport>  ADDRESS:PORT; the address is taken
 *   <account>   a user name, up to a space
 *   <badlogin>  MECH, the user name perhaps, and why
 *   <outage>    the same, where why is our own trouble
 *   <logname>   as <chosen>, of "NAME auth=NAME" the first
 *
 * What holds text that the client chose may not move the place of the address,
 * so template.c knows for each of them where it may stand:
 *   - <name>, <last>, <account>, <to>, <eximinfo>, <argument>: only after the
 *     address.
 *   - <chosen>, <said>, <logname>, <sasl>, <mail>, <sent>: once, before the
 *     address.  Nothing but the server's own words may follow, so that the
 *     last place of the literal is the server's, and they take no more than
 *     TEMPLATE_CHOSEN_MAX bytes, so that no line was cut within them.
 *   - <hello>, <failed>, <recipient>, <envelope>: where no address follows; it
 *     came before, or the session has it.
 *   - The others that hold such text end the template.
 * <sender> is client text of a known form, and an <eximhost> holds some as
 * well: take_exim.c and exim_host.c tell why that moves no address.  <dovecot>,
 * <auth> and <pam> hold a USER too: take_dovecot.c and take_dovecot_auth.c tell
 * why.  A template without an address is for rows that get it otherwise.
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
 * as <addr> or <client>, and at most one <user>, with <num> and <text> beside
 * them.  Where <user> comes first, the address, or a literal behind it,
 * is the end of the message.  tree NULL: only check it.
 */
const char *template_add_match(struct template_tree *, const char *text,
    const void *row);

#endif
