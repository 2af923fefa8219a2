/*
 * What Dovecot's auth process writes, and PAM for it: see template.h.  Facts
 * are from its sources, 2.3.19 and 2.4.1: auth/auth-request.c, passdb-*.c.
 */
#include "take_dovecot.h"

#define AUTH_USER_MAX 256 /* 64, each of them escaped by a syslogd */
#define TAIL_PARTS    3   /* "sasl:plain", "master", "<SESSION>" */

/* Of a session id, with its brackets, and of what else stands between commas. */
static bool
is_session(char c)
{
	return chars_is_word(c) || (c != '\0' && strchr("+/=.:<>", c) != NULL);
}

/*
 * The databases and mechanisms of an auth process that logs under its own
 * name: then a message begins with one of these.
 */
static bool
is_database(const char *p, size_t n)
{
	static const char *const names[] = { "pam", "passwd-file", "passwd",
		"shadow", "sql", "ldap", "static", "checkpassword", "bsdauth",
		"lua", "oauth2", "dict", "vpopmail", "policy", "plain", "login",
		"cram-md5", "digest-md5", "apop", "scram-sha-1",
		"scram-sha-256", "ntlm", "gssapi", "gss-spnego", "external",
		"otp", "xoauth2", "oauthbearer" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && memcmp(names[i], p, n) == 0)
			return true;
	return false;
}

/* "conn unix:auth-worker (pid=7,uid=97): auth-worker<55>: " of 2.3 */
static const char *
skip_conn(const char *p, const char *end)
{
	const char *q = chars_take(p, end, "conn unix:auth-worker (");

	if (q == NULL)
		return p;
	q = memmem(q, (size_t)(end - q), "): auth-worker<", 15);
	if (q == NULL)
		return p;
	q = chars_take(chars_skip_digits(q + 15, end), end, ">: ");
	return q != NULL ? q : p;
}

/* What an auth process is called, or p. */
static const char *
skip_auth(const char *p, const char *end)
{
	static const char *const names[] = { "auth-worker", "dovecot-auth",
		"auth" };
	const char *q;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		q = chars_take(p, end, names[i]);
		if (q != NULL && q < end && (*q == ':' || *q == '('))
			return q;
	}
	return p;
}

/* What a message has in front of it, in Dovecot's own file or everywhere. */
struct level {
	const char *text;
	bool seen; /* or not needed */
};

/* The parts of "USER,ADDRESS,...): ", as far as they are the server's. */
struct tail {
	const char *user_end;
	const char *end;
	struct prefix client;
	const char *session;
	size_t session_len;
};

/* "<ID>", which is a pid if it has only digits. */
static void
keep_session(struct tail *t, const char *p, const char *end)
{
	if (end - p < 3 || *p != '<' || end[-1] != '>' ||
	    *chars_skip_digits(p + 1, end - 1) == '>')
		return;
	t->session = p + 1;
	t->session_len = (size_t)(end - p) - 2;
}

/* One of what may stand between commas: "master", "sasl:plain", "<ID>". */
static bool
take_part(struct tail *t, const char *p, const char *end)
{
	if (p == end || chars_take(p, end, "master") == end ||
	    chars_take(p, end, "sasl:") != NULL)
		return true;
	keep_session(t, p, end);
	return *p == '<' && end[-1] == '>';
}

/* ",ADDRESS", then more between commas, then ")". */
static const char *
take_tail(struct tail *t, const char *p, const char *end)
{
	const char *q = p + 1;
	int i;

	t->user_end = p;
	t->session = NULL;
	t->session_len = 0;
	while (q < end && *q != ',' && *q != ')')
		q++;
	if (q == end ||
	    prefix_parse_addr(p + 1, (size_t)(q - p - 1), &t->client) == -1)
		return NULL;
	for (i = 0; i < TAIL_PARTS && q < end && *q == ','; i++) {
		for (p = ++q; q < end && is_session(*q);)
			q++;
		if (!take_part(t, p, q))
			return NULL;
	}
	return q < end && *q == ')' ? q + 1 : NULL;
}

/* 2.3: "DRIVER(USER,ADDRESS,<SESSION>): " */
static bool
take_tail_23(struct tail *t, const char *p, const char *end)
{
	p = take_tail(t, p, end);
	t->end = p != NULL ? chars_take(p, end, ": ") : NULL;
	return t->end != NULL;
}

/*
 * 2.4: "auth(USER,ADDRESS,sasl:MECH)<SESSION>: DRIVER: ", and of a worker
 * "auth-worker(USER,ADDRESS)<PID><SESSION>: request [7]: DRIVER: "
 */
static bool
take_tail_24(struct tail *t, const char *p, const char *end)
{
	const char *q;

	p = take_tail(t, p, end);
	if (p == NULL)
		return false;
	while (p < end && *p == '<') {
		for (q = p; q < end && is_session(*q) && *q != '>';)
			q++;
		if (q == end || *q != '>')
			return false;
		keep_session(t, p, q + 1);
		p = q + 1;
	}
	t->end = chars_take(p, end, ": ");
	return t->end != NULL;
}

/*
 * USER can hold all that comes after it, so of several ends the last is the
 * server's, unless more client text follows in the message.  An end without an
 * address says that there is none.  (USER alone cannot look like one: a comma
 * is not in Dovecot's auth_username_chars, and mail servers and login
 * processes always give it an address.)
 */
