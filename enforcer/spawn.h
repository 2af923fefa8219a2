/* Starting the parser. */
#ifndef SMTPBAN_SPAWN_H
#define SMTPBAN_SPAWN_H

#include <sys/types.h>

#include "log.h"

/* The parser's root directory: made if it is missing, checked by the parser. */
#define SPAWN_CHROOT "/run/smtpban/empty"

/*
 * Become another program: descriptor 0 is /dev/null, 1 is out (-1: /dev/null
 * too), 2 stays only where log lines go there, and those from "above" on are
 * closed.  Any failure ends the program.
 */
__dead void spawn_execute(const char *path, const char *const argv[],
    const char *const envp[], enum log_target, int out, int above);

/*
 * Fork, and execute smtpban-parser with its end of a new channel as
 * descriptor 3, /dev/null for input and output, standard error only where log
 * lines go there, all others closed, and an environment of our own.
 * *channel is our end, non-blocking.  Returns its process; any failure here
 * ends the program.
 */
pid_t spawn_parser(const char *user, enum log_target, int *channel);

#endif
