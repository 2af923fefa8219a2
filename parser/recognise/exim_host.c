/*
 * Where in a message of Exim its client stands.  Exim writes a host as
 *
 *	NAME (HELO) [ADDRESS]:PORT I=[LOCAL]:PORT U=IDENT Ci=N
 *
 * of which all but [ADDRESS] may be missing (host.c, host_and_ident()).  NAME
 * is one that Exim has confirmed and checked; HELO holds letters, digits, dots
 * and hyphens, or an address in brackets, unless helo_accept_junk_hosts lets
 * anything pass; IDENT is anything.  So the client can make a message in which
 * several places look like the server's.  All of them are weighed here: an
 * address is taken when each place names the same one, whether all that follows
 * it fits a row or not.
 */
#include <string.h>

#include "take_exim.h"

#define PLACES_MAX 16   /* that look like a host's; of more none is taken */
#define IDENT_MAX  508  /* 127 bytes, each as an octal escape */
#define TRIES_MAX  2048 /* of ends of idents, in one message */

/* The places of a host, weighed one by one. */
struct weighing {
	struct walk *w;
	const struct node *node; /* of the host */
	const char *start; /* where the host or what is before it begins */
	const char *lead;  /* what stands right before the host, or NULL */
	size_t lead_len;
	const char *open; /* the first parenthesis that may hold a HELO */
	unsigned places;
	struct prefix place; /* the first of them */
	bool places_differ;
	unsigned tries;
	const void *first_row, *strict_row;
	struct template_match first;
	struct template_match strict; /* with a HELO as Exim checks it */
	bool differ;                  /* those that fit a row do */
	bool strict_differ;
};

/* Past "NAME ", or p. */
static const char *
skip_name(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && chars_is_host(*p) && p - start <= NAME_MAX_LEN)
		p++;
	return p > start && p < end && *p == ' ' ? p + 1 : start;
}

/* Is [p, end) a HELO that Exim takes from everybody? */
static bool
is_strict_helo(const char *p, const char *end)
{
	if (end - p > 2 && *p == '[' && end[-1] == ']') {
		p++;
		end--;
	}
	if (p == end)
		return false;
	while (p < end && (chars_is_host(*p) || *p == ':'))
		p++;
	return p == end;
}

static bool
is_lead_before(const struct weighing *g, const char *p)
{
	return (size_t)(p - g->start) >= g->lead_len &&
	    memcmp(p - g->lead_len, g->lead, g->lead_len) == 0;
}

/* The first parenthesis that follows a place where a host may begin. */
static const char *
find_open(const struct weighing *g)
{
	const char *end = g->w->end, *p = g->start, *q;

	if (g->lead == NULL) {
		q = skip_name(p, end);
		return q < end && *q == '(' ? q : NULL;
	}
	while (
	    (p = memmem(p, (size_t)(end - p), g->lead, g->lead_len)) != NULL) {
		p += g->lead_len;
		q = skip_name(p, end);
		if (q < end && *q == '(')
			return q;
	}
	return NULL;
}

/* Does a host, whose NAME may come first, begin right before p? */
static bool
is_begun(const struct weighing *g, const char *p)
{
	const char *q = p;

	if (g->lead == NULL)
		return p == g->start || p == skip_name(g->start, g->w->end);
	if (is_lead_before(g, p))
		return true;
	if (q == g->start || *--q != ' ')
		return false;
	while (q > g->start && chars_is_host(q[-1]))
		q--;
	return q < p - 1 && is_lead_before(g, q);
}

/* May the bracket at p be that of a host's address? */
static bool
is_place(const struct weighing *g, const char *p, bool *strict)
{
	const char *helo;

	*strict = true;
	if (is_begun(g, p))
		return true;
	if (g->open == NULL || p - g->open < 4 || p[-1] != ' ' || p[-2] != ')')
		return false;
	helo = g->open;
	if (g->lead != NULL)
		helo = memrchr(helo, '(', (size_t)(p - 2 - helo));
	*strict = helo != NULL && is_begun(g, helo) &&
	    is_strict_helo(helo + 1, p - 2);
	return true;
}

/* Past " I=[LOCAL]:PORT", or p. */
static const char *
skip_interface(const char *p, const char *end)
{
	const char *q = chars_skip(p, end, " I=["), *close;

	if (q == p)
		return p;
	close = chars_find_near(q, end, ']', ADDR_MAX_LEN + 1);
	if (close == NULL)
		return p;
	q = chars_skip(close + 1, end, ":");
	return chars_skip_digits(q, end);
}

/* What the message says after its host, or NULL. */
static const void *
walk_rest(struct weighing *g, const char *p)
{
	const char *end = g->w->end;
	const char *q = chars_skip(p, end, " Ci=");
	const void *row;

	if (q != p)
		p = chars_skip_digits(q, end);
	row = template_walk(g->w, g->node->child, p);
	return row != NULL ? row : g->node->row;
}

/* The same; an ident, which may come first, ends where the rest fits. */
static const void *
walk_after(struct weighing *g, const char *p)
{
	const char *end = g->w->end, *ident;
	const void *row;

	p = skip_interface(p, end);
	ident = chars_skip(p, end, " U=");
	if (ident == p)
		return walk_rest(g, p);
	for (p = ident; p <= end && p - ident <= IDENT_MAX; p++) {
		if (g->tries++ == TRIES_MAX)
			return NULL;
		if ((row = walk_rest(g, p)) != NULL)
			return row;
	}
	return NULL;
}

