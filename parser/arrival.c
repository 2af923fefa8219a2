#include "arrival.h"

#define QUARTER 900

int64_t
arrival_time(int64_t stamp, int64_t now)
{
	int64_t ahead = stamp - now, left;

	if (ahead > ARRIVAL_MAX || ahead < -ARRIVAL_MAX)
		return now;
	left = ahead % QUARTER;
	if (left > QUARTER / 2)
		left -= QUARTER;
	else if (left < -QUARTER / 2)
		left += QUARTER;
	/* A line that is late does not become one from the future. */
	if (ahead < 0 && left > 0)
		return now;
	return now + left;
}
