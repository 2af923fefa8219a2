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

#include "ledger.h"

#define SEEN_MAX 20000

/* A test with a directory of its own. */
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

extern char dir[64];
extern char path[2][80];  /* of the two files */
extern struct ban seen[]; /* visited by the last open, by prefix */
extern size_t nseen;
extern int damaged;       /* what the last open said */
extern char logged[8192]; /* lines since fixture_open */

int fixture_setup(void **);
int fixture_teardown(void **);

/* The n-th test ban, with that count in it. */
struct ban fixture_ban(unsigned n, uint32_t count);

/* Open the ledger of path[0]; NULL when it refuses. */
struct ledger *fixture_open(void);

/* Put bans from..to-1 and commit. */
void fixture_fill(struct ledger *, unsigned from, unsigned to, uint32_t count);

/* Visited: exactly bans 0..n-1, all with that count. */
void assert_seen(unsigned n, uint32_t count);

/* Open, fill with bans 0..n-1 and close; open and close. */
void fill_and_close(unsigned n, uint32_t count);
void open_and_close(void);

/* As after a kill: the files stay as an open ledger has them. */
void abandon(struct ledger *);

/* The names in the directory that contain a text: count, remove. */
int count_names(const char *part);
void fixture_remove(const char *part);

void fixture_append(int fd, const char *from);
void fixture_copy(const char *from, const char *to);
off_t fixture_size(const char *);

#endif
