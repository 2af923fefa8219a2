/* What pages of HTML are made of; they are well-formed XML, too. */
#ifndef SMTPBAN_HTML_H
#define SMTPBAN_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "category.h"

/*
 * Text that others chose: nothing in it is markup, and all but printable ASCII
 * is \xNN, as no byte of it shall turn the direction of writing or hide.
 */
void html_text(FILE *, const char *);

/* "12,345": a number as people read it. */
#define HTML_NUMBER_LEN 32
const char *html_number(uint64_t, char buf[HTML_NUMBER_LEN]);

/* The colour of a category, "#3b6ea5", in charts and their legends. */
const char *html_color(unsigned category);

/* A small square of that colour, before its name. */
void html_swatch(FILE *, unsigned category);

/* value of most as a part of 1, never less than 0 or more than 1. */
double html_share(uint64_t value, uint64_t most);

#endif
