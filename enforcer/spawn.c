#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"
#include "smtpband.h"

/* Our program's folder and the way from there to the parser, as installed. */
static void
parser_path(char path[PATH_MAX])
{
	ssize_t n;
	char *slash;

	if ((n = readlink("/proc/self/exe", path, PATH_MAX - 1)) == -1)
		fatal("/proc/self/exe");
	path[n] = '\0';
	slash = strrchr(path, '/');
	slash[1] = '\0';
	if (strlcat(path, SMTPBAN_PARSER, PATH_MAX) >= PATH_MAX)
		fatalx("%s: path too long", path);
	if (access(path, X_OK) == -1)
		fatal("%s, which is a part of smtpban", path);
}

__dead void
spawn_execute(const char *path, const char *const argv[],
    const char *const envp[], enum log_target target, int out, int above)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || dup2(null, 0) == -1 ||
	    dup2(out == -1 ? null : out, 1) == -1 ||
	    (target == LOG_TO_SYSLOG && dup2(null, 2) == -1))
		fatal("/dev/null");
	closefrom(above);
	execve(path, (char *const *)argv, (char *const *)envp);
	fatal("%s", path);
}

__dead static void
child(const char *path, const char *user, enum log_target target, int sock)
{
	char level[12], zone[256] = "TZ=:/etc/localtime";
	const char *tz = getenv("TZ");
	const char *argv[] = { "smtpban-parser", "-u", user, "-c", SPAWN_CHROOT,
		"-t", log_target_name(target), "-v", level, NULL };
	const char *envp[] = { "LC_ALL=C", zone, NULL, NULL };

	if (tz != NULL)
		snprintf(zone, sizeof(zone), "TZ=%s", tz);
#ifdef CONFINE_SANITIZED
	/* A leak check needs /proc, which is not in the chroot. */
	envp[2] = "ASAN_OPTIONS=detect_leaks=0";
#endif
	snprintf(level, sizeof(level), "%d", log_level());
	if (sock == MSG_PARSER_FD)
		(void)fcntl(sock, F_SETFD, 0);
	else if (dup2(sock, MSG_PARSER_FD) == -1)
		fatal("dup2");
	spawn_execute(path, argv, envp, target, -1, MSG_PARSER_FD + 1);
}

pid_t
spawn_parser(const char *user, enum log_target target, int *channel)
{
	char path[PATH_MAX];
	int sock[2];
	pid_t pid;

	parser_path(path);
	if ((mkdir("/run/smtpban", 0755) == -1 && errno != EEXIST) ||
	    (mkdir(SPAWN_CHROOT, 0755) == -1 && errno != EEXIST))
		fatal("%s", SPAWN_CHROOT);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, sock) == -1)
		fatal("socketpair");
	if ((pid = fork()) == -1)
		fatal("fork");
	if (pid == 0)
		child(path, user, target, sock[1]);
	close(sock[1]);
	*channel = sock[0];
	return pid;
}
