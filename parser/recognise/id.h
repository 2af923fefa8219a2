/* Ids that come first in a message, and tell its session or its mail. */
#ifndef SMTPBAN_ID_H
#define SMTPBAN_ID_H

#include <stddef.h>

#include "rules.h"

/*
 * How many of the n bytes at p are an id of that form with what ends it;
 * *len is that of the id alone, 0 for one that stands for none (NOQUEUE).
 * Returns 0 if there is no id.
 */
size_t id_take(enum rule_id, const char *p, size_t n, size_t *len);

/*
 * The same for Exim: its own time, process and message id, as far as they are
 * there.  They are no key.
 */
size_t id_take_exim(const char *p, size_t n);

#endif
