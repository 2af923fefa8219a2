/* The journal as one more log: journalctl(1), and the pipe that it fills. */
#ifndef SMTPBAN_JOURNAL_H
#define SMTPBAN_JOURNAL_H

/* May read the journal of the system: systemd-journald.service(8). */
#define JOURNAL_GROUP "systemd-journal"

struct enforcer;

/*
 * If the configuration has "log journal": start journalctl as the parser's
 * user, of JOURNAL_GROUP alone, without a right beside that, and keep its pipe
 * in the source.  Before the sandbox, which has no rights for that; so no
 * reload can add the journal.  It ends with its pipe, or with us.  Any failure
 * ends the program.
 */
void journal_start(struct enforcer *);

#endif
