#include <stdlib.h>

#include "networks.h"

static int
compare_prefix(const void *a, const void *b)
{
	const struct network *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static int
compare_worst(const void *a, const void *b)
{
	const struct network *x = a, *y = b;

	if (x->bans != y->bans)
		return x->bans > y->bans ? -1 : 1;
	if (x->failures != y->failures)
		return x->failures > y->failures ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
network_set(struct network *n, const struct prefix *p, uint32_t failures)
{
	n->prefix = *p;
	prefix_widen(&n->prefix, prefix_network_len(p));
	n->failures = failures;
}

/* Make one of all entries of a network.  Returns how many are left. */
static size_t
networks_merge(struct network *all, size_t n)
{
	size_t i, used = 0;

	for (i = 1; i < n; i++)
		if (compare_prefix(&all[used], &all[i]) == 0) {
			all[used].bans += all[i].bans;
			all[used].offenders += all[i].offenders;
			all[used].failures += all[i].failures;
		} else
			all[++used] = all[i];
	return used + 1;
}

struct network *
networks_sum(const struct answer *a, size_t *n)
{
	size_t total = a->nbans + a->noffenders, i;
	struct network *all;

	*n = 0;
	if (total == 0 || (all = calloc(total, sizeof(*all))) == NULL)
		return NULL;
	for (i = 0; i < a->nbans; i++) {
		network_set(&all[i], &a->bans[i].prefix, a->bans[i].count);
		all[i].bans = 1;
	}
	for (i = 0; i < a->noffenders; i++) {
		network_set(&all[a->nbans + i], &a->offenders[i].prefix,
		    a->offenders[i].count);
		all[a->nbans + i].offenders = 1;
	}
	qsort(all, total, sizeof(*all), compare_prefix);
	*n = networks_merge(all, total);
	qsort(all, *n, sizeof(*all), compare_worst);
	return all;
}
