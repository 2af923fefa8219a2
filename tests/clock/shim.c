/* What a program of the stage gets for its clocks: see clock_file.h. */
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock_file.h"

#define SECOND   1000000000
#define SLICE_MS 20 /* how soon a change is seen */

int __real_clock_gettime(clockid_t, struct timespec *);
int __real_timerfd_settime(int, int, const struct itimerspec *,
    struct itimerspec *);
int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_clock_gettime(clockid_t, struct timespec *);
time_t __wrap_time(time_t *);
int __wrap_gettimeofday(struct timeval *, void *);
int __wrap_timerfd_settime(int, int, const struct itimerspec *,
    struct itimerspec *);
int __wrap_poll(struct pollfd *, nfds_t, int);

static const struct clock_file unset;
static const struct clock_file *clock_file = &unset;
static uint64_t armed_turn; /* when the timer was set */
static int timer = -1;

/* Before main, and so before there are a chroot and filters. */
__attribute__((constructor)) static void
shim_map(void)
{
	char path[PATH_MAX + sizeof("/clock")];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	void *p;
	int fd, up;

	if (n == -1)
		abort();
	path[n] = '\0';
	for (up = 0; up < 2; up++)
		*strrchr(path, '/') = '\0';
	strlcat(path, "/clock", sizeof(path));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	p = mmap(NULL, sizeof(unset), PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		abort();
	clock_file = p;
	close(fd);
}

static uint64_t
shim_turn(void)
{
	return __atomic_load_n(&clock_file->turn, __ATOMIC_ACQUIRE);
}

/* All of one change, or nothing of it. */
static struct clock_file
shim_read(void)
{
	struct clock_file now;

	do {
		now.turn = shim_turn();
		now.wall = __atomic_load_n(&clock_file->wall, __ATOMIC_ACQUIRE);
		now.boot = __atomic_load_n(&clock_file->boot, __ATOMIC_ACQUIRE);
		now.awake =
		    __atomic_load_n(&clock_file->awake, __ATOMIC_ACQUIRE);
	} while (now.turn % 2 != 0 || now.turn != shim_turn());
	return now;
}

static void
shim_add(struct timespec *ts, int64_t by)
{
	int64_t ns = ts->tv_nsec + by % SECOND;

	ts->tv_sec += by / SECOND + (ns >= SECOND) - (ns < 0);
	ts->tv_nsec = (ns + SECOND) % SECOND;
}

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	struct clock_file now = shim_read();

	if (__real_clock_gettime(id, ts) == -1)
		return -1;
	if (id == CLOCK_REALTIME)
		shim_add(ts, now.wall);
	else if (id == CLOCK_BOOTTIME)
		shim_add(ts, now.boot);
	else if (id == CLOCK_MONOTONIC)
		shim_add(ts, now.awake);
	return 0;
}

time_t
__wrap_time(time_t *t)
{
	struct timespec ts;

	(void)__wrap_clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int
__wrap_gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	(void)__wrap_clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	return 0;
}

/*
 * A time of our wall clock, which the kernel does not know.  As from the kernel,
 * it is an error if the clock was set since the timer was; it is set for all
 * that.
 */
int
__wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
    struct itimerspec *old)
{
	struct itimerspec real = *when;
	struct timespec *ts = &real.it_value;
	bool stale = timer == fd && armed_turn != shim_turn();

	timer = fd;
	armed_turn = shim_turn();
	if ((flags & TFD_TIMER_ABSTIME) != 0 &&
	    (ts->tv_sec != 0 || ts->tv_nsec != 0)) {
		shim_add(ts, -shim_read().wall);
		if (ts->tv_sec < 0)
			*ts = (struct timespec){ 0, 1 };
	}
	if (__real_timerfd_settime(fd, flags, &real, old) == -1)
		return -1;
	errno = ECANCELED;
	return stale ? -1 : 0;
}

/* Let the timer go off, as TFD_TIMER_CANCEL_ON_SET would. */
static void
shim_cancel(void)
{
	static const struct itimerspec now = { .it_value.tv_nsec = 1 };

	armed_turn = shim_turn();
	if (timer != -1)
		(void)__real_timerfd_settime(timer, TFD_TIMER_ABSTIME, &now,
		    NULL);
}

int
__wrap_poll(struct pollfd *pfd, nfds_t n, int ms)
{
	int slice, got;

	do {
		slice = ms >= 0 && ms < SLICE_MS ? ms : SLICE_MS;
		if (ms > 0)
			ms -= slice;
		if (shim_turn() != armed_turn)
			shim_cancel();
		got = __real_poll(pfd, n, slice);
	} while (got == 0 && ms != 0);
	return got;
}
