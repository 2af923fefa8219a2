/* Compiling templates of log messages: see template.h for their form. */
#include <stdlib.h>
#include <string.h>

#include "template.h"
#include "template_tree.h"

/* What stands where, and who wrote it: see the end of template.h's head. */
enum template_trust {
	SERVER_TEXT,
	ADDRESS,
	CHOSEN,        /* by the client: only after the address */
	CHOSEN_LAST,   /* by the client, to the end */
	CHOSEN_FIRST,  /* only before the address */
	CHOSEN_JOINED, /* where none follows: it came before, or by session */
	LAST,          /* nothing may follow */
};

static const struct placeholder {
	const char *name;
	enum template_op op;
	enum template_trust trust;
	bool for_match; /* may stand in smtpban.conf(5) */
} placeholders[] = {
	{ "<client>", OP_CLIENT, ADDRESS, true },
	{ "<addrport>", OP_ADDRPORT, ADDRESS, false },
	{ "<addr>", OP_ADDR, ADDRESS, true },
	{ "<server>", OP_SERVER, SERVER_TEXT, false },
	{ "<word>", OP_WORD, SERVER_TEXT, false },
	{ "<num>", OP_NUM, SERVER_TEXT, true },
	{ "<count>", OP_COUNT, SERVER_TEXT, false },
	{ "<4xx>", OP_4XX, SERVER_TEXT, false },
	{ "<5xx>", OP_5XX, SERVER_TEXT, false },
	{ "<name>", OP_NAME, CHOSEN, false },
	{ "<last>", OP_LAST, CHOSEN, false },
	{ "<user>", OP_USER, CHOSEN_LAST, true },
	{ "<text>", OP_TEXT, CHOSEN_LAST, true },
	{ "<chosen>", OP_CHOSEN, CHOSEN_FIRST, false },
	{ "<said>", OP_SAID, CHOSEN_FIRST, false },
	{ "<end>", OP_END, LAST, false },

	/* Postfix. */
	{ "<verb>", OP_VERB, SERVER_TEXT, false },
	{ "<stats>", OP_STATS, SERVER_TEXT, false },
	{ "<reason>", OP_REASON, CHOSEN_LAST, false },

	/* Dovecot, and PAM for it. */
	{ "<login>", OP_LOGIN, SERVER_TEXT, false },
	{ "<why>", OP_WHY, SERVER_TEXT, false },
	{ "<seconds>", OP_SECONDS, SERVER_TEXT, false },
	{ "<dovecot>", OP_DOVECOT, ADDRESS, false },
	{ "<auth>", OP_AUTH, ADDRESS, false },
	{ "<autherror>", OP_AUTH_ERROR, ADDRESS, false },
	{ "<password>", OP_PASSWORD, CHOSEN_LAST, false },
	{ "<next>", OP_NEXT, LAST, false },
	{ "<pam>", OP_PAM, ADDRESS, false },

	/* Exim. */
	{ "<eximhost>", OP_EXIM_HOST, ADDRESS, false },
	{ "<sent>", OP_EXIM_SENT, CHOSEN_FIRST, false },
	{ "<sender>", OP_EXIM_SENDER, SERVER_TEXT, false },
	{ "<eximinfo>", OP_EXIM_INFO, CHOSEN, false },
	{ "<argument>", OP_EXIM_ARGUMENT, CHOSEN, false },
	{ "<eximauth>", OP_EXIM_AUTH, CHOSEN_LAST, false },
	{ "<eximlogin>", OP_EXIM_LOGIN, CHOSEN_LAST, false },
	{ "<setid>", OP_EXIM_SETID, CHOSEN_LAST, false },
	{ "<sentence>", OP_EXIM_SENTENCE, LAST, false },
	{ "<dnslist>", OP_EXIM_DNSLIST, LAST, false },
	{ "<norelay>", OP_EXIM_NORELAY, LAST, false },
	{ "<nouser>", OP_EXIM_NOUSER, LAST, false },
	{ "<took>", OP_EXIM_TOOK, SERVER_TEXT, false },
	{ "<quit>", OP_EXIM_QUIT, LAST, false },

	/* OpenSMTPD. */
	{ "<sock>", OP_SOCK, ADDRESS, false },
	{ "<hello>", OP_HELLO, CHOSEN_JOINED, false },
	{ "<failed>", OP_FAILED, CHOSEN_JOINED, false },
	{ "<recipient>", OP_RECIPIENT, CHOSEN_JOINED, false },
	{ "<envelope>", OP_ENVELOPE, CHOSEN_JOINED, false },

	/* Sendmail. */
	{ "<relay>", OP_RELAY, ADDRESS, false },
	{ "<arg>", OP_ARG, ADDRESS, false },
	{ "<to>", OP_TO, CHOSEN, false },
	{ "<sasl>", OP_SASL, CHOSEN_FIRST, false },
	{ "<mail>", OP_MAIL, CHOSEN_FIRST, false },
	{ "<authid>", OP_AUTHID, CHOSEN_LAST, false },
	{ "<rejected>", OP_REJECTED, CHOSEN_LAST, false },

	/* Cyrus, UW, perdition. */
	{ "<peer>", OP_PEER, ADDRESS, false },
	{ "<hostport>", OP_HOSTPORT, ADDRESS, false },
	{ "<account>", OP_ACCOUNT, CHOSEN, false },
	{ "<badlogin>", OP_BADLOGIN, CHOSEN_LAST, false },
	{ "<outage>", OP_OUTAGE, CHOSEN_LAST, false },
	{ "<logname>", OP_LOGNAME, CHOSEN_FIRST, false },
};
#define NPLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

