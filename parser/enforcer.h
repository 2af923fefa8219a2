/*
 * The parser's side of the channel to the enforcer: what is to be sent waits
 * in two bounded queues, and each request finds its answer.
 */
#ifndef SMTPBAN_PARSER_ENFORCER_H
#define SMTPBAN_PARSER_ENFORCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "incoming.h"
#include "msg.h"

#define ENFORCER_BANS_HIGH  2048  /* waiting ban requests: stop reading logs */
#define ENFORCER_BANS_LOW   1024  /* go on */
#define ENFORCER_BANS_MAX   16384 /* more than the blocks of one turn ask for */
#define ENFORCER_URGENT_MAX 1024
/* Ban requests sent and not answered.  The enforcer reads a limited number a
 * second, and what the administrator asks stands behind these. */
#define ENFORCER_WINDOW 256

struct enforcer;
struct event_base;

/* The answer, its form checked: of MSG_BAN_REQUEST BAN_STATE, REFUSED or
 * FAILED; of others also DONE, CHECKED or COUNTED. */
typedef void (*enforcer_answer)(void *arg, const struct channel_msg *);

/*
 * sock, which stays the caller's, must not block.  drained(arg) is called
 * when the queue of ban requests is short again.  At the end of the channel
 * the loop of base ends.  NULL without memory.
 */
struct enforcer *enforcer_new(struct event_base *base, int sock,
    const struct incoming_ops *, void (*drained)(void *), void *arg);
void enforcer_free(struct enforcer *);

/* Send in front of all ban requests: without an answer, or with one, and
 * then the request's id is returned. */
void enforcer_tell(struct enforcer *, uint32_t type, const void *payload,
    size_t len);
uint32_t enforcer_ask(struct enforcer *, uint32_t type, const void *payload,
    size_t len, enforcer_answer, void *arg);

/* Ask for a ban, when there is room for it.  Returns 0 when there is none. */
uint32_t enforcer_ask_ban(struct enforcer *, const struct msg_ban_request *,
    enforcer_answer, void *arg);

/* Nobody waits for this answer any more. */
void enforcer_forget(struct enforcer *, uint32_t id);

/* So many ban requests wait that no more lines should be read. */
bool enforcer_is_congested(const struct enforcer *);

/* An answer came, by incoming_ops. */
void enforcer_take_answer(struct enforcer *, const struct channel_msg *);

#endif
