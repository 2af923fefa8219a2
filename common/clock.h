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

/*
 * By how many seconds the wall clock was set since the last call; 0 if that is
 * a minute at most.  *skew: kept between the calls, how far the wall clock is
 * ahead of clock_boot_ms.  That does not change while the machine sleeps, nor
 * by the small corrections that make a clock run right.
 */
#define CLOCK_JUMP 60
int64_t clock_jump(int64_t *skew);

/* For what is stored or compared with a log: seconds since the epoch. */
int64_t clock_wall(void);

/* A time that was stored in 32 bits moves with the clock, within 1970 to 2106. */
static inline uint32_t
clock_shift(uint32_t time, int64_t by)
{
	by += time;
	return by < 0 ? 0 : by > UINT32_MAX ? UINT32_MAX : (uint32_t)by;
}

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
