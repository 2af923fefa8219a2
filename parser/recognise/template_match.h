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
	const char *domain;   /* of a recipient; NULL: none */
	size_t domain_len;
	uint32_t count;  /* 1, or what <count> says */
	uint32_t lasted; /* seconds that a session took */
	bool unsure;     /* right only if this Exim checks HELO (exim_host.c) */
	bool last;       /* nothing that looks like a host can follow */
	bool junk; /* this Exim took a HELO that it would refuse by default */
	const char *user; /* NULL: none */
	size_t user_len;
	const char *hash; /* of the password, as the server has it; or NULL */
	size_t hash_len;
	const char *session; /* of Dovecot; NULL: none */
	size_t session_len;
	const char *driver; /* the part of Dovecot that speaks; or NULL */
	size_t driver_len;
	uint32_t seconds; /* what <seconds> says, 0: nothing */
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

/* Past one " ehlo=1" or " rcpt=0/1"; NULL at anything else. */
const char *template_take_stat(const char *p, const char *end);

/* The user name in [p, end), unless the server says there that it has none. */
void template_take_user(struct walk *, const char *p, const char *end);

/* What Cyrus and the lesser programs write: as template_take. */
const char *others_take(struct walk *, const struct node *, const char *p);

/*
 * Past "[ADDRESS]", or NULL.  Without the closing bracket the line was cut,
 * perhaps in the middle of the address.
 */
const char *template_take_bracketed(struct walk *, const char *p);

/* Past "[ADDRESS]" with or without a NAME and a space before it, or NULL. */
const char *template_take_peer(struct walk *, const char *p);

/* The same for OpenSMTPD's, Sendmail's, Exim's, Dovecot's and PAM's. */
const char *opensmtpd_take(struct walk *, const struct node *, const char *p);
const char *sendmail_take(struct walk *, const struct node *, const char *p);
const char *dovecot_take(struct walk *, const struct node *, const char *p);

/* The last place of text in [p, end), or NULL. */
const char *template_find_last(const char *p, const char *end, const char *text,
    size_t n);

/* Past a user name that ends at a space, or NULL. */
const char *template_take_account(struct walk *, const char *p);

/* The user name in Cyrus's "MECH (USER) [WHY]", to the end of the line. */
void template_take_badlogin(struct walk *, const char *p);

/* Does what Cyrus says end with a reason that is not the client's fault? */
bool template_is_outage(const char *p, const char *end);

/* The end of the first NAME in "NAME auth=NAME", which is [p, end). */
const char *template_logname_end(const char *p, const char *end);

/*
 * The last "(" of Dovecot's own words, or that before it for 1: behind it, or
 * NULL.
 */
const char *dovecot_find_why(const char *p, const char *end, int from_last);

/* The password given, or its hash. */
void dovecot_take_password(struct walk *, const char *p);

/* The user name in a reason, or that logged in, to the end of the line. */
void template_take_reason(struct walk *, const char *p);
void template_take_login(struct walk *, const char *p);

#endif
