/* What each placeholder of a template takes: see template.h. */
#include <string.h>

#include "take_exim.h"
#include "template_match.h"

static const char *
take_digits(const char *p, const char *end, uint32_t *number)
{
	const char *start = p;
	uint32_t n = 0;

	for (; p < end && chars_is_digit(*p) && p - start < 9; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	*number = n;
	return p > start ? p : NULL;
}

const char *
template_find_last(const char *p, const char *end, const char *text, size_t n)
{
	size_t left = (size_t)(end - p);
	const char *q;

	while (left >= n) {
		q = memrchr(p, *text, left - n + 1);
		if (q == NULL || memcmp(q, text, n) == 0)
			return q;
		left = (size_t)(q - p) + n - 1;
	}
	return NULL;
}

/* What Postfix writes after a client. */
static bool
ends_client(char c)
{
	return c == ' ' || c == ':' || c == ',' || c == ';';
}

const char *
template_read_addr(const char *p, const char *end, struct prefix *client)
{
	const char *close = chars_find_near(p, end, ']', ADDR_MAX_LEN + 1);

	if (close == NULL ||
	    prefix_parse_addr(p, (size_t)(close - p), client) == -1)
		return NULL;
	return close + 1;
}

const char *
template_take_bracketed(struct walk *w, const char *p)
{
	if (p == w->end || *p != '[')
		return NULL;
	return template_read_addr(p + 1, w->end, &w->m->client);
}

/* "[ADDRESS]" and an optional ":PORT" */
static const char *
take_bracketed(struct walk *w, const char *p)
{
	const char *port;

	if ((p = template_take_bracketed(w, p)) == NULL)
		return NULL;
	w->m->port = 0;
	if (w->end - p > 1 && *p == ':' && chars_is_digit(p[1])) {
		port = take_digits(p + 1, w->end, &w->m->port);
		p = port != NULL ? port : p;
	}
	return p == w->end || ends_client(*p) ? p : NULL;
}

static const char *
take_client(struct walk *w, const char *p)
{
	const char *start = p;

	while (p < w->end && chars_is_host(*p) && p - start <= NAME_MAX_LEN)
		p++;
	return p > start ? take_bracketed(w, p) : NULL;
}

static const char *
take_addrport(struct walk *w, const char *p)
{
	p = take_bracketed(w, p);
	return p != NULL && w->m->port != 0 ? p : NULL;
}

static bool
is_addr(char c)
{
	return chars_is_digit(c) || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

/* An address, which the end of a sentence may touch. */
static const char *
take_addr(struct walk *w, const char *p)
{
	const char *start = p;
	bool dots = false, colons = false;

	for (; p < w->end && is_addr(*p) && p - start <= ADDR_MAX_LEN; p++) {
		dots |= *p == '.';
		if (*p == ':' && dots && !colons)
			break; /* IPv4, and a port */
		colons |= *p == ':';
	}
	if (p < w->end && (chars_is_word(*p) || *p == '%'))
		return NULL;
	while (p > start &&
	    prefix_parse_addr(start, (size_t)(p - start), &w->m->client) == -1)
		if (*--p != ':' && *p != '.')
			return NULL;
	return p > start ? p : NULL;
}

/* "RCPT", "END-OF-MESSAGE", "DATA content", "DATA (123 bytes)" */
static const char *
take_verb(const char *p, const char *end)
{
	const char *start = p, *q;
	uint32_t bytes;

	while (p < end && (chars_is_upper(*p) || *p == '-'))
		p++;
	if (p == start)
		return NULL;
	if ((q = chars_take(p, end, " content")) != NULL)
		return q;
	if ((q = chars_take(p, end, " (")) != NULL &&
	    (q = take_digits(q, end, &bytes)) != NULL &&
	    (q = chars_take(q, end, " bytes)")) != NULL)
		return q;
	return p;
}

static const char *
take_word(const char *p, const char *end)
{
	const char *q = chars_skip_word(p, end);

	return q > p ? q : NULL;
}

static const char *
take_num(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && (chars_is_digit(*p) || (*p == '.' && p > start)))
		p++;
	return p > start ? p : NULL;
}

const char *
template_take_stat(const char *p, const char *end)
{
	const char *start;

	if (p == end || *p != ' ')
		return NULL;
	p = take_word(p + 1, end);
	if (p == NULL || p == end || *p != '=')
		return NULL;
	for (start = ++p; p < end && (chars_is_digit(*p) || *p == '/');)
		p++;
	return p > start ? p : NULL;
}

/* "5.7.1 " */
static const char *
take_status(const char *p, const char *end)
{
	if (end - p < 6 || !chars_is_digit(*p) || p[1] != '.')
		return NULL;
	p = take_num(p, end);
	return p != NULL && p < end && *p == ' ' ? p + 1 : NULL;
}

/* "554 5.7.1 ", "554 " or "5.7.1 ": the first digit is the class. */
static const char *
take_reply(const char *p, const char *end, char class)
{
	const char *status;

	if (end - p < 4 || *p != class)
		return NULL;
	if (chars_is_digit(p[1]) && chars_is_digit(p[2]) && p[3] == ' ') {
		p += 4;
		status = take_status(p, end);
		return status != NULL ? status : p;
	}
	return take_status(p, end);
}

/* A user name from p on, unless the server says that it has none. */
void
template_take_user(struct walk *w, const char *p, const char *end)
{
	if (p == end || chars_take(p, end, "(unavailable)") == end)
		return;
	w->m->user = p;
	w->m->user_len = (size_t)(end - p);
}

/* The reason is the server's; the user name goes on to the end of the line. */
void
template_take_reason(struct walk *w, const char *p)
{
	static const char key[] = ", sasl_username=";
	const char *q;

	q = chars_find(p, w->end, key);
	if (q != NULL)
		template_take_user(w, q + sizeof(key) - 1, w->end);
}

/* A user that logged in: Postfix may tell more of the message after it. */
void
template_take_login(struct walk *w, const char *p)
{
	static const char *const more[] = { ", sasl_sender=",
		", orig_queue_id=", ", orig_client=" };
	const char *end = w->end, *q;
	size_t i;

	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		q = chars_find(p, end, more[i]);
		if (q != NULL)
			end = q;
	}
	template_take_user(w, p, end);
}

