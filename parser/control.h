/*
 * The control socket: who asks there, and how many at once.
 *
 * Nobody waits for a place.  When all are taken, a newcomer gets that of the
 * client who has asked nothing for longest; if all have asked, of the one who
 * has been reading for longest; if all of them wait for their answers, he is
 * closed himself.  Root's places are kept for root, and no uid but root's can
 * take all of the others.
 */
#ifndef SMTPBAN_CONTROL_H
#define SMTPBAN_CONTROL_H

#define CONTROL_ROOT_MAX    128 /* clients of uid 0 */
#define CONTROL_OTHERS_MAX  128 /* of all others together ... */
#define CONTROL_UID_MAX     32  /* ... and of one of them */
#define CONTROL_ASK_TIME    10  /* seconds for a client to ask */
#define CONTROL_READ_TIME   300 /* seconds for a client to read something */
#define CONTROL_ROOT_ASKING 64  /* requests with the enforcer at once */
#define CONTROL_ASKING      4   /* of others */
#define CONTROL_PER_SECOND  20  /* requests of others that are taken up */

struct control;
struct parser;

struct control *control_new(struct parser *); /* NULL without memory */
void control_free(struct control *);

/* The listening socket, which becomes ours. */
void control_listen(struct control *, int fd);

#endif
