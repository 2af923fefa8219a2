/*
 * How many different things there were, in bounded space: exactly up to 64,
 * then by HyperLogLog (Flajolet et al. 2007), whose error is 6.5 % with 256
 * registers.
 */
#ifndef SMTPBAN_DISTINCT_H
#define SMTPBAN_DISTINCT_H

#include <stdint.h>

#define DISTINCT_EXACT     64
#define DISTINCT_REGISTERS 256

struct distinct {      /* 260 bytes; all 0: nothing yet */
	uint32_t used; /* of hash; more than DISTINCT_EXACT: registers hold */
	union {
		uint32_t hash[DISTINCT_EXACT];
		uint8_t reg[DISTINCT_REGISTERS];
	};
};

/* One of them, by a keyed hash. */
void distinct_add(struct distinct *, uint32_t hash);

uint32_t distinct_count(const struct distinct *);

#endif