/* "[ADDRESS]" and ":PORT" into the match; past them, or NULL. */
static const char *
take_address(struct weighing *g, const char *p)
{
	struct template_match *m = g->w->m;
	struct cursor c = { NULL, g->w->end };

	c.p = template_read_addr(p + 1, c.end, &m->client);
	if (c.p == NULL)
		return NULL;
	m->port = 0;
	if (c.end - c.p > 1 && c.p[0] == ':' && chars_is_digit(c.p[1])) {
		c.p++;
		(void)cursor_number(&c, &m->port);
	}
	return c.p;
}

static void
keep(struct weighing *g, const void *row, bool strict)
{
	const struct template_match *m = g->w->m;

	if (g->first_row == NULL) {
		g->first_row = row;
		g->first = *m;
	} else if (prefix_cmp(&g->first.client, &m->client) != 0)
		g->differ = true;
	if (!strict)
		return;
	if (g->strict_row == NULL) {
		g->strict_row = row;
		g->strict = *m;
	} else if (prefix_cmp(&g->strict.client, &m->client) != 0)
		g->strict_differ = true;
}

/*
 * May the message go on like this at p?  It may be one that no row is about,
 * but Exim's first sign after a host is the same in all of a kind.
 */
static bool
is_followed(const struct weighing *g, const char *p)
{
	const struct node *n;
	const char *end = g->w->end;
	unsigned i;

	p = skip_interface(p, end);
	if (chars_skip(p, end, " U=") != p || chars_skip(p, end, " Ci=") != p)
		return true;
	if (g->node->row != NULL && (p == end || *p == ' '))
		return true;
	for (i = g->node->child; i != 0; i = n->next) {
		n = &g->w->tree->nodes[i];
		if (n->op != OP_LITERAL ? p == end || *p == ' ' :
					  p < end && *p == *n->lit)
			return true;
	}
	return false;
}

/* Weigh the bracket at p. */
static void
weigh(struct weighing *g, const char *p)
{
	struct template_match *m = g->w->m;
	const struct template_match before = *m;
	const void *row;
	bool strict;

	if (is_place(g, p, &strict) && (p = take_address(g, p)) != NULL &&
	    is_followed(g, p)) {
		if (g->places++ == 0)
			g->place = m->client;
		else if (prefix_cmp(&g->place, &m->client) != 0)
			g->places_differ = true;
		if ((row = walk_after(g, p)) != NULL)
			keep(g, row, strict);
	}
	*m = before;
}

/*
 * Take the address on which all places agree, or all that fit if no place can
 * come behind them.  Else the one with a HELO as Exim checks it is right if
 * this Exim does so, which the message does not tell: the match is unsure.  Of
 * what the client sent before, Exim checks nothing.
 */
static const void *
choose(struct weighing *g, bool whole)
{
	struct template_match *m = g->w->m;
	bool agree = g->first.last ? !g->differ : !g->places_differ;

	if (g->first_row == NULL || g->places > PLACES_MAX ||
	    g->tries > TRIES_MAX)
		return NULL;
	if (agree && whole) {
		*m = g->first;
		m->junk = g->strict_row == NULL;
		return g->first_row;
	}
	if (g->strict_row == NULL || g->strict_differ || g->lead != NULL)
		return NULL;
	*m = g->strict;
	m->unsure = true;
	return g->strict_row;
}

const void *
exim_walk_host(struct walk *w, const struct node *n, const char *p)
{
	struct weighing g = { .w = w, .node = n, .start = p };
	bool whole = w->end - w->start <= EXIM_WHOLE_MAX;

	g.open = find_open(&g);
	if (g.open == NULL) { /* no HELO, and so no doubt */
		p = skip_name(p, w->end);
		if (p < w->end && *p == '[')
			weigh(&g, p);
		return choose(&g, true);
	}
	while ((p = memchr(p, '[', (size_t)(w->end - p))) != NULL &&
	    g.places <= PLACES_MAX) {
		weigh(&g, p++);
		if (!whole && g.places > 0)
			break;
	}
	return choose(&g, whole);
}

/*
 * In a line that may have been cut, the host could be missing, and what the
 * client sent could hold another.
 */
const void *
exim_walk_sent(struct walk *w, const struct node *n, const char *p)
{
	const struct node *lit, *host;
	const char *q;
	const void *row;
	unsigned i, j;

	if (w->end - w->start > EXIM_WHOLE_MAX)
		return NULL;
	for (i = n->child; i != 0; i = lit->next) {
		lit = &w->tree->nodes[i];
		for (j = lit->child; j != 0; j = host->next) {
			struct weighing g = { .w = w, .start = p };

			host = &w->tree->nodes[j];
			if (host->op != OP_EXIM_HOST)
				continue;
			g.node = host;
			g.lead = lit->lit;
			g.lead_len = lit->len;
			g.open = find_open(&g);
			for (q = p; g.places <= PLACES_MAX &&
			     (q = memchr(q, '[', (size_t)(w->end - q))) != NULL;
			     q++)
				weigh(&g, q);
			if ((row = choose(&g, true)) != NULL)
				return row;
		}
	}
	return NULL;
}
