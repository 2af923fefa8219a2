/* Times that are a number of seconds, for stamp.c alone. */
#ifndef SMTPBAN_STAMP_NUMBER_H
#define SMTPBAN_STAMP_NUMBER_H

#include <stdint.h>

#include "stamp.h"

/*
 * Read a time of journalctl's short-unix or short-monotonic, or of multilog:
 * see stamp.h.  *seconds is left as it is where there is none.
 */
enum stamp_form stamp_read_number(struct cursor *, int64_t *seconds);

#endif
