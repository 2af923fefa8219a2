/* Host and tag, between the time and the message. */
#include <string.h>

#include "header_parts.h"

/* What a byte is in a host or tag. */
enum byte_kind {
	ODD, /* in neither: they are no words of a client */
	WORD,
	OPEN,  /* [ */
	CLOSE, /* ] */
	COLON,
};

static const unsigned char kinds[256] = {
	['0'] = WORD,
	['1'] = WORD,
	['2'] = WORD,
	['3'] = WORD,
	['4'] = WORD,
	['5'] = WORD,
	['6'] = WORD,
	['7'] = WORD,
	['8'] = WORD,
	['9'] = WORD,
	['A'] = WORD,
	['B'] = WORD,
	['C'] = WORD,
	['D'] = WORD,
	['E'] = WORD,
	['F'] = WORD,
	['G'] = WORD,
	['H'] = WORD,
	['I'] = WORD,
	['J'] = WORD,
	['K'] = WORD,
	['L'] = WORD,
	['M'] = WORD,
	['N'] = WORD,
	['O'] = WORD,
	['P'] = WORD,
	['Q'] = WORD,
	['R'] = WORD,
	['S'] = WORD,
	['T'] = WORD,
	['U'] = WORD,
	['V'] = WORD,
	['W'] = WORD,
	['X'] = WORD,
	['Y'] = WORD,
	['Z'] = WORD,
	['a'] = WORD,
	['b'] = WORD,
	['c'] = WORD,
	['d'] = WORD,
	['e'] = WORD,
	['f'] = WORD,
	['g'] = WORD,
	['h'] = WORD,
	['i'] = WORD,
	['j'] = WORD,
	['k'] = WORD,
	['l'] = WORD,
	['m'] = WORD,
	['n'] = WORD,
	['o'] = WORD,
	['p'] = WORD,
	['q'] = WORD,
	['r'] = WORD,
	['s'] = WORD,
	['t'] = WORD,
	['u'] = WORD,
	['v'] = WORD,
	['w'] = WORD,
	['x'] = WORD,
	['y'] = WORD,
	['z'] = WORD,
	['.'] = WORD,
	['-'] = WORD,
	['_'] = WORD,
	['/'] = WORD,
	['@'] = WORD,
	['+'] = WORD,
	['%'] = WORD,
	['#'] = WORD,
	['~'] = WORD,
	['*'] = WORD,
	['$'] = WORD,
	['['] = OPEN,
	[']'] = CLOSE,
	[':'] = COLON,
};

/* Up to the next space. */
struct word {
	const char *p;
	size_t n;
};

static unsigned
kind_of(char c)
{
	return kinds[(unsigned char)c];
}

/* Past the letters at p, to a bracket, colon, space or anything else. */
static const char *
skip_letters(const char *p, const char *end)
{
	while (p < end && kind_of(*p) == WORD)
		p++;
	return p;
}

/*
 * Past a word that is a host, of which the letters up to p were seen, and the
 * space after it; false if it is none.
 */
static bool
take_word(struct cursor *c, const char *p, struct word *w)
{
	while (p < c->end && kind_of(*p) != ODD)
		p++;
	w->p = c->p;
	w->n = (size_t)(p - c->p);
	if (w->n == 0 || p == c->end || *p != ' ')
		return false;
	c->p = p + 1;
	return true;
}

void
header_set_tag(struct header *h, const char *tag, size_t n)
{
	const char *slash = memrchr(tag, '/', n);

	h->tag = tag;
	h->tag_len = n;
	h->program = slash != NULL ? slash + 1 : tag;
	h->program_len = n - (size_t)(h->program - tag);
}

/* "[PID]", a colon, and a space or the end. */
static bool
take_pid(struct cursor *c, uint32_t *pid)
{
	struct cursor rest = *c;

	*pid = 0;
	if (cursor_skip(&rest, '[') &&
	    (!cursor_number(&rest, pid) || !cursor_skip(&rest, ']')))
		return false;
	if (!cursor_skip(&rest, ':') ||
	    (rest.p < rest.end && !cursor_skip(&rest, ' ')))
		return false;
	c->p = rest.p;
	return true;
}

