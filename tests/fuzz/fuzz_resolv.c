/*
 * Any bytes as a resolv.conf: no crash, and all that is named is an address.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "resolv.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prefix_set *set = prefix_set_new();
	const struct prefix *p;
	FILE *f;
	size_t i;

	if (set == NULL)
		abort();
	if (size > 0) {
		f = fmemopen((void *)(uintptr_t)data, size, "r");
		if (f == NULL)
			abort();
		resolv_parse(f, set);
		fclose(f);
	}
	for (i = 0; (p = prefix_set_get(set, i)) != NULL; i++)
		if (!prefix_is_valid(p) || p->len != prefix_maxlen(p))
			abort();
	prefix_set_free(set);
	return 0;
}
