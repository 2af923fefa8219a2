/* One client of the control socket, from its connection to its answer. */
#ifndef SMTPBAN_CONTROL_CLIENT_H
#define SMTPBAN_CONTROL_CLIENT_H

#include <sys/queue.h>
#include <sys/types.h>

#include "channel.h"
#include "control_lane.h"
#include "control_request.h"

struct client;
struct event;
struct parser;

TAILQ_HEAD(clients, client);

/* What all of them share. */
struct control_clients {
	struct parser *parser;
	struct clients here; /* by their coming */
	struct clients gone; /* while the enforcer still owes the answer */
	struct lane *root;
	struct lane *others;
	struct channel_msg batch[CHANNEL_BATCH];
	struct channel_msg received;
};

enum client_state {
	CLIENT_IDLE,    /* has not asked */
	CLIENT_WAITS,   /* for its turn, then for the enforcer's answer */
	CLIENT_READS,   /* its reply */
	CLIENT_WATCHES, /* and reads what happens, until it leaves */
};

#define CLIENT_PAYLOAD_MAX 64 /* more than any request has */

struct client {
	struct control_clients *base;
	enum client_state state;
	int fd;      /* -1: gone */
	bool asking; /* its request is with the enforcer */
	struct event *readable;
	struct event *writable;
	struct channel_hdr hdr; /* of its request, until its turn */
	uint8_t payload[CLIENT_PAYLOAD_MAX];
	struct lane *lane;
	struct lane_place place;
	struct control_request request;
	TAILQ_ENTRY(client) link;
};

/* Returns 0, or -1 without memory. */
int control_clients_init(struct control_clients *, struct parser *);
void control_clients_clear(struct control_clients *);

/* Who is at the other end, by SO_PEERCRED.  Returns 0, or -1 with errno. */
int client_peer(int fd, uid_t *);

/*
 * The connection becomes its own.  What it has asked already is taken up.
 * Returns 0, or -1 with errno and the connection closed.
 */
int client_new(struct control_clients *, int fd, uid_t);

void client_close(struct client *);

#endif
