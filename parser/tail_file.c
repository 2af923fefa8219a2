#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "recognise/recognise.h"
#include "tail_file.h"
#include "tail_lines.h"

_Static_assert(TAIL_BLOCK > RECOGNISE_LINE_MAX, "a block holds any line");

int
tail_file_open(struct tail_file *f, int fd, int wd)
{
	struct stat st;
	ssize_t n;

	memset(f, 0, sizeof(*f));
	f->fd = fd;
	f->wd = wd;
	f->hole = true;
	if (fstat(fd, &st) == -1) {
		tail_file_close(f);
		return -1;
	}
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->mtime = st.st_mtim;
	n = pread(fd, f->head, sizeof(f->head), 0);
	if (n > 0)
		f->head_len = (size_t)n;
	return 0;
}

void
tail_file_close(struct tail_file *f)
{
	close(f->fd);
	f->fd = -1;
}

/*
 * Hand out the lines among n bytes of the block.  Returns how many bytes are
 * done with.  A line without its end is not among them: it is read again
 * when the file has grown, so nothing is kept of it here.
 */
static size_t
give_lines(struct tail_file *f, const struct tail_sink *s, size_t n)
{
	size_t hole = 0;

	/* A writer that does not append leaves a hole after a truncation. */
	while (f->hole && hole < n) {
		f->hole = s->block[hole] == '\0';
		hole += f->hole;
	}
	return hole +
	    tail_lines_give(s, &f->skipping, s->block + hole, n - hole);
}

/* Keeps the first bytes while the file is still shorter than TAIL_HEAD. */
static bool
has_changed(struct tail_file *f, off_t size)
{
	char head[TAIL_HEAD];
	ssize_t n;

	if (size < f->offset)
		return true;
	n = pread(f->fd, head, sizeof(head), 0);
	if (n == -1)
		return false;
	if ((size_t)n < f->head_len || memcmp(head, f->head, f->head_len) != 0)
		return true;
	memcpy(f->head, head, (size_t)n);
	f->head_len = (size_t)n;
	return false;
}

enum tail_read
tail_file_read(struct tail_file *f, const struct tail_sink *s, bool final)
{
	struct stat st;
	ssize_t n;
	size_t used;
	bool end;

	n = pread(f->fd, s->block, TAIL_BLOCK, f->offset);
	if (n == -1 || fstat(f->fd, &st) == -1)
		return TAIL_READ_FAILED;
	/* After the read: what is as it was now was so when it was read. */
	if (has_changed(f, st.st_size))
		return TAIL_READ_CHANGED;
	f->mtime = st.st_mtim;
	end = n == 0 || f->offset + n >= st.st_size;
	used = give_lines(f, s, (size_t)n);
	if (end && final && used < (size_t)n) {
		tail_lines_give_one(s, s->block + used, (size_t)n - used);
		used = (size_t)n;
	}
	f->offset += (off_t)used;
	return end ? TAIL_READ_END : TAIL_READ_MORE;
}

void
tail_file_restart(struct tail_file *f)
{
	f->offset = 0;
	f->skipping = false;
	f->hole = true;
	f->head_len = 0;
}

bool
tail_file_continue(struct tail_file *f, const struct tail_file *before)
{
	if (before->head_len == 0 || f->head_len < before->head_len ||
	    memcmp(f->head, before->head, before->head_len) != 0)
		return false;
	f->offset = before->offset;
	f->skipping = before->skipping;
	f->hole = before->hole;
	f->copy = true;
	return true;
}

bool
tail_file_is_named(const struct tail_file *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 && st.st_nlink > 0;
}

bool
tail_file_is_newer(const struct tail_file *f, const struct tail_file *than)
{
	struct stat st, other;

	if (fstat(f->fd, &st) == -1 || fstat(than->fd, &other) == -1)
		return false;
	if (st.st_mtim.tv_sec != other.st_mtim.tv_sec)
		return st.st_mtim.tv_sec > other.st_mtim.tv_sec;
	return st.st_mtim.tv_nsec >= other.st_mtim.tv_nsec;
}

uint64_t
tail_file_behind(const struct tail_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st) == -1 || st.st_size < f->offset)
		return 0;
	return (uint64_t)(st.st_size - f->offset);
}
