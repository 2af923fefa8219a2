/* What the parser asks for: the table of requests, and how fast. */
#ifndef SMTPBAN_REQUEST_H
#define SMTPBAN_REQUEST_H

#include <stdint.h>

#include "channel.h"

struct enforcer;

/*
 * Read requests while the rate allows it, and carry them out.  A malformed
 * one ends the process: our own parser is broken or taken over.
 */
void request_read(struct enforcer *);

/*
 * Milliseconds until more may be read; 0: now.  The requests wait in the
 * channel meanwhile, and behind them the parser.
 */
int request_wait(struct enforcer *);

/* Check one message and call its handler. */
void request_dispatch(struct enforcer *, const struct channel_msg *);

#endif
