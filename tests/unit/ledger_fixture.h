/* A ledger in a directory of its own on tmpfs, and what it held at open. */
#ifndef SMTPBAN_LEDGER_FIXTURE_H
#define SMTPBAN_LEDGER_FIXTURE_H

#include <sys/types.h>

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bans.h"
#include "ledger.h"
#include "ledger_model.h"

#define SEEN_MAX 20000

/* A test with a directory of its own. */
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

extern char dir[64];
extern char path[2][80];  /* of the two files */
extern struct ban seen[]; /* in memory after the last open, by prefix */
extern size_t nseen;
extern struct bans bans;  /* the memory of the ledger that is open */
extern int damaged;       /* what the last open said */
extern char logged[8192]; /* lines since fixture_open */

int fixture_setup(void **);
int fixture_teardown(void **);

/* Open the ledger of path[0]; NULL when it refuses. */
struct ledger *fixture_open(void);

/* Change a ban in memory and put it; as ledger_put. */
int fixture_put(struct ledger *, const struct ban *);

/* Put bans from..to-1 (model_ban) and commit. */
void fixture_fill(struct ledger *, unsigned from, unsigned to, uint32_t count);

/* Visited: exactly bans 0..n-1, all with that count. */
void assert_seen(unsigned n, uint32_t count);

/* Open, fill with bans 0..n-1 and close; open and close. */
void fill_and_close(unsigned n, uint32_t count);
void open_and_close(void);

/* The open ledger as it would be found after a kill now: as assert_seen. */
void assert_whole_elsewhere(unsigned n, uint32_t count);

/* As after a kill: the files stay as an open ledger has them. */
void abandon(struct ledger *);

/* The names in the directory that contain a text: count, remove. */
int count_names(const char *part);
void fixture_remove(const char *part);

/* A directory and all that is in it. */
void fixture_remove_at(const char *where);

void fixture_append(int fd, const char *from);
void fixture_copy(const char *from, const char *to);
off_t fixture_size(const char *);

#endif
