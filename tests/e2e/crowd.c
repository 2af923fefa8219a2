/*
 * crowd SOCKET CLIENTS SECONDS: that many clients of the control socket at
 * once, none of whom means well.  Each keeps to one of the manners below, and
 * comes again as soon as it is sent away.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"

enum manner {
	SAYS_NOTHING,
	NEVER_READS,
	READS_SLOWLY,
	TALKS_GARBAGE,
	ASKS_AND_LEAVES,
	ASKS_AND_READS,
	ASKS_FOR_A_CHANGE,
	SENDS_HALF,
	SENDS_A_FILE,
	MANNERS
};

static unsigned long connections, answers, rejections;

static int
crowd_connect(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path))
		errx(1, "%s: too long", path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0) {
		connections++;
		return fd;
	}
	if (errno != EAGAIN && errno != ECONNREFUSED && errno != ENOENT)
		err(1, "%s", path);
	close(fd);
	return -1;
}

static void
crowd_ask(int fd, enum manner manner)
{
	static const struct ctl_bans all = { 1 };
	static const char garbage[20000] = "garbage";

	switch (manner) {
	case NEVER_READS:
	case READS_SLOWLY:
		(void)channel_send(fd, CTL_OFFENDERS, 1, NULL, 0, -1);
		break;
	case TALKS_GARBAGE:
		(void)send(fd, garbage,
		    (size_t)(random() % (long)sizeof(garbage)), MSG_NOSIGNAL);
		break;
	case ASKS_AND_LEAVES:
	case ASKS_AND_READS:
		(void)channel_send(fd, CTL_STATUS, 1, NULL, 0, -1);
		break;
	case ASKS_FOR_A_CHANGE:
		(void)channel_send(fd, CTL_FLUSH, 1, NULL, 0, -1);
		break;
	case SENDS_HALF:
		(void)send(fd, &all, sizeof(all), MSG_NOSIGNAL | MSG_EOR);
		(void)shutdown(fd, SHUT_WR);
		break;
	case SENDS_A_FILE:
		(void)channel_send(fd, CTL_BANS, 1, &all, sizeof(all), fd);
		break;
	case SAYS_NOTHING:
	default:
		break;
	}
}

/* One look at one client; returns false when it is no more. */
static bool
crowd_look(int fd, enum manner manner, bool second)
{
	static struct channel_msg m;
	char byte;
	int n;

	switch (manner) {
	case ASKS_AND_LEAVES:
		return false;
	case READS_SLOWLY:
		if (!second)
			return true;
		/* FALLTHROUGH */
	case ASKS_AND_READS:
	case ASKS_FOR_A_CHANGE:
		if ((n = channel_recv(fd, &m)) == 1) {
			answers++;
			rejections += m.hdr.type == CTL_ERROR;
			return true;
		}
		return n == -1 && errno == EAGAIN;
	default:
		n = (int)recv(fd, &byte, 1, MSG_PEEK);
		return n > 0 || (n == -1 && errno == EAGAIN);
	}
}

static void
crowd_run(const char *path, int *fds, unsigned n, int64_t end)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	enum manner manner;
	int64_t now, second = 0;
	unsigned i;

	while ((now = clock_ms()) < end) {
		for (i = 0; i < n; i++) {
			manner = i % MANNERS;
			if (fds[i] == -1) {
				if ((fds[i] = crowd_connect(path)) != -1)
					crowd_ask(fds[i], manner);
			} else if (!crowd_look(fds[i], manner, now >= second)) {
				close(fds[i]);
				fds[i] = -1;
			}
		}
		if (now >= second)
			second = now + 1000;
		(void)nanosleep(&pause, NULL);
	}
}

int
main(int argc, char *argv[])
{
	struct rlimit files;
	const char *bad = NULL;
	unsigned n, i;
	int *fds, seconds;

	if (argc != 4)
		errx(1, "usage: crowd socket clients seconds");
	n = (unsigned)strtonum(argv[2], 1, 100000, &bad);
	if (bad == NULL)
		seconds = (int)strtonum(argv[3], 1, 3600, &bad);
	if (bad != NULL)
		errx(1, "%s", bad);
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		err(1, "descriptors");
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if ((fds = calloc(n, sizeof(*fds))) == NULL)
		err(1, NULL);
	for (i = 0; i < n; i++)
		fds[i] = -1;
	crowd_run(argv[1], fds, n, clock_ms() + seconds * 1000);
	printf("%lu connections, %lu answers, %lu of them errors\n",
	    connections, answers, rejections);
	free(fds);
	return 0;
}
