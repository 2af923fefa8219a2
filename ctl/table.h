/* Columns of text, as wide as what stands in them. */
#ifndef SMTPBAN_TABLE_H
#define SMTPBAN_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "colour.h"

#ifndef __printflike
#define __printflike(f, v) __attribute__((format(printf, f, v)))
#endif

#define TABLE_COLUMNS_MAX 10

struct table;

/*
 * headings: one a column, the last is NULL; one that begins with '>' stands,
 * with its column, to the right.  They must outlive the table.  Ends the
 * program without memory.
 */
struct table *table_new(const char *const *headings);
void table_free(struct table *);

/* The next cell, from left to right, row after row. */
void table_cell(struct table *, const char *, ...) __printflike(2, 3);

/*
 * Of the cell that was given last: what is printed behind it if all columns
 * have room with it, and its colour.
 */
void table_more(struct table *, const char *);
void table_colour(struct table *, enum colour);

/*
 * Print all rows, at most 80 columns wide where the cells allow that; the last
 * column is broken between words for it, or, if it stands to the right and
 * there are headings, a first cell too wide has a line of its own.  headings:
 * print these first, if there are rows.
 */
void table_print(const struct table *, FILE *, bool headings);

#endif
