/* Telling the service manager: the protocol of sd_notify(3). */
#ifndef SMTPBAN_NOTIFY_H
#define SMTPBAN_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Connect to $NOTIFY_SOCKET, if it is set; the environment is read once.
 * Returns true if a service manager started us.
 */
bool notify_open(void);

/* "READY=1", "WATCHDOG=1", ...; nothing without a manager. */
void notify_send(const char *state);

/* Half of $WATCHDOG_USEC in milliseconds, or 0: no watchdog. */
int64_t notify_interval(void);

#endif
