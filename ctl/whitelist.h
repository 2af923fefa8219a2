/* smtpbanctl whitelist: whom a configuration never bans, also for BIRD. */
#ifndef SMTPBAN_WHITELIST_H
#define SMTPBAN_WHITELIST_H

#include <stdio.h>

#include "conf.h"

/* The entries of the whitelist and of its files, one a line. */
void whitelist_show(FILE *, const struct conf *);
void whitelist_json(FILE *, const struct conf *);

/*
 * Two prefix sets of BIRD 2, "smtpban_friends4" and "smtpban_friends6": the
 * whitelist, the ranges that smtpban never bans and, unless the configuration
 * allows bans of them, private ones.  They match what lies in an entry and what
 * holds one, as smtpband itself refuses both.  Neither is ever empty: BIRD
 * takes "[ ]" for no set of prefixes.
 */
void whitelist_bird(FILE *, const struct conf *);

#endif
