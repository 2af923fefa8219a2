/* What the lines of a script do, but for floods. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define FDS_MAX 253 /* of one message: unix(7) */

/* confine: as the real one does, until all was told. */
static void
act_confine(struct hostile *h, char *const *w)
{
	(void)w;
	if (channel_send(h->sock, MSG_CONFINED, 0, NULL, 0, -1) == -1)
		hostile_fail("confine");
	hostile_await(h, MSG_READY);
}

/* send TYPE LENGTH: zeros as payload, and no wait for an answer. */
static void
act_send(struct hostile *h, char *const *w)
{
	static const uint8_t zeros[CHANNEL_PAYLOAD_MAX];
	uint32_t len = hostile_number(w[1]);

	if (len > sizeof(zeros) ||
	    channel_send(h->sock, hostile_number(w[0]), ++h->id, zeros, len,
		-1) == -1)
		hostile_fail("send");
}

/* raw BYTES TYPE LENGTH ZERO: that many bytes, and a header that may lie. */
static void
act_raw(struct hostile *h, char *const *w)
{
	static uint8_t bytes[65536];
	struct channel_hdr hdr = { hostile_number(w[1]), hostile_number(w[2]),
		++h->id, hostile_number(w[3]) };
	uint32_t n = hostile_number(w[0]);

	if (n > sizeof(bytes))
		hostile_fail("raw %u", n);
	memcpy(bytes, &hdr, sizeof(hdr));
	hostile_send(h, bytes, n, -1, 0);
}

/* fds NUMBER TYPE LENGTH: with so many descriptors of a pipe. */
static void
act_fds(struct hostile *h, char *const *w)
{
	static uint8_t bytes[sizeof(struct channel_hdr) + CHANNEL_PAYLOAD_MAX];
	struct channel_hdr hdr = { hostile_number(w[1]), hostile_number(w[2]),
		++h->id, 0 };
	uint32_t n = hostile_number(w[0]);
	int fd[2];

	if (n > FDS_MAX || hdr.len > CHANNEL_PAYLOAD_MAX || pipe(fd) == -1)
		hostile_fail("fds");
	memcpy(bytes, &hdr, sizeof(hdr));
	hostile_send(h, bytes, sizeof(hdr) + hdr.len, fd[1], n);
	close(fd[0]);
	close(fd[1]);
}

/* A prefix as it is written, whatever prefix_parse would say to it. */
static struct prefix
prefix_of(const char *word)
{
	struct prefix p = { .family = PREFIX_INET };
	char text[PREFIX_STRLEN], *slash;

	(void)strlcpy(text, word, sizeof(text));
	if ((slash = strchr(text, '/')) != NULL)
		*slash++ = '\0';
	if (inet_pton(AF_INET, text, p.addr) != 1) {
		p.family = PREFIX_INET6;
		if (inet_pton(AF_INET6, text, p.addr) != 1)
			hostile_fail("\"%s\" is no address", text);
	}
	p.len = (uint8_t)(slash != NULL ? hostile_number(slash) :
					  prefix_maxlen(&p));
	return p;
}

static void
say_answer(struct hostile *h, const char *what, const char *prefix)
{
	const struct msg_refused *refused = (const void *)h->in.payload;
	const struct msg_text *text = (const void *)h->in.payload;
	const struct msg_done *done = (const void *)h->in.payload;
	const struct msg_checked *checked = (const void *)h->in.payload;

	if (h->in.hdr.type == MSG_REFUSED)
		hostile_say("%s %s refused: %s", what, prefix, refused->reason);
	else if (h->in.hdr.type == MSG_FAILED)
		hostile_say("%s %s failed: %s", what, prefix, text->text);
	else if (h->in.hdr.type == MSG_CHECKED)
		hostile_say("%s %s checked: %s", what, prefix, checked->reason);
	else if (h->in.hdr.type == MSG_DONE)
		hostile_say("%s %s done: %u", what, prefix, done->number);
	else
		hostile_say("%s %s type %u", what, prefix, h->in.hdr.type);
}

