/* What Exim's lines tell beside what each of them says. */
#ifndef SMTPBAN_EXIM_LOG_H
#define SMTPBAN_EXIM_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

/* Of one stream of lines.  All zero to begin with. */
struct exim_log {
	uint32_t copied; /* offences whose copy came next */
	uint32_t lone;   /* those without one */
};

/*
 * Exim sends what belongs into its reject log to syslog twice, one right after
 * the other, unless syslog_duplication is off.  Told of a line that may be
 * copied, as a hash of its message, with its time and how often it came in a
 * row, return how many offences these are: 0 for a copy.  s is the session of
 * its process.
 */
uint32_t exim_log_count(struct exim_log *, struct session *, uint64_t hash,
    int64_t time, uint32_t times);

/*
 * Whether the Exim of a log host checks HELO (exim_host.c): it does when it
 * refused one, and has taken none that it would refuse by default.
 */
void exim_log_saw_helo(struct session *host, bool checked);
bool exim_log_checks_helo(const struct session *host);

#endif
