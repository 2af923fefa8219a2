/*
 * What the placeholders of Exim's messages take: see template.h.  All but
 * <sender> stand after the address: what the client gains by a forgery there
 * is another category, or that its message fits no row.
 */
#include <string.h>
#include <strings.h>

#include "take_exim.h"

#define ARGUMENT_MAX 100  /* of a command in a reject line (smtp_in.c) */
#define ADDRESS_MAX  1024 /* of a sender with its quotes */
#define REASON_MAX   512  /* that is searched for a word */

/* The words of reasons, in lower case. */
static const char *const dnslist_words[] = { "black list", "blacklist",
	"black-list", "blocklist", "block list", "dnsbl", "rbl", "is listed",
	"listed in ", "listed at ", "listed on ", "listed by ", "blocked using",
	"spamhaus", "spamcop", "sorbs", "barracuda", NULL };
static const char *const local_words[] = { "locally", "local black",
	"local block", NULL };
static const char *const relay_words[] = { "relay", NULL };
static const char *const nouser_words[] = { "unrouteable", "unroutable",
	"unknown user", "user unknown", "unknown recipient",
	"recipient unknown", "unknown address", "address unknown",
	"unknown local", "no such ", "not exist", "n't exist", "user not found",
	"mailbox not found", "no mailbox", "mailbox unavailable",
	"mailbox is unavailable", "invalid recipient", "not a valid recipient",
	"not a known", "unknown mailbox", NULL };

/* Past all that is no space. */
static const char *
skip_word(const char *p, const char *end)
{
	while (p < end && *p != ' ')
		p++;
	return p;
}

/*
 * Past an address that Exim has parsed: whatever it holds, its quotes close,
 * and outside of them there is no stop, a space or an angle bracket.
 */
static const char *
take_address(const char *p, const char *end, char stop)
{
	const char *start = p;
	bool quoted = false;

	for (; p < end && (quoted || *p != stop); p++) {
		if (p - start > ADDRESS_MAX)
			return NULL;
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '"')
			quoted = !quoted;
	}
	return p < end ? p : NULL;
}

/* "SENDER", and " R=ID" if it is a message about another. */
static const char *
take_sender(const char *p, const char *end)
{
	const char *q;

	if ((p = take_address(p, end, ' ')) == NULL)
		return NULL;
	if ((q = chars_take(p, end, " R=")) != NULL)
		p = skip_word(q, end);
	if ((q = chars_take(p, end, " DS")) != NULL)
		p = q;
	return p;
}

/* " X=... CV=no DN="..." SNI=...", as far as it is there. */
static const char *
skip_tls(const char *p, const char *end)
{
	const char *q;

	if ((q = chars_take(p, end, " X=")) != NULL)
		p = skip_word(q, end);
	if ((q = chars_take(p, end, " CV=")) != NULL)
		p = skip_word(q, end);
	if ((q = chars_take(p, end, " DN=\"")) != NULL &&
	    (q = chars_find(q, end, "\" ")) != NULL)
		p = q + 1;
	if ((q = chars_take(p, end, " SNI=")) != NULL)
		p = skip_word(q, end);
	return p;
}

/* TLS, a space, and perhaps "F=<SENDER> A=NAME:USER ". */
static const char *
take_info(const char *p, const char *end)
{
	const char *q;

	if ((p = chars_take(skip_tls(p, end), end, " ")) == NULL)
		return NULL;
	if ((q = chars_take(p, end, "F=<")) != NULL) {
		if ((q = take_address(q, end, '>')) == NULL)
			return NULL;
		p = chars_take(q, end, "> ");
	} else if ((q = chars_take(p, end, "F=")) != NULL)
		p = chars_take(skip_word(q, end), end, " ");
	if (p != NULL && (q = chars_take(p, end, "A=")) != NULL)
		p = chars_take(skip_word(q, end), end, " ");
	return p;
}

/*
 * The argument of a command and ": ", if a reason follows.  Exim cuts it, so
 * its bracket may be missing.
 */
static const char *
take_argument(const char *p, const char *end)
{
	const char *close = p;

	if (p < end && *p == '<') {
		close = take_address(p, end, '>');
		if (close == NULL || close - p >= ARGUMENT_MAX)
			close = end - p > ARGUMENT_MAX ? p + ARGUMENT_MAX : p;
	}
	p = chars_find(close, end, ": ");
	return p != NULL ? p + 2 : end;
}

static bool
has_word(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	const char *q;

	if (end - p > REASON_MAX)
		end = p + REASON_MAX;
	for (q = p; (size_t)(end - q) >= n; q++)
		if ((*q | 0x20) == *word && strncasecmp(q, word, n) == 0 &&
		    (q == p || !chars_is_alnum(q[-1]) || *word == 'n'))
			return true;
	return false;
}

