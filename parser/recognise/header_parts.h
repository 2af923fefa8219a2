/* The parts of a head: for the files header*.c alone. */
#ifndef SMTPBAN_HEADER_PARTS_H
#define SMTPBAN_HEADER_PARTS_H

#include <stdbool.h>

#include "header.h"

/* The tag of n bytes, and its last component. */
void header_set_tag(struct header *, const char *tag, size_t n);

/* At "<22>" in front, or "<mail.info>" after the time: past it. */
bool header_skip_priority(struct cursor *);

/* Solaris: "[ID 197553 mail.info] ". */
void header_skip_id(struct cursor *);

/*
 * Past the space after the time: the host, which may be missing, and the tag.
 * False if there is no tag; or, with again set, if none is needed.
 */
bool header_read_names(struct cursor *, enum stamp_form, struct header *);

/* RFC 5424, from its version on. */
bool header_is_rfc5424(const struct cursor *);
bool header_read_rfc5424(struct stamp_clock *, struct cursor *, int64_t now,
    struct header *);

/* "HOST exim[PID]: ", and no time but the one that Exim itself put there. */
bool header_read_untimed(struct cursor *, struct header *);

/*
 * Dovecot's own file has its process where the tag stands in syslog.  If that
 * is at the cursor, which stays: true, and the tag is dovecot.
 */
bool header_is_dovecot(const struct cursor *, struct header *);

/*
 * What syslog or the program put in front of the message, or around it, is
 * taken away.  entry: room for a message that has to be put together.
 */
void header_clean_message(struct header *, struct entry *);

#endif
