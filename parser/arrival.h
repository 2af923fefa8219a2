/* What a line that has just been written says of its time, put right. */
#ifndef SMTPBAN_ARRIVAL_H
#define SMTPBAN_ARRIVAL_H

#include <stdint.h>

/*
 * The time of an event, wall clock seconds: stamp, from a line that was read
 * at now, as it was appended to a file.  A stamp of another time zone or with
 * a false daylight saving time differs by quarters of an hour, and these are
 * taken off; one that is 0 (none) or differs by more than ARRIVAL_MAX tells
 * nothing, and then it is now.  What is left is a line that comes some minutes
 * late, or a clock that is ahead.
 */
#define ARRIVAL_MAX (25 * 3600)
int64_t arrival_time(int64_t stamp, int64_t now);

#endif