/* One step of a template being compiled. */
struct token {
	enum template_op op;
	enum template_trust trust;
	const char *lit;
	size_t len;
	bool for_match;
};

/* A template on its way into the tree. */
struct compiler {
	struct template_tree *tree;
	uint16_t at;       /* the node of the last token */
	bool match;        /* from smtpban.conf(5) */
	bool address;      /* seen; the others likewise */
	bool chosen;       /* <chosen>, or what is taken as that */
	bool joined;       /* CHOSEN_JOINED */
	bool user;         /* of a match */
	bool open;         /* what comes next could go on with the address */
	struct token mark; /* of a match, the literal behind <user> */
	struct token before;
};

struct template_tree *
template_new(void)
{
	struct template_tree *tree = calloc(1, sizeof(*tree));

	if (tree != NULL)
		tree->nnodes = 1;
	return tree;
}

void
template_free(struct template_tree *tree)
{
	if (tree == NULL)
		return;
	free(tree->nodes);
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
			t->for_match = placeholders[i].for_match;
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
	t->for_match = true;
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

/* A new node, or 0. */
static uint16_t
new_node(struct template_tree *tree, const struct token *t)
{
	unsigned room = tree->room * 2 + 16;
	struct node *n;

	if (tree->nnodes >= NODES_MAX)
		return 0;
	if (tree->nnodes >= tree->room) {
		n = reallocarray(tree->nodes, room, sizeof(*n));
		if (n == NULL)
			return 0;
		tree->nodes = n;
		tree->room = room;
	}
	n = &tree->nodes[tree->nnodes];
	memset(n, 0, sizeof(*n));
	n->op = t->op;
	n->lit = t->lit;
	n->len = (uint8_t)t->len;
	return (uint16_t)tree->nnodes++;
}

/* The node of this token behind the last one, made when there is none. */
static const char *
put_token(struct compiler *c, const struct token *t)
{
	struct template_tree *tree = c->tree;
	uint16_t first = c->at != 0 ? tree->nodes[c->at].child : tree->first;
	uint16_t i, last = 0, made;

	for (i = first; i != 0; i = tree->nodes[i].next) {
		if (is_same(&tree->nodes[i], t)) {
			c->at = i;
			return NULL;
		}
		last = i;
	}
	made = new_node(tree, t);
	if (made == 0)
		return "too many templates";
	if (last != 0)
		tree->nodes[last].next = made;
	else if (c->at != 0)
		tree->nodes[c->at].child = made;
	else
		tree->first = made;
	c->at = made;
	return NULL;
}

static bool
wants_literal(const struct token *t)
{
	return t->op == OP_SERVER || t->op == OP_EXIM_SENT ||
	    t->op == OP_CHOSEN || t->op == OP_LOGNAME || t->op == OP_LAST ||
	    t->op == OP_SAID;
}

/* What stands where: see the head of template.h. */
static const char *
check_order(const struct compiler *c, const struct token *t)
{
	static const char before[] = "text the client chose before the address";
	const struct token *b = &c->before;

	if (b->trust == CHOSEN_LAST || b->trust == LAST)
		return "nothing may follow what the client chose, or the end";
	if (wants_literal(b) && t->op != OP_LITERAL)
		return "what ends at a literal needs one after it";
	if (t->trust == ADDRESS && c->address)
		return "two addresses";
	if (t->trust == CHOSEN && !c->address)
		return before;
	if (t->trust == ADDRESS && c->joined)
		return before;
	if (t->trust == CHOSEN_FIRST && (c->address || c->chosen))
		return "<chosen> stands once, before the address";
	if (c->chosen && (t->trust == CHOSEN || t->trust == CHOSEN_LAST))
		return "text the client chose on both sides of the address";
	if (c->match && c->chosen && t->op != OP_LITERAL &&
	    t->trust != ADDRESS && t->trust != LAST)
		return "<user> comes first: only fixed words may follow it";
	return NULL;
}

/* Whether all of it could stand in an address. */
static bool
is_like_address(const struct token *t)
{
	static const char bytes[] = "0123456789abcdefABCDEF:.";
	size_t i;

	for (i = 0; i < t->len; i++)
		if (strchr(bytes, t->lit[i]) == NULL)
			return false;
	return t->op == OP_LITERAL;
}

/* Where <user> comes first, the last place of what follows it is found. */
static const char *
check_mark(struct compiler *c, const struct token *t)
{
	if (t->op != OP_LITERAL)
		return NULL;
	if (c->before.op == OP_CHOSEN) {
		c->mark = *t;
		if (is_like_address(t))
			return "what follows <user> could be of the address: "
			       "want other text, such as a space";
	} else if (c->chosen && c->address &&
	    memmem(t->lit, strlen(t->lit), c->mark.lit, c->mark.len) != NULL)
		return "what follows <user> comes again behind the address";
	return NULL;
}

/*
 * An address has no end of its own: "2001:db8::1" and, from the client,
 * ":5" are another one.
 */
static const char *
check_open(struct compiler *c, const struct token *t)
{
	bool after = c->before.op == OP_ADDR;

	if (t->op == OP_ADDR)
		c->open = true;
	else if (t->op == OP_LITERAL && !is_like_address(t))
		c->open = false;
	if (c->open &&
	    (t->op == OP_USER || t->op == OP_TEXT ||
		(t->op == OP_NUM && after)))
		return "what follows the address could lengthen it: "
		       "want other text between, such as a space";
	return NULL;
}

/* What is so only in smtpban.conf(5). */
static const char *
check_match(struct compiler *c, struct token *t)
{
	const char *error;

	if (!t->for_match)
		return "unknown placeholder: "
		       "want <addr>, <client>, <user>, <num> or <text>";
	if (t->op == OP_TEXT && !c->address)
		return "<text> stands before the address: "
		       "the client could choose an address in it";
	if (t->trust == ADDRESS && c->address)
		return "want <addr> in it, once";
	if ((error = check_mark(c, t)) != NULL)
		return error;
	if (t->op != OP_USER)
		return check_open(c, t);
	if (c->user)
		return "<user> is in it twice";
	c->user = true;
	if (!c->address) {
		t->op = OP_CHOSEN;
		t->trust = CHOSEN_FIRST;
	}
	return check_open(c, t);
}

static const char *
take_token(struct compiler *c, struct token *t)
{
	const char *error = NULL;

	if (c->match)
		error = check_match(c, t);
	if (error == NULL)
		error = check_order(c, t);
	if (error == NULL)
		error = put_token(c, t);
	c->address |= t->trust == ADDRESS;
	c->chosen |= t->trust == CHOSEN_FIRST;
	c->joined |= t->trust == CHOSEN_JOINED;
	c->before = *t;
	return error;
}

/* All tokens are there; a match with <user> first also ends there. */
static const char *
finish(struct compiler *c)
{
	struct token end = { .op = OP_END, .trust = LAST, .for_match = true };

	if (wants_literal(&c->before))
		return "what ends at a literal needs one after it";
	if (c->match && !c->address)
		return "want <addr> in it, once";
	if (c->match && c->chosen)
		return take_token(c, &end);
	return NULL;
}

static const char *
compile(struct compiler *c, const char *text, const void *row)
{
	const char *error;
	struct token t;

	if (*text == '\0')
		return "empty template";
	while (*text != '\0') {
		error = read_token(&text, &t, wants_literal(&c->before));
		if (error == NULL)
			error = take_token(c, &t);
		if (error != NULL)
			return error;
	}
	if ((error = finish(c)) != NULL)
		return error;
	if (c->tree->nodes[c->at].row != NULL)
		return "this template is there already";
	c->tree->nodes[c->at].row = row;
	return NULL;
}

const char *
template_add(struct template_tree *tree, const char *text, const void *row)
{
	struct compiler c = { .tree = tree };

	return compile(&c, text, row);
}

const char *
template_add_match(struct template_tree *tree, const char *text,
    const void *row)
{
	struct compiler c = { .tree = tree, .match = true };
	const char *error;

	if (tree != NULL)
		return compile(&c, text, row);
	c.tree = template_new();
	error = c.tree != NULL ? compile(&c, text, text) : "no memory";
	template_free(c.tree);
	return error;
}
