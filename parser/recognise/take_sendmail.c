/* What the placeholders of Sendmail's rows take: see template.h. */
#include <string.h>

#include "template_match.h"

#define CLIENT_NAME_MAX 512 /* with a user of ident before it */
#define PLACES_MAX      8   /* of "relay=" that are looked at */

static const char forged[] = " (may be forged)";
static const char relay_key[] = ", relay=";
#define RELAY_KEY_LEN (sizeof(relay_key) - 1)

/* What a host name may be made of, and the ident user before it. */
static bool
is_name(char c)
{
	static const char more[] = "!#$%&'*+-./^_`{|}~@";

	return chars_is_alnum(c) || memchr(more, c, sizeof(more) - 1) != NULL;
}

/* Past a name, and "IDENT:" before it. */
static const char *
take_name(const char *p, const char *end)
{
	const char *start = p;

	p = chars_skip(p, end, "IDENT:");
	while (p < end && is_name(*p) && p - start < CLIENT_NAME_MAX)
		p++;
	return p;
}

/* "[192.0.2.1]" or "[IPv6:2001:db8:0:0:0:0:0:1]"; NULL at anything else. */
static const char *
take_address(const char *p, const char *end, struct prefix *client)
{
	if (p == end || *p != '[')
		return NULL;
	return template_read_addr(chars_skip(p + 1, end, "IPv6:"), end, client);
}

/* The name, or the address in its place, or nothing, and the space after. */
static const char *
skip_name(const char *p, const char *end)
{
	const char *start = p;
	struct prefix none;

	if (p < end && *p == '[') {
		p = take_address(p, end, &none);
		return p != NULL && end - p > 1 && *p == ' ' && p[1] == '[' ?
		    p + 1 :
		    start;
	}
	p = take_name(p, end);
	return p < end && *p == ' ' ? p + 1 : start;
}

/*
 * A name alone, or one that was cut, perhaps within the address: whose it is
 * has to be known from elsewhere.
 */
static const char *
take_nameless(const char *p, const char *end)
{
	const char *start = p;

	p = take_name(p, end);
	if (p == start && p < end && *p == '[')
		return memchr(p, ']', (size_t)(end - p)) == NULL ? end : NULL;
	if (end - p > 1 && *p == ' ' && p[1] == '[' &&
	    memchr(p, ']', (size_t)(end - p)) == NULL)
		return end;
	p = chars_skip(p, end, forged);
	return p > start ? p : NULL;
}

/*
 * "NAME [ADDRESS]", "[ADDRESS]", "[ADDRESS] [ADDRESS]", and perhaps
 * " (may be forged)".  Sendmail never writes a bracket in NAME.
 */
static const char *
read_relay(const char *p, const char *end, struct prefix *client)
{
	const char *q;

	memset(client, 0, sizeof(*client));
	q = take_address(skip_name(p, end), end, client);
	if (q == NULL)
		return take_nameless(p, end);
	return chars_skip(q, end, forged);
}

static const char *
take_relay(struct walk *w, const char *p)
{
	return read_relay(p, w->end, &w->m->client);
}

/* Past a reply code and what goes with it; NULL if there is none. */
static const char *
skip_code(const char *p, const char *end)
{
	if (end - p < 4 || chars_skip_digits(p, p + 3) != p + 3 || p[3] != ' ')
		return NULL;
	for (p += 4; p < end && (chars_is_digit(*p) || *p == '.');)
		p++;
	return p < end && *p == ' ' ? p + 1 : p;
}

/* Past "ARG... ", where ARG is [arg, arg + n), or NULL. */
static const char *
skip_arg(const char *p, const char *end, const char *arg, size_t n)
{
	if ((size_t)(end - p) < n || memcmp(p, arg, n) != 0)
		return NULL;
	return chars_take(p + n, end, "... ");
}

/* Does the reply at p speak of [arg, arg + n), as "ARG... no"? */
static bool
speaks_of(const char *p, const char *end, const char *arg, size_t n)
{
	p = skip_code(p, end);
	return p != NULL && skip_arg(p, end, arg, n) != NULL;
}

/*
 * "arg1=ARG, relay=CLIENT, reject=", where ARG and the reply after all are of
 * the client's choice.  Sendmail's own "relay=" is always there, so a single
 * one is Sendmail's; of several none is believed, and the likeliest only tells
 * where the reply begins.  ARG is bounded, so that no line was cut within it.
 */
