/*
 * Placeholders for Cyrus IMAP: see template.h.  What it writes is in its
 * imap/global.c (get_clienthost), imapd.c, pop3d.c and timsieved/parser.c.
 */
#include <string.h>

#include "template_match.h"

const char *
cyrus_take_peer(struct walk *w, const char *p)
{
	const char *start = p;

	while (p < w->end && chars_is_host(*p) && p - start <= NAME_MAX_LEN)
		p++;
	if (p > start && p < w->end && *p == ' ')
		p++;
	p = template_take_bracketed(w, p);
	return p != NULL && (p == w->end || *p == ' ') ? p : NULL;
}

const char *
cyrus_take_account(struct walk *w, const char *p)
{
	const char *space = memchr(p, ' ', (size_t)(w->end - p));

	if (space == NULL || space == p)
		return NULL;
	template_take_user(w, p, space);
	return space;
}

/* Take the text off the end, if it is there. */
static bool
cut_tail(const char *p, const char **end, const char *text)
{
	const char *tail = chars_find_tail(p, *end, text);

	if (tail != NULL)
		*end = tail;
	return tail != NULL;
}

/*
 * The user name comes before the reason, so that only the end counts:
 * "... generic failure", which perhaps goes on with what noticed it, and a
 * bracket.  "generic failure: All-whitespace username." is the client's fault.
 */
bool
cyrus_is_outage(const char *p, const char *end)
{
	static const char *const after[] = { ": checkpass failed",
		": Password verification failed", ": Unable to open DB", ": " };
	static const char *const why[] = { "generic failure",
		"transient failure (e.g., weak key)",
		"remote authentication server unavailable",
		"no memory available", "SASL library is not initialized" };
	size_t i;

	(void)cut_tail(p, &end, "]");
	for (i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (cut_tail(p, &end, after[i]))
			break;
	for (i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (cut_tail(p, &end, why[i]))
			return end == p || end[-1] == ' ' || end[-1] == '[';
	return false;
}

/*
 * "MECH (USER) [WHY]" since 3.0, "-notset-" for none; before that
 * "MECH USER WHY" or "MECH [WHY]", where WHY begins with "SASL(".
 */
void
cyrus_take_badlogin(struct walk *w, const char *p)
{
	const char *end;

	p = memchr(p, ' ', (size_t)(w->end - p));
	if (p == NULL || ++p == w->end)
		return;
	if (*p == '(') {
		p++;
		end = template_find_last(p, w->end, ") ", 2);
	} else
		end = template_find_last(p, w->end, " SASL(", 6);
	if (end != NULL && chars_take(p, end, "-notset-") != end)
		template_take_user(w, p, end);
}
