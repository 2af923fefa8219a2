/* Going into the background, where no service manager started us. */
#ifndef SMTPBAN_DETACH_H
#define SMTPBAN_DETACH_H

/*
 * Open the null device for standard descriptors that are closed, or a socket
 * of ours would take such a number and get what is written there; close all
 * others that were left to us.
 */
void detach_fill_descriptors(void);

/*
 * Fork; the parent stays until detach_ready, so that who started us learns
 * by its exit status whether we run.
 */
void detach_begin(void);

/*
 * All is well: write the pid file beside the control socket, and let the
 * parent go.  Nothing without detach_begin.
 */
void detach_ready(const char *control);

/* Remove the pid file, if there is one. */
void detach_end(void);

#endif
