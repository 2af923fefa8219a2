#include <stdlib.h>
#include <string.h>

#include "prefix_set.h"

#define SET_GROW 16 /* entries in the first allocation */

/* The prefix lengths in use by one family, the longest first. */
struct lengths {
	uint8_t len[129];
	unsigned n;
};

struct prefix_set {
	struct prefix *v; /* ordered by prefix_cmp */
	size_t n;
	size_t room;
	struct lengths inet;
	struct lengths inet6;
};

struct prefix_set *
prefix_set_new(void)
{
	return calloc(1, sizeof(struct prefix_set));
}

void
prefix_set_free(struct prefix_set *s)
{
	if (s == NULL)
		return;
	free(s->v);
	free(s);
}

/* Index of the first entry that is not less than p. */
static size_t
set_lower_bound(const struct prefix_set *s, const struct prefix *p)
{
	size_t lo = 0, hi = s->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (prefix_cmp(&s->v[mid], p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct prefix *
set_find(const struct prefix_set *s, const struct prefix *p)
{
	size_t i = set_lower_bound(s, p);

	return i < s->n && prefix_cmp(&s->v[i], p) == 0 ? &s->v[i] : NULL;
}

static void
lengths_add(struct lengths *l, uint8_t len)
{
	unsigned i = 0;

	while (i < l->n && l->len[i] > len)
		i++;
	if (i < l->n && l->len[i] == len)
		return;
	memmove(&l->len[i + 1], &l->len[i], l->n - i);
	l->len[i] = len;
	l->n++;
}

static int
set_grow(struct prefix_set *s)
{
	size_t room = s->room == 0 ? SET_GROW : s->room * 2;
	struct prefix *v;

	v = reallocarray(s->v, room, sizeof(*v));
	if (v == NULL)
		return -1;
	s->v = v;
	s->room = room;
	return 0;
}

int
prefix_set_add(struct prefix_set *s, const struct prefix *p)
{
	size_t i = set_lower_bound(s, p);

	if (i < s->n && prefix_cmp(&s->v[i], p) == 0)
		return 0;
	if (s->n == s->room && set_grow(s) == -1)
		return -1;
	memmove(&s->v[i + 1], &s->v[i], (s->n - i) * sizeof(*s->v));
	s->v[i] = *p;
	s->n++;
	lengths_add(p->family == PREFIX_INET ? &s->inet : &s->inet6, p->len);
	return 0;
}

size_t
prefix_set_count(const struct prefix_set *s)
{
	return s->n;
}

const struct prefix *
prefix_set_get(const struct prefix_set *s, size_t i)
{
	return i < s->n ? &s->v[i] : NULL;
}

const struct prefix *
prefix_set_covering(const struct prefix_set *s, const struct prefix *p)
{
	const struct lengths *l =
	    p->family == PREFIX_INET ? &s->inet : &s->inet6;
	const struct prefix *found;
	struct prefix wide = *p;
	unsigned i;

	for (i = 0; i < l->n; i++) {
		if (l->len[i] > p->len)
			continue;
		prefix_widen(&wide, l->len[i]);
		found = set_find(s, &wide);
		if (found != NULL)
			return found;
	}
	return NULL;
}

const struct prefix *
prefix_set_overlapping(const struct prefix_set *s, const struct prefix *p)
{
	const struct prefix *found = prefix_set_covering(s, p);
	size_t i;

	if (found != NULL)
		return found;
	/* What lies in p sorts right behind p: same or higher address. */
	i = set_lower_bound(s, p);
	if (i < s->n && prefix_contains(p, &s->v[i]))
		return &s->v[i];
	return NULL;
}
