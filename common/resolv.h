/* The resolvers that resolv.conf(5) names. */
#ifndef SMTPBAN_RESOLV_H
#define SMTPBAN_RESOLV_H

#include <stdio.h>

#include "prefix_set.h"

/*
 * Add the address of each nameserver line, without zone; whatever else is in
 * the file is skipped, and so is all after its first 4096 lines.
 */
void resolv_parse(FILE *, struct prefix_set *);

/* The same by path; a file that is not there has none.  Returns 0, or -1 with
 * errno. */
int resolv_read(const char *path, struct prefix_set *);

#endif
