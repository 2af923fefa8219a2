#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outfile.h"

/* Where a link leads; a file that is not there yet is meant itself. */
static int
outfile_find(struct outfile *f, const char *path)
{
	struct stat st;
	size_t n;

	f->renamed = true;
	if (realpath(path, f->path) == NULL) {
		if (errno != ENOENT)
			return -1;
		n = strlcpy(f->path, path, sizeof(f->path));
	} else {
		if (stat(f->path, &st) == -1)
			return -1;
		f->renamed = S_ISREG(st.st_mode);
		n = strlen(f->path);
	}
	if (n < sizeof(f->path) &&
	    (size_t)snprintf(f->fresh, sizeof(f->fresh), "%s.%ld.new", f->path,
		(long)getpid()) < sizeof(f->fresh))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int
outfile_open(struct outfile *f, const char *path)
{
	const char *name;
	int fd, flags = O_WRONLY | O_CLOEXEC;

	memset(f, 0, sizeof(*f));
	if (strcmp(path, "-") == 0) {
		f->out = stdout;
		return 0;
	}
	if (outfile_find(f, path) == -1) {
		warn("%s", path);
		return -1;
	}
	name = f->renamed ? f->fresh : f->path;
	if (f->renamed)
		flags |= O_CREAT | O_EXCL | O_NOFOLLOW;
	if ((fd = open(name, flags, 0644)) == -1) {
		warn("%s", name);
		return -1;
	}
	if ((f->out = fdopen(fd, "w")) == NULL)
		err(1, NULL);
	return 0;
}

/* It is on the disk before it has the name, or a power cut leaves it empty. */
static int
outfile_finish(struct outfile *f)
{
	if (fflush(f->out) == EOF || ferror(f->out))
		return -1;
	if (!f->renamed)
		return 0;
	if (fsync(fileno(f->out)) == -1)
		return -1;
	return rename(f->fresh, f->path);
}

int
outfile_close(struct outfile *f)
{
	int saved, status;

	if (f->out == stdout)
		return 0; /* main looks whether all of it was taken */
	status = outfile_finish(f);
	saved = errno;
	if (fclose(f->out) == EOF && status == 0 && !f->renamed) {
		saved = errno;
		status = -1;
	}
	if (status == 0)
		return 0;
	if (f->renamed)
		(void)unlink(f->fresh);
	warnx("%s: %s", f->path, strerror(saved));
	return -1;
}
