#include <string.h>

#include "recognise/recognise.h"
#include "tail_lines.h"

void
tail_lines_give_one(const struct tail_sink *s, const char *line, size_t n)
{
	bool cut = n > RECOGNISE_LINE_MAX;

	s->ops->line(s->arg, line, cut ? RECOGNISE_LINE_MAX : n, cut, s->live);
}

size_t
tail_lines_give(const struct tail_sink *s, bool *skipping, const char *p,
    size_t n)
{
	const char *begin = p, *end = p + n, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (!*skipping)
			tail_lines_give_one(s, p, (size_t)(nl - p));
		*skipping = false;
		p = nl + 1;
	}
	if (!*skipping && end - p > RECOGNISE_LINE_MAX) {
		tail_lines_give_one(s, p, (size_t)(end - p));
		*skipping = true;
	}
	return (size_t)((*skipping ? end : p) - begin);
}
