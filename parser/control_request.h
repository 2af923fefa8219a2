/* One request of a control client: checked, carried out, answered. */
#ifndef SMTPBAN_CONTROL_REQUEST_H
#define SMTPBAN_CONTROL_REQUEST_H

#include <sys/types.h>

#include <stdint.h>

#include "control_reply.h"
#include "prefix.h"
#include "watch.h"

struct control_request {
	struct parser *parser;
	uid_t uid; /* of the peer */
	/* The reply is complete; may be called from within request_take. */
	void (*ready)(void *arg);
	void (*wake)(void *arg); /* of a CTL_WATCH: reply_next has more */
	void *arg;
	struct reply reply;
	struct prefix prefix; /* what CTL_CHECK is about */
	uint32_t type;        /* enum ctl_request */
	struct watcher watcher;
	uint32_t waits_for; /* id of the request to the enforcer; 0: none */
};

/*
 * Take it up, once.  Returns 0, or -1 if it is malformed; its descriptor, if
 * one came along, is closed.
 */
int request_take(struct control_request *, const struct channel_msg *);

/* Nobody waits for the reply any more, or all of it was told. */
void request_cancel(struct control_request *);

#endif
