/* The clocks that smtpban counts by. */
#ifndef SMTPBAN_CLOCK_H
#define SMTPBAN_CLOCK_H

#include <stdint.h>

/* For waits: milliseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);

/*
 * Milliseconds since the boot, time asleep included (CLOCK_BOOTTIME): what the
 * wall clock would have gone forward by if nobody had set it.
 */
int64_t clock_boot_ms(void);

/* The wall clock in milliseconds, for when a ban ends. */
int64_t clock_wall_ms(void);

/* For what is stored or compared with a log: seconds since the epoch. */
int64_t clock_wall(void);

/*
 * Plan something for a time of clock_ms, unless it is planned for an earlier
 * one; 0 is not planned.
 */
static inline void
clock_plan(int64_t *at, int64_t when)
{
	if (*at == 0 || when < *at)
		*at = when;
}

#endif
