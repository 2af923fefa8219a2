/*
 * Where the metrics are asked for: a TCP socket that listens.  It is opened
 * here and served by the parser, which may open none.
 */
#ifndef SMTPBAN_EXPORTER_H
#define SMTPBAN_EXPORTER_H

struct conf;
struct enforcer;

/*
 * At the start, as the configuration says.  A failure is fatal, but not an
 * address that is not there yet: no ban waits for that.
 */
void exporter_open(struct enforcer *);

/*
 * For a reload: listen as the new configuration says, before it is taken.
 * Returns 0, or -1 with errno and all as before.
 */
int exporter_move(struct enforcer *, const struct conf *);

/* The new configuration is not taken: listen as before. */
void exporter_stay(struct enforcer *);

/* It is: tell the parser, if anything changed. */
void exporter_take(struct enforcer *);

#endif
