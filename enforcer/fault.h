/*
 * What goes wrong for a while: it is logged when it begins, when its reason
 * changes, once an hour, and when it is over; status and the service manager
 * are told meanwhile.
 */
#ifndef SMTPBAN_FAULT_H
#define SMTPBAN_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "msg.h"

struct enforcer;

struct fault_said {
	int64_t at; /* when it was last logged, monotonic ms; 0: never */
	bool begun; /* it was logged, and not yet that it is over */
	char why[MSG_REASON_LEN];
};

/* A try failed again; the reason is strerror's, or says of what. */
void fault_begin(struct enforcer *, enum msg_fault_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A try succeeded; nothing if none had failed. */
void fault_end(struct enforcer *, enum msg_fault_kind);

/* Tell the service manager that both processes live, and how they are. */
void fault_notify(const struct enforcer *);

#endif
