#include <fcntl.h>
#include <libutil.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detach.h"
#include "log.h"

static struct pidfh *pidfile;
static int ready = -1; /* the parent reads the other end */

void
detach_fill_descriptors(void)
{
	int fd;

	do {
		if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
			_exit(1);
	} while (fd <= STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
}

void
detach_begin(void)
{
	int fd[2];
	char byte;

	if (pipe2(fd, O_CLOEXEC) == -1)
		fatal("pipe");
	switch (fork()) {
	case -1:
		fatal("fork");
	case 0:
		break;
	default:
		close(fd[1]);
		_exit(read(fd[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(fd[0]);
	ready = fd[1];
	if (setsid() == -1 || chdir("/") == -1)
		fatal("detach");
}

void
detach_ready(const char *control)
{
	char path[PATH_MAX], *dot;
	int null;

	if (ready == -1)
		return;
	strlcpy(path, control, sizeof(path));
	if ((dot = strrchr(path, '.')) != NULL && strchr(dot, '/') == NULL)
		*dot = '\0';
	strlcat(path, ".pid", sizeof(path));
	if ((pidfile = pidfile_open(path, 0644, NULL)) == NULL ||
	    pidfile_write(pidfile) == -1)
		log_warn("%s", path);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null, 0) == -1 || dup2(null, 1) == -1 || dup2(null, 2) == -1)
		fatal("/dev/null");
	if (write(ready, "", 1) == -1)
		log_warn("detach");
	close(ready);
}

void
detach_end(void)
{
	if (pidfile != NULL)
		(void)pidfile_remove(pidfile);
}
