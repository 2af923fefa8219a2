/* The enforcer's loop: it waits for the parser, the kernel, signals, time. */
#ifndef SMTPBAN_LOOP_H
#define SMTPBAN_LOOP_H

struct enforcer;

/*
 * Runs until SIGTERM or SIGINT and returns then; the parser's end, too, is
 * the end, by way of fatal.  signals: a signalfd(2) descriptor.
 */
void loop_run(struct enforcer *, int signals);

/* Blocks the signals that loop_run handles; a descriptor that reports them. */
int loop_signals(void);

#endif