/*
 * Past TAG: or TAG[PID]: and a space; p is the end of its letters.  A tag holds
 * no colon, so a host that is an IPv6 address is none.  If there is no tag, the
 * cursor stays.
 */
static bool
take_tag(struct cursor *c, const char *p, struct header *h)
{
	struct cursor rest = { p, c->end };
	const char *name = c->p;
	uint32_t pid;

	if (p == name || !take_pid(&rest, &pid))
		return false;
	h->pid = pid;
	header_set_tag(h, name, (size_t)(p - name));
	c->p = rest.p;
	return true;
}

bool
header_skip_priority(struct cursor *c)
{
	const char *close;

	close = memchr(c->p, '>', cursor_left(c));
	if (close == NULL || close - c->p > 24)
		return false;
	c->p = close + 1;
	(void)cursor_skip(c, ' ');
	return true;
}

void
header_skip_id(struct cursor *c)
{
	const char *close;

	if (cursor_left(c) < 4 || memcmp(c->p, "[ID ", 4) != 0)
		return;
	close = memchr(c->p, ']', cursor_left(c));
	if (close == NULL || close - c->p > 48)
		return;
	c->p = close + 1;
	(void)cursor_skip(c, ' ');
}

static bool
is_one_of(const char *p, size_t n, const char *const names[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(names[i]) == n && memcmp(p, names[i], n) == 0)
			return true;
	return false;
}

/* "mail.info" of busybox, "mail:info" of AIX: what mail servers log with. */
static bool
is_facility(const struct word *w)
{
	static const char *const facilities[] = { "mail", "auth", "authpriv",
		"daemon", "user", "local0", "local1", "local2", "local3",
		"local4", "local5", "local6", "local7" };
	static const char *const levels[] = { "emerg", "alert", "crit", "err",
		"warn", "notice", "info", "debug", "panic", "error",
		"warning" };
	const char *p = w->p, *end = p + w->n;

	while (p < end && *p != '.' && *p != ':')
		p++;
	return p < end &&
	    is_one_of(w->p, (size_t)(p - w->p), facilities,
		sizeof(facilities) / sizeof(facilities[0])) &&
	    is_one_of(p + 1, (size_t)(end - p - 1), levels,
		sizeof(levels) / sizeof(levels[0]));
}

/* "last message repeated 3 times", instead of tag and message. */
static bool
is_again(struct cursor c, struct header *h)
{
	return cursor_skip_text(&c, "last message repeated ") &&
	    cursor_number(&c, &h->again) && h->again > 0 &&
	    cursor_skip_text(&c, " time");
}

/* "sogod [26818]: ": the word before is the tag. */
static bool
take_parted_tag(struct cursor *c, const struct word *name, struct header *h)
{
	struct cursor rest = *c;
	uint32_t pid;

	if (!cursor_is_at(c, '[') || !take_pid(&rest, &pid) ||
	    skip_letters(name->p, name->p + name->n) != name->p + name->n)
		return false;
	h->pid = pid;
	h->host_len = 0;
	header_set_tag(h, name->p, name->n);
	c->p = rest.p;
	return true;
}

/* metalog: "[postfix/smtpd] ". */
static bool
take_boxed_tag(struct cursor *c, struct header *h)
{
	const char *close;

	close = skip_letters(c->p + 1, c->end);
	if (close == c->end || *close != ']' || close == c->p + 1 ||
	    close + 1 == c->end || close[1] != ' ')
		return false;
	header_set_tag(h, c->p + 1, (size_t)(close - c->p - 1));
	c->p = close + 2;
	return true;
}

/*
 * A relay may put in what it got: its own "HOST: " where the host stood, or
 * the tag once more.  Only the same word twice is passed over, so that no
 * message is taken for a head.
 */
