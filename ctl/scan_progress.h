/* How far a long run is, on one line of the terminal. */
#ifndef SMTPBAN_SCAN_PROGRESS_H
#define SMTPBAN_SCAN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_progress {
	bool on;
	bool shown;      /* a line is on the screen */
	bool caught;     /* and signals shall take it off */
	int64_t started; /* clock_ms */
	int64_t next;    /* when to draw again */
	int64_t total;   /* bytes; -1: not known */
};

/*
 * It shows itself only where standard error is a terminal that can erase a
 * line, and after a second.
 */
void scan_progress_begin(struct scan_progress *, int64_t now);

/* Bytes and lines until now; draws a few times a second.  now: clock_ms. */
void scan_progress_tell(struct scan_progress *, int64_t done, uint64_t lines,
    int64_t now);

/* Take the line off the screen, until it is drawn again, or for good. */
void scan_progress_hide(struct scan_progress *);
void scan_progress_end(struct scan_progress *);

/*
 * What it shows, in at most columns - 1 characters: how much of what, the
 * lines a second and, where total is known, a bar, a percentage and the time
 * it will take.  elapsed: milliseconds, not 0.  Returns buf.
 */
#define SCAN_PROGRESS_LEN 80
const char *scan_progress_format(char buf[SCAN_PROGRESS_LEN], unsigned columns,
    int64_t done, int64_t total, uint64_t lines, int64_t elapsed);

#endif
