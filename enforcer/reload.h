/* The configuration, taken at the start and again on request. */
#ifndef SMTPBAN_RELOAD_H
#define SMTPBAN_RELOAD_H

#include <stdint.h>

struct conf;
struct enforcer;
struct msg_text;

/*
 * Read the file; its errors are logged and gathered.  old: the configuration
 * in force, or NULL.
 */
struct conf *reload_read(const char *path, const struct conf *old,
    struct msg_text *errors);

/*
 * Take the configuration file again: all of it, or none, with the reasons in
 * the answer and in the log.  Bans that it protects are released.
 */
void reload(struct enforcer *, uint32_t id);

/* Tell a fresh parser all: configuration, control socket, bans, watches. */
void reload_tell(struct enforcer *);

#endif
