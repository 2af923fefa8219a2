/*
 * What was told of a session before, in a table of fixed size: the least used
 * is forgotten first.
 */
#ifndef SMTPBAN_SESSION_H
#define SMTPBAN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define SESSION_IDLE     3600 /* seconds; longer, and the key is another's */
#define SESSION_USER_MAX 64

struct rule;

struct session {
	uint64_t key;
	int64_t seen;            /* time of the last line about it; 0: none */
	uint32_t used;           /* clock of the table */
	uint32_t told;           /* enum rule_mark */
	uint32_t auths;          /* attempts to log in that were told of */
	struct prefix client;    /* family 0: not known */
	const struct rule *held; /* told before the client was known */
	uint32_t nheld;          /* times */
	uint8_t user_len;        /* who tries to log in; 0: not known */
	char user[SESSION_USER_MAX];
	uint64_t copy;     /* Exim: what may be told again (exim_log.h) */
	int64_t copy_time; /* of that */
};

struct sessions;

struct sessions *sessions_new(void); /* NULL without memory */
void sessions_free(struct sessions *);

/*
 * The key of a session or queue id: of its parts, one after the other.  It is
 * seeded, so that nobody outside can choose keys that meet.
 */
uint64_t sessions_key(const struct sessions *, uint64_t key, const void *part,
    size_t n);

/* The session of that key, or NULL. */
struct session *sessions_find(struct sessions *, uint64_t key);

/* The same, made if there is none. */
struct session *sessions_get(struct sessions *, uint64_t key);

/*
 * A line of that time, seconds since the epoch, is about the session.  After a
 * long silence it is another one, since process ids come again: all that was
 * known of it is forgotten.
 */
void session_touch(struct session *, int64_t time);

/* All but its key. */
void session_forget(struct session *);

/* Who tries to log in.  A name too long to be kept is not known. */
void session_keep_user(struct session *, const char *user, size_t n);

/* Told times of what the row says, before the client is known. */
void session_hold(struct session *, const struct rule *, uint32_t times);

#endif
