#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"

static int notify_fd = -1;

bool
notify_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	socklen_t len;

	if (path == NULL)
		return false;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		log_warnx("NOTIFY_SOCKET: path too long");
		return true;
	}
	len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (sun.sun_path[0] == '@') /* an abstract name */
		sun.sun_path[0] = '\0';
	if ((notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(notify_fd, (struct sockaddr *)&sun, len) == -1)
		log_warn("NOTIFY_SOCKET %s", path);
	return true;
}

void
notify_send(const char *state)
{
	if (notify_fd != -1 &&
	    send(notify_fd, state, strlen(state), MSG_NOSIGNAL) == -1)
		log_warn("service manager");
}

int64_t
notify_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	const char *error = NULL;

	if (usec == NULL ||
	    (pid != NULL && strtonum(pid, 1, INT32_MAX, &error) != getpid()))
		return 0;
	return strtonum(usec, 2000, INT64_MAX, &error) / 2000;
}
