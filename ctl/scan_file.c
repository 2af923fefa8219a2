#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
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

/* Have the decompressor read it.  Returns 0, or -1 with the error printed. */
static int
scan_file_unpack(struct scan_file *f)
{
	f->packed = f->fd;
	f->fd = scan_file_spawn(f->program, f->packed, &f->child);
	if (f->fd != -1)
		return 0;
	warn("%s: cannot start %s, is it installed?", f->name, f->program);
	close(f->packed);
	return -1;
}

static void
scan_file_warn_open(const char *name)
{
	if (errno == EACCES)
		warnx("%s: %s: root may read it, or who is in its group", name,
		    strerror(errno));
	else
		warn("%s", name);
}

int
scan_file_open(struct scan_file *f, const char *name)
{
	struct stat st;

	memset(f, 0, sizeof(*f));
	f->name = name;
	f->packed = -1;
	f->fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) :
					 open(name, O_RDONLY | O_CLOEXEC);
	if (f->fd == -1 || fstat(f->fd, &st) == -1) {
		scan_file_warn_open(name);
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		warnx("%s: is a directory, name the files in it", name);
		close(f->fd);
		return -1;
	}
	f->size = S_ISREG(st.st_mode) ? st.st_size : -1;
	f->mtime = S_ISREG(st.st_mode) ? st.st_mtime : time(NULL);
	if ((f->program = scan_file_program(name)) == NULL)
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	else if (scan_file_unpack(f) == -1)
		return -1;
	if ((f->buf = malloc(RECOGNISE_LINE_MAX + BLOCK)) == NULL)
		err(COMMAND_FAILED, NULL);
	return 0;
}

/* Another block behind what is left, which is less than a line may have. */
static void
scan_file_fill(struct scan_file *f)
{
	size_t left = f->end - f->at;
	ssize_t n;

	memmove(f->buf, f->buf + f->at, left);
	f->at = 0;
	f->end = left;
	do
		n = read(f->fd, f->buf + left, BLOCK);
	while (n == -1 && errno == EINTR);
	if (n == -1) {
		warn("%s", f->name);
		f->failed = true;
	}
	f->ended = n <= 0;
	if (n > 0) {
		f->end += (size_t)n;
		f->taken += n;
	}
}

bool
scan_file_next(struct scan_file *f, const char **line, size_t *n)
{
	const char *p, *nl;
	size_t left;
	bool skipped;

	for (;;) {
		p = f->buf + f->at;
		left = f->end - f->at;
		nl = memchr(p, '\n', left);
		if (nl == NULL && !f->ended &&
		    (left == 0 || (left < RECOGNISE_LINE_MAX && !f->skip))) {
			scan_file_fill(f);
			continue;
		}
		*line = p;
		*n = nl != NULL ? (size_t)(nl - p) : left;
		f->at += nl != NULL ? *n + 1 : *n;
		if (*n > RECOGNISE_LINE_MAX)
			*n = RECOGNISE_LINE_MAX;
		skipped = f->skip;
		f->skip = nl == NULL;
		if (!skipped && (nl != NULL || left > 0))
			return true;
		if (nl == NULL && f->ended)
			return false;
	}
}

int64_t
scan_file_peek(struct scan_file *f)
{
	const char *p, *end, *nl;
	int64_t time = 0;
	size_t n;

	scan_file_fill(f);
	end = f->buf + f->end;
	for (p = f->buf; time == 0 && p < end; p += n + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		n = (size_t)((nl != NULL ? nl : end) - p);
		time = recognise_peek_time(p,
		    n < RECOGNISE_LINE_MAX ? n : RECOGNISE_LINE_MAX, f->mtime);
	}
	return time;
}

bool
scan_file_is_regular(const struct scan_file *f)
{
	return f->size != -1 && strcmp(f->name, "-") != 0;
}

/* A decompressor shares the offset of its input with us. */
int64_t
scan_file_done(const struct scan_file *f)
{
	off_t at;

	if (f->packed == -1)
		return f->taken;
	at = lseek(f->packed, 0, SEEK_CUR);
	return at != -1 ? at : f->taken;
}

/* Wait for the decompressor.  Returns 0, or -1 with the error printed. */
static int
scan_file_wait(const struct scan_file *f)
{
	int status = 0;

	while (waitpid(f->child, &status, 0) == -1)
		if (errno != EINTR) {
			warn("%s: %s", f->name, f->program);
			return -1;
		}
	if (status == 0 || !f->ended)
		return 0;
	warnx("%s: %s failed, is the file whole?", f->name, f->program);
	return -1;
}

int
scan_file_close(struct scan_file *f)
{
	int result = f->failed ? -1 : 0;

	close(f->fd);
	f->fd = -1;
	if (f->packed != -1)
		close(f->packed);
	if (f->child != 0 && scan_file_wait(f) == -1)
		result = -1;
	free(f->buf);
	f->buf = NULL;
	return result;
}

void
scan_file_put_back(struct scan_file *f)
{
	f->ended = false;
	(void)scan_file_close(f);
}
