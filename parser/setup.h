/*
 * A configuration on its way from the enforcer: built beside the one in
 * force, and taken as a whole.
 */
#ifndef SMTPBAN_SETUP_H
#define SMTPBAN_SETUP_H

#include <stdint.h>

#include "msg.h"
#include "prefix_set.h"
#include "recognise/recognise.h"

struct setup {
	struct msg_policy policy;
	struct prefix_set *whitelist;
	struct recognise_rules *rules;
	char *paths[MSG_LOGS_MAX]; /* by index; NULL: none */
};

/* Without memory these end the process, as a half-known whitelist must not
 * be acted on. */
struct setup *setup_new(void);
void setup_free(struct setup *);
void setup_add_whitelist(struct setup *, const struct prefix *);
void setup_add_match(struct setup *, const struct msg_conf_match *);
void setup_add_log(struct setup *, const struct msg_conf_log *);

/* How much is replayed, in seconds: conf_window. */
uint32_t setup_window(const struct setup *);

#endif
