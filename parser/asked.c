#include <sys/queue.h>

#include <stdlib.h>

#include "asked.h"
#include "rb.h"

struct asked_ban {
	struct prefix prefix;
	bool refused;
	int64_t asked_at; /* seconds, wall clock */
	int64_t asked_ms; /* clock_ms */
	void *owner;
	RB_ENTRY(asked_ban) node;
	TAILQ_ENTRY(asked_ban) link; /* of the refused ones */
};
RB_HEAD(asked_tree, asked_ban);
TAILQ_HEAD(asked_list, asked_ban);

struct asked {
	struct asked_tree all;
	struct asked_list refused; /* the oldest first */
	size_t nrefused;
};

static int
asked_cmp(const struct asked_ban *a, const struct asked_ban *b)
{
	return prefix_cmp(&a->prefix, &b->prefix);
}

/* clang-format off */
RB_PRIVATE(asked_tree, asked_ban, node, asked_cmp)
/* clang-format on */

struct asked *
asked_new(void)
{
	struct asked *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	RB_INIT(&a->all);
	TAILQ_INIT(&a->refused);
	return a;
}

void
asked_free(struct asked *a)
{
	struct asked_ban *b, *next;

	if (a == NULL)
		return;
	RB_FOREACH_SAFE(b, asked_tree, &a->all, next)
		asked_remove(a, b);
	free(a);
}

void
asked_remove(struct asked *a, struct asked_ban *b)
{
	RB_REMOVE(asked_tree, &a->all, b);
	if (b->refused) {
		TAILQ_REMOVE(&a->refused, b, link);
		a->nrefused--;
	}
	free(b);
}

/* A clock that was set back ends it too. */
static bool
refusal_is_over(const struct asked_ban *b, int64_t now)
{
	return now < b->asked_at || now - b->asked_at >= ASKED_REFUSED_TIME;
}

bool
asked_has(struct asked *a, const struct prefix *p, int64_t now)
{
	struct asked_ban key, *b;

	key.prefix = *p;
	b = RB_FIND(asked_tree, &a->all, &key);
	if (b != NULL && b->refused && refusal_is_over(b, now)) {
		asked_remove(a, b);
		b = NULL;
	}
	return b != NULL;
}

struct asked_ban *
asked_add(struct asked *a, const struct prefix *p, void *owner, int64_t now,
    int64_t ms)
{
	struct asked_ban *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->prefix = *p;
	b->owner = owner;
	b->asked_at = now;
	b->asked_ms = ms;
	RB_INSERT(asked_tree, &a->all, b);
	return b;
}

void *
asked_owner(const struct asked_ban *b)
{
	return b->owner;
}

int64_t
asked_ms(const struct asked_ban *b)
{
	return b->asked_ms;
}

const struct prefix *
asked_prefix(const struct asked_ban *b)
{
	return &b->prefix;
}

void
asked_refuse(struct asked *a, struct asked_ban *b)
{
	b->refused = true;
	TAILQ_INSERT_TAIL(&a->refused, b, link);
	if (++a->nrefused > ASKED_REFUSED_MAX)
		asked_remove(a, TAILQ_FIRST(&a->refused));
}

void
asked_forget_refused(struct asked *a)
{
	struct asked_ban *b, *next;

	TAILQ_FOREACH_SAFE(b, &a->refused, link, next)
		asked_remove(a, b);
}

size_t
asked_refused(const struct asked *a)
{
	return a->nrefused;
}
