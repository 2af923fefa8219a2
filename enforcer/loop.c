#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/param.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "loop.h"
#include "smtpband.h"

#define HEAL_MS    100  /* gather what is removed in one go */
#define BRAKE_MS   500  /* between two repairs, at least */
#define REFRESH_MS 1000 /* gather changes of others' routes */

enum {
	PARSER,
	KERNEL,
	SIGNALS,
	TIMER,
	NFDS
};

int
loop_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1,
		SIGCHLD };
	sigset_t set;
	size_t i;
	int fd;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    (fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		fatal("signals");
	return fd;
}

static void
heal_soon(struct enforcer *e)
{
	int64_t soon = clock_ms() + HEAL_MS;

	if (soon < e->healed_at + BRAKE_MS)
		soon = e->healed_at + BRAKE_MS;
	clock_plan(&e->heal_at, soon);
}

/* A route went; was it one of ours that is still needed? */
static void
route_gone(void *arg, const struct prefix *p)
{
	struct enforcer *e = arg;

	if (reconcile_asks(e, p))
		heal_soon(e);
}

static void
kernel_changed(struct enforcer *e)
{
	unsigned what = hostaddr_read(e->host, route_gone, e);

	if ((what & (HOSTADDR_RULES | HOSTADDR_LOST)) != 0)
		heal_soon(e);
	if ((what & HOSTADDR_ADDRESSES) != 0)
		clock_plan(&e->refresh_at, clock_ms());
	else if ((what & (HOSTADDR_GATEWAYS | HOSTADDR_LOST)) != 0)
		clock_plan(&e->refresh_at, clock_ms() + REFRESH_MS);
}

static void
heal(struct enforcer *e)
{
	int n;

	e->heal_at = 0;
	e->healed_at = clock_ms();
	if ((n = reconcile(e)) == 0)
		return;
	e->counters.healed += (uint64_t)n;
	log_warnx("%d routes that others removed were put back", n);
}

static void
refresh(struct enforcer *e)
{
	e->refresh_at = 0;
	if (hostaddr_refresh(e->host) == -1) {
		fault_begin(e, MSG_FAULT_HOST, "%s", strerror(errno));
		e->refresh_at = clock_ms() + REFRESH_MS;
	} else {
		fault_end(e, MSG_FAULT_HOST);
		release_refused(e);
	}
}

static void
dump_counters(struct enforcer *e)
{
	const struct msg_counters *c = &e->counters;

	log_info("bans %zu, remembered %zu, banned %llu, released %llu, "
		 "refused %llu, healed %llu",
	    e->bans.active.n, e->bans.ended.n, (unsigned long long)c->banned,
	    (unsigned long long)c->released, (unsigned long long)c->refused,
	    (unsigned long long)c->healed);
	reply_send(e, MSG_DUMP, 0, NULL, 0, -1);
}

/* The service manager starts us again, and nothing is forgotten. */
static void
child_ended(const struct enforcer *e)
{
	int status;
	pid_t pid;

	/* It may also have been stopped, or go on. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == e->parser)
			fatalx("the parser ended: %s", child_ending(status));
		else if (conf_has_log(e->conf, MSG_JOURNAL))
			fatalx("journalctl ended: %s", child_ending(status));
}

/* Returns false when it is time to stop. */
static bool
signals_read(struct enforcer *e, int fd)
{
	struct signalfd_siginfo si;

	while (read(fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			child_ended(e);
		if (si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT)
			return false;
		if (si.ssi_signo == SIGHUP && e->told)
			reload(e, 0);
		if (si.ssi_signo == SIGUSR1 && e->told)
			dump_counters(e);
	}
	return true;
}

/*
 * Wake up when the next ban is due, and when somebody sets the clock: at once,
 * if that was since the timer was set before.
 */
static void
timer_set(struct enforcer *e, int fd, int64_t *armed)
{
	int64_t next =
	    e->skew.hold_at != 0 ? BAN_FOR_EVER : MAX(1, bans_next(&e->bans));
	struct itimerspec when = { .it_value = { next / 1000,
				       next % 1000 * 1000000 } };

	if (next == *armed)
		return;
	*armed = next;
	while (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
		   &when, NULL) == -1) {
		if (errno != ECANCELED)
			fatal("timer");
		when.it_value = (struct timespec){ 0, 1 };
	}
}

/* What waits is done when its time has come, and then waits no more. */
static bool
is_due(int64_t at)
{
	return at != 0 && at <= clock_ms();
}

/* Do what is due by the monotonic clock; returns how long to wait, or -1. */
static int
run_due(struct enforcer *e, int64_t *ping_at, int64_t interval)
{
	const int64_t *const waits[] = { &e->heal_at, &e->refresh_at,
		&e->rewrite_at, &e->confined_by, &e->skew.hold_at,
		&e->skew.trust_at, ping_at };
	int64_t next = INT64_MAX, now;
	size_t i;

	if (is_due(e->heal_at))
		heal(e);
	if (is_due(e->rewrite_at))
		(void)turn_write(e);
	if (is_due(e->confined_by))
		fatalx("the parser does not start");
	if (is_due(*ping_at)) {
		*ping_at = clock_ms() + interval;
		if (e->told) {
			e->pings++;
			reply_send(e, MSG_PING, 0, NULL, 0, -1);
		}
	}
	reply_flush(e);
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (*waits[i] != 0 && *waits[i] < next)
			next = *waits[i];
	now = clock_ms();
	if (next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

/* Wait; the channel is left alone while the rate of requests is used up. */
static void
wait_events(struct enforcer *e, struct pollfd pfd[NFDS], int ms)
{
	int pause = request_wait(e);

	pfd[PARSER].events = pause == 0 ? POLLIN : 0;
	if (pause != 0 && (ms == -1 || pause < ms))
		ms = pause;
	if (poll(pfd, NFDS, ms) == -1 && errno != EINTR)
		fatal("poll");
}

void
loop_run(struct enforcer *e, int signals)
{
	int64_t armed = -1, interval = notify_interval();
	int64_t ping_at = interval == 0 ? 0 : clock_ms() + interval;
	int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	struct pollfd pfd[NFDS] = {
		[PARSER] = { .fd = e->channel },
		[KERNEL] = { .fd = hostaddr_fd(e->host), .events = POLLIN },
		[SIGNALS] = { .fd = signals, .events = POLLIN },
		[TIMER] = { .fd = timer, .events = POLLIN },
	};
	uint64_t ticks;

	if (timer == -1)
		fatal("timer");
	for (;;) {
		if (e->skew.hold_at == 0)
			(void)release_due(e);
		timer_set(e, timer, &armed);
		wait_events(e, pfd, run_due(e, &ping_at, interval));
		if (pfd[TIMER].revents != 0 &&
		    read(timer, &ticks, sizeof(ticks)) != 0)
			armed = 0; /* gone off, or the clock was set */
		skew_check(e);
		if (pfd[SIGNALS].revents != 0 && !signals_read(e, signals))
			return;
		if (pfd[KERNEL].revents != 0)
			kernel_changed(e);
		/* Requests are judged by what is true now. */
		if (is_due(e->refresh_at) || hostaddr_is_stale(e->host))
			refresh(e);
		if (pfd[PARSER].revents != 0)
			request_read(e);
	}
}
