#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "client.h"
#include "clock.h"
#include "ctl_socket.h"
#include "show.h"

#define PATIENCE     60         /* seconds without a sign of life */
#define ANSWER_TIME  600        /* seconds: an answer has an end */
#define RECORDS_MAX  (4U << 20) /* and so many records, of whatever kind */
#define RECORDS_STEP 64
#define TEXT_MAX     (16U << 20) /* bytes of a text */

static void
client_warn_connect(const char *path)
{
	if (errno == ENOENT || errno == ECONNREFUSED)
		warnx("%s: smtpband is not running (%s); start it with \"%s\", "
		      "or name its socket with -s",
		    path, strerror(errno),
		    access("/run/systemd/system", F_OK) == 0 ?
			"systemctl start smtpban" :
			"service smtpban start");
	else if (errno == EAGAIN)
		warnx("%s: smtpband takes no connection within %d seconds: it "
		      "hangs or is flooded, see its log",
		    path, PATIENCE);
	else if (errno == EACCES)
		warnx("%s: %s: only root and members of group smtpban may ask "
		      "(sudo, or as root: usermod -aG smtpban USER)",
		    path, strerror(errno));
	else if (errno == ENOTSOCK || errno == EPROTOTYPE)
		warnx("%s: not the control socket of smtpband", path);
	else
		warn("%s", path);
}

/* An array of n records with room for one more. */
static void *
client_room(void *array, size_t n, size_t size)
{
	if (n != 0 && (n < RECORDS_STEP || (n & (n - 1)) != 0))
		return array;
	array = reallocarray(array, n == 0 ? RECORDS_STEP : n * 2, size);
	if (array == NULL)
		err(1, NULL);
	return array;
}

static int
client_take_ban(struct answer *a, const struct channel_msg *m)
{
	struct ban ban;

	memcpy(&ban, m->payload, sizeof(ban));
	if (!prefix_is_valid(&ban.prefix))
		return -1;
	a->bans = client_room(a->bans, a->nbans, sizeof(ban));
	a->bans[a->nbans++] = ban;
	return 0;
}

static int
client_take_offender(struct answer *a, const struct channel_msg *m)
{
	struct ctl_offender_record o;

	memcpy(&o, m->payload, sizeof(o));
	if (!prefix_is_valid(&o.prefix))
		return -1;
	a->offenders = client_room(a->offenders, a->noffenders, sizeof(o));
	a->offenders[a->noffenders++] = o;
	return 0;
}

static int
client_take_log(struct answer *a, const struct channel_msg *m)
{
	struct ctl_log_record log;

	if (a->nlogs == MSG_LOGS_MAX)
		return -1;
	memcpy(&log, m->payload, sizeof(log));
	log.path[sizeof(log.path) - 1] = '\0';
	a->logs = client_room(a->logs, a->nlogs, sizeof(log));
	a->logs[a->nlogs++] = log;
	return 0;
}

static int
client_take_account(struct answer *a, const struct channel_msg *m)
{
	struct ctl_account_record account;

	if (a->naccounts == ACCOUNTS_MAX)
		return -1;
	memcpy(&account, m->payload, sizeof(account));
	account.user[sizeof(account.user) - 1] = '\0';
	a->accounts = client_room(a->accounts, a->naccounts, sizeof(account));
	a->accounts[a->naccounts++] = account;
	return 0;
}

static int
client_take_status(struct answer *a, const struct channel_msg *m)
{
	struct msg_counters *c = &a->status.enforcer;
	unsigned i;

	memcpy(&a->status, m->payload, sizeof(a->status));
	c->error[sizeof(c->error) - 1] = '\0';
	for (i = 0; i < MSG_FAULTS; i++)
		c->fault[i].why[sizeof(c->fault[i].why) - 1] = '\0';
	a->has_status = true;
	return a->status.proxy.family == 0 ||
		prefix_is_valid(&a->status.proxy) ?
	    0 :
	    -1;
}

