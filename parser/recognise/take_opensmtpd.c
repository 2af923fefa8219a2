/* What the placeholders of OpenSMTPD's rows take: see template.h. */
#include <string.h>

#include "template_match.h"

/*
 * "192.0.2.1", "[2001:db8::1]", or "local": the last is none.  A space ends
 * it, so that no line was cut within it.
 */
static const char *
take_sock(struct walk *w, const char *p)
{
	const char *end = chars_find_near(p, w->end, ' ', ADDR_MAX_LEN + 3);
	const char *last = end;

	if (end == NULL || end == p)
		return NULL;
	if (*p == '[' && end - p > 2 && end[-1] == ']') {
		p++;
		last--;
	}
	if (prefix_parse_addr(p, (size_t)(last - p), &w->m->client) == -1)
		memset(&w->m->client, 0, sizeof(w->m->client));
	return end;
}

/*
 * "COMMAND" result=".  OpenSMTPD escapes no quotes in the command, so it can
 * hold the same.  The last place is the server's: what it repeats of the
 * client in a reply has no space.
 */
static const char *
take_failed(struct walk *w, const char *p)
{
	static const char result[] = "\" result=\"";
	const char *q;

	q = template_find_last(p, w->end, result, sizeof(result) - 1);
	return q != NULL ? q + sizeof(result) - 1 : NULL;
}

/* "EHLO " or "HELO ", in any case. */
static const char *
take_hello(const char *p, const char *end)
{
	if (end - p < 5 ||
	    (strncasecmp(p, "EHLO ", 5) != 0 &&
		strncasecmp(p, "HELO ", 5) != 0))
		return NULL;
	return p + 5;
}

/* DOMAIN of "LOCAL@DOMAIN>", whom the mail was for, up to the next bracket. */
static const char *
take_mailbox(struct walk *w, const char *p)
{
	const char *close, *at;

	close = memchr(p, '>', (size_t)(w->end - p));
	if (close == NULL)
		return NULL;
	at = memrchr(p, '@', (size_t)(close - p));
	if (at != NULL) {
		w->m->domain = at + 1;
		w->m->domain_len = (size_t)(close - at) - 1;
	}
	return close + 1;
}

/* "SENDER> to=<LOCAL@DOMAIN>" at the end of the line. */
static const char *
take_envelope(struct walk *w, const char *p)
{
	static const char to[] = "> to=<";

	p = template_find_last(p, w->end, to, sizeof(to) - 1);
	if (p == NULL)
		return NULL;
	p = take_mailbox(w, p + sizeof(to) - 1);
	return p == w->end ? p : NULL;
}

const char *
opensmtpd_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_SOCK:
		return take_sock(w, p);
	case OP_HELLO:
		return take_hello(p, w->end);
	case OP_FAILED:
		return take_failed(w, p);
	case OP_RECIPIENT:
		return take_mailbox(w, p);
	default: /* OP_ENVELOPE */
		return take_envelope(w, p);
	}
}
