#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "seen.h"
#include "show.h"

#define INDENT 4
#define WIDTH  (80 - INDENT)

/* Returns the length of the text in out, which has room for the longest. */
static size_t
seen_escape(const struct ctl_evidence_record *r, char *out)
{
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < r->len; i++)
		n += escape_byte((unsigned char)r->line[i], out + n);
	if (r->cut) {
		(void)strlcpy(out + n, "...", ESCAPE_LEN);
		n += strlen(out + n);
	}
	return n;
}

/* How much of n bytes goes into one row: up to a blank, if one is near. */
static size_t
row_length(const char *text, size_t n)
{
	size_t at;

	if (n <= WIDTH)
		return n;
	for (at = WIDTH; at > WIDTH / 2; at--)
		if (text[at] == ' ')
			return at;
	return WIDTH;
}

static void
seen_line(const struct ctl_evidence_record *r)
{
	char text[(CTL_LINE_LEN + 1) * ESCAPE_LEN];
	size_t n = seen_escape(r, text), at, row;
	unsigned rows = 0;

	for (at = 0; at < n; at += row) {
		if (rows > 0 && text[at] == ' ')
			at++;
		row = row_length(text + at, n - at);
		if (++rows == SEEN_ROWS && at + row < n) {
			printf("%*s%.*s...\n", INDENT, "", WIDTH - 3,
			    text + at);
			return;
		}
		printf("%*s%.*s\n", INDENT, "", (int)row, text + at);
	}
}

void
seen_show(const struct ctl_evidence_record *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i == 0 || strcmp(r[i].log, r[i - 1].log) != 0) {
			printf("  last lines in ");
			show_text(stdout,
			    r[i].log[0] != '\0' ? r[i].log : "a log of before",
			    true);
		}
		seen_line(&r[i]);
	}
}

void
seen_json(struct json *j, const struct ctl_evidence_record *r, size_t n)
{
	size_t i;

	json_array(j, "lines");
	for (i = 0; i < n; i++) {
		json_object(j, NULL);
		json_time(j, "time", r[i].time);
		json_prefix(j, "address", &r[i].client);
		json_string(j, "category", category_name(r[i].category));
		json_string(j, "log", r[i].log[0] != '\0' ? r[i].log : NULL);
		json_bytes(j, "line", r[i].line, r[i].len);
		json_bool(j, "cut", r[i].cut != 0);
		json_end(j);
	}
	json_end(j);
}
