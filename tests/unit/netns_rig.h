/* For tests that change the kernel's routes: a network namespace for each. */
#ifndef SMTPBAN_NETNS_RIG_H
#define SMTPBAN_NETNS_RIG_H

#include "prefix.h"

/*
 * The setup of a test: a new, empty network namespace with lo up.  A test
 * begins with netns_needed(), which skips it where there is none.
 */
int netns_enter(void **state);
void netns_needed(void);

/* Run a shell command, which must succeed. */
void netns_run(const char *command);

/* The lines that a command writes: how many, or whether one contains text. */
int netns_lines(const char *command);
bool netns_shows(const char *command, const char *text);

struct prefix netns_prefix(const char *);

#endif
