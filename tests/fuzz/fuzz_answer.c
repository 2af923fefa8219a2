/*
 * A hostile daemon: any messages as the answer to each command of smtpbanctl.
 * Whatever it prints is printable ASCII, so that nothing acts on a terminal,
 * and with -j it is one JSON value or nothing.
 */
#include <sys/socket.h>

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "ctl.h"
#include "ctl_socket.h"
#include "hints.h"
#include "input.h"
#include "json_check.h"
#include "kernel.h"

#define NOW      1795651200
#define MESSAGES 40 /* so many wait in the socket at most */

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The other end, which is closed after the command. */
static struct {
	struct input in;
	int sockets[4];
	unsigned n;
} daemon_side;

/* This host and its kernel tell nothing. */
unsigned
hints_collect(const char *root, bool rules, const char *hints[HINTS_MAX])
{
	return 0;
}

int
kernel_look(const struct prefix *p, uint32_t protocol, struct kernel_routes *k)
{
	k->foreign = protocol % 2 == 1;
	k->protocol = protocol;
	return 0;
}

/* By type - CTL_DONE. */
static const size_t lengths[] = { sizeof(struct ctl_done),
	sizeof(struct ctl_error), sizeof(struct ctl_status_record),
	sizeof(struct ctl_log_record), sizeof(struct ban),
	sizeof(struct ctl_offender_record), sizeof(struct ctl_check_record),
	sizeof(struct ctl_account_record), sizeof(struct ctl_event_record), 0,
	sizeof(struct ctl_evidence_record) };
#define NLENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* A message that fits, but for a few that do not; false at the last one. */
static bool
send_message(struct input *in, int sock)
{
	static uint8_t payload[CHANNEL_PAYLOAD_MAX];
	unsigned how = input_byte(in), which = how % NLENGTHS;
	uint32_t type = CTL_DONE + which;
	size_t len = lengths[which], n, at;
	struct prefix p;

	if ((how & 0xf0) == 0xf0) {
		type = input_number(in);
		len = input_number(in) % (sizeof(payload) + 1);
	}
	memset(payload, 0, sizeof(payload));
	n = input_byte(in);
	at = (how & 0x20) != 0 ? 0 : input_number(in) % sizeof(payload);
	input_fill(in, payload + at,
	    n < sizeof(payload) - at ? n : sizeof(payload) - at);
	if ((how & 8) != 0) {
		input_prefix(in, &p);
		memcpy(payload, &p, sizeof(p));
	}
	return channel_send(sock, type, 1, payload, len, -1) == 0 &&
	    type != CTL_DONE && in->left > 0;
}

int
ctl_connect(const char *path, int seconds)
{
	int ends[2];
	unsigned n = 0;

	must(daemon_side.n < 4);
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	must(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	while (n < MESSAGES && send_message(&daemon_side.in, ends[0]))
		n++;
	shutdown(ends[0], SHUT_WR);
	daemon_side.sockets[daemon_side.n++] = ends[0];
	return ends[1];
}

static void
check_printable(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		must(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
}

/* One value a line. */
static void
check_lines(const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1)
		must(json_check(text, (size_t)(end - text)));
	must(*text == '\0');
}

/* What a stream got, in its place. */
struct capture {
	FILE *saved;
	char *text;
	size_t n;
};

static void
capture_begin(struct capture *c, FILE **stream)
{
	c->saved = *stream;
	c->text = NULL;
	*stream = open_memstream(&c->text, &c->n);
	must(*stream != NULL);
}

static void
capture_end(struct capture *c, FILE **stream)
{
	fclose(*stream);
	*stream = c->saved;
}

static int
run(const struct invocation *v, command how)
{
	struct capture out, err;
	int code;

	capture_begin(&out, &stdout);
	capture_begin(&err, &stderr);
	code = how(v);
	capture_end(&err, &stderr);
	capture_end(&out, &stdout);
	check_printable(out.text, out.n);
	check_printable(err.text, err.n);
	if (v->json && how == command_watch)
		check_lines(out.text);
	else if (v->json)
		must(out.n == 0 || json_check(out.text, out.n));
	free(out.text);
	free(err.text);
	return code;
}

static const struct {
	const char *name;
	command run;
	const char *argument;
} commands[] = {
	{ "status", command_status, NULL },
	{ "bans", command_bans, NULL },
	{ "offenders", command_offenders, NULL },
	{ "accounts", command_accounts, NULL },
	{ "check", command_check, "192.0.2.7" },
	{ "ban", command_ban, "192.0.2.7" },
	{ "unban", command_unban, "192.0.2.0/24" },
	{ "flush", command_release, NULL },
	{ "reload", command_reload, NULL },
	{ "log", command_log, "brief" },
	{ "report", command_report, NULL },
	{ "watch", command_watch, NULL },
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct invocation v = { .socket = "control.sock", .now = NOW };
	char argument[32], *argv[] = { argument, NULL };
	unsigned how, which, i;
	int code;

	daemon_side.in = (struct input){ data, size };
	daemon_side.n = 0;
	how = input_byte(&daemon_side.in);
	which = how % (sizeof(commands) / sizeof(commands[0]));
	v.name = commands[which].name;
	v.json = (how & 0x40) != 0;
	v.quiet = (how & 0x80) != 0;
	v.argv = argv;
	if (commands[which].argument != NULL) {
		strlcpy(argument, commands[which].argument, sizeof(argument));
		v.argc = 1;
	}
	code = run(&v, commands[which].run);
	must(code >= COMMAND_OK && code <= COMMAND_USAGE);
	for (i = 0; i < daemon_side.n; i++)
		close(daemon_side.sockets[i]);
	return 0;
}
