/* The control socket: who asks there, and how many at once. */
#ifndef SMTPBAN_CONTROL_H
#define SMTPBAN_CONTROL_H

#define CONTROL_CLIENTS_MAX 64  /* more wait, not accepted */
#define CONTROL_ASK_TIME    10  /* seconds for a client to ask */
#define CONTROL_READ_TIME   300 /* seconds for a client to read something */

struct control;
struct parser;

struct control *control_new(struct parser *); /* NULL without memory */
void control_free(struct control *);

/* The listening socket, which becomes ours. */
void control_listen(struct control *, int fd);

#endif