static int
client_take_check(struct answer *a, const struct channel_msg *m)
{
	struct ctl_check_record *c = &a->check;

	memcpy(c, m->payload, sizeof(*c));
	c->reason[sizeof(c->reason) - 1] = '\0';
	a->has_check = true;
	if (c->ban.state != 0 && !prefix_is_valid(&c->ban.prefix))
		return -1;
	return c->whitelist.family == 0 || prefix_is_valid(&c->whitelist) ? 0 :
									    -1;
}

static int
client_take_evidence(struct answer *a, const struct channel_msg *m)
{
	struct ctl_evidence_record e;

	if (a->nevidence == CTL_EVIDENCE_MAX)
		return -1;
	memcpy(&e, m->payload, sizeof(e));
	e.log[sizeof(e.log) - 1] = '\0';
	if (!prefix_is_valid(&e.client) || e.len > sizeof(e.line))
		return -1;
	a->evidence = client_room(a->evidence, a->nevidence, sizeof(e));
	a->evidence[a->nevidence++] = e;
	return 0;
}

static int
client_take_text(struct answer *a, const struct channel_msg *m)
{
	const char *text = (const char *)m->payload;
	size_t n = strnlen(text, MSG_TEXT_LEN);

	if (n == MSG_TEXT_LEN || n > TEXT_MAX - a->text_len)
		return -1;
	if ((a->text = realloc(a->text, a->text_len + n + 1)) == NULL)
		err(1, NULL);
	memcpy(a->text + a->text_len, text, n + 1);
	a->text_len += n;
	return 0;
}

static int
client_take_done(struct answer *a, const struct channel_msg *m)
{
	struct ctl_done done;

	memcpy(&done, m->payload, sizeof(done));
	a->number = done.number;
	return 0;
}

static const struct {
	uint32_t type;
	size_t len;
	int (*take)(struct answer *, const struct channel_msg *);
} records[] = {
	{ CTL_DONE, sizeof(struct ctl_done), client_take_done },
	{ CTL_STATUS_RECORD, sizeof(struct ctl_status_record),
	    client_take_status },
	{ CTL_LOG_RECORD, sizeof(struct ctl_log_record), client_take_log },
	{ CTL_BAN_RECORD, sizeof(struct ban), client_take_ban },
	{ CTL_OFFENDER_RECORD, sizeof(struct ctl_offender_record),
	    client_take_offender },
	{ CTL_CHECK_RECORD, sizeof(struct ctl_check_record),
	    client_take_check },
	{ CTL_ACCOUNT_RECORD, sizeof(struct ctl_account_record),
	    client_take_account },
	{ CTL_EVIDENCE_RECORD, sizeof(struct ctl_evidence_record),
	    client_take_evidence },
	{ CTL_TEXT_RECORD, sizeof(struct msg_text), client_take_text },
};

static int
client_take(struct answer *a, const struct channel_msg *m)
{
	size_t i;

	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		if (records[i].type == m->hdr.type)
			return m->hdr.len == records[i].len ?
			    records[i].take(a, m) :
			    -1;
	return -1;
}

/* The errors of a reload are whole lines; others end ours. */
static void
client_warn_error(const char *what, uint32_t request,
    const struct channel_msg *m)
{
	struct ctl_error e;

	if (m->hdr.len != sizeof(e)) {
		show_warn_senseless(what);
		return;
	}
	memcpy(&e, m->payload, sizeof(e));
	e.text[sizeof(e.text) - 1] = '\0';
	if (request == CTL_RELOAD && e.kind == CTL_FAILED) {
		show_text(stderr, e.text, true);
		return;
	}
	fprintf(stderr, "%s: %s: %s", program_invocation_short_name, what,
	    e.kind == CTL_REFUSED    ? "refused: " :
		e.kind == CTL_FAILED ? "failed: " :
				       "");
	if (e.text[0] == '\0' && e.kind == CTL_ABSENT)
		strlcpy(e.text, "not banned", sizeof(e.text));
	show_text(stderr, e.text[0] != '\0' ? e.text : "no reason given", true);
}

