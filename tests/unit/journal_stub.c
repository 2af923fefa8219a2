/*
 * Stands where smtpband looks for journalctl: prints how it was started, a
 * line each, and stays until it is ended.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sys/types.h>

static void
print_ids(void)
{
	gid_t groups[32];
	uid_t r, e, s;
	int i, n;

	(void)getresuid(&r, &e, &s);
	printf("users %u %u %u\n", r, e, s);
	(void)getresgid(&r, &e, &s);
	printf("groups %u %u %u", r, e, s);
	n = getgroups(32, groups);
	for (i = 0; i < n; i++)
		printf(" %u", groups[i]);
	printf("\n");
}

int
main(int argc, char *argv[])
{
	int i, fd, death = 0;
	sigset_t blocked;

	for (i = 0; i < argc; i++)
		printf("argument %s\n", argv[i]);
	for (i = 0; environ[i] != NULL; i++)
		printf("environment %s\n", environ[i]);
	print_ids();
	printf("descriptors");
	for (fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			printf(" %d", fd);
	printf("\n");
	(void)sigprocmask(SIG_SETMASK, NULL, &blocked);
	printf("blocked %d\n", sigismember(&blocked, SIGTERM));
	printf("ignored %d\n", signal(SIGPIPE, SIG_DFL) == SIG_IGN);
	(void)prctl(PR_GET_PDEATHSIG, &death);
	printf("new_privs %d\n", !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("death %d\n", death);
	printf("end\n");
	(void)fflush(stdout);
	(void)pause();
	return 0;
}
