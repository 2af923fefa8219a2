#include <sys/socket.h>

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define SCRIPT_MAX 65536
#define AWAIT_MS   10000

void
hostile_say(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	dprintf(STDERR_FILENO, "hostile: %s\n", line);
}

void
hostile_fail(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	hostile_say("FAILED: %s", line);
	exit(9);
}

uint32_t
hostile_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0' || n > UINT32_MAX)
		hostile_fail("\"%s\" is not a number", text);
	return (uint32_t)n;
}

bool
hostile_next(struct hostile *h, int ms)
{
	struct pollfd pfd = { .fd = h->sock, .events = POLLIN };
	int n;

	if (poll(&pfd, 1, ms) == 0)
		return false;
	n = channel_recv(h->sock, &h->in);
	if (n == -1 && errno == EAGAIN)
		return false;
	if (n != 1) {
		hostile_say("the enforcer ended");
		exit(0);
	}
	if (h->in.fd != -1)
		close(h->in.fd);
	if (h->in.hdr.type == MSG_PING)
		(void)channel_send(h->sock, MSG_PONG, 0, NULL, 0, -1);
	h->answers += h->in.hdr.id != 0;
	return true;
}

void
hostile_await(struct hostile *h, uint32_t type)
{
	do
		if (!hostile_next(h, AWAIT_MS))
			hostile_fail("no message %u", type);
	while (h->in.hdr.type != type);
}

void
hostile_answer(struct hostile *h, uint32_t id)
{
	do
		if (!hostile_next(h, AWAIT_MS))
			hostile_fail("no answer");
	while (h->in.hdr.id != id);
}

void
hostile_send(struct hostile *h, const void *data, size_t n, int fd,
    unsigned nfds)
{
	struct iovec iov = { (void *)(uintptr_t)data, n };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd pfd = { .fd = h->sock, .events = POLLOUT };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
	struct cmsghdr *cm = (void *)control;
	unsigned i;

	if (nfds > 0) {
		memset(control, 0, sizeof(control));
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		for (i = 0; i < nfds; i++)
			memcpy(CMSG_DATA(cm) + i * sizeof(int), &fd,
			    sizeof(fd));
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	}
	while (sendmsg(h->sock, &mh, MSG_NOSIGNAL) == -1) {
		if (errno != EAGAIN) {
			hostile_say("sending: %s", strerror(errno));
			return;
		}
		(void)poll(&pfd, 1, AWAIT_MS);
	}
}

/* It lies beside us, under our name and ".script". */
static void
script_read(char script[SCRIPT_MAX])
{
	char path[PATH_MAX + 8] = "";
	size_t n;
	FILE *f;

	if (readlink("/proc/self/exe", path, PATH_MAX - 1) == -1)
		hostile_fail("who am I?");
	strlcat(path, ".script", sizeof(path));
	if ((f = fopen(path, "re")) == NULL)
		hostile_fail("%s: %s", path, strerror(errno));
	n = fread(script, 1, SCRIPT_MAX - 1, f);
	script[n] = '\0';
	(void)fclose(f);
}

/* What the real one has given up when the hostile text comes. */
static void
become(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	if (pw == NULL || setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		hostile_fail("user %s", user);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
script_line(struct hostile *h, char *line)
{
	char *words[HOSTILE_WORDS + 1] = { NULL };
	const struct act *act = acts;
	int n = 0;

	for (; n < HOSTILE_WORDS && line != NULL; n++) {
		words[n] = strsep(&line, " ");
		if (*words[n] == '\0')
			n--;
	}
	if (n <= 0)
		return;
	words[n] = NULL;
	while (act->name != NULL && strcmp(act->name, words[0]) != 0)
		act++;
	if (act->name == NULL || n - 1 != act->words)
		hostile_fail("what is \"%s\" of %d?", words[0], n - 1);
	act->act(h, words + 1);
}

int
main(int argc, char *argv[])
{
	static char script[SCRIPT_MAX];
	static struct hostile h = { .sock = MSG_PARSER_FD };
	char *rest = script, *line;
	int ch;

	script_read(script);
	while ((ch = getopt(argc, argv, "u:c:t:v:")) != -1)
		if (ch == 'u')
			become(optarg);
	while ((line = strsep(&rest, "\n")) != NULL)
		script_line(&h, line);
	hostile_say("done");
	for (;;)
		(void)hostile_next(&h, -1);
}
