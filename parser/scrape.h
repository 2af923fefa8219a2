/*
 * Metrics over HTTP, by libevent's server: GET and HEAD of /metrics, and
 * nothing else.  Any host that reaches the socket may ask, so all that it can
 * take is bounded: connections, how long one of them lasts, how many come in a
 * second, and how much is read of each.  The enforcer is asked for its
 * counters once a second at most, before the connections are taken that get
 * them.
 */
#ifndef SMTPBAN_SCRAPE_H
#define SMTPBAN_SCRAPE_H

#define SCRAPE_CLIENTS 32   /* connections at once, and taken in a second */
#define SCRAPE_TIME    5    /* seconds for one of them */
#define SCRAPE_HEADER  4096 /* bytes of a request and its headers */

struct parser;
struct scrape;

struct scrape *scrape_new(struct parser *); /* NULL without memory */
void scrape_free(struct scrape *);

/*
 * A listening TCP socket, which becomes ours, in place of the one before, whose
 * connections are closed.  -1: none any more.
 */
void scrape_listen(struct scrape *, int fd);

#endif
