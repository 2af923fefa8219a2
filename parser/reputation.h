/*
 * Which clients are mail servers: how much of what they sent was accepted, in
 * this week and the one before.  A real one is refused now and then, for an
 * address that is gone or a list that it came into; who guesses addresses is
 * refused nearly always.
 */
#ifndef SMTPBAN_REPUTATION_H
#define SMTPBAN_REPUTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

/*
 * Only accepted mail makes an entry, of 112 bytes: those who are only refused
 * push nobody out.
 */
#define REPUTATION_MAX 65536 /* beyond, the longest idle one goes */

/*
 * A mail server is who had at least so many mails accepted, and at most so
 * many refusals for each of them: a third of all it tried went through.  One
 * mail that got in, or two, make none.
 */
#define REPUTATION_MAILS    3
#define REPUTATION_REFUSALS 2

/* Mail older than this (seconds) tells nothing any more. */
#define REPUTATION_AGE (14 * 86400)

struct reputation;

struct reputation *reputation_new(size_t limit); /* NULL without memory */
void reputation_free(struct reputation *);

/* A mail from there was accepted; time in seconds. */
void reputation_accept(struct reputation *, const struct prefix *,
    int64_t time);

/* n were refused.  Counts from the first accepted one on. */
void reputation_refuse(struct reputation *, const struct prefix *, int64_t time,
    uint32_t n);

bool reputation_is_server(const struct reputation *, const struct prefix *,
    int64_t time);

size_t reputation_number(const struct reputation *);

/* The clock was set by so many seconds: whole weeks of that are taken off. */
void reputation_shift(struct reputation *, int64_t by);

#endif
