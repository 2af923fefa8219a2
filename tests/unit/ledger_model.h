/* What a ledger must hold after so many batches of changes drawn by chance. */
#ifndef SMTPBAN_LEDGER_MODEL_H
#define SMTPBAN_LEDGER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bans.h"

#define MODEL_PREFIXES 400

struct ledger_model {
	uint32_t count[MODEL_PREFIXES]; /* of each ban; 0: no record */
	uint64_t random;
	uint32_t clock; /* a count never used before */
};

/* The n-th test ban, with that count in it. */
struct ban model_ban(unsigned n, uint32_t count);

/* A number from 0 to bound - 1. */
unsigned model_random(struct ledger_model *, unsigned bound);

/* The next batch: each change is handed to put, unless that is NULL. */
void model_step(struct ledger_model *, void (*put)(void *, const struct ban *),
    void *arg);

/* Memory holds exactly what the model does. */
bool model_holds(const struct ledger_model *, struct bans *);

/* Change a ban in memory. */
void model_remember(struct bans *, const struct ban *);

#endif