static bool
find_tail(struct walk *w, const char *user,
    bool (*take)(struct tail *, const char *, const char *), struct tail *found)
{
	struct tail t;
	unsigned tails = 0;
	const char *q;

	for (q = user; (q = memchr(q, ',', (size_t)(w->end - q))) != NULL;
	     q++) {
		if (!take(&t, q, w->end))
			continue;
		*found = t;
		tails++;
	}
	if (tails == 0 || found->user_end - user > AUTH_USER_MAX ||
	    chars_find(found->end, w->end, "): ") != NULL ||
	    chars_find(found->end, w->end, ")<") != NULL)
		return false;
	return tails == 1 ||
	    (chars_find(user, w->end, "(given password: ") == NULL &&
		chars_find(user, w->end, "(username: ") == NULL &&
		chars_find(user, w->end, "as user: ") == NULL);
}

static void
take_who(struct walk *w, const char *user, const struct tail *t)
{
	w->m->client = t->client;
	w->m->session = t->session;
	w->m->session_len = t->session_len;
	if (t->user_end > user && (t->user_end - user > 1 || *user != '?'))
		template_take_user(w, user, t->user_end);
}

static void
keep_driver(struct walk *w, const char *p, const char *end)
{
	w->m->driver = p;
	w->m->driver_len = (size_t)(end - p);
}

/* Where its level may stand: past it.  Syslog has no "Info: ". */
static const char *
skip_level(struct level *level, const char *p, const char *end)
{
	const char *q = chars_take(p, end, level->text);

	if (q == NULL)
		return p;
	level->seen = true;
	return q;
}

static const char *
take_auth_24(struct walk *w, const char *user, struct level *level)
{
	struct tail t;
	const char *p, *q;

	if (!find_tail(w, user, take_tail_24, &t))
		return NULL;
	p = t.end;
	q = chars_take(p, w->end, "request [");
	if (q != NULL)
		p = chars_skip(chars_skip_digits(q, w->end), w->end, "]: ");
	p = skip_level(level, p, w->end);
	if (!level->seen)
		return NULL;
	take_who(w, user, &t);
	q = chars_skip_word(p, w->end);
	keep_driver(w, p, q);
	return chars_skip(q, w->end, ": ") != q ? q + 2 : p;
}

static const char *
take_auth_23(struct walk *w, const char *p, bool named, struct level *level)
{
	const char *driver, *user;
	struct tail t;

	p = skip_level(level, p, w->end);
	p = skip_level(level, skip_conn(p, w->end), w->end);
	driver = p;
	p = chars_skip_word(p, w->end);
	if (!level->seen || p == driver || p == w->end || *p != '(' ||
	    (!named && !is_database(driver, (size_t)(p - driver))))
		return NULL;
	user = p + 1;
	if (!find_tail(w, user, take_tail_23, &t))
		return NULL;
	keep_driver(w, driver, p);
	take_who(w, user, &t);
	return t.end;
}

const char *
dovecot_take_auth(struct walk *w, const char *p, bool error)
{
	struct level level = { error ? "Error: " : "Info: ", !error };
	const char *q, *colon;

	p = chars_skip(p, w->end, "dovecot: ");
	q = skip_auth(p, w->end);
	if (q == p)
		return take_auth_23(w, p, false, &level);
	colon = chars_take(dovecot_skip_brackets(q, w->end), w->end, ": ");
	if (colon != NULL)
		return take_auth_23(w, colon, true, &level);
	return *q == '(' ? take_auth_24(w, q + 1, &level) : NULL;
}

const char *
dovecot_take_next(const char *p, const char *end)
{
	static const char next[] = " - trying the next passdb";

	return chars_find_tail(p, end, next) != NULL ? end : NULL;
}

/*
 * "(SHA1 of given password: HEX)" or "(given password: TEXT)": what stands
 * there is compared with others of its kind, and never shown.
 */
void
dovecot_take_password(struct walk *w, const char *p)
{
	static const char *const keys[] = { "(SHA1 of given password: ",
		"(given password: " };
	const char *q, *close;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		q = chars_find(p, w->end, keys[i]);
		if (q == NULL)
			continue;
		q += strlen(keys[i]);
		close = memrchr(q, ')', (size_t)(w->end - q));
		if (close == NULL || close == q)
			return;
		w->m->hash = q;
		w->m->hash_len = (size_t)(close - q);
		return;
	}
}

/*
 * Is this what PAM writes after "rhost=ADDRESS"?  Nothing, or the name of an
 * account again: USER itself, or one word.
 */
static bool
ends_pam(const char *p, const char *end, const char *user, size_t user_len)
{
	const char *q;

	while (end > p && end[-1] == ' ')
		end--;
	if (p == end)
		return true;
	q = chars_take(p, end, "  user=");
	if (q == NULL)
		return false;
	if ((size_t)(end - q) == user_len && memcmp(q, user, user_len) == 0)
		return true;
	return memchr(q, ' ', (size_t)(end - q)) == NULL;
}

/*
 * "USER rhost=ADDRESS" and perhaps "  user=USER".  USER can hold the same, and
 * where two places could be the server's none is believed.
 */
const char *
dovecot_take_pam(struct walk *w, const char *p)
{
	static const char rhost[] = " rhost=";
	const char *user = p, *found = NULL, *q, *end;
	struct prefix client;

	if (w->end - user > TEMPLATE_CHOSEN_MAX)
		return NULL; /* it may have been cut within USER */
	for (; (q = memmem(p, (size_t)(w->end - p), rhost, 7)) != NULL;
	     p = q + 1) {
		end = memchr(q + 7, ' ', (size_t)(w->end - q - 7));
		if (end == NULL)
			end = w->end;
		if (prefix_parse_addr(q + 7, (size_t)(end - q - 7), &client) ==
			-1 ||
		    !ends_pam(end, w->end, user, (size_t)(q - user)))
			continue;
		if (found != NULL)
			return NULL;
		found = q;
		w->m->client = client;
	}
	if (found == NULL)
		return NULL;
	template_take_user(w, user, found);
	return w->end;
}
