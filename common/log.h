/*
 * Log lines: to standard error, to the service manager (standard error with
 * sd-daemon(3) "<N>" priorities), or to syslogd(8).
 */
#ifndef SMTPBAN_LOG_H
#define SMTPBAN_LOG_H

#include <stddef.h>
#include <stdint.h>

#ifndef __printflike
#define __printflike(f, v) __attribute__((format(printf, f, v)))
#endif
#ifndef __dead
#define __dead __attribute__((noreturn))
#endif

enum log_target {
	LOG_TO_STDERR,
	LOG_TO_MANAGER,
	LOG_TO_SYSLOG, /* facility daemon, so that no mail log holds our lines */
};

enum log_level {
	LOG_BRIEF = -1,    /* warnings and errors */
	LOG_NORMAL = 0,    /* bans, releases, reloads */
	LOG_VERBOSE = 1,   /* what was asked, opened, skipped */
	LOG_EVERY_LINE = 2 /* each counted line */
};

/*
 * Name the program and choose the target.  Before the first call, lines go to
 * stderr.
 */
void log_init(const char *program, enum log_target, int level);

/*
 * Make what LOG_TO_SYSLOG needs, in the process that will log and before it is
 * confined.  Each line is sent to /dev/log as it is then, so that a syslogd
 * that is restarted gets it, and waits at most a moment for room.
 */
void log_open(void);

/*
 * Before a chroot hides /dev/log: only the syslogd that runs now gets lines.
 * When that is restarted they are lost, and log_lost tells.
 */
void log_connect(void);

/*
 * Lines that were lost since syslogd last took one; when it takes one again,
 * their number is the first that it is told.
 */
uint64_t log_lost(void);

void log_set_level(int);
int log_level(void);

/* Its name, as smtpban-parser's -t has it; NULL beyond the last one. */
const char *log_target_name(enum log_target);

/* End the process with status 1; fatal adds strerror(errno). */
__dead void fatal(const char *, ...) __printflike(1, 2);
__dead void fatalx(const char *, ...) __printflike(1, 2);

/* log_warn adds strerror(errno); errno is kept. */
void log_warn(const char *, ...) __printflike(1, 2);
void log_warnx(const char *, ...) __printflike(1, 2);
void log_info(const char *, ...) __printflike(1, 2);
void log_verbose(const char *, ...) __printflike(1, 2);
void log_line(const char *, ...) __printflike(1, 2);

/*
 * The only way for text from outside into a line: n bytes of src in double
 * quotes, cut to fit, everything but printable ASCII, quote and backslash
 * escaped as \xNN.  Returns dst.
 */
const char *log_quote(char *dst, size_t dstsize, const char *src, size_t n);

#endif
