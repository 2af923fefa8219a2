#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

#define LINE_SIZE 4096 /* PIPE_BUF: lines of two processes never mix */

static struct {
	const char *program;
	enum log_target target;
	int level;
} state = { "smtpban", LOG_TO_STDERR, LOG_NORMAL };

void
log_init(const char *program, enum log_target target, int level)
{
	state.program = program;
	state.target = target;
	state.level = level;
	if (target == LOG_TO_SYSLOG)
		openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
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

static void
line_write(int priority, const char *text)
{
	char line[LINE_SIZE];
	size_t n = 0;

	if (state.target == LOG_TO_SYSLOG) {
		syslog(priority, "%s", text);
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