static void
client_warn_receive(const char *what, int result)
{
	if (result == 0)
		warnx("%s: smtpband closed the connection, see its log", what);
	else if (errno == EAGAIN)
		warnx("%s: no answer within %d seconds: smtpband hangs, see "
		      "its log",
		    what, PATIENCE);
	else
		warn("%s: no answer", what);
}

/* Takes one message; returns 1 at the end of the answer, 0 before, or -1. */
static int
client_receive(int sock, const char *what, uint32_t request, struct answer *a)
{
	static struct channel_msg m;
	int n;

	if ((n = channel_recv_bare(sock, &m)) != 1) {
		client_warn_receive(what, n);
		return -1;
	}
	if (m.hdr.type == CTL_ERROR) {
		client_warn_error(what, request, &m);
		return -1;
	}
	if (client_take(a, &m) == -1) {
		show_warn_senseless(what);
		return -1;
	}
	return m.hdr.type == CTL_DONE;
}

static int
client_receive_all(int sock, const char *what, uint32_t request,
    struct answer *a)
{
	int64_t end = clock_ms() + ANSWER_TIME * 1000;
	unsigned taken;
	int n;

	for (taken = 0; taken < RECORDS_MAX && clock_ms() < end; taken++)
		if ((n = client_receive(sock, what, request, a)) != 0)
			return n == 1 ? 0 : -1;
	warnx("%s: the daemon's answer has no end", what);
	return -1;
}

/* Returns the socket on which the answer comes, or -1 with the error printed. */
static int
client_send(const char *socket_path, uint32_t type, const void *payload,
    size_t len)
{
	int sock;

	if ((sock = ctl_connect(socket_path, PATIENCE)) == -1) {
		client_warn_connect(socket_path);
		return -1;
	}
	if (channel_send(sock, type, 1, payload, len, -1) == 0)
		return sock;
	warn("%s", socket_path);
	close(sock);
	return -1;
}

int
client_ask(const char *socket_path, const char *what, uint32_t type,
    const void *payload, size_t len, struct answer *a)
{
	int sock, result;

	if ((sock = client_send(socket_path, type, payload, len)) == -1) {
		client_free(a);
		return -1;
	}
	result = client_receive_all(sock, what, type, a);
	close(sock);
	if (result == -1)
		client_free(a);
	return result;
}

/* Waits without limit; false: nobody reads what we print any more. */
static bool
client_wait(int sock)
{
	struct pollfd p[2] = {
		{ .fd = sock, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	while (poll(p, 2, -1) == -1 && errno == EINTR)
		;
	return (p[1].revents & (POLLERR | POLLHUP)) == 0;
}

int
client_follow(const char *socket_path, const char *what, uint32_t type,
    int (*take)(void *arg, const struct channel_msg *), void *arg)
{
	static struct channel_msg m;
	int sock, n, taken = 0;

	if ((sock = client_send(socket_path, type, NULL, 0)) == -1)
		return -1;
	while (taken == 0) {
		if ((n = channel_recv_bare(sock, &m)) != 1) {
			client_warn_receive(what, n);
			break;
		}
		if (m.hdr.type == CTL_ERROR) {
			client_warn_error(what, type, &m);
			break;
		}
		if ((taken = take(arg, &m)) == -1)
			show_warn_senseless(what);
		else if (taken == 0 && !client_wait(sock))
			taken = 1;
	}
	close(sock);
	return taken == 1 ? 0 : -1;
}

void
client_free(struct answer *a)
{
	free(a->bans);
	free(a->offenders);
	free(a->logs);
	free(a->accounts);
	free(a->evidence);
	free(a->text);
	memset(a, 0, sizeof(*a));
}
