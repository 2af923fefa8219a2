#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_shim.h"

int shim_error[SHIM_CALLS];
unsigned shim_skip;
bool shim_once;
const char *shim_only;
unsigned shim_count[SHIM_CALLS];
void (*shim_record)(const struct shim_event *);

static bool
is_ours(const char *name)
{
	if (shim_only != NULL)
		return strcmp(name, shim_only) == 0;
	return dir[0] != '\0' && strncmp(name, dir, strlen(dir)) == 0;
}

static bool
is_our_descriptor(int fd)
{
	char proc[64], name[256];
	ssize_t n;

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlink, proc, name, sizeof(name) - 1);
	if (n < 0)
		return false;
	name[n] = '\0';
	return is_ours(name);
}

/* Whether this call fails; then errno is set. */
static bool
shim_fails(enum shim_call call, bool ours)
{
	if (!ours)
		return false;
	shim_count[call]++;
	if (shim_error[call] == 0)
		return false;
	if (shim_skip > 0) {
		shim_skip--;
		return false;
	}
	errno = shim_error[call];
	if (shim_once)
		shim_error[call] = 0;
	return true;
}

static const char *
base(const char *name)
{
	return strrchr(name, '/') + 1;
}

static void
tell(enum shim_call call, int fd, struct shim_event e)
{
	struct stat st;

	if (shim_record == NULL)
		return;
	e.call = call;
	if (fd != -1) {
		assert_int_equal(fstat(fd, &st), 0);
		e.ino = st.st_ino;
	}
	shim_record(&e);
}

int
open(const char *name, int flags, ...)
{
	bool ours = is_ours(name) && (flags & O_ACCMODE) != O_RDONLY;
	mode_t mode = 0;
	va_list ap;
	int fd;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (shim_fails(SHIM_OPEN, ours))
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
	if (fd != -1 && ours && (flags & O_CREAT) != 0)
		tell(SHIM_OPEN, fd, (struct shim_event){ .name = base(name) });
	return fd;
}

ssize_t
write(int fd, const void *bytes, size_t n)
{
	bool ours = is_our_descriptor(fd);
	off_t at = ours ? lseek(fd, 0, SEEK_CUR) : 0;
	ssize_t done;

	if (shim_fails(SHIM_WRITE, ours))
		return -1;
	done = syscall(SYS_write, fd, bytes, n);
	if (done > 0 && ours)
		tell(SHIM_WRITE, fd,
		    (struct shim_event){ .bytes = bytes,
			.n = (size_t)done,
			.at = at });
	return done;
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	bool ours = is_our_descriptor(fd);
	ssize_t done;

	if (shim_fails(SHIM_WRITE, ours))
		return -1;
	done = syscall(SYS_pwrite64, fd, bytes, n, at);
	if (done > 0 && ours)
		tell(SHIM_WRITE, fd,
		    (struct shim_event){ .bytes = bytes,
			.n = (size_t)done,
			.at = at });
	return done;
}

/* Files that are found are opened to be read only. */
static bool
is_found(int fd)
{
	return is_our_descriptor(fd) &&
	    (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

ssize_t
read(int fd, void *bytes, size_t n)
{
	if (shim_fails(SHIM_READ, is_found(fd)))
		return -1;
	return syscall(SYS_read, fd, bytes, n);
}

ssize_t
pread(int fd, void *bytes, size_t n, off_t at)
{
	if (shim_fails(SHIM_READ, is_found(fd)))
		return -1;
	return syscall(SYS_pread64, fd, bytes, n, at);
}

int
ftruncate(int fd, off_t length)
{
	bool ours = is_our_descriptor(fd);

	if (shim_fails(SHIM_TRUNCATE, ours))
		return -1;
	if (syscall(SYS_ftruncate, fd, length) == -1)
		return -1;
	if (ours)
		tell(SHIM_TRUNCATE, fd, (struct shim_event){ .at = length });
	return 0;
}

int
fsync(int fd)
{
	bool ours = is_our_descriptor(fd);
	enum shim_call call = SHIM_SYNC;
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		call = SHIM_SYNC_DIR;
	if (shim_fails(call, ours))
		return -1;
	if (syscall(SYS_fsync, fd) == -1)
		return -1;
	if (ours)
		tell(call, fd, (struct shim_event){ 0 });
	return 0;
}

int
rename(const char *from, const char *to)
{
	if (shim_fails(SHIM_RENAME, is_ours(from)))
		return -1;
	if (syscall(SYS_rename, from, to) == -1)
		return -1;
	if (is_ours(from))
		tell(SHIM_RENAME, -1,
		    (struct shim_event){ .name = base(from), .to = base(to) });
	return 0;
}

int
link(const char *from, const char *to)
{
	if (shim_fails(SHIM_LINK, is_ours(from)))
		return -1;
	if (syscall(SYS_link, from, to) == -1)
		return -1;
	if (is_ours(from))
		tell(SHIM_LINK, -1,
		    (struct shim_event){ .name = base(from), .to = base(to) });
	return 0;
}

int
unlink(const char *name)
{
	if (shim_fails(SHIM_UNLINK, is_ours(name)))
		return -1;
	if (syscall(SYS_unlink, name) == -1)
		return -1;
	if (is_ours(name))
		tell(SHIM_UNLINK, -1,
		    (struct shim_event){ .name = base(name) });
	return 0;
}

int
fallocate(int fd, int mode, off_t at, off_t length)
{
	if (shim_fails(SHIM_ALLOCATE, is_our_descriptor(fd)))
		return -1;
	return (int)syscall(SYS_fallocate, fd, mode, at, length);
}
