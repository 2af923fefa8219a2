/* Between policy.c and policy_spare.c: what is weighed, and with what. */
#ifndef SMTPBAN_POLICY_SPARE_H
#define SMTPBAN_POLICY_SPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway.h"
#include "outage.h"
#include "policy.h"

struct policy {
	struct msg_policy settings;
	struct prefix_set *whitelist;
	struct offenders *offenders;
	struct known *known;
	struct repeats *repeats;
	struct reputation *reputation;
	struct neighbours *neighbours;
	struct outage *outage;
	struct gateway *gateway;
};

/* An event that is weighed, and by what. */
struct weighing {
	const struct event *ev;
	struct verdict *v;
	int64_t time; /* of the event, but not after now */
	int64_t now;
	bool known;             /* a known client */
	uint32_t n;             /* failures that it tells of */
	uint32_t group;         /* whose threshold holds */
	struct msg_threshold t; /* for this client */
};

/* Whether it tells of an outage, whoever it spares. */
void spare_hear(struct policy *, const struct weighing *);

/* Why it does not weigh, by what its client did before; or NULL. */
const char *spare_why(struct policy *, struct weighing *);

#endif
