/* smtpbanctl scan on files of its own, with what it prints caught. */
#ifndef SMTPBAN_SCAN_RIG_H
#define SMTPBAN_SCAN_RIG_H

#include "command.h"

#define SCAN_RIG_FILES 3 /* logs, and as many configurations */

extern char scan_log[SCAN_RIG_FILES][64];
extern char scan_conf[SCAN_RIG_FILES][64];
extern char scan_printed[65536];

/* For cmocka: a folder for all tests, no files for each; UTC. */
int scan_rig_begin(void **state);
int scan_rig_clean(void **state);
int scan_rig_end(void **state);

void scan_write(const char *path, const char *text);

/* A Postfix smtpd message of that minute of the 24th of November 2026. */
void scan_add(const char *path, int minute, const char *message);

/* n failed logins of that client, one a minute. */
void scan_add_failures(const char *path, const char *client, int minute, int n,
    const char *user);

/* Run it on the first n logs; scan_printed has its output.  Returns its exit
 * code; what it says to standard error is lost. */
int scan_run(struct invocation, int n);

#endif
