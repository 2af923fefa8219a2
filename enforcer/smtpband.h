/*
 * The root process: what it holds, passed to each of its modules, and all of
 * their headers.
 */
#ifndef SMTPBAN_SMTPBAND_H
#define SMTPBAN_SMTPBAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bans.h"
#include "channel.h"
#include "clock.h"
#include "conf.h"
#include "guard.h"
#include "hostaddr.h"
#include "journal.h"
#include "ledger.h"
#include "log.h"
#include "msg.h"
#include "notify.h"
#include "reconcile.h"
#include "release.h"
#include "reload.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "source.h"
#include "spawn.h"
#include "turn.h"

struct enforcer {
	const char *conf_path;  /* NULL: all defaults */
	enum log_target target; /* of log lines, once we run */
	struct conf *conf;
	struct ledger *ledger;
	struct route *route;
	struct hostaddr *host;
	struct bans bans;
	struct turn turn;
	struct sources sources;
	struct msg_counters counters;
	int channel;  /* to the parser */
	int listener; /* the control socket, until the parser has it */
	pid_t parser;
	bool told;       /* the parser has been sent configuration and bans */
	uint32_t tokens; /* requests that may be read before more time passes */
	uint32_t round;  /* of reconciliation */
	int64_t filled;  /* when tokens were last added, monotonic ms */
	int64_t heal_at; /* reconcile then, monotonic ms; 0: nothing to */
	int64_t healed_at;  /* when that was last done */
	int64_t refresh_at; /* read this host's addresses then; 0: nothing to */
	int64_t rewrite_at; /* try the ledger again then; 0: nothing to */
	int64_t limit_said; /* when the limit of bans was last logged */
};

#define RETRY_MS 10000 /* until what failed is tried again */

/* Log a failure and remember it for status. */
void enforcer_failed(struct enforcer *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
