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
#include "disconnect.h"
#include "exporter.h"
#include "fault.h"
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
#include "sandbox.h"
#include "skew.h"
#include "source.h"
#include "spawn.h"
#include "turn.h"

/* Lines about refusals: as long as they are few, each has one. */
struct refusals {
	int64_t since;  /* monotonic ms */
	unsigned lines; /* since then */
};

struct enforcer {
	const char *conf_path;  /* NULL: all defaults */
	enum log_target target; /* of log lines, once we run */
	struct conf *conf;
	struct ledger *ledger;
	struct route *route;
	struct disconnect disconnect;
	struct hostaddr *host;
	struct bans bans;
	struct turn turn;
	struct sources sources;
	struct msg_counters counters;
	struct skew skew;
	int channel;      /* to the parser */
	int listener;     /* the control socket, until the parser has it */
	int metrics;      /* listens, and the parser has it too; -1: none */
	int metrics_next; /* the same, or what a reload puts in its place */
	pid_t parser;
	bool told;       /* the parser has been sent configuration and bans */
	int64_t tokens;  /* requests that may be read before more time passes */
	uint32_t round;  /* of reconciliation */
	int64_t filled;  /* when tokens were last added, monotonic ms */
	int64_t heal_at; /* reconcile then, monotonic ms; 0: nothing to */
	int64_t healed_at;  /* when that was last done */
	int64_t refresh_at; /* read this host's addresses then; 0: nothing to */
	int64_t rewrite_at; /* try the ledger again then; 0: nothing to */
	struct refusals refusals[2]; /* by the guard, for a limit */
	int64_t confined_by; /* the parser, by then, monotonic ms; 0: it is */
	int64_t kept;        /* how long the parser kept us waiting: reply.c */
	int64_t kept_at;     /* and until when, monotonic ms */
	struct fault_said faults[MSG_FAULTS];
	uint32_t pings; /* of the parser, unanswered */
};

#define RETRY_MS 10000 /* until what failed is tried again */

#endif
