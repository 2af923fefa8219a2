#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "smtpband.h"

#ifndef SMTPBAN_JOURNALCTL
#define SMTPBAN_JOURNALCTL CONF_JOURNALCTL
#endif

/*
 * Its group keeps a parser that was taken over, of the same user, from
 * ptrace(2): the reader of the journal is not in an empty root directory.
 */
static void
give_up_root(uid_t uid, gid_t gid)
{
	sigset_t none;

	sigemptyset(&none); /* loop_signals blocked them for us */
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1 ||
	    signal(SIGPIPE, SIG_DFL) == SIG_ERR || /* which systemd ignores */
	    setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		fatal("log journal: giving up root");
}

/*
 * Without --merge, --follow is for lines after the last boot only, and then a
 * match leaves out the journals of containers.  --system: in the journals of
 * users anybody can write.
 */
static void
start(struct enforcer *e, uid_t uid, gid_t gid, int out)
{
	char since[40],
	    machine[] = "_MACHINE_ID=0123456789abcdef0123456789abcdef";
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	const char *argv[] = { "journalctl", "--system", "--follow",
		"--no-tail", since, "--merge", machine, "--output=short-unix",
		"--all", "--no-pager", "--quiet", NULL };
	const char *envp[] = { "LC_ALL=C", NULL };

	if (fd == -1 || read(fd, strchr(machine, '=') + 1, 32) != 32)
		fatal("log journal needs /etc/machine-id");
	snprintf(since, sizeof(since), "--since=@%lld",
	    (long long)MAX(0, clock_wall() - conf_window(&e->conf->policy)));
	give_up_root(uid, gid);
	spawn_execute(SMTPBAN_JOURNALCTL, argv, envp, e->target, out, 3);
}

void
journal_start(struct enforcer *e)
{
	struct source *s = e->sources.v;
	const struct passwd *pw;
	const struct group *gr;
	int fd[2];
	pid_t pid;

	if (!conf_has_log(e->conf, MSG_JOURNAL))
		return;
	if (access(SMTPBAN_JOURNALCTL, X_OK) == -1)
		fatal("log journal needs %s", SMTPBAN_JOURNALCTL);
	if ((pw = getpwnam(e->conf->user)) == NULL || pw->pw_uid == 0 ||
	    (gr = getgrnam(JOURNAL_GROUP)) == NULL)
		fatalx("log journal needs the user \"%s\" and the group \"%s\"",
		    e->conf->user, JOURNAL_GROUP);
	if (pipe2(fd, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		fatal("log journal");
	if (pid == 0)
		start(e, pw->pw_uid, gr->gr_gid, fd[1]);
	close(fd[1]);
	while (s->path == NULL || s->inotify != -1)
		s++;
	s->pipe = fd[0];
}
