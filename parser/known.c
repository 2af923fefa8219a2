#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "known.h"
#include "text_hash.h"

/*
 * Of names a hash is enough, and no text of a client need be kept: that one of
 * an attacker's names equals one of 32 by chance is 1 to 130 million.
 */
struct known_client {
	struct client client;
	int64_t login;
	uint32_t names[KNOWN_NAMES_MAX]; /* the latest first; 0: none */
	bool failed;                     /* since it logged in */
};

struct known {
	struct prefix_hash_key key;
	struct clients *clients;
};

struct known *
known_new(size_t limit)
{
	struct known *k;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		return NULL;
	k->clients = clients_new(limit, sizeof(struct known_client));
	if (k->clients == NULL) {
		free(k);
		return NULL;
	}
	arc4random_buf(&k->key, sizeof(k->key));
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	clients_free(k->clients);
	free(k);
}

static uint32_t
known_name(const struct known *k, const char *user, size_t len)
{
	uint32_t h = (uint32_t)(text_hash_name(&k->key, 0, user, len) >> 32);

	return h != 0 ? h : 1;
}

static unsigned
name_place(const struct known_client *c, uint32_t name)
{
	unsigned i;

	for (i = 0; i < KNOWN_NAMES_MAX; i++)
		if (c->names[i] == name)
			break;
	return i;
}

/* To the front, in the place of the last one if it is new. */
static void
name_put(struct known_client *c, uint32_t name)
{
	unsigned at = name_place(c, name);

	if (at == KNOWN_NAMES_MAX)
		at--;
	memmove(c->names + 1, c->names, at * sizeof(c->names[0]));
	c->names[0] = name;
}

/* Without memory for it a client stays unknown. */
void
known_login(struct known *k, const struct prefix *p, const char *user,
    size_t len, int64_t time)
{
	struct known_client *c;

	c = (struct known_client *)clients_add(k->clients, p);
	if (c == NULL)
		return;
	if (time > c->login)
		c->login = time;
	c->failed = false;
	if (user != NULL && len > 0)
		name_put(c, known_name(k, user, len));
}

static const struct known_client *
known_find(const struct known *k, const struct prefix *p)
{
	return (const struct known_client *)clients_find(k->clients, p);
}

int64_t
known_last(const struct known *k, const struct prefix *p)
{
	const struct known_client *c = known_find(k, p);

	return c != NULL ? c->login : 0;
}

bool
known_has_name(const struct known *k, const struct prefix *p, const char *user,
    size_t len)
{
	const struct known_client *c = known_find(k, p);

	return c != NULL && user != NULL &&
	    name_place(c, known_name(k, user, len)) < KNOWN_NAMES_MAX;
}

uint32_t
known_latest_name(const struct known *k, const struct prefix *p)
{
	const struct known_client *c = known_find(k, p);

	return c != NULL ? c->names[0] : 0;
}

uint32_t
known_fail(struct known *k, const struct prefix *p, const char *user,
    size_t len, bool *first)
{
	struct known_client *c;
	uint32_t name;

	c = (struct known_client *)clients_find(k->clients, p);
	if (c == NULL)
		return 0;
	name = c->names[0];
	if (user != NULL && len > 0)
		name = known_name(k, user, len);
	if (name == 0 || name_place(c, name) == KNOWN_NAMES_MAX)
		return 0;
	*first = !c->failed;
	c->failed = true;
	return name;
}

bool
known_within(struct known *k, const struct prefix *network, int64_t since)
{
	struct client *c, *next;

	for (c = clients_first_in(k->clients, network); c != NULL; c = next) {
		if (((const struct known_client *)c)->login >= since)
			return true;
		next = clients_next_in(c, network);
		clients_remove(k->clients, c);
	}
	return false;
}

size_t
known_number(const struct known *k)
{
	return clients_number(k->clients);
}

void
known_shift(struct known *k, int64_t by)
{
	struct client *c;

	for (c = clients_first(k->clients); c != NULL; c = clients_next(c))
		((struct known_client *)c)->login += by;
}
