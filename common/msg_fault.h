/* What goes wrong for a while (enum msg_fault_kind), in words. */
#ifndef SMTPBAN_MSG_FAULT_H
#define SMTPBAN_MSG_FAULT_H

#include "msg.h"

/* As log lines, the service manager and status have it: "ledger not written". */
const char *msg_fault_name(enum msg_fault_kind);

/* Why a log cannot be read: strerror(3), or what source.c means by it. */
const char *msg_log_error(int error);

#endif
