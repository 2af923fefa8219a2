#include <stddef.h>
#include <string.h>

#include "category.h"

static const char *const names[CATEGORY_COUNT] = {
	[CATEGORY_NONE] = "none",
	[CATEGORY_AUTH] = "auth",
	[CATEGORY_RELAY] = "relay",
	[CATEGORY_UNKNOWN_USER] = "unknown-user",
	[CATEGORY_RBL] = "rbl",
	[CATEGORY_PROTOCOL] = "protocol",
	[CATEGORY_PROBE] = "probe",
	[CATEGORY_POLICY] = "policy",
	[CATEGORY_MANUAL] = "manual",
};

const char *
category_name(unsigned c)
{
	return names[c < CATEGORY_COUNT ? c : CATEGORY_NONE];
}

enum category
category_parse(const char *name)
{
	unsigned c;

	for (c = CATEGORY_AUTH; c <= CATEGORY_POLICY; c++)
		if (strcmp(name, names[c]) == 0)
			return (enum category)c;
	return CATEGORY_NONE;
}
