/*
 * The domains that a server took mail for from strangers: its own.  A table of
 * fixed size, which nobody can fill who cannot have mail accepted; the least
 * used domain is forgotten first.
 */
#ifndef SMTPBAN_DOMAINS_H
#define SMTPBAN_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>

struct domains;

struct domains *domains_new(void); /* NULL without memory */
void domains_free(struct domains *);

/* The domain of n bytes, in any case, is one of the server's own. */
void domains_add(struct domains *, const char *domain, size_t n);

bool domains_has(struct domains *, const char *domain, size_t n);

#endif