static void
skip_repetition(struct cursor *c, struct header *h)
{
	struct cursor rest = *c;
	struct header inner;
	bool same, relayed;

	same = cursor_left(c) > h->tag_len && *c->p == *h->tag &&
	    memcmp(c->p, h->tag, h->tag_len) == 0;
	relayed = h->pid == 0 && h->host_len == h->tag_len &&
	    memcmp(h->host, h->tag, h->tag_len) == 0;
	if (!same && !relayed)
		return;
	inner = *h;
	if (!take_tag(&rest, skip_letters(c->p, c->end), &inner))
		return;
	if (same && inner.tag_len == h->tag_len) {
		if (inner.pid == 0)
			inner.pid = h->pid;
	} else if (!relayed || inner.pid == 0)
		return;
	*h = inner;
	c->p = rest.p;
}

/* AIX, after the relay's name: "Message forwarded from HOST: ". */
static void
skip_forwarded(struct cursor *c)
{
	struct cursor ahead = *c;
	const char *space;

	if (!cursor_skip_text(&ahead, "Message forwarded from "))
		return;
	space = memchr(ahead.p, ' ', cursor_left(&ahead));
	if (space != NULL && space[-1] == ':')
		c->p = space + 1;
}

/* After the host, where it is not there at once. */
static bool
read_tag_elsewhere(struct cursor *c, const struct word *host, struct header *h)
{
	struct word w;

	header_skip_id(c);
	skip_forwarded(c);
	if (take_tag(c, skip_letters(c->p, c->end), h) ||
	    take_parted_tag(c, host, h) || is_again(*c, h))
		return true;
	return take_word(c, c->p, &w) && is_facility(&w) &&
	    take_tag(c, skip_letters(c->p, c->end), h);
}

/* At the host, or where it is missing. */
static bool
read_host_and_tag(struct cursor *c, struct header *h)
{
	const char *p = skip_letters(c->p, c->end);
	struct word w;

	if (p < c->end && *p != ' ' && take_tag(c, p, h))
		return true;
	if (!take_word(c, p, &w))
		return false;
	h->host = w.p;
	h->host_len = w.n;
	return take_tag(c, skip_letters(c->p, c->end), h) ||
	    read_tag_elsewhere(c, &w, h);
}

/* "1xVvdX-00013d-2M", or since 4.97 "1tBcDe-00000001abc-2xYz". */
static bool
is_exim_id(const char *p, size_t n)
{
	return (n == 16 && p[6] == '-' && p[13] == '-') ||
	    (n == 23 && p[6] == '-' && p[18] == '-');
}

/*
 * Exim's and Dovecot's own times may be a syslog's too; then a pid is asked
 * for, and no host that is an id of Exim's, so that no word of their messages
 * is taken for a tag.
 */
static bool
is_sure(enum stamp_form form, const struct header *h)
{
	if (form != STAMP_PLAIN)
		return true;
	if (h->again != 0 || is_exim_id(h->host, h->host_len))
		return false;
	return h->pid != 0 ||
	    (h->tag_len == 7 && memcmp(h->tag, "dovecot", 7) == 0);
}

bool
header_read_names(struct cursor *c, enum stamp_form form, struct header *h)
{
	if (cursor_is_at(c, '[') && form == STAMP_SYSLOG &&
	    take_boxed_tag(c, h))
		return true;
	if (cursor_is_at(c, 'l') && form != STAMP_PLAIN && is_again(*c, h))
		return true;
	if (!read_host_and_tag(c, h) || !is_sure(form, h))
		return false;
	if (h->again == 0)
		skip_repetition(c, h);
	if (cursor_is_at(c, '['))
		header_skip_id(c);
	return true;
}

bool
header_read_untimed(struct cursor *c, struct header *h)
{
	struct word w;

	if (!take_word(c, c->p, &w) || kind_of(*w.p) != WORD)
		return false;
	h->host = w.p;
	h->host_len = w.n;
	return take_tag(c, skip_letters(c->p, c->end), h) && h->pid != 0 &&
	    h->tag_len == 4 && memcmp(h->tag, "exim", 4) == 0;
}
