/* How a child process ended, in words for a log line. */
#ifndef SMTPBAN_CHILD_H
#define SMTPBAN_CHILD_H

#include <sys/types.h>

/*
 * "status 1", or "killed by signal 31 (a forbidden system call)"; status is
 * waitpid(2)'s.  Good until the next call.
 */
const char *child_ending(int status);

/*
 * The same of a child whose end of a channel is closed.  It ends within a
 * second, or "it closed its channel" and lives.  errno is kept.
 */
const char *child_wait(pid_t);

#endif
