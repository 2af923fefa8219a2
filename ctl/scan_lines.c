/* scan -l: a line for each line that shows an offence. */
#include <stdio.h>

#include "escape.h"
#include "scan.h"

/* printf(3) would take a tenth of the time of it all. */
static void
put_number(uint64_t n)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	fputs(p, stdout);
}

static void
lines_json(struct json *j, uint64_t line, const struct event *ev,
    const char *spared)
{
	json_object(j, NULL);
	json_number(j, "line", line);
	json_prefix(j, "address", &ev->client);
	json_string(j, "category", category_name(ev->category));
	if (ev->user != NULL)
		json_bytes(j, "user", ev->user, ev->user_len);
	else
		json_null(j, "user");
	json_string(j, "spared", spared);
	json_end(j);
}

void
scan_lines_show(struct scan *s, uint64_t line, const struct event *ev,
    const char *spared)
{
	char buf[PREFIX_STRLEN];

	if (s->invocation->json) {
		lines_json(&s->json, line, ev, spared);
		return;
	}
	put_number(line);
	putchar_unlocked('\t');
	fputs(prefix_format(&ev->client, buf), stdout);
	putchar_unlocked('\t');
	fputs(category_name(ev->category), stdout);
	putchar_unlocked('\t');
	if (ev->user != NULL && ev->user_len > 0)
		escape_put(ev->user, ev->user_len);
	else
		putchar_unlocked('-');
	putchar_unlocked('\t');
	fputs(spared != NULL ? spared : "-", stdout);
	putchar_unlocked('\n');
}
