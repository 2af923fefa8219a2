#include <stdlib.h>

#include "fold.h"

static int
compare_prefixes(const void *a, const void *b)
{
	const struct ban *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

/* A network comes right before what lies in it. */
size_t
fold_bans(struct ban *bans, size_t n)
{
	const struct ban *network = NULL;
	size_t i, left = 0;

	if (n > 1)
		qsort(bans, n, sizeof(*bans), compare_prefixes);
	for (i = 0; i < n; i++) {
		if (network != NULL &&
		    prefix_contains(&network->prefix, &bans[i].prefix))
			continue;
		bans[left] = bans[i];
		if ((bans[left].flags & BAN_FOREIGN) == 0)
			network = &bans[left];
		left++;
	}
	return left;
}
