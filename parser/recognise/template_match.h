/* Matching messages with compiled templates: see template.h for their form. */
#ifndef SMTPBAN_TEMPLATE_MATCH_H
#define SMTPBAN_TEMPLATE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chars.h"
#include "template_tree.h"

#define ADDR_MAX_LEN 45  /* of an address as text */
#define NAME_MAX_LEN 255 /* of a host name */

/* What a message that fits holds; of a text NULL: it has none. */
struct template_match {
	const void *row;      /* what was given to template_add */
	struct prefix client; /* family 0: the template has no address */
	uint32_t port;        /* 0: none */
	uint32_t count;       /* 1, or what <count> says */
	uint32_t seconds;     /* that a session or its attempts took */
	const char *user;
	size_t user_len;
	const char *hash; /* of the password, as the server has it */
	size_t hash_len;
	const char *domain; /* of a recipient */
	size_t domain_len;
	const char *session; /* Dovecot's id of it */
	size_t session_len;
	const char *driver; /* the part of Dovecot that speaks */
	size_t driver_len;
	bool unsure; /* right only if this Exim checks HELO (exim_host.c) */
	bool last;   /* nothing that looks like a host can follow */
	bool junk;   /* this Exim took a HELO that it would refuse by default */
};

/* Match a message of n bytes.  Returns true and fills m. */
bool template_match(const struct template_tree *, const char *message, size_t n,
    struct template_match *m);

/* One message on its way through the tree. */
struct walk {
	const struct template_tree *tree;
	const char *start;
	const char *end;
	struct template_match *m;
	const char *arg; /* what <arg> found, for <to> */
	size_t arg_len;
};

/* The row of what follows, from node number n on, or NULL. */
const void *template_walk(struct walk *, unsigned n, const char *p);

/*
 * Past what the node's placeholder takes of the text at p, or NULL; what it
 * finds is put into the match.  Those that ask what follows take nothing.
 */
const char *template_take(struct walk *, const struct node *, const char *p);

/*
 * The same of one server's: those of Cyrus and the lesser programs, Dovecot and
 * PAM, OpenSMTPD, Sendmail.  Exim's are in take_exim.h.
 */
const char *others_take(struct walk *, const struct node *, const char *p);
const char *dovecot_take(struct walk *, const struct node *, const char *p);
const char *opensmtpd_take(struct walk *, const struct node *, const char *p);
const char *sendmail_take(struct walk *, const struct node *, const char *p);

/* For these files: past what they take, or NULL. */

/*
 * "ADDRESS]", of which *client is the address.  Without the bracket the line
 * was cut, perhaps in the middle of the address.
 */
const char *template_read_addr(const char *p, const char *end,
    struct prefix *client);

/* "[ADDRESS]", which is taken. */
const char *template_take_bracketed(struct walk *, const char *p);

/* One " ehlo=1" or " rcpt=0/1". */
const char *template_take_stat(const char *p, const char *end);

/* The last place of a text of n bytes, 1 or more, in [p, end), or NULL. */
const char *template_find_last(const char *p, const char *end, const char *text,
    size_t n);

/* The user name in [p, end), unless the server says there that it has none. */
void template_take_user(struct walk *, const char *p, const char *end);

/* Of what goes from p to the end of the line: the user name in a reason. */
void template_take_reason(struct walk *, const char *p);

/* That of a login. */
void template_take_login(struct walk *, const char *p);

/* Cyrus: <peer>, <account>. */
const char *cyrus_take_peer(struct walk *, const char *p);
const char *cyrus_take_account(struct walk *, const char *p);

/* The user name in Cyrus's "MECH (USER) [WHY]", to the end of the line. */
void cyrus_take_badlogin(struct walk *, const char *p);

/* Does what Cyrus says end with a reason that is not the client's fault? */
bool cyrus_is_outage(const char *p, const char *end);

/* UW: the end of the first NAME in "NAME auth=NAME", which is [p, end). */
const char *others_find_logname(const char *p, const char *end);

/*
 * The last "(" of Dovecot's own words, or that before it for 1: behind it, or
 * NULL.
 */
const char *dovecot_find_why(const char *p, const char *end, int from_last);

/* The password given, or its hash. */
void dovecot_take_password(struct walk *, const char *p);

#endif
