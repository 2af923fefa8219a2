/* What the enforcer keeps once all is open. */
#ifndef SMTPBAN_SANDBOX_H
#define SMTPBAN_SANDBOX_H

/*
 * Keep CAP_NET_ADMIN (routes) and CAP_DAC_READ_SEARCH (logs that others own),
 * the system calls of sandbox.c and nothing else, for good.  Failing is fatal.
 */
void sandbox_enter(void);

#endif
