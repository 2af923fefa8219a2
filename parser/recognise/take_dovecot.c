/*
 * What Dovecot's login processes write: see template.h.  Facts are from its
 * sources, 2.3.19 and 2.4.1: login-common/client-common.c.  Both replace
 * control bytes in user names, and cut them at 80 bytes; auth cuts at 64.
 */
#include "take_dovecot.h"

#define LOGIN_USER_MAX 88      /* a cut name may end in an ellipsis */
#define MECH_ROOM      80      /* for 64 bytes and ", rip=" */
#define LINE_WHOLE     480     /* bytes: nothing cuts a line this short */
#define SECONDS_MAX    1000000 /* of a connection */

/*
 * "proxy(USER): " or "proxy(USER,HOST:PORT): " of a proxy.  USER is not cut
 * there, so that only the plainest is passed over.
 */
static const char *
skip_proxy(const char *p, const char *end)
{
	const char *q = chars_take(p, end, "proxy(");

	if (q == NULL)
		return p;
	while (q < end &&
	    (chars_is_word(*q) || strchr("@+.,:[]", *q) != NULL) && *q != '\0')
		q++;
	q = chars_take(q, end, "): ");
	return q != NULL ? q : p;
}

/*
 * Is this the end of a connection, or a login?  Other messages of a login
 * process may begin with what a client sent, as "ID sent: ".
 */
static bool
is_login_news(const char *p, const char *end)
{
	static const char *const beginnings[] = { "Disconnected", "Login",
		"Logged in: ", "Aborted login", "Remote closed connection",
		"Client has quit the connection", "Started proxying to ",
		"Connection closed", "Too many invalid ", "Inactivity" };
	size_t i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (chars_take(p, end, beginnings[i]) != NULL)
			return true;
	return false;
}

static const char *
take_login_process(const char *p, const char *end)
{
	const char *q = chars_skip_word(p, end);
	int i;

	if (chars_find_tail(p, q, "-login") != NULL) {
		q = dovecot_skip_brackets(q, end);
		p = chars_take(q, end, ": ");
		if (p == NULL)
			return NULL;
	}
	p = chars_skip(p, end, "Info: ");
	p = skip_proxy(p, end);
	if (!is_login_news(p, end))
		return NULL;
	p = chars_skip(p, end, "Login aborted: ");
	for (i = 0; i < 2; i++) /* POP3 says it twice */
		p = chars_skip(p, end, "Disconnected: ");
	return p;
}

/*
 * The server's words end where it tells who it was: the first such place is
 * its own, whatever a user name holds.
 */
static const char *
find_who(const char *p, const char *end)
{
	static const char *const who[] = { "user=<", "method=", "rip=" };
	size_t i;

	while ((p = chars_find(p, end, "): ")) != NULL) {
		p += 3;
		for (i = 0; i < sizeof(who) / sizeof(who[0]); i++)
			if (chars_take(p, end, who[i]) != NULL)
				return p;
	}
	return NULL;
}

const char *
dovecot_find_why(const char *p, const char *end, int from_last)
{
	const char *who = find_who(p, end), *open = who;

	if (who == NULL)
		return NULL;
	do {
		open = memrchr(p, '(', (size_t)(open - p));
		if (open == NULL)
			return NULL;
		if (open == p || open[-1] == ' ')
			from_last--;
	} while (from_last >= 0);
	return open + 1;
}

static const char *
take_seconds(struct walk *w, const char *p)
{
	const char *start = p;
	uint32_t n = 0;

	for (; p < w->end && chars_is_digit(*p); p++)
		if (n < SECONDS_MAX)
			n = n * 10 + (uint32_t)(*p - '0');
	w->m->seconds = n;
	return p > start ? p : NULL;
}

/*
 * "[method=MECH, ]rip=ADDRESS" and what ends it.  MECH is the client's too, but
 * in capitals.  A line that may have been cut has more after its address.
 */
static const char *
take_rip(struct walk *w, const char *p)
{
	const char *q = chars_take(p, w->end, "method="), *start;
	size_t room;

	if (q != NULL) {
		room = (size_t)(w->end - q);
		p = memmem(q, room < MECH_ROOM ? room : MECH_ROOM, ", rip=", 6);
		p = p != NULL ? p + 2 : NULL;
	}
	if (p == NULL || (start = chars_take(p, w->end, "rip=")) == NULL)
		return NULL;
	p = memchr(start, ',', (size_t)(w->end - start));
	if (p == NULL && w->end - w->start < LINE_WHOLE)
		p = w->end;
	if (p == NULL ||
	    prefix_parse_addr(start, (size_t)(p - start), &w->m->client) == -1)
		return NULL;
	return p;
}

/* "session=<ID>", which is the server's, as all after the address. */
static void
take_session(struct walk *w, const char *p)
{
	static const char key[] = ", session=<";
	const char *close;

	p = chars_find(p, w->end, key);
	if (p == NULL)
		return;
	p += sizeof(key) - 1;
	close = memchr(p, '>', (size_t)(w->end - p));
	if (close == NULL)
		return;
	w->m->session = p;
	w->m->session_len = (size_t)(close - p);
}

/* What may follow a user name that ends. */
static bool
ends_user(const char *p, const char *end)
{
	static const char *const keys[] = { "method=", "rip=", "lip=", "mpid=",
		"session=<" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (chars_take(p, end, keys[i]) != NULL)
			return true;
	return false;
}

/*
 * "user=<USER>, method=MECH, rip=ADDRESS,", the first two where there.  USER
 * can hold all of it, so the last end is the server's; no line is cut before
 * that.  One that has no address after it, or lies further away than USER is
 * long, says that there is none, or more client text than Dovecot writes by
 * itself: then nothing is believed.
 */
static const char *
take_dovecot(struct walk *w, const char *p)
{
	const char *user = chars_take(p, w->end, "user=<");
	const char *close = NULL, *last, *q;

	if (user == NULL) {
		last = take_rip(w, p);
		if (last != NULL)
			take_session(w, last);
		return last;
	}
	for (q = user; (q = chars_find(q, w->end, ">, ")) != NULL; q++)
		if (ends_user(q + 3, w->end))
			close = q;
	if (close == NULL || close - user > LOGIN_USER_MAX)
		return NULL;
	last = take_rip(w, close + 3);
	if (last == NULL)
		return NULL;
	if (close > user)
		template_take_user(w, user, close);
	take_session(w, last);
	return last;
}

const char *
dovecot_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_DOVECOT:
		return take_dovecot(w, p);
	case OP_AUTH:
		return dovecot_take_auth(w, p, false);
	case OP_AUTH_ERROR:
		return dovecot_take_auth(w, p, true);
	case OP_PAM:
		return dovecot_take_pam(w, p);
	case OP_LOGIN:
		return take_login_process(p, w->end);
	case OP_SECONDS:
		return take_seconds(w, p);
	case OP_NEXT:
		return dovecot_take_next(p, w->end);
	default:
		return NULL;
	}
}
