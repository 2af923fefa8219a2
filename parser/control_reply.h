/*
 * The answer to a control client, made record by record while he reads, so
 * that a slow one holds no memory however long the list is.
 */
#ifndef SMTPBAN_CONTROL_REPLY_H
#define SMTPBAN_CONTROL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts.h"
#include "ctl.h"

struct evbuffer;
struct parser;

/* What follows the first record. */
enum reply_list {
	REPLY_NO_LIST,
	REPLY_LOGS,
	REPLY_BANS,
	REPLY_ALL_BANS,      /* the ended ones too */
	REPLY_OFFENDERS,     /* all of them */
	REPLY_OFFENDERS_ONE, /* the entries of one prefix, then evidence */
	REPLY_ACCOUNTS,
	REPLY_EVENTS, /* of watch.h: it has no end */
	REPLY_TEXT,
};

enum reply_stage {
	REPLY_FIRST,
	REPLY_LIST,
	REPLY_DONE,
	REPLY_END,
};

/* Where it stands. */
struct reply_cursor {
	uint64_t event; /* the next one, of watch.h */
	enum reply_stage stage;
	bool begun;           /* prefix and group are those last shown */
	uint32_t group;       /* of an offender; of others the index, or how
			       * much of the text is told */
	struct prefix prefix; /* of a ban or an offender */
};

struct reply {
	uint32_t id;              /* of the request */
	struct channel_msg first; /* type 0: there is none */
	enum reply_list list;
	struct prefix one; /* REPLY_OFFENDERS_ONE: as it is counted */
	uint16_t accounts[ACCOUNTS_MAX]; /* REPLY_ACCOUNTS: in this order */
	size_t naccounts;
	uint64_t evidence[CTL_EVIDENCE_MAX]; /* REPLY_OFFENDERS_ONE: places */
	size_t nevidence;
	struct evbuffer *text; /* REPLY_TEXT, in one piece; or NULL */
	int64_t now;           /* wall clock: where the windows end */
	uint32_t number;       /* for CTL_DONE */
	struct reply_cursor at;
};

void reply_set_first(struct reply *, uint32_t type, const void *payload,
    size_t len);

/* Instead of all else.  The text is cut to fit. */
void reply_set_error(struct reply *, enum ctl_error_kind, const char *text);

/*
 * The text of REPLY_TEXT, which becomes the reply's.  Unlike records it is
 * held as a whole, so that it tells of one moment.
 */
void reply_set_text(struct reply *, struct evbuffer *);
void reply_clear(struct reply *);

enum reply_got {
	REPLY_OVER,    /* there was nothing more */
	REPLY_MESSAGE, /* the next one */
	REPLY_LATER,   /* none yet, there is much to pass over: call again */
	REPLY_WAIT,    /* none until something happens */
};

/* The next message, moving the cursor on. */
enum reply_got reply_next(const struct reply *, const struct parser *,
    struct reply_cursor *, struct channel_msg *);

#endif
