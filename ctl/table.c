#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define SCREEN 80

struct cell {
	char *text;
	char *more; /* or NULL */
	enum colour colour;
};

struct table {
	const char *const *headings;
	unsigned columns;
	size_t width[TABLE_COLUMNS_MAX]; /* without what is more */
	size_t full[TABLE_COLUMNS_MAX];  /* with it */
	struct cell *cells;
	size_t used;
	size_t room;
};

/* How a table is printed. */
struct layout {
	FILE *out;
	const size_t *width;
	size_t first; /* width of the first column */
	bool full;
	int gap;       /* between columns */
	size_t indent; /* of the last column */
};

static bool
table_is_right(const struct table *t, unsigned column)
{
	return t->headings[column][0] == '>';
}

static const char *
table_heading(const struct table *t, unsigned column)
{
	return t->headings[column] + table_is_right(t, column);
}

struct table *
table_new(const char *const *headings)
{
	struct table *t;
	unsigned i;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		err(1, NULL);
	t->headings = headings;
	for (i = 0; i < TABLE_COLUMNS_MAX && headings[i] != NULL; i++)
		t->full[i] = t->width[i] = strlen(table_heading(t, i));
	t->columns = i;
	return t;
}

void
table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->used; i++) {
		free(t->cells[i].text);
		free(t->cells[i].more);
	}
	free(t->cells);
	free(t);
}

/* Room for one more cell. */
static struct cell *
table_add(struct table *t)
{
	size_t room = t->room > 0 ? t->room * 2 : 64;
	struct cell *cells;

	if (t->used == t->room) {
		cells = reallocarray(t->cells, room, sizeof(*cells));
		if (cells == NULL)
			err(1, NULL);
		t->cells = cells;
		t->room = room;
	}
	cells = &t->cells[t->used++];
	memset(cells, 0, sizeof(*cells));
	return cells;
}

static void
width_hold(size_t *width, size_t n)
{
	if (*width < n)
		*width = n;
}

void
table_cell(struct table *t, const char *format, ...)
{
	unsigned column = (unsigned)(t->used % t->columns);
	struct cell *cell = table_add(t);
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&cell->text, format, ap);
	va_end(ap);
	if (n == -1)
		err(1, NULL);
	width_hold(&t->width[column], (size_t)n);
	width_hold(&t->full[column], (size_t)n);
}

void
table_more(struct table *t, const char *more)
{
	struct cell *cell = &t->cells[t->used - 1];

	if ((cell->more = strdup(more)) == NULL)
		err(1, NULL);
	width_hold(&t->full[(t->used - 1) % t->columns],
	    strlen(cell->text) + strlen(more));
}

void
table_colour(struct table *t, enum colour colour)
{
	t->cells[t->used - 1].colour = colour;
}

/* A text that ends a line, and goes on in the next one where it is too long. */
static void
put_last(const struct layout *l, const char *text)
{
	size_t column = l->indent, n;

	for (; *text != '\0'; text += n) {
		n = strspn(text, " ");
		n += strcspn(text + n, " ");
		if (column > l->indent && column + n > SCREEN) {
			text += strspn(text, " ");
			n = strcspn(text, " ");
			fprintf(l->out, "\n%*s", (int)l->indent, "");
			column = l->indent;
		}
		fprintf(l->out, "%.*s", (int)n, text);
		column += n;
	}
}

/* One cell; blanks that nothing follows are left out. */
static void
table_put(const struct table *t, const struct layout *l, unsigned column,
    const struct cell *cell)
{
	const char *more = l->full && cell->more != NULL ? cell->more : "";
	int width = (int)(column == 0 ? l->first : l->width[column]);
	int blanks = width - (int)strlen(cell->text) - (int)strlen(more);
	bool last = column + 1 == t->columns;

	if (column > 0)
		fprintf(l->out, "%*s", l->gap, "");
	if (table_is_right(t, column))
		fprintf(l->out, "%*s", blanks, "");
	fputs(colour_begin(l->out, cell->colour), l->out);
	if (last)
		put_last(l, cell->text);
	else
		fputs(cell->text, l->out);
	fputs(more, l->out);
	fputs(colour_end(l->out, cell->colour), l->out);
	if (last)
		putc('\n', l->out);
	else if (blanks < 0)
		fprintf(l->out, "\n%*s", width, "");
	else if (!table_is_right(t, column))
		fprintf(l->out, "%*s", blanks, "");
}

static size_t
width_sum(const struct table *t, const size_t *width)
{
	size_t total = 0;
	unsigned c;

	for (c = 0; c < t->columns; c++)
		total += width[c];
	return total;
}

/*
 * Numbers cannot be broken as text can: what is wider than the screen has its
 * first cell in a line of its own.  But where there are no headings, a program
 * may read it that wants one line for each.
 */
static void
layout_choose(const struct table *t, FILE *out, bool headings, struct layout *l)
{
	size_t gaps = t->columns - 1, total = width_sum(t, t->full);

	l->out = out;
	l->full = total + gaps <= SCREEN;
	l->width = l->full ? t->full : t->width;
	if (!l->full)
		total = width_sum(t, t->width);
	l->gap = total + 2 * gaps > SCREEN ? 1 : 2;
	l->indent = total - l->width[t->columns - 1] + gaps * (size_t)l->gap;
	l->first = l->width[0];
	total += gaps * (size_t)l->gap;
	if (headings && table_is_right(t, t->columns - 1) && total > SCREEN &&
	    total - SCREEN < l->first)
		l->first -= total - SCREEN;
}

void
table_print(const struct table *t, FILE *out, bool headings)
{
	struct cell heading = { .colour = COLOUR_HEADING };
	struct layout l;
	size_t i;
	unsigned c;

	layout_choose(t, out, headings, &l);
	for (c = 0; headings && t->used > 0 && c < t->columns; c++) {
		heading.text = (char *)table_heading(t, c);
		table_put(t, &l, c, &heading);
	}
	for (i = 0, c = 0; i < t->used; i++) {
		table_put(t, &l, c, &t->cells[i]);
		c = c + 1 < t->columns ? c + 1 : 0;
	}
}
