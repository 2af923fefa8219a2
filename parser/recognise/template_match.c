/* Matching messages with compiled templates: see template.h for their form. */
#include <string.h>

#include "take_exim.h"
#include "template_match.h"

#define CANDIDATES_MAX 8  /* ends of a NAME */
#define COPIES_MAX     16 /* places where it may come again */

static const void *walk_nodes(struct walk *, unsigned, const char *);

/* Past quotes and backslashes, which only one of two copies may have. */
static const char *
skip_quoting(const char *p, const char *end)
{
	while (p < end && (*p == '"' || *p == '\\'))
		p++;
	return p;
}

/* Does the text at p begin with NAME, quoted or not, and end with it? */
static bool
is_copy(const char *name, const char *name_end, const char *p, const char *end)
{
	for (;;) {
		name = skip_quoting(name, name_end);
		p = skip_quoting(p, end);
		if (name == name_end)
			return p == end || *p == ' ';
		if (p == end || *p++ != *name++)
			return false;
	}
}

/*
 * Does "=<NAME>" stand after p, as from=, to= or helo=?  That tells the whole
 * of NAME from a beginning of it.  NAME is given with its brackets.
 */
static bool
is_repeated(const char *name, const char *name_end, const char *p,
    const char *end)
{
	int places;

	for (places = 0; places < COPIES_MAX; places++) {
		if ((p = chars_find(p, end, "=<")) == NULL)
			return false;
		if (is_copy(name, name_end, ++p, end))
			return true;
	}
	return false;
}

/*
 * "<NAME>: " and a reason.  NAME can hold ">: " and the words of a reason, so
 * the right end is the last one whose NAME comes again among the attributes;
 * it is the first one where none does, as in a line that was cut.  What the
 * client gains by a forgery is another category, never another address.
 */
static const void *
walk_name(struct walk *w, const struct node *n, const char *p)
{
	const void *first = NULL, *best = NULL, *row;
	const char *q = p;
	int tries;

	if (p == w->end || *p != '<')
		return NULL;
	for (tries = 0; tries < CANDIDATES_MAX; tries++, q += 3) {
		if ((q = chars_find(q, w->end, ">: ")) == NULL)
			break;
		row = walk_nodes(w, n->child, q + 3);
		if (row == NULL)
			continue;
		if (first == NULL)
			first = row;
		else if (is_repeated(p, q + 1, q + 3, w->end))
			best = row;
	}
	return best != NULL ? best : first;
}

static const char *
find_first(const char *p, const char *end, const char *text, size_t n)
{
	return memmem(p, (size_t)(end - p), text, n);
}

/*
 * What stands before a literal, up to the place where find sees that, and no
 * more than max bytes.  *at is that place.  No other place is tried: it could
 * lie in what the client chose.
 */
static const void *
walk_literal(struct walk *w, const struct node *n, const char *p,
    const char *(*find)(const char *, const char *, const char *, size_t),
    size_t max, const char **at)
{
	const struct node *lit;
	const void *row;
	unsigned i;

	for (i = n->child; i != 0; i = lit->next) {
		lit = &w->tree->nodes[i];
		*at = find(p, w->end, lit->lit, lit->len);
		if (*at == NULL || (size_t)(*at - p) > max)
			continue;
		row = walk_nodes(w, lit->child, *at + lit->len);
		if (row == NULL)
			row = lit->row;
		if (row != NULL)
			return row;
	}
	return NULL;
}

/* The server's own words, up to the first place of the literal after them. */
static const void *
walk_server(struct walk *w, const struct node *n, const char *p)
{
	const char *at;

	return walk_literal(w, n, p, find_first, SIZE_MAX, &at);
}

/*
 * What the client chose, up to the last place of the literal after it: all
 * that follows there is the server's own.  Too much of it, and the line may
 * have been cut within it.
 */
