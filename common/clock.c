#include <time.h>

#include "clock.h"

static int64_t
clock_read(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_ms(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ms(void)
{
	return clock_read(CLOCK_BOOTTIME);
}

int64_t
clock_wall_ms(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
clock_jump(int64_t *skew)
{
	int64_t boot, wall, by;

	do { /* both of one moment, should we be stopped in between */
		boot = clock_boot_ms();
		wall = clock_wall_ms();
	} while (clock_boot_ms() - boot > 1000);
	by = wall - boot - *skew;
	by = (by + (by < 0 ? -500 : 500)) / 1000;
	*skew = wall - boot;
	return by > CLOCK_JUMP || by < -CLOCK_JUMP ? by : 0;
}

int64_t
clock_wall(void)
{
	/* Not time(2), which may lag behind a timer that has just gone off. */
	return clock_wall_ms() / 1000;
}