/* The placeholders that only one server's templates have. */
static const char *
take_of_server(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_PEER:
	case OP_HOSTPORT:
	case OP_OUTAGE:
	case OP_ACCOUNT:
		return others_take(w, n, p);
	case OP_DOVECOT:
	case OP_AUTH:
	case OP_AUTH_ERROR:
	case OP_PAM:
	case OP_LOGIN:
	case OP_SECONDS:
	case OP_NEXT:
		return dovecot_take(w, n, p);
	case OP_SOCK:
	case OP_HELLO:
	case OP_FAILED:
	case OP_RECIPIENT:
	case OP_ENVELOPE:
		return opensmtpd_take(w, n, p);
	case OP_RELAY:
	case OP_ARG:
	case OP_TO:
	case OP_SASL:
	case OP_MAIL:
	case OP_AUTHID:
	case OP_REJECTED:
		return sendmail_take(w, n, p);
	case OP_EXIM_SENDER:
	case OP_EXIM_INFO:
	case OP_EXIM_ARGUMENT:
	case OP_EXIM_AUTH:
	case OP_EXIM_LOGIN:
	case OP_EXIM_SETID:
	case OP_EXIM_SENTENCE:
	case OP_EXIM_DNSLIST:
	case OP_EXIM_NORELAY:
	case OP_EXIM_NOUSER:
	case OP_EXIM_TOOK:
	case OP_EXIM_QUIT:
		return exim_take(w, n, p);
	default:
		return p;
	}
}

const char *
template_take(struct walk *w, const struct node *n, const char *p)
{
	switch (n->op) {
	case OP_CLIENT:
		return take_client(w, p);
	case OP_ADDRPORT:
		return take_addrport(w, p);
	case OP_ADDR:
		return take_addr(w, p);
	case OP_VERB:
		return take_verb(p, w->end);
	case OP_WORD:
		return take_word(p, w->end);
	case OP_NUM:
		return take_num(p, w->end);
	case OP_COUNT:
		return take_digits(p, w->end, &w->m->count);
	case OP_4XX:
		return take_reply(p, w->end, '4');
	case OP_5XX:
		return take_reply(p, w->end, '5');
	case OP_END:
		return p == w->end ? p : NULL;
	default:
		return take_of_server(w, n, p);
	}
}
