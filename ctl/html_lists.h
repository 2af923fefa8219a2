/* The tables of the report's page. */
#ifndef SMTPBAN_HTML_LISTS_H
#define SMTPBAN_HTML_LISTS_H

#include "report.h"

void html_list_section(FILE *, const char *title);
void html_list_banned(const struct report *, FILE *);
void html_list_ended(const struct report *, FILE *);
void html_list_close(const struct report *, FILE *);
void html_list_categories(const struct report *, FILE *);
void html_list_networks(const struct report *, FILE *);
void html_list_accounts(const struct report *, FILE *);
void html_list_hours(const struct report *, FILE *);

#endif
