/* Where the stand-in for journalctl is: everybody can go there. */
#ifndef SMTPBAN_JOURNAL_STUB_H
#define SMTPBAN_JOURNAL_STUB_H

extern char journal_stub_path[64];

#endif
