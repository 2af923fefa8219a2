#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define SCREEN 80

struct table {
	const char *const *headings;
	unsigned columns;
	size_t width[TABLE_COLUMNS_MAX];
	char **cells;
	size_t used;
	size_t room;
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
		t->width[i] = strlen(table_heading(t, i));
	t->columns = i;
	return t;
}

void
table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->used; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

void
table_cell(struct table *t, const char *format, ...)
{
	size_t *width = &t->width[t->used % t->columns];
	size_t room = t->room > 0 ? t->room * 2 : 64;
	char **cells;
	va_list ap;
	int n;

	if (t->used == t->room) {
		cells = reallocarray(t->cells, room, sizeof(char *));
		if (cells == NULL)
			err(1, NULL);
		t->cells = cells;
		t->room = room;
	}
	va_start(ap, format);
	n = vasprintf(&t->cells[t->used], format, ap);
	va_end(ap);
	if (n == -1)
		err(1, NULL);
	t->used++;
	if ((size_t)n > *width)
		*width = (size_t)n;
}

/* One cell; blanks that nothing follows are left out. */
static void
table_put(const struct table *t, FILE *out, unsigned column, const char *text,
    int gap)
{
	bool last = column + 1 == t->columns;
	int width = (int)t->width[column];

	if (column > 0)
		fprintf(out, "%*s", gap, "");
	if (table_is_right(t, column))
		fprintf(out, "%*s", width, text);
	else
		fprintf(out, "%-*s", last ? 0 : width, text);
	if (last)
		putc('\n', out);
}

void
table_print(const struct table *t, FILE *out, bool headings)
{
	size_t total = 0, i;
	unsigned c;
	int gap;

	for (c = 0; c < t->columns; c++)
		total += t->width[c];
	gap = total + (t->columns - 1) * 2UL > SCREEN ? 1 : 2;
	for (c = 0; headings && t->used > 0 && c < t->columns; c++)
		table_put(t, out, c, table_heading(t, c), gap);
	for (i = 0, c = 0; i < t->used; i++) {
		table_put(t, out, c, t->cells[i], gap);
		c = c + 1 < t->columns ? c + 1 : 0;
	}
}
