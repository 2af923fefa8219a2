#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "neighbours.h"

#define BANS_MAX 10000000 /* what "limit bans" can be at most */

struct banned {
	struct client client;
	uint32_t state; /* enum ban_state */
	uint32_t count; /* failures that led to it */
	int64_t since;
	int64_t released;
};

/* Who failed last in a network. */
struct crowd {
	struct client client; /* the network */
	struct prefix host;   /* family 0: none yet */
	bool several;
	int64_t changed; /* last time that it was another one than before */
};

struct neighbours {
	struct clients *bans;
	struct clients *crowds;
	struct offenders *failures;
};

struct neighbours *
neighbours_new(void)
{
	struct neighbours *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		return NULL;
	n->bans = clients_new(BANS_MAX, sizeof(struct banned));
	n->crowds = clients_new(NEIGHBOURS_MAX, sizeof(struct crowd));
	n->failures = offenders_new(NEIGHBOURS_MAX);
	if (n->bans == NULL || n->crowds == NULL || n->failures == NULL) {
		neighbours_free(n);
		return NULL;
	}
	return n;
}

void
neighbours_free(struct neighbours *n)
{
	if (n == NULL)
		return;
	clients_free(n->bans);
	clients_free(n->crowds);
	offenders_free(n->failures);
	free(n);
}

void
neighbours_network(const struct prefix *host, unsigned len,
    struct prefix *network)
{
	*network = *host;
	prefix_widen(network, len);
}

void
neighbours_take_ban(struct neighbours *n, const struct ban *ban)
{
	struct client *c;
	struct banned *b;

	if (ban->state == BAN_FORGOTTEN) {
		if ((c = clients_find(n->bans, &ban->prefix)) != NULL)
			clients_remove(n->bans, c);
		return;
	}
	b = (struct banned *)clients_add(n->bans, &ban->prefix);
	if (b == NULL)
		return;
	b->state = ban->state;
	b->count = ban->count;
	b->since = ban->since;
	b->released = ban->released;
}

void
neighbours_forget_bans(struct neighbours *n)
{
	clients_clear(n->bans);
}

uint32_t
neighbours_banned(const struct neighbours *n, const struct prefix *network,
    uint32_t most, uint32_t *failures)
{
	const struct client *c = clients_first_in(n->bans, network);
	const struct banned *b;
	bool was_banned = false;
	int64_t released = 0;
	uint32_t number = 0;

	*failures = 0;
	for (; c != NULL && number < most; c = clients_next_in(c, network)) {
		b = (const struct banned *)c;
		if (c->prefix.len == network->len) { /* comes first */
			was_banned = true;
			released = b->released;
		} else if (b->state == BAN_ACTIVE &&
		    (!was_banned || b->since > released)) {
			number++;
			*failures += b->count;
		}
	}
	return number;
}

bool
neighbours_covered(const struct neighbours *n, const struct prefix *network)
{
	const struct client *c;
	struct prefix wide;
	unsigned len;

	for (len = 0; len <= network->len; len++) {
		neighbours_network(network, len, &wide);
		c = clients_find(n->bans, &wide);
		if (c != NULL &&
		    ((const struct banned *)c)->state == BAN_ACTIVE)
			return true;
	}
	return false;
}

/* Whether hosts took turns in a network within the window. */
static bool
crowd_turns(struct neighbours *n, const struct prefix *host,
    const struct prefix *network, int64_t time, uint32_t within)
{
	struct crowd *c = (struct crowd *)clients_add(n->crowds, network);

	if (c == NULL)
		return false;
	if (c->host.family != 0 && prefix_cmp(&c->host, host) != 0) {
		c->several = true;
		c->changed = time;
	}
	c->host = *host;
	return c->several && c->changed >= time - within;
}

bool
neighbours_fail(struct neighbours *n, const struct prefix *host,
    const struct prefix *network, enum category category, int64_t time,
    uint32_t number, const struct msg_threshold *t, struct offender *now_has)
{
	bool turns = crowd_turns(n, host, network, time, t->within);

	if (offenders_count(n->failures, network, CATEGORY_NONE, category, time,
		number, t, now_has) == -1)
		return false;
	return turns && now_has->count >= t->count;
}

void
neighbours_forget(struct neighbours *n, const struct prefix *p)
{
	struct client *c, *next;

	offenders_forget(n->failures, p);
	for (c = clients_first_in(n->crowds, p); c != NULL; c = next) {
		next = clients_next_in(c, p);
		clients_remove(n->crowds, c);
	}
}

void
neighbours_forget_failures(struct neighbours *n)
{
	struct prefix all = { .family = PREFIX_INET };

	neighbours_forget(n, &all);
	all.family = PREFIX_INET6;
	neighbours_forget(n, &all);
}

void
neighbours_shift(struct neighbours *n, int64_t by)
{
	struct client *c;

	offenders_shift(n->failures, by);
	for (c = clients_first(n->crowds); c != NULL; c = clients_next(c))
		((struct crowd *)c)->changed += by;
}
