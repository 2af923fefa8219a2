#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "child.h"

#define WAIT_TRIES 100
#define WAIT_NS    10000000

const char *
child_ending(int status)
{
	static char text[64];

	if (WIFSIGNALED(status))
		(void)snprintf(text, sizeof(text), "killed by signal %d%s",
		    WTERMSIG(status),
		    WTERMSIG(status) == SIGSYS ? " (a forbidden system call)" :
						 "");
	else
		(void)snprintf(text, sizeof(text), "status %d",
		    WEXITSTATUS(status));
	return text;
}

const char *
child_wait(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = WAIT_NS };
	int saved = errno, status, tries;
	pid_t got;

	for (tries = 0; tries < WAIT_TRIES; tries++) {
		if ((got = waitpid(pid, &status, WNOHANG)) != 0)
			break;
		(void)nanosleep(&pause, NULL);
	}
	errno = saved;
	return got > 0 ? child_ending(status) : "it closed its channel";
}
