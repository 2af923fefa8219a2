/* The system calls that the parser may still make. */
#ifndef SMTPBAN_FILTER_H
#define SMTPBAN_FILTER_H

/*
 * For good; any other call ends the process.  privdrop_confine comes first.
 * Failing is fatal.
 */
void filter_enter(void);

#endif