static const void *
walk_chosen(struct walk *w, const struct node *n, const char *p)
{
	const void *row;
	const char *at;

	row =
	    walk_literal(w, n, p, template_find_last, TEMPLATE_CHOSEN_MAX, &at);
	if (row == NULL || n->op == OP_SAID)
		return row;
	if (n->op == OP_LOGNAME)
		at = others_find_logname(p, at);
	template_take_user(w, p, at);
	return row;
}

/* Whatever it is, up to the last place of the literal after it. */
static const void *
walk_last(struct walk *w, const struct node *n, const char *p)
{
	const char *at;

	return walk_literal(w, n, p, template_find_last, SIZE_MAX, &at);
}

/* Dovecot 2.4 ends with two reasons, and either may tell. */
static const void *
walk_why(struct walk *w, const struct node *n, const char *p)
{
	const void *row = NULL;
	const char *q;
	int i;

	for (i = 1; i >= 0 && row == NULL; i--) {
		q = dovecot_find_why(p, w->end, i);
		if (q != NULL)
			row = walk_nodes(w, n->child, q);
	}
	return row;
}

/* As many of the counters as come before what follows in the template. */
static const void *
walk_stats(struct walk *w, const struct node *n, const char *p)
{
	const void *row;

	do
		row = walk_nodes(w, n->child, p);
	while (row == NULL && (p = template_take_stat(p, w->end)) != NULL);
	return row;
}

/* What the node's last placeholder gathers, once all of it fits. */
static const void *
finish(struct walk *w, const struct node *n, const char *p)
{
	if (n->op == OP_REASON)
		template_take_reason(w, p);
	else if (n->op == OP_USER)
		template_take_login(w, p);
	else if (n->op == OP_PASSWORD)
		dovecot_take_password(w, p);
	else if (n->op == OP_BADLOGIN)
		cyrus_take_badlogin(w, p);
	return n->row;
}

/* The row of what follows a node whose text ends at p, or that of the node. */
static const void *
walk_after(struct walk *w, const struct node *n, const char *p)
{
	const void *row = walk_nodes(w, n->child, p);

	return row == NULL && n->row != NULL ? finish(w, n, p) : row;
}

/* The row from a placeholder on, or NULL.  Some have to try what follows. */
static const void *
walk_placeholder(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_NAME:
		return walk_name(w, n, p);
	case OP_SERVER:
		return walk_server(w, n, p);
	case OP_STATS:
		return walk_stats(w, n, p);
	case OP_LAST:
		return walk_last(w, n, p);
	case OP_CHOSEN:
	case OP_LOGNAME:
	case OP_SAID:
		return walk_chosen(w, n, p);
	case OP_WHY:
		return walk_why(w, n, p);
	case OP_EXIM_HOST:
		return exim_walk_host(w, n, p);
	case OP_EXIM_SENT:
		return exim_walk_sent(w, n, p);
	default:
		p = template_take(w, n, p);
		return p != NULL ? walk_after(w, n, p) : NULL;
	}
}

/* The row of the first template in these siblings that fits from p on. */
static const void *
walk_nodes(struct walk *w, unsigned i, const char *p)
{
	struct template_match before;
	const struct node *n;
	const void *row;

	for (; i != 0; i = n->next) {
		n = &w->tree->nodes[i];
		if (n->op == OP_LITERAL) {
			if (p == w->end || *p != *n->lit ||
			    (size_t)(w->end - p) < n->len ||
			    memcmp(p, n->lit, n->len) != 0)
				continue;
			row = walk_after(w, n, p + n->len);
		} else {
			before = *w->m;
			row = walk_placeholder(w, n, p);
			if (row == NULL) /* what did not fit tells nothing */
				*w->m = before;
		}
		if (row != NULL)
			return row;
	}
	return NULL;
}

const void *
template_walk(struct walk *w, unsigned n, const char *p)
{
	return walk_nodes(w, n, p);
}

bool
template_match(const struct template_tree *tree, const char *message, size_t n,
    struct template_match *m)
{
	struct walk w = { tree, message, message + n, m, NULL, 0 };

	memset(m, 0, sizeof(*m));
	m->count = 1;
	m->row = walk_nodes(&w, tree->first, message);
	return m->row != NULL;
}
