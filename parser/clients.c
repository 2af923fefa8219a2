#include <stdlib.h>

#include "clients.h"

RB_HEAD(client_tree, client);
TAILQ_HEAD(client_queue, client);

struct clients {
	struct client_tree tree;
	struct client_queue recent; /* the longest untouched first */
	size_t number;
	size_t limit;
	size_t size; /* of an entry */
};

static int
client_cmp(const struct client *a, const struct client *b)
{
	return prefix_cmp(&a->prefix, &b->prefix);
}

/* clang-format off */
RB_PRIVATE(client_tree, client, node, client_cmp)
/* clang-format on */

struct clients *
clients_new(size_t limit, size_t size)
{
	struct clients *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	RB_INIT(&c->tree);
	TAILQ_INIT(&c->recent);
	c->limit = limit > 0 ? limit : 1;
	c->size = size;
	return c;
}

void
clients_clear(struct clients *c)
{
	struct client *one;

	while ((one = TAILQ_FIRST(&c->recent)) != NULL)
		clients_remove(c, one);
}

void
clients_free(struct clients *c)
{
	if (c == NULL)
		return;
	clients_clear(c);
	free(c);
}

/* RB_FIND and RB_NFIND want a whole entry; its prefix is all they look at. */
static struct client
client_key(const struct prefix *p)
{
	struct client key = { .prefix = *p };

	return key;
}

struct client *
clients_find(const struct clients *c, const struct prefix *p)
{
	struct client_tree tree = c->tree;
	struct client key = client_key(p);

	return RB_FIND(client_tree, &tree, &key);
}

struct client *
clients_add(struct clients *c, const struct prefix *p)
{
	struct client *one = clients_find(c, p);

	if (one != NULL) {
		TAILQ_REMOVE(&c->recent, one, recent);
		TAILQ_INSERT_TAIL(&c->recent, one, recent);
		return one;
	}
	if (c->number >= c->limit)
		clients_remove(c, TAILQ_FIRST(&c->recent));
	if ((one = calloc(1, c->size)) == NULL)
		return NULL;
	one->prefix = *p;
	(void)RB_INSERT(client_tree, &c->tree, one);
	TAILQ_INSERT_TAIL(&c->recent, one, recent);
	c->number++;
	return one;
}

void
clients_remove(struct clients *c, struct client *one)
{
	RB_REMOVE(client_tree, &c->tree, one);
	TAILQ_REMOVE(&c->recent, one, recent);
	c->number--;
	free(one);
}

/* By prefix_cmp, what lies in a network follows it without a gap. */
static struct client *
client_within(struct client *one, const struct prefix *network)
{
	return one != NULL && prefix_contains(network, &one->prefix) ? one :
								       NULL;
}

struct client *
clients_first_in(const struct clients *c, const struct prefix *network)
{
	struct client_tree tree = c->tree;
	struct client key = client_key(network);

	return client_within(RB_NFIND(client_tree, &tree, &key), network);
}

struct client *
clients_next_in(const struct client *one, const struct prefix *network)
{
	/* RB_NEXT wants no const, and changes nothing. */
	return client_within(RB_NEXT(client_tree, NULL, (struct client *)one),
	    network);
}

struct client *
clients_first(const struct clients *c)
{
	return TAILQ_FIRST(&c->recent);
}

struct client *
clients_next(const struct client *one)
{
	return TAILQ_NEXT(one, recent);
}

size_t
clients_number(const struct clients *c)
{
	return c->number;
}
