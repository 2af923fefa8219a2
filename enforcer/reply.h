/* What the enforcer tells the parser. */
#ifndef SMTPBAN_REPLY_H
#define SMTPBAN_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "ban.h"

struct enforcer;
struct prefix;

/*
 * All of these end the process if the parser is gone or has not read for ten
 * seconds.  id: of the request that is answered, or 0.
 */
void reply_send(struct enforcer *, uint32_t type, uint32_t id,
    const void *payload, size_t len, int fd);
void reply_done(struct enforcer *, uint32_t id, uint32_t number);
void reply_refused(struct enforcer *, uint32_t id, const struct prefix *,
    const char *reason);
void reply_failed(struct enforcer *, uint32_t id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The state of a ban.  Gathered, and sent by reply_flush (or before any other
 * message, so that the order holds).
 */
void reply_state(struct enforcer *, const struct ban *, uint32_t id);
void reply_flush(struct enforcer *);

/* The configuration, all or nothing at its commit. */
void reply_conf(struct enforcer *);

/* The watch of each log, and what to look for. */
void reply_watches(struct enforcer *);

#endif
