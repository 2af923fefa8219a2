/* A log line in, what it says of a client out. */
#ifndef SMTPBAN_RECOGNISE_H
#define SMTPBAN_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "category.h"
#include "prefix.h"

#define RECOGNISE_LINE_MAX  8192    /* a longer line is cut by the reader */
#define RECOGNISE_COUNT_MAX 1000000 /* failures that one line tells of */

enum event_kind {
	EVENT_FAILURE, /* category tells which */
	EVENT_LOGIN,   /* a good login: user is set if the line has it */
	EVENT_ACCEPT,  /* mail or greeting accepted: a real mail server */
};

struct rule; /* rules.h */

struct event {
	enum event_kind kind;
	enum category category; /* CATEGORY_NONE unless a failure */
	int64_t time;           /* of the line, seconds since the epoch */
	struct prefix client;   /* a host */
	uint32_t count;         /* failures the line tells of, 1 or more */
	const char *user;       /* until the next line; NULL: not in it */
	size_t user_len;
	const char *hash; /* of the password, as the server has it; or NULL */
	size_t hash_len;
	uint32_t lines_ago; /* the message was in that many lines before */
	const struct rule *rule;
};

/*
 * The rules of rules.h and of smtpban.conf(5), compiled; any number of streams
 * share them, and they must outlive these.  NULL without memory.
 */
struct recognise_rules;
struct recognise_rules *recognise_rules_new(void);
void recognise_rules_free(struct recognise_rules *);

/*
 * A "match" of smtpban.conf(5): lines of that tag.  Returns NULL, or what is
 * wrong as a constant text (template.h; conf_read has checked it before).
 */
const char *recognise_rules_match(struct recognise_rules *, const char *tag,
    const char *template, enum category);

/*
 * One stream of lines of one log: infers years and remembers, in a bounded
 * table, what a session was counted for, so that one offence is one event.
 * doubles (doubles.h), which may be NULL, is what all streams of a host share,
 * so that an offence in two of their logs is one event too.
 */
struct doubles;
struct recognise;
struct recognise *recognise_new(const struct recognise_rules *,
    struct doubles *); /* NULL without memory */
void recognise_free(struct recognise *);

/* Other rules from now on; what is known of sessions stays. */
void recognise_use(struct recognise *, const struct recognise_rules *);

/* What became of a line, for who asks why. */
enum recognise_outcome {
	RECOGNISE_EVENT,
	RECOGNISE_NO_HEADER,  /* no time and tag that we know */
	RECOGNISE_NO_PROGRAM, /* no rules for its program */
	RECOGNISE_NO_RULE,    /* none of them fits */
	RECOGNISE_QUIET,      /* a rule fits, and says that it is nothing */
	RECOGNISE_TOLD,       /* the session was counted for that already */
	RECOGNISE_DOUBLE,     /* another line of the same attempt was counted */
	RECOGNISE_NO_CLIENT,  /* whose it is cannot be told for sure */
};

/*
 * Take one line of n bytes, without its newline.  now, wall clock seconds,
 * settles the year of times without one.  Returns true and fills ev if the
 * line tells something of a client; ev->user holds until the next one.  ev->rule
 * is set in any case: the row that fits, or NULL.
 *
 * Each line may be of another form, see header.h.  What an entry of the
 * journal's export tells is told at the empty line that ends it, with
 * ev->lines_ago set, also in any case.
 */
bool recognise_line(struct recognise *, const char *line, size_t n, int64_t now,
    struct event *ev);

/* Of the last line. */
enum recognise_outcome recognise_outcome(const struct recognise *);

/* Its tag, *n bytes, until the next one; NULL where none was found. */
const char *recognise_tag(const struct recognise *, size_t *n);

/*
 * The time of the last line given to recognise_line, 0 if it had none: for
 * "how old is the last line".
 */
int64_t recognise_time(const struct recognise *);

/* Only the time of a line, without remembering it; 0 if it has none. */
int64_t recognise_peek_time(const char *line, size_t n, int64_t now);

#endif
