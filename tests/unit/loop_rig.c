#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop.h"
#include "loop_rig.h"

int __wrap_poll(struct pollfd *, nfds_t, int);
int __wrap_timerfd_settime(int, int, const struct itimerspec *,
    struct itimerspec *);

struct loop_rig rig;
struct enforcer loop_enforcer;

static struct conf conf = { .remember = 1000 };
static const struct loop_step *script;
static int64_t ms; /* after the start */
static int signals[2];
static bool unflushed;

static void
note(struct loop_calls *calls)
{
	assert_true(calls->n < LOOP_CALLS);
	calls->at[calls->n++] = (int)ms;
}

int64_t
clock_ms(void)
{
	return LOOP_START + ms;
}

int64_t
clock_wall(void)
{
	return LOOP_NOW + ms / 1000;
}

int64_t
clock_wall_ms(void)
{
	return LOOP_NOW * INT64_C(1000) + ms;
}

int64_t
notify_interval(void)
{
	return rig.watchdog;
}

int
__wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
    struct itimerspec *old)
{
	assert_int_equal(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	rig.settimes++;
	rig.timer = (when->it_value.tv_sec - LOOP_NOW) * 1000 +
	    when->it_value.tv_nsec / 1000000;
	errno = rig.timer_error;
	rig.timer_error = 0;
	return errno != 0 ? -1 : 0;
}

static void
step_signal(int signo)
{
	struct signalfd_siginfo si = { .ssi_signo = (uint32_t)signo };

	assert_int_equal(write(signals[1], &si, sizeof(si)), sizeof(si));
}

/* What comes first: the script's next step, the timer, or the end of time. */
int
__wrap_poll(struct pollfd *pfd, nfds_t n, int timeout)
{
	int64_t end = timeout == -1 ? INT64_MAX : ms + timeout;
	nfds_t i;

	if (rig.polls++ == 0)
		rig.first_timeout = timeout;
	assert_true(rig.polls < 1000);
	assert_false(unflushed);
	rig.parser_events = (unsigned)pfd[LOOP_PARSER].events;
	for (i = 0; i < n; i++)
		pfd[i].revents = 0;
	if (rig.timer != 0 && rig.timer <= end && rig.timer <= script->at) {
		ms = rig.timer > ms ? rig.timer : ms;
		pfd[LOOP_TIMER].revents = POLLIN;
		return 1;
	}
	if (script->at > end) {
		ms = end;
		return 0;
	}
	ms = script->at > ms ? script->at : ms;
	pfd[script->what].revents = POLLIN;
	if (rig.asking)
		pfd[LOOP_PARSER].revents = POLLIN;
	if (script->what == LOOP_SIGNALS)
		step_signal(script->signal);
	if (script->what != LOOP_KERNEL)
		script++;
	return 1;
}

static struct prefix
host(unsigned i)
{
	uint8_t bytes[4] = { 198, 51, 100, (uint8_t)i };
	struct prefix p;

	prefix_from_bytes(&p, PREFIX_INET, bytes, 32);
	return p;
}

int
hostaddr_fd(const struct hostaddr *h)
{
	return -1;
}

unsigned
hostaddr_read(struct hostaddr *h, hostaddr_gone gone, void *arg)
{
	struct prefix p = host(script->gone);

	if (script->gone != 0)
		gone(arg, &p);
	return script++->kernel;
}

bool
hostaddr_is_stale(const struct hostaddr *h)
{
	return rig.stale;
}

int
hostaddr_refresh(struct hostaddr *h)
{
	note(&rig.refresh);
	rig.stale = false;
	errno = rig.refresh_error;
	return rig.refresh_error != 0 ? -1 : 0;
}

void
fault_begin(struct enforcer *e, enum msg_fault_kind kind, const char *fmt, ...)
{
	assert_int_equal(kind, MSG_FAULT_HOST);
	rig.failed++;
}

void
fault_end(struct enforcer *e, enum msg_fault_kind kind)
{
	assert_int_equal(kind, MSG_FAULT_HOST);
	rig.over++;
}

void
release_refused(struct enforcer *e)
{
	rig.refused++;
}

bool
reconcile_asks(struct enforcer *e, const struct prefix *p)
{
	const struct ban_entry *entry = bans_find(&e->bans, p);

	return entry != NULL && bans_is_outermost(&e->bans, entry);
}

int
reconcile(struct enforcer *e)
{
	note(&rig.reconcile);
	unflushed = true;
	return rig.missing;
}

/* Settles at once: what a turn does is another module's test. */
uint32_t
release_due(struct enforcer *e)
{
	struct ban_entry *entry = bans_due(&e->bans, clock_wall_ms());

	if (entry == NULL)
		return 0;
	bans_unqueue(&e->bans, entry);
	ban_end(&entry->ban, 0, clock_wall());
	bans_settle(&e->bans, entry, INT64_MAX);
	note(&rig.release);
	return 1;
}

/* Each turn begins with it, before a request is read. */
void
skew_check(struct enforcer *e)
{
	rig.checks++;
	if (e->skew.hold_at <= clock_ms())
		e->skew.hold_at = 0;
	if (e->skew.trust_at <= clock_ms())
		e->skew.trust_at = 0;
}

void
reload(struct enforcer *e, uint32_t id)
{
	rig.reloads++;
}

void
reply_send(struct enforcer *e, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	if (type == MSG_PING)
		note(&rig.ping);
	rig.dumps += type == MSG_DUMP;
}

/* States that were gathered have to go out before a wait. */
void
reply_flush(struct enforcer *e)
{
	unflushed = false;
}

int
request_wait(struct enforcer *e)
{
	return rig.pause;
}

void
request_read(struct enforcer *e)
{
	rig.reads++;
	assert_int_equal(rig.checks, rig.polls);
	rig.refused_before = rig.refused;
}

/* Fails once. */
int
turn_write(struct enforcer *e)
{
	note(&rig.write);
	e->rewrite_at = rig.write.n == 1 ? clock_ms() + 700 : 0;
	unflushed = true;
	return 0;
}

void
loop_rig_ban(unsigned i, int64_t seconds)
{
	struct bans *bans = &loop_enforcer.bans;
	struct prefix p = host(i);
	struct ban_entry *entry = bans_insert(bans, &p);

	entry->ban.state = seconds == 0 ? BAN_ENDED : BAN_ACTIVE;
	bans_settle(bans, entry,
	    seconds == 0 ? INT64_MAX :
			   (LOOP_NOW + INT64_C(1) * seconds) * 1000);
}

int
loop_rig_run(const struct loop_step *steps)
{
	script = steps;
	rig.polls = rig.checks = 0;
	loop_run(&loop_enforcer, signals[0]);
	return (int)ms;
}

int
loop_rig_setup(void **state)
{
	memset(&loop_enforcer, 0, sizeof(loop_enforcer));
	memset(&rig, 0, sizeof(rig));
	loop_enforcer.conf = &conf;
	loop_enforcer.told = true;
	bans_init(&loop_enforcer.bans, 100);
	ms = 0;
	unflushed = false;
	return pipe2(signals, O_NONBLOCK | O_CLOEXEC);
}

int
loop_rig_teardown(void **state)
{
	bans_clear(&loop_enforcer.bans);
	close(signals[0]);
	close(signals[1]);
	return 0;
}
