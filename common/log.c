#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#ifndef LOG_DEVICE
#define LOG_DEVICE "/dev/log"
#endif

#define LINE_SIZE 4096   /* PIPE_BUF: lines of two processes never mix */
#define WAIT_US   100000 /* at most, for room in syslogd's queue */

static const struct sockaddr_un device = { AF_UNIX, LOG_DEVICE };

static struct {
	const char *program;
	enum log_target target;
	int level;
	int sock;       /* of LOG_TO_SYSLOG */
	bool connected; /* by log_connect */
	int pid;
	uint64_t lost; /* lines since syslogd last took one */
} state = { "smtpban", LOG_TO_STDERR, LOG_NORMAL, -1, false, 0, 0 };

void
log_init(const char *program, enum log_target target, int level)
{
	state.program = program;
	state.target = target;
	state.level = level;
}

void
log_open(void)
{
	const struct timeval wait = { .tv_usec = WAIT_US };

	state.pid = getpid();
	state.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (state.sock == -1 ||
	    setsockopt(state.sock, SOL_SOCKET, SO_SNDTIMEO, &wait,
		sizeof(wait)) == -1)
		fatal("syslog");
}

void
log_connect(void)
{
	/* Should nobody listen, then each line will be counted as lost. */
	(void)connect(state.sock, (const struct sockaddr *)&device,
	    sizeof(device));
	state.connected = true;
}

uint64_t
log_lost(void)
{
	return state.lost;
}

void
log_set_level(int level)
{
	state.level = level;
}

int
log_level(void)
{
	return state.level;
}

const char *
log_target_name(enum log_target target)
{
	static const char *const names[] = {
		[LOG_TO_STDERR] = "stderr",
		[LOG_TO_MANAGER] = "manager",
		[LOG_TO_SYSLOG] = "syslog",
	};

	return target <= LOG_TO_SYSLOG ? names[target] : NULL;
}

static void
line_append(char *line, size_t *n, const char *text)
{
	size_t len = strlen(text), room = LINE_SIZE - 1 - *n;

	if (len > room)
		len = room;
	memcpy(line + *n, text, len);
	*n += len;
	line[*n] = '\0';
}

/* The second line of defence; the first is log_quote. */
static void
line_clean(char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

/*
 * In the form of RFC 3164, as syslog(3) does.  That one cannot be used: when
 * syslogd was restarted it opens another socket, which is forbidden by then.
 */
static int
datagram_send(int priority, const char *text, int flags)
{
	char stamp[32], line[LINE_SIZE + 128];
	time_t now = time(NULL);
	struct tm tm;
	ssize_t sent;
	int n;

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%b %e %T", &tm) == 0)
		stamp[0] = '\0';
	n = snprintf(line, sizeof(line), "<%d>%s %s[%d]: %s",
	    LOG_DAEMON | priority, stamp, state.program, state.pid, text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	do
		sent = sendto(state.sock, line, (size_t)n, flags | MSG_NOSIGNAL,
		    state.connected ? NULL : (const struct sockaddr *)&device,
		    state.connected ? 0 : sizeof(device));
	while (sent == -1 && errno == EINTR);
	return sent == -1 ? -1 : 0;
}

/* Once a line was lost no other waits, until one is taken again. */
static void
line_send(int priority, const char *text)
{
	char note[80];

	if (state.lost > 0) {
		(void)snprintf(note, sizeof(note),
		    "%" PRIu64
		    " log lines were lost: syslogd did not take them",
		    state.lost);
		if (datagram_send(LOG_WARNING, note, MSG_DONTWAIT) == 0)
			state.lost = 0;
	}
	if (state.lost > 0 || datagram_send(priority, text, 0) == -1)
		state.lost++;
}

static void
line_write(int priority, const char *text)
{
	char line[LINE_SIZE];
	size_t n = 0;

	if (state.target == LOG_TO_SYSLOG) {
		line_send(priority, text);
		return;
	}
	if (state.target == LOG_TO_MANAGER) {
		n = (size_t)snprintf(line, sizeof(line), "<%d>", priority);
	} else {
		line_append(line, &n, state.program);
		line_append(line, &n, ": ");
	}
	line_append(line, &n, text);
	line[n++] = '\n'; /* over the NUL */
	while (write(STDERR_FILENO, line, n) == -1 && errno == EINTR)
		;
}

/* Format and send one line, with strerror(error) unless it is 0. */
__attribute__((format(printf, 3, 0))) static void
line_log(int priority, int error, const char *fmt, va_list ap)
{
	char text[LINE_SIZE];
	int saved = errno;
	size_t n;

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		(void)snprintf(text, sizeof(text), "log format: %s", fmt);
	if (error != 0) {
		n = strlen(text);
		line_append(text, &n, ": ");
		line_append(text, &n, strerror(error));
	}
	line_clean(text);
	line_write(priority, text);
	errno = saved;
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_log(LOG_CRIT, errno, fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_log(LOG_CRIT, 0, fmt, ap);
	va_end(ap);
	exit(1);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_log(LOG_WARNING, errno, fmt, ap);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_log(LOG_WARNING, 0, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	if (state.level < LOG_NORMAL)
		return;
	va_start(ap, fmt);
	line_log(LOG_INFO, 0, fmt, ap);
	va_end(ap);
}

void
log_verbose(const char *fmt, ...)
{
	va_list ap;

	if (state.level < LOG_VERBOSE)
		return;
	va_start(ap, fmt);
	line_log(LOG_DEBUG, 0, fmt, ap);
	va_end(ap);
}

void
log_line(const char *fmt, ...)
{
	va_list ap;

	if (state.level < LOG_EVERY_LINE)
		return;
	va_start(ap, fmt);
	line_log(LOG_DEBUG, 0, fmt, ap);
	va_end(ap);
}

const char *
log_quote(char *dst, size_t dstsize, const char *src, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, o = 0;
	unsigned char c;
	bool plain;

	if (dstsize < sizeof("\"\"")) {
		if (dstsize > 0)
			dst[0] = '\0';
		return dst;
	}
	dst[o++] = '"';
	for (i = 0; i < n; i++) {
		c = (unsigned char)src[i];
		plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
		/* What is written, the closing quote and the NUL must fit. */
		if (o + (plain ? 1 : 4) + 2 > dstsize)
			break;
		if (plain) {
			dst[o++] = (char)c;
			continue;
		}
		dst[o++] = '\\';
		dst[o++] = 'x';
		dst[o++] = hex[c >> 4];
		dst[o++] = hex[c & 15];
	}
	dst[o++] = '"';
	dst[o] = '\0';
	return dst;
}
