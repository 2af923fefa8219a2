/* What the judge does, told to those who watch; nothing if there are none. */
#ifndef SMTPBAN_TELL_H
#define SMTPBAN_TELL_H

#include <stdint.h>

#include "msg.h"

struct event;
struct parser;
struct verdict;

/* A failure that counted, or was spared. */
void tell_failure(const struct parser *, const struct event *,
    const struct verdict *);

/* One that is settled, if that is because its client is allowed for a time. */
void tell_settled(const struct parser *, const struct event *, int64_t now);

/* A good login, where failures of its client are being counted. */
void tell_login(const struct parser *, const struct event *, int64_t now);

/*
 * A ban that began, has a new end, or ended; before mirror_put takes it.  Those
 * that the enforcer had at the start are no news.
 */
void tell_ban(const struct parser *, const struct ban *, int64_t now);

void tell_refused(const struct parser *, const struct prefix *,
    const char *reason, int64_t now);

#endif
