/* Bans within banned networks. */
#ifndef SMTPBAN_FOLD_H
#define SMTPBAN_FOLD_H

#include <stddef.h>

#include "ban.h"

/*
 * Take out of n active bans those that lie within another one: they have no
 * route of their own until that ends.  Returns how many are left, in the order
 * of prefix_cmp.
 */
size_t fold_bans(struct ban *, size_t n);

#endif
