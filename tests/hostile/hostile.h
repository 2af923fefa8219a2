/*
 * A parser that was taken over, put in the place of the real one by the
 * end-to-end tests: it does to the enforcer what its script says.
 */
#ifndef SMTPBAN_HOSTILE_H
#define SMTPBAN_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "msg.h"

#define HOSTILE_WORDS 8 /* of a line of the script */

struct hostile {
	int sock;
	uint32_t id;           /* of the last request */
	struct channel_msg in; /* received last, its descriptor closed */
	uint64_t answers;      /* to requests, so far */
};

/* A line to standard error, where smtpband's own go. */
void hostile_say(const char *, ...) __attribute__((format(printf, 1, 2)));

/* The same, and the end: the script asks for what cannot be. */
void hostile_fail(const char *, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* A number of the script; hexadecimal with 0x. */
uint32_t hostile_number(const char *);

/*
 * The next message within ms, in h->in; false if there is none.  Ends the
 * process when the enforcer has ended.  A PING is answered.
 */
bool hostile_next(struct hostile *, int ms);

/* The next of this type, or the answer to this request; waits ten seconds. */
void hostile_await(struct hostile *, uint32_t type);
void hostile_answer(struct hostile *, uint32_t id);

/*
 * n bytes that may be no message, with copies of descriptor fd.  Waits until
 * there is room.
 */
void hostile_send(struct hostile *, const void *, size_t n, int fd,
    unsigned nfds);

/* What a line of the script can say; the words end with a NULL. */
struct act {
	const char *name;
	int words; /* beside the name */
	void (*act)(struct hostile *, char *const *words);
};
extern const struct act acts[]; /* the last has no name */

/* flood WHAT SECONDS HOW: act_flood.c */
void act_flood(struct hostile *, char *const *words);

#endif
