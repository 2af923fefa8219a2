/* The logs that are followed, read in turn. */
#ifndef SMTPBAN_FOLLOW_H
#define SMTPBAN_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

struct follow;
struct parser;
struct recognise_rules;

struct follow *follow_new(struct parser *); /* NULL without memory */
void follow_free(struct follow *);

/*
 * Follow these, by index (NULL: none).  One that has its index and path
 * already goes on untouched; what is no longer there is closed.  since: wall
 * clock seconds, where the replay of a new one begins.  The rules become
 * ours, and hold for all of them.
 */
void follow_configure(struct follow *, char *const paths[MSG_LOGS_MAX],
    struct recognise_rules *, int64_t since);

/* All bans are known: start.  When all logs were replayed, the enforcer is
 * told so, once. */
void follow_start(struct follow *);

/* From the enforcer; the descriptors become ours.  Those of a log that is
 * no longer followed, or did not ask, are closed. */
void follow_take_watch(struct follow *, const struct msg_watch *, int fd);
void follow_take_log(struct follow *, const struct msg_log *, int fd);

/* A log has more to read: that comes soon, if the enforcer keeps up. */
void follow_schedule(struct follow *);

/* A log was replayed, or left: are they all? */
void follow_check_replayed(struct follow *);

/* Go on reading, after the enforcer's queue was too long. */
void follow_resume(struct follow *);

bool follow_is_replaying(const struct follow *);

/* For status.  False if there is no log of this index. */
bool follow_describe(const struct follow *, unsigned index,
    struct ctl_log_record *);

#endif
