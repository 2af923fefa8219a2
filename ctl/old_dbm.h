/* The GNU dbm file of smtpban.py, this program's ancestor. */
#ifndef SMTPBAN_OLD_DBM_H
#define SMTPBAN_OLD_DBM_H

#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define OLD_DBM_MAX 1000000 /* entries; more are no host's bans */

struct old_ban {
	struct prefix prefix;
	int64_t since; /* wall clock seconds */
};

/*
 * One entry: the key is an address as text, the value when it was banned, as
 * local time: "2026 Nov 24 18:11:20".  Returns NULL, or what is wrong as a
 * constant text.
 */
const char *old_dbm_parse(const char *key, size_t nkey, const char *value,
    size_t nvalue, struct old_ban *);

/*
 * All entries of a file, which is not changed; those that make no sense are
 * told on standard error and counted in *bad.  The caller frees *bans.
 * Returns how many there are, or -1 with the error printed.
 *
 * gdbm(3) trusts its files: the time and the memory of this process are
 * limited, so that a damaged one ends it before anything was asked for.
 */
int old_dbm_read(const char *path, struct old_ban **bans, size_t *bad);

#endif