static void
ask(struct hostile *h, uint32_t type, const void *payload, size_t len,
    const char *what, const char *prefix)
{
	if (channel_send(h->sock, type, ++h->id, payload, len, -1) == -1)
		hostile_fail("%s", what);
	hostile_answer(h, h->id);
	say_answer(h, what, prefix);
}

/* ban PREFIX CATEGORY COUNT SECONDS AHEAD */
static void
act_ban(struct hostile *h, char *const *w)
{
	struct msg_ban_request req = { prefix_of(w[0]), hostile_number(w[1]),
		hostile_number(w[2]), hostile_number(w[3]),
		hostile_number(w[4]), 0 };

	ask(h, MSG_BAN_REQUEST, &req, sizeof(req), "ban", w[0]);
}

/* bytes FAMILY LENGTH FIRST ZERO: a ban of what may be no prefix. */
static void
act_bytes(struct hostile *h, char *const *w)
{
	struct msg_ban_request req = { .category = CATEGORY_AUTH };

	memset(req.prefix.addr, (int)hostile_number(w[2]),
	    sizeof(req.prefix.addr));
	req.prefix.family = (uint8_t)hostile_number(w[0]);
	req.prefix.len = (uint8_t)hostile_number(w[1]);
	req.prefix.zero[1] = (uint8_t)hostile_number(w[3]);
	ask(h, MSG_BAN_REQUEST, &req, sizeof(req), "bytes", w[0]);
}

/* unban PREFIX ALLOW */
static void
act_unban(struct hostile *h, char *const *w)
{
	struct msg_unban_request req = { prefix_of(w[0]),
		hostile_number(w[1]) };

	ask(h, MSG_UNBAN_REQUEST, &req, sizeof(req), "unban", w[0]);
}

/* check PREFIX */
static void
act_check(struct hostile *h, char *const *w)
{
	struct msg_check req = { prefix_of(w[0]) };

	ask(h, MSG_CHECK, &req, sizeof(req), "check", w[0]);
}

/* open INDEX WHICH */
static void
act_open(struct hostile *h, char *const *w)
{
	struct msg_log_open req = { hostile_number(w[0]),
		hostile_number(w[1]) };
	const struct msg_log *log = (const void *)h->in.payload;

	if (channel_send(h->sock, MSG_LOG_OPEN, ++h->id, &req, sizeof(req),
		-1) == -1)
		hostile_fail("open");
	hostile_answer(h, h->id);
	hostile_say("open %s %s: %s", w[0], w[1], strerror((int)log->error));
}

/* say WORD */
static void
act_say(struct hostile *h, char *const *w)
{
	(void)h;
	hostile_say("%s", w[0]);
}

/* close: the channel */
static void
act_close(struct hostile *h, char *const *w)
{
	(void)w;
	close(h->sock);
}

/* shutdown 0, 1 or 2: for reading, for writing, for both */
static void
act_shutdown(struct hostile *h, char *const *w)
{
	if (shutdown(h->sock, (int)hostile_number(w[0])) == -1)
		hostile_fail("shutdown");
}

/* stay: whatever comes */
static void
act_stay(struct hostile *h, char *const *w)
{
	(void)h;
	(void)w;
	for (;;)
		(void)pause();
}

/* stop: like SIGSTOP by itself */
static void
act_stop(struct hostile *h, char *const *w)
{
	(void)h;
	(void)w;
	(void)raise(SIGSTOP);
}

/* exit STATUS */
static void
act_exit(struct hostile *h, char *const *w)
{
	(void)h;
	exit((int)hostile_number(w[0]));
}

const struct act acts[] = {
	{ "confine", 0, act_confine },
	{ "send", 2, act_send },
	{ "raw", 4, act_raw },
	{ "fds", 3, act_fds },
	{ "ban", 5, act_ban },
	{ "bytes", 4, act_bytes },
	{ "unban", 2, act_unban },
	{ "check", 1, act_check },
	{ "open", 2, act_open },
	{ "say", 1, act_say },
	{ "close", 0, act_close },
	{ "shutdown", 1, act_shutdown },
	{ "stay", 0, act_stay },
	{ "stop", 0, act_stop },
	{ "exit", 1, act_exit },
	{ "flood", 3, act_flood },
	{ NULL, 0, NULL },
};
