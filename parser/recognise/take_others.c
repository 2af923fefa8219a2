/* Placeholders for the lesser mail programs: see template.h. */
#include <string.h>

#include "template_match.h"

/* The port is always there: what is before the last colon is the address. */
static const char *
take_hostport(struct walk *w, const char *p)
{
	const char *start = p, *colon = NULL;

	for (; p < w->end && p - start <= ADDR_MAX_LEN + 6; p++) {
		if (*p == ':')
			colon = p;
		else if (*p == '\0' ||
		    strchr("0123456789abcdefABCDEF.", *p) == NULL)
			break;
	}
	if (colon == NULL || colon + 1 == p ||
	    prefix_parse_addr(start, (size_t)(colon - start), &w->m->client) ==
		-1)
		return NULL;
	return chars_skip_digits(colon + 1, p) == p ? p : NULL;
}

const char *
others_find_logname(const char *p, const char *end)
{
	const char *q = chars_find(p, end, " auth=");

	return q != NULL ? q : end;
}

const char *
others_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_PEER:
		return cyrus_take_peer(w, p);
	case OP_HOSTPORT:
		return take_hostport(w, p);
	case OP_ACCOUNT:
		return cyrus_take_account(w, p);
	case OP_OUTAGE:
		return cyrus_is_outage(p, w->end) ? w->end : NULL;
	default:
		return NULL;
	}
}
