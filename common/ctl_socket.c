#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ctl_socket.h"

/* Connections that wait to be taken: more than any number of clients that
 * means well, so that these need not wait within connect(2). */
#define QUEUE_MAX 1024

static int
ctl_socket(const char *path, int flags, struct sockaddr_un *sun)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	if (strlcpy(sun->sun_path, path, sizeof(sun->sun_path)) >=
	    sizeof(sun->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
}

/* Close fd without losing what went wrong; returns -1. */
static int
give_up(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

int
ctl_connect(const char *path, int seconds)
{
	const struct timeval patience = { .tv_sec = seconds };
	struct sockaddr_un sun;
	int fd;

	if ((fd = ctl_socket(path, 0, &sun)) == -1)
		return -1;
	/* connect(2) waits too: for a place in the listener's queue. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return give_up(fd);
	return fd;
}

/* The folder of path, if only that is missing. */
static int
make_folder(char *path)
{
	char *slash = strrchr(path, '/');
	int made;

	if (slash == NULL || slash == path)
		return 0;
	*slash = '\0';
	made = mkdir(path, 0755);
	*slash = '/';
	return made == -1 && errno != EEXIST ? -1 : 0;
}

/*
 * Whether who made the listener is still there: a parser that was taken over
 * may hold it on when smtpband has ended.
 */
static bool
owner_is_alive(int fd)
{
	struct ucred owner;
	socklen_t len = sizeof(owner);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &len) == -1 ||
	    kill(owner.pid, 0) == 0 || errno != ESRCH;
}

/*
 * True if somebody listens, even if he takes no more connections; one that was
 * killed just now may still seem to.
 */
static bool
is_alive(const char *path)
{
	const struct timespec while_dying = { .tv_nsec = 50000000 };
	bool alive = true;
	int fd, tries;

	for (tries = 0; tries < 20 && alive; tries++) {
		if ((fd = ctl_connect(path, 1)) == -1)
			return errno == EAGAIN;
		alive = owner_is_alive(fd);
		close(fd);
		(void)nanosleep(&while_dying, NULL);
	}
	return alive;
}

int
ctl_listen(const char *path)
{
	const struct group *gr = getgrnam(CTL_GROUP);
	struct sockaddr_un sun;
	struct stat st;
	mode_t mask;
	int fd, bound;

	if (is_alive(path)) {
		errno = EADDRINUSE;
		return -1;
	}
	if ((fd = ctl_socket(path, SOCK_NONBLOCK, &sun)) == -1)
		return -1;
	mask = umask(022);
	if (make_folder(sun.sun_path) == -1) {
		umask(mask);
		return give_up(fd);
	}
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	umask(0177);
	bound = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	/* The group first, its right to ask last. */
	if (bound == -1 || listen(fd, QUEUE_MAX) == -1 ||
	    (gr != NULL &&
		(chown(path, 0, gr->gr_gid) == -1 || chmod(path, 0660) == -1)))
		return give_up(fd);
	return fd;
}
