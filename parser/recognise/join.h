/* Lines joined by the session or the mail that they are about. */
#ifndef SMTPBAN_JOIN_H
#define SMTPBAN_JOIN_H

#include "recogniser.h"

/*
 * The session of a message whose row tells or asks something of one, NULL for
 * others, or if there is none.
 */
struct session *join_find_session(struct recognise *, const struct finding *);

/* The same for a queue id, made if there is none. */
struct session *join_queue(struct recognise *, const struct finding *,
    bool make);

/*
 * The client, where the message itself does not tell.  False if it cannot be
 * told for sure.
 */
bool join_find_client(struct recognise *, struct finding *,
    const struct session *);

/*
 * Keep what the message tells of its session.  False if the session was
 * already counted for it.
 */
bool join_judge(struct finding *, struct session *);

/* The client of a queue id is known now: count what was told before. */
void join_release(struct recognise *, struct finding *);

#endif