static bool
has_words(const char *p, const char *end, const char *const *words)
{
	for (; *words != NULL; words++)
		if (has_word(p, end, *words))
			return true;
	return false;
}

/* Until the next space; a user name that holds one is none. */
static const char *
take_user(struct walk *w, const char *p)
{
	const char *end = skip_word(p, w->end);
	const char *colon = memchr(p, ':', (size_t)(end - p));

	if (colon != NULL)
		template_take_user(w, colon + 1, end);
	return w->end;
}

/*
 * "esmtpsa ... A=NAME:USER": the protocol tells that the client logged in, so
 * that no certificate of its can.
 */
static const char *
take_auth(struct walk *w, const char *p)
{
	const char *end = skip_word(p, w->end), *q;

	if (end == p || end[-1] != 'a')
		return NULL;
	q = chars_find(end, w->end, " A=");
	return q != NULL ? take_user(w, q + 3) : w->end;
}

/*
 * " (set_id=USER)" or nothing, or what comes after a colon.  A line that may
 * have been cut need not close, and then has no user.
 */
static const char *
take_setid(struct walk *w, const char *p)
{
	const char *user = chars_take(p, w->end, " (set_id=");

	if (user == NULL)
		return p == w->end || *p == ':' ? w->end : NULL;
	if (w->end > user && w->end[-1] == ')')
		template_take_user(w, user, w->end - 1);
	else if (w->end - w->start <= EXIM_WHOLE_MAX)
		return NULL;
	return w->end;
}

/*
 * To the end of the message: what Exim says of a command that it cannot
 * accept.  It holds nothing that another host could be written with, but where
 * it repeats some of the command.
 */
static const char *
take_sentence(struct walk *w, const char *p)
{
	static const char *const repeats[] = { "\"@\" or \".\" expected after ",
		"malformed address: ", "address is ridiculously long: " };
	static const char wanted[] = " (expected word or \"<\")";
	const char *end = w->end, *tail;
	size_t i;

	for (i = 0; i < sizeof(repeats) / sizeof(repeats[0]); i++)
		if (chars_take(p, end, repeats[i]) != NULL)
			return end;
	if ((tail = chars_find_tail(p, end, wanted)) != NULL)
		end = tail;
	for (; p < end; p++)
		if (*p == '[' || *p == ']' || *p == '"' || *p == '=')
			return NULL;
	w->m->last = true;
	return w->end;
}

/* How long a session was: "3m20s", "0.349s". */
static const char *
take_took(struct walk *w, const char *p)
{
	struct cursor c = { p, w->end };
	uint32_t n, fraction, seconds = 0;

	while (cursor_number(&c, &n)) {
		if (cursor_skip(&c, '.'))
			(void)cursor_number(&c, &fraction);
		if (cursor_skip(&c, 's'))
			seconds += n;
		else if (cursor_skip(&c, 'm'))
			seconds += n * 60;
		else if (cursor_skip(&c, 'h'))
			seconds += n * 3600;
		else if (cursor_skip(&c, 'd'))
			seconds += n * 86400;
		else if (!cursor_skip(&c, 'w'))
			return NULL;
	}
	w->m->seconds = seconds;
	return c.p > p ? c.p : NULL;
}

/*
 * The commands, which are the last word, end with QUIT, and none was AUTH: this
 * is only asked where no login is told of.
 */
static const char *
take_quit(const char *p, const char *end)
{
	const char *word = memrchr(p, ' ', (size_t)(end - p));

	if (word == NULL || chars_find_tail(word, end, ",QUIT") == NULL ||
	    chars_find(word, end, "AUTH") != NULL)
		return NULL;
	return end;
}

const char *
exim_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_EXIM_SENDER:
		return take_sender(p, w->end);
	case OP_EXIM_INFO:
		return take_info(p, w->end);
	case OP_EXIM_ARGUMENT:
		return take_argument(p, w->end);
	case OP_EXIM_SENTENCE:
		return take_sentence(w, p);
	case OP_EXIM_DNSLIST:
		return has_words(p, w->end, dnslist_words) &&
			!has_words(p, w->end, local_words) ?
		    p :
		    NULL;
	case OP_EXIM_NORELAY:
		return has_words(p, w->end, relay_words) ? p : NULL;
	case OP_EXIM_NOUSER:
		return has_words(p, w->end, nouser_words) ? p : NULL;
	case OP_EXIM_SETID:
		return take_setid(w, p);
	case OP_EXIM_AUTH:
		return take_auth(w, p);
	case OP_EXIM_LOGIN:
		p = chars_take(p, w->end, " A=");
		return p != NULL ? take_user(w, p) : NULL;
	case OP_EXIM_TOOK:
		return take_took(w, p);
	case OP_EXIM_QUIT:
		return take_quit(p, w->end);
	default:
		return NULL;
	}
}
