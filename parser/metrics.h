/* What is measured, in Prometheus's text format 0.0.4. */
#ifndef SMTPBAN_METRICS_H
#define SMTPBAN_METRICS_H

#include <stdint.h>

struct evbuffer;
struct msg_counters;
struct parser;

/*
 * All metrics at that time (wall clock seconds), with what the enforcer
 * counted.  The caller frees them.  Being without memory is fatal.
 */
struct evbuffer *metrics_render(const struct parser *,
    const struct msg_counters *, int64_t now);

#endif
