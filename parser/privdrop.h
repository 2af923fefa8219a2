/* Giving up everything that reading a log does not need. */
#ifndef SMTPBAN_PRIVDROP_H
#define SMTPBAN_PRIVDROP_H

#include <sys/types.h>

/*
 * Why this directory cannot be the root of the parser, as a constant text
 * ("is not empty"), or NULL.  fd is open on it.
 */
const char *privdrop_refuse_dir(int fd);

/*
 * For good: root directory dir, user, group and no other group, no
 * capabilities, no new ones by exec, no processes, no core, no debugger.
 * Ends the process if any of it fails or can be taken back.
 */
void privdrop_confine(const char *dir, uid_t, gid_t);

#endif
