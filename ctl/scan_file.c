#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "recognise/recognise.h"
#include "scan_file.h"

#define BLOCK ((size_t)256 * 1024)

/* What reads a file of that name, or NULL. */
static const char *
scan_file_program(const char *name)
{
	static const struct {
		const char *suffix;
		const char *program;
	} known[] = { { ".gz", "zcat" }, { ".Z", "zcat" },
		{ ".zst", "zstdcat" }, { ".xz", "xzcat" },
		{ ".bz2", "bzcat" } };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(dot, known[i].suffix) == 0)
			return known[i].program;
	return NULL;
}

/*
 * Run program with in as its standard input.  Returns the descriptor of its
 * output, or -1 with errno.
 */
static int
scan_file_spawn(const char *program, int in, pid_t *child)
{
	char name[16], *argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], error;

	(void)strlcpy(name, program, sizeof(name));
	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	if ((error = posix_spawn_file_actions_init(&actions)) == 0) {
		error = posix_spawn_file_actions_adddup2(&actions, in,
		    STDIN_FILENO);
		if (error == 0)
			error = posix_spawn_file_actions_adddup2(&actions,
			    ends[1], STDOUT_FILENO);
		if (error == 0)
			error = posix_spawnp(child, program, &actions, NULL,
			    argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[1]);
	if (error == 0)
		return ends[0];
	close(ends[0]);
	errno = error;
	return -1;
}

int
scan_file_open(struct scan_file *f, const char *name)
{
	struct stat st;
	int in;

	memset(f, 0, sizeof(*f));
	f->name = name;
	f->fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) :
					 open(name, O_RDONLY | O_CLOEXEC);
	if (f->fd == -1 || fstat(f->fd, &st) == -1) {
		warn("%s", name);
		return -1;
	}
	f->mtime = S_ISREG(st.st_mode) ? st.st_mtime : time(NULL);
	if ((f->program = scan_file_program(name)) == NULL) {
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		return 0;
	}
	in = f->fd;
	f->fd = scan_file_spawn(f->program, in, &f->child);
	close(in);
	if (f->fd != -1)
		return 0;
	warn("%s: %s", name, f->program);
	return -1;
}

/*
 * Hand out the lines of buf; *skip tells that the head of a line that is too
 * long was handed out before.  Returns how many bytes at the end are the
 * beginning of a line that goes on.
 */
static size_t
scan_file_lines(const char *buf, size_t n, bool *skip, scan_line each,
    void *arg)
{
	const char *end = buf + n, *nl;
	size_t len;

	while ((nl = memchr(buf, '\n', (size_t)(end - buf))) != NULL) {
		len = (size_t)(nl - buf);
		if (!*skip)
			each(arg, buf,
			    len < RECOGNISE_LINE_MAX ? len :
						       RECOGNISE_LINE_MAX);
		*skip = false;
		buf = nl + 1;
	}
	len = (size_t)(end - buf);
	if (!*skip && len < RECOGNISE_LINE_MAX)
		return len;
	if (!*skip)
		each(arg, buf, RECOGNISE_LINE_MAX);
	*skip = true;
	return 0;
}

int
scan_file_read(struct scan_file *f, scan_line each, void *arg)
{
	static char buf[RECOGNISE_LINE_MAX + BLOCK];
	size_t kept = 0, total;
	bool skip = false;
	ssize_t n;

	for (;;) {
		n = read(f->fd, buf + kept, BLOCK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		total = kept + (size_t)n;
		kept = scan_file_lines(buf, total, &skip, each, arg);
		memmove(buf, buf + total - kept, kept);
	}
	if (kept > 0)
		each(arg, buf, kept);
	if (n == -1) {
		warn("%s", f->name);
		return -1;
	}
	return 0;
}

int
scan_file_close(struct scan_file *f)
{
	int status = 0;

	close(f->fd);
	if (f->child == 0)
		return 0;
	while (waitpid(f->child, &status, 0) == -1)
		if (errno != EINTR) {
			warn("%s: %s", f->name, f->program);
			return -1;
		}
	if (status == 0)
		return 0;
	warnx("%s: %s failed", f->name, f->program);
	return -1;
}
