/* Prefixes for tests. */
#ifndef SMTPBAN_PREFIX_RIG_H
#define SMTPBAN_PREFIX_RIG_H

#include "prefix.h"

static inline struct prefix
pfx(const char *text)
{
	struct prefix p;

	assert_null(prefix_parse(text, &p));
	return p;
}

#endif
