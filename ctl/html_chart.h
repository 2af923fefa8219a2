/* Charts as inline SVG: as wide as there is room, with text that stays legible. */
#ifndef SMTPBAN_HTML_CHART_H
#define SMTPBAN_HTML_CHART_H

#include "report.h"

/*
 * A column for each of the last hours, stacked by category.  of_what:
 * "failures", for those who cannot see it.
 */
void html_chart_hours(const struct report *, FILE *, const char *of_what,
    const struct report_hours *);

/* A bar beside a number: share is the part of the longest, 0 to 1. */
void html_chart_bar(FILE *, double share, const char *color);

/* The end of an axis that has room for most: a round number with a half. */
double html_chart_top(uint64_t most);

#endif
