/* Compiling templates of log messages: see template.h for their form. */
#include <stdlib.h>
#include <string.h>

#include "template.h"
#include "template_tree.h"

enum template_trust {
	SERVER_TEXT,
	ADDRESS,
	CHOSEN, /* by the client: only after the address */
	CHOSEN_LAST
};

static const struct placeholder {
	const char *name;
	enum template_op op;
	enum template_trust trust;
} placeholders[] = {
	{ "<client>", OP_CLIENT, ADDRESS },
	{ "<addrport>", OP_ADDRPORT, ADDRESS },
	{ "<dovecot>", OP_DOVECOT, ADDRESS },
	{ "<server>", OP_SERVER, SERVER_TEXT },
	{ "<verb>", OP_VERB, SERVER_TEXT },
	{ "<word>", OP_WORD, SERVER_TEXT },
	{ "<num>", OP_NUM, SERVER_TEXT },
	{ "<count>", OP_COUNT, SERVER_TEXT },
	{ "<stats>", OP_STATS, SERVER_TEXT },
	{ "<4xx>", OP_4XX, SERVER_TEXT },
	{ "<5xx>", OP_5XX, SERVER_TEXT },
	{ "<name>", OP_NAME, CHOSEN },
	{ "<reason>", OP_REASON, CHOSEN_LAST },
	{ "<user>", OP_USER, CHOSEN_LAST },
	{ "<text>", OP_TEXT, CHOSEN_LAST },
};
#define NPLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

/* One step of a template being compiled. */
struct token {
	enum template_op op;
	enum template_trust trust;
	const char *lit;
	size_t len;
};

struct template_tree *
template_new(void)
{
	return calloc(1, sizeof(struct template_tree));
}

void
template_free(struct template_tree *tree)
{
	free(tree);
}

static const char *
read_placeholder(const char **text, struct token *t)
{
	size_t i, n;

	for (i = 0; i < NPLACEHOLDERS; i++) {
		n = strlen(placeholders[i].name);
		if (strncmp(*text, placeholders[i].name, n) == 0) {
			t->op = placeholders[i].op;
			t->trust = placeholders[i].trust;
			*text += n;
			return NULL;
		}
	}
	return "unknown placeholder";
}

/*
 * The next token: literals are words, so that templates share them, or whole
 * where they are searched for.
 */
static const char *
read_token(const char **text, struct token *t, bool whole)
{
	const char *p = *text;

	t->lit = NULL;
	t->len = 0;
	if (p[0] == '<' && p[1] != '<')
		return read_placeholder(text, t);
	t->op = OP_LITERAL;
	t->trust = SERVER_TEXT;
	t->lit = p;
	if (p[0] == '<') {
		t->lit = ++p;
		p++;
	} else {
		while (*p != '\0' && *p != '<' &&
		    (whole || p == t->lit || p[-1] != ' '))
			p++;
	}
	t->len = (size_t)(p - t->lit);
	*text = p;
	return t->len > UINT8_MAX ? "literal too long" : NULL;
}

static bool
is_same(const struct node *n, const struct token *t)
{
	return n->op == t->op && n->len == t->len &&
	    (t->len == 0 || memcmp(n->lit, t->lit, t->len) == 0);
}

/* The child of *link that is this token, made when there is none. */
static struct node *
put_token(struct template_tree *tree, uint16_t *link, const struct token *t)
{
	struct node *n;

	while (*link != 0) {
		n = &tree->nodes[*link];
		if (is_same(n, t))
			return n;
		link = &n->next;
	}
	if (tree->nnodes + 1 >= NODES_MAX)
		return NULL;
	*link = (uint16_t)++tree->nnodes;
	n = &tree->nodes[*link];
	n->op = t->op;
	n->lit = t->lit;
	n->len = (uint8_t)t->len;
	return n;
}

/* What stands where: see the head of template.h. */
static const char *
check_order(const struct token *t, const struct token *before, bool *address)
{
	if (before->trust == CHOSEN_LAST)
		return "nothing may follow what the client chose";
	if (before->op == OP_SERVER && t->op != OP_LITERAL)
		return "<server> needs a literal after it";
	if (t->trust == ADDRESS && *address)
		return "two addresses";
	if (t->trust == CHOSEN && !*address)
		return "text the client chose before the address";
	if (t->trust == ADDRESS)
		*address = true;
	return NULL;
}

const char *
template_add(struct template_tree *tree, const char *text, const void *row)
{
	struct token t, before = { OP_LITERAL, SERVER_TEXT, NULL, 0 };
	struct node *n = NULL;
	uint16_t *link = &tree->first;
	bool address = false, chosen = false;
	const char *error;

	while (*text != '\0') {
		if ((error = read_token(&text, &t, before.op == OP_SERVER)) !=
			NULL ||
		    (error = check_order(&t, &before, &address)) != NULL)
			return error;
		chosen |= t.trust >= CHOSEN;
		if (t.trust == ADDRESS && chosen)
			return "text the client chose before the address";
		n = put_token(tree, link, &t);
		if (n == NULL)
			return "too many templates";
		link = &n->child;
		before = t;
	}
	if (n == NULL)
		return "empty template";
	if (before.op == OP_SERVER)
		return "<server> needs a literal after it";
	if (n->row != NULL)
		return "this template is there already";
	n->row = row;
	return NULL;
}
