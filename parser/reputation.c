#include <stdlib.h>

#include "clients.h"
#include "reputation.h"

#define WEEK (REPUTATION_AGE / 2)

struct sender {
	struct client client;
	int64_t week; /* since the epoch: of the first of each pair */
	uint32_t accepted[2];
	uint32_t refused[2];
};

struct reputation {
	struct clients *senders;
};

struct reputation *
reputation_new(size_t limit)
{
	struct reputation *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	r->senders = clients_new(limit, sizeof(struct sender));
	if (r->senders == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
reputation_free(struct reputation *r)
{
	if (r == NULL)
		return;
	clients_free(r->senders);
	free(r);
}

/*
 * As it is in the week of time.  A line that is a little late counts in the
 * running week; if the clock was put back further, all begins anew.
 */
static void
sender_turn(struct sender *s, int64_t time)
{
	int64_t week = time / WEEK;

	if (week == s->week || week == s->week - 1)
		return;
	if (week == s->week + 1) {
		s->accepted[1] = s->accepted[0];
		s->refused[1] = s->refused[0];
	} else
		s->accepted[1] = s->refused[1] = 0;
	s->accepted[0] = s->refused[0] = 0;
	s->week = week;
}

static void
add(uint32_t *count, uint32_t n)
{
	*count = n < UINT32_MAX - *count ? *count + n : UINT32_MAX;
}

void
reputation_accept(struct reputation *r, const struct prefix *p, int64_t time)
{
	struct sender *s = (struct sender *)clients_add(r->senders, p);

	if (s == NULL)
		return;
	sender_turn(s, time);
	add(&s->accepted[0], 1);
}

void
reputation_refuse(struct reputation *r, const struct prefix *p, int64_t time,
    uint32_t n)
{
	struct sender *s = (struct sender *)clients_find(r->senders, p);

	if (s == NULL)
		return;
	sender_turn(s, time);
	add(&s->refused[0], n);
}

bool
reputation_is_server(const struct reputation *r, const struct prefix *p,
    int64_t time)
{
	struct client *c = clients_find(r->senders, p);
	struct sender s;
	uint64_t accepted;

	if (c == NULL)
		return false;
	s = *(const struct sender *)c;
	sender_turn(&s, time);
	accepted = (uint64_t)s.accepted[0] + s.accepted[1];
	return accepted >= REPUTATION_MAILS &&
	    (uint64_t)s.refused[0] + s.refused[1] <=
	    accepted * REPUTATION_REFUSALS;
}

size_t
reputation_number(const struct reputation *r)
{
	return clients_number(r->senders);
}

void
reputation_shift(struct reputation *r, int64_t by)
{
	struct client *c;

	for (c = clients_first(r->senders); c != NULL; c = clients_next(c))
		((struct sender *)c)->week += by / WEEK;
}
