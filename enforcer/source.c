#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "smtpband.h"

#define DIR_EVENTS                                             \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
	    IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define FILE_EVENTS (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
#define LINKS_MAX   8
#define DATE        "-[0-9][0-9][0-9][0-9][01][0-9][0-3][0-9]"

static void
source_close(struct source *s)
{
	free(s->path);
	close(s->inotify);
	if (s->pipe > 0)
		close(s->pipe);
	memset(s, 0, sizeof(*s));
}

static void
source_add(struct sources *all, const char *path, int inotify)
{
	struct source *s = all->v;

	while (s->path != NULL)
		s++;
	if ((s->path = strdup(path)) == NULL)
		fatal("log");
	s->inotify = inotify;
	s->dir = s->file = -1;
}

static bool
sources_have(const struct sources *all, const char *path)
{
	unsigned i;

	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (all->v[i].path != NULL && strcmp(all->v[i].path, path) == 0)
			return true;
	return false;
}

int
sources_configure(struct sources *all, const struct conf *conf)
{
	const char *new[MSG_LOGS_MAX];
	int inotify[MSG_LOGS_MAX];
	unsigned i, n = 0;

	for (i = 0; i < conf->nlogs; i++) {
		if (sources_have(all, conf->logs[i]))
			continue;
		new[n] = conf->logs[i];
		inotify[n] = -1;
		if (strcmp(new[n], MSG_JOURNAL) != 0 &&
		    (inotify[n] = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) ==
			-1) {
			while (n-- > 0)
				close(inotify[n]);
			return -1;
		}
		n++;
	}
	for (i = 0; i < MSG_LOGS_MAX; i++)
		if (all->v[i].path != NULL &&
		    !conf_has_log(conf, all->v[i].path))
			source_close(&all->v[i]);
	while (n-- > 0)
		source_add(all, new[n], inotify[n]);
	return 0;
}

/* Where the symbolic links of a log lead, whether a file is there or not. */
static void
source_resolve(const struct source *s, char real[PATH_MAX])
{
	char target[PATH_MAX];
	ssize_t n;
	int hops;

	strlcpy(real, s->path, PATH_MAX);
	for (hops = 0; hops < LINKS_MAX; hops++) {
		if ((n = readlink(real, target, sizeof(target) - 1)) == -1)
			return;
		target[n] = '\0';
		if (target[0] == '/')
			real[0] = '\0';
		else
			strrchr(real, '/')[1] = '\0';
		strlcat(real, target, PATH_MAX);
	}
}

/* Watch the folder of a path; the path is cut, name is its last part. */
static int
watch_folder(const struct source *s, char path[PATH_MAX], char **name)
{
	*name = strrchr(path, '/');
	*(*name)++ = '\0';
	return inotify_add_watch(s->inotify, path[0] == '\0' ? "/" : path,
	    DIR_EVENTS);
}

bool
source_watch(struct source *s)
{
	char path[PATH_MAX], *name;
	bool link;
	int wd;

	source_resolve(s, path);
	link = strcmp(path, s->path) != 0;
	while ((wd = watch_folder(s, path, &name)) == -1 && path[0] != '\0')
		;
	if (link) { /* it may come to lead elsewhere: any name can tell */
		strlcpy(path, s->path, sizeof(path));
		(void)watch_folder(s, path, &name);
		name = strchr(name, '\0');
	}
	if (wd == s->dir && strcmp(name, s->name) == 0)
		return false;
	if (s->dir != -1 && wd != s->dir && !link)
		(void)inotify_rm_watch(s->inotify, s->dir);
	s->dir = wd;
	strlcpy(s->name, name, sizeof(s->name));
	return true;
}

/* Watch the very file that was opened, whatever its name is by now. */
static void
source_watch_file(struct source *s, int fd)
{
	char self[32];
	int wd;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if ((wd = inotify_add_watch(s->inotify, self, FILE_EVENTS)) == -1)
		log_verbose("watching %s: %s", s->path, strerror(errno));
	s->file = wd;
}

static int
open_regular(const char *path)
{
	struct stat st = { 0 };
	int fd;

	if ((fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) ==
	    -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP;
	return -1;
}

/*
 * The rotated files beside the log, as logrotate(8), newsyslog(8) and others
 * name them: the newest, or the one that so many are newer than.
 */
static int
open_rotated(const struct source *s, uint32_t newer)
{
	static const char *const suffixes[] = { ".[0-9]", DATE, DATE "-*[0-9]",
		DATE "[0-9]*[0-9]" };
	char path[PATH_MAX], pattern[2 * PATH_MAX];
	struct timespec last = { .tv_sec = INT64_MAX }, best;
	const char *name;
	struct stat st;
	glob_t g = { 0 };
	size_t i, n, at = 0, last_at;
	int fd = -1;

	source_resolve(s, path);
	for (i = n = 0; path[i] != '\0'; i++) {
		if (strchr("*?[\\", path[i]) != NULL)
			pattern[n++] = '\\';
		pattern[n++] = path[i];
	}
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		strlcpy(pattern + n, suffixes[i], sizeof(pattern) - n);
		(void)glob(pattern, i == 0 ? 0 : GLOB_APPEND, NULL, &g);
	}
	do {
		best = (struct timespec){ 0, 0 };
		last_at = at;
		for (name = NULL, i = 0; i < g.gl_pathc; i++) {
			if (stat(g.gl_pathv[i], &st) == -1 ||
			    timespeccmp(&st.st_mtim, &best, <=) ||
			    timespeccmp(&st.st_mtim, &last, >) ||
			    (timespeccmp(&st.st_mtim, &last, ==) &&
				i <= last_at))
				continue;
			best = st.st_mtim;
			name = g.gl_pathv[i];
			at = i;
		}
		last = best;
	} while (name != NULL && newer-- > 0);
	errno = ENOENT;
	if (name != NULL)
		fd = open_regular(name);
	globfree(&g);
	return fd;
}

int
source_open(struct source *s, uint32_t which)
{
	int fd;

	if (which == MSG_CURRENT && s->pipe > 0) {
		fd = s->pipe;
		s->pipe = 0;
		return fd;
	}
	if (s->path == NULL || s->inotify == -1) {
		errno = ENOENT;
		return -1;
	}
	if (which != MSG_CURRENT)
		return open_rotated(s, which - MSG_ROTATED);
	if ((fd = open_regular(s->path)) != -1)
		source_watch_file(s, fd);
	return fd;
}
