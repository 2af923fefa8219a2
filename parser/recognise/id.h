/* Ids that come first in a message, and tell its session or its mail. */
#ifndef SMTPBAN_ID_H
#define SMTPBAN_ID_H

#include <stddef.h>

#include "rules.h"

/*
 * How many of the n bytes at p are an id of that form with what ends it;
 * *len is that of the id alone, 0 for one that stands for none (NOQUEUE), or
 * that is no key (Exim's).
 * Returns 0 if there is no id.
 */
size_t id_take(enum rule_id, const char *p, size_t n, size_t *len);

#endif
