/* What stands around a message, beside the head. */
#include <string.h>

#include "header_parts.h"

#define TIMES_MAX 1000000

/* So far into a message Dovecot's level may be: a user name comes before. */
#define LEVEL_WITHIN 512

/* rsyslog folds equal lines: "message repeated 3 times: [ MESSAGE]". */
static void
unfold_repeated(struct header *h)
{
	struct cursor c = { h->message, h->message + h->message_len };
	uint32_t times;

	if (!cursor_skip_text(&c, "message repeated ") ||
	    !cursor_number(&c, &times) || times == 0 ||
	    !cursor_skip_text(&c, " times: [ "))
		return;
	if (c.end > c.p && c.end[-1] == ']')
		c.end--;
	h->message = c.p;
	h->message_len = cursor_left(&c);
	h->repeated = times < TIMES_MAX ? times : TIMES_MAX;
}

/* FreeBSD: syslogd has a tag of its own. */
static void
read_again(struct header *h)
{
	struct cursor c = { h->message, h->message + h->message_len };

	if (cursor_skip_text(&c, "last message repeated ") &&
	    (!cursor_number(&c, &h->again) || !cursor_skip_text(&c, " time")))
		h->again = 0;
}

/*
 * Exim: "[1/2] ", the first part of a message that is too long for syslog, its
 * own time, and its pid if it logs that.
 */
static void
strip_exim(struct header *h)
{
	struct cursor c = { h->message, h->message + h->message_len }, ahead;
	uint32_t number;

	ahead = c;
	if (cursor_skip_text(&ahead, "[1") &&
	    (cursor_skip(&ahead, '/') || cursor_skip(&ahead, '\\')) &&
	    cursor_number(&ahead, &number) && cursor_skip_text(&ahead, "] "))
		c = ahead;
	if (stamp_skip_plain(&c))
		(void)cursor_skip(&c, ' ');
	ahead = c;
	if (cursor_skip(&ahead, '[') && cursor_number(&ahead, &number) &&
	    cursor_skip_text(&ahead, "] ")) {
		c = ahead;
		if (h->pid == 0)
			h->pid = number;
	}
	h->message = c.p;
	h->message_len = cursor_left(&c);
}

/* Where ": Info: " of Dovecot's own file begins, or NULL. */
static const char *
find_level(const struct header *h)
{
	static const char level[] = ": Info: ";
	const char *p = h->message, *word;
	size_t n = h->message_len;

	word = memchr(p, ' ', n);
	if (word == NULL)
		return NULL;
	if (word > p && word[-1] == ':') /* the usual, short way */
		return p + n - word >= 7 && memcmp(word, level + 1, 7) == 0 ?
		    word - 1 :
		    NULL;
	return memmem(p, n < LEVEL_WITHIN ? n : LEVEL_WITHIN, level,
	    sizeof(level) - 1);
}

/*
 * "imap-login: Info: " becomes "imap-login: ".  Other levels syslog has too.
 * The message is put together in the entry, where it may be already.
 */
static void
strip_level(struct header *h, struct entry *e)
{
	const size_t skip = sizeof("Info: ") - 1;
	const char *level = find_level(h), *rest;
	size_t head, tail;

	if (level == NULL)
		return;
	head = (size_t)(level + 2 - h->message);
	rest = level + 2 + skip;
	tail = h->message_len - head - skip;
	if (head + tail > sizeof(e->message))
		tail = sizeof(e->message) - head;
	memmove(e->message, h->message, head);
	memmove(e->message + head, rest, tail);
	h->message = e->message;
	h->message_len = head + tail;
}

/* Dovecot's levels, after the name of the process. */
static bool
is_level(struct cursor c)
{
	static const char *const levels[] = { "Info: ", "Warning: ", "Error: ",
		"Debug: ", "Fatal: ", "Panic: " };
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (cursor_skip_text(&c, levels[i]))
			return true;
	return false;
}

bool
header_is_dovecot(const struct cursor *start, struct header *h)
{
	static const char tag[] = "dovecot";
	struct cursor c = *start;

	while (c.p < c.end && ((*c.p >= 'a' && *c.p <= 'z') || *c.p == '-'))
		c.p++;
	if (c.p == start->p || c.p == c.end)
		return false;
	if (*c.p != '(' && *c.p != '<' &&
	    (!cursor_skip_text(&c, ": ") || !is_level(c)))
		return false;
	h->pid = 0;
	h->host_len = 0;
	header_set_tag(h, tag, sizeof(tag) - 1);
	return true;
}

void
header_clean_message(struct header *h, struct entry *e)
{
	if (h->message_len == 0)
		return;
	if (*h->message == 'm')
		unfold_repeated(h);
	if (h->program_len >= 4 && memcmp(h->program, "exim", 4) == 0)
		strip_exim(h);
	else if (h->tag_len != 7) /* that of both below */
		return;
	else if (memcmp(h->tag, "dovecot", 7) == 0)
		strip_level(h, e);
	else if (memcmp(h->tag, "syslogd", 7) == 0)
		read_again(h);
}