static const char *
take_arg(struct walk *w, const char *p)
{
	const char *q, *after, *best = NULL;
	struct prefix client = { 0 }, one;
	int places = 0;

	if ((p = chars_take(p, w->end, "arg1=")) == NULL)
		return NULL;
	for (q = p; places < PLACES_MAX; q += RELAY_KEY_LEN) {
		if ((q = chars_find(q, w->end, relay_key)) == NULL)
			break;
		places++;
		after = read_relay(q + RELAY_KEY_LEN, w->end, &one);
		if (after == NULL ||
		    (after = chars_take(after, w->end, ", reject=")) == NULL)
			continue;
		if (best != NULL &&
		    !speaks_of(after, w->end, p, (size_t)(q - p)))
			continue;
		best = after;
		client = one;
		w->arg = p;
		w->arg_len = (size_t)(q - p);
	}
	if (places > 1 || w->arg_len > TEMPLATE_CHOSEN_MAX)
		memset(&client, 0, sizeof(client));
	w->m->client = client;
	return best;
}

/* "ARG... ", of which the reply speaks; it may be missing. */
static const char *
take_to(const struct walk *w, const char *p)
{
	static const char more[] = ">... ";
	const char *q;

	if (w->arg != NULL &&
	    (q = skip_arg(p, w->end, w->arg, w->arg_len)) != NULL)
		return q;
	if (p == w->end || *p != '<')
		return p;
	q = chars_find(p, w->end, more);
	return q != NULL ? q + sizeof(more) - 1 : p;
}

/* Up to the last ", relay=": what follows there is Sendmail's alone. */
static const char *
find_relay(const struct walk *w, const char *p)
{
	const char *q;

	q = template_find_last(p, w->end, relay_key, RELAY_KEY_LEN);
	return q != NULL && q - p <= TEMPLATE_CHOSEN_MAX ? q : NULL;
}

/* Why a login failed, and from 8.16 on ", user=USER". */
static const char *
take_sasl(struct walk *w, const char *p)
{
	static const char key[] = ", user=";
	const char *q = find_relay(w, p), *user;

	if (q == NULL)
		return NULL;
	user = template_find_last(p, q, key, sizeof(key) - 1);
	if (user != NULL)
		template_take_user(w, user + sizeof(key) - 1, q);
	return q;
}

/*
 * "SENDER, size=N, class=N, nrcpts=N, msgid=<ID>, ...", of a message that came
 * with at least one recipient; one that was not sent to its end has no msgid.
 */
static const char *
take_mail(struct walk *w, const char *p)
{
	static const char nrcpts[] = ", nrcpts=";
	const char *q = find_relay(w, p), *n;

	if (q == NULL)
		return NULL;
	n = template_find_last(p, q, nrcpts, sizeof(nrcpts) - 1);
	if (n == NULL)
		return NULL;
	n += sizeof(nrcpts) - 1;
	if (n == q || *n < '1' || *n > '9')
		return NULL;
	n = chars_skip_digits(n, q);
	return chars_take(n, q, ", msgid=") != NULL ? q : NULL;
}

/* "USER, mech=PLAIN, bits=0" */
static const char *
take_authid(struct walk *w, const char *p)
{
	static const char mech[] = ", mech=";
	const char *q;

	q = template_find_last(p, w->end, mech, sizeof(mech) - 1);
	template_take_user(w, p, q != NULL ? q : w->end);
	return w->end;
}

/* A command, to the end of the line, and that it was refused. */
static const char *
take_rejected(const struct walk *w, const char *p)
{
	const char *tail = chars_find_tail(p, w->end, " [rejected]");

	return tail != NULL && tail > p ? w->end : NULL;
}

const char *
sendmail_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_RELAY:
		return take_relay(w, p);
	case OP_ARG:
		return take_arg(w, p);
	case OP_TO:
		return take_to(w, p);
	case OP_SASL:
		return take_sasl(w, p);
	case OP_MAIL:
		return take_mail(w, p);
	case OP_AUTHID:
		return take_authid(w, p);
	default: /* OP_REJECTED */
		return take_rejected(w, p);
	}
}
