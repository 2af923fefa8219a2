/*
 * A clock for tests.  CLOCK_REALTIME has no namespace, and the host's own is
 * not for tests to set, so BUILD/tests/clock/stage holds smtpband,
 * smtpban-parser and smtpbanctl made of the same objects as ever, whose calls
 * of the clock go through shim.c.  That adds what is in the file "clock" in
 * the folder above the program's own; without that file, nothing.
 *
 *	cp -r BUILD/tests/clock/stage "$T/stage"
 *	set-clock "$T/stage/clock" +0	# makes the file; before the start
 *	"$T/stage/sbin/smtpband" -f ...	# finds its parser beside itself
 *	set-clock "$T/stage/clock" +3600	# while it runs
 *
 * As a real clock that is set does, a change wakes smtpband at once, if it
 * waits for a ban to end.
 */
#ifndef SMTPBAN_CLOCK_FILE_H
#define SMTPBAN_CLOCK_FILE_H

#include <stdint.h>

/* Nanoseconds to add to each clock. */
struct clock_file {
	uint64_t turn; /* odd while the others are being changed */
	int64_t wall;  /* CLOCK_REALTIME, time(2), gettimeofday(2) */
	int64_t boot;  /* CLOCK_BOOTTIME */
	int64_t awake; /* CLOCK_MONOTONIC */
};

#endif
