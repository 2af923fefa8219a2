#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_read.h"
#include "log.h"

#define CPU_SECONDS 60                /* ten million records take less */
#define MEMORY      ((rlim_t)1 << 30) /* and as much as the file has */
#define LENGTH_MAX  ((off_t)1 << 32)
#define SECTOR      4096

/*
 * Open what is there, unless it is none of ours.  Returns the descriptor, -1
 * with a line logged, or -2 for no file.
 */
static int
found_open(const char *path, struct stat *st)
{
	int fd;

	/* A FIFO or a device is not even opened. */
	if (lstat(path, st) == -1) {
		if (errno == ENOENT)
			return -2;
		log_warn("ledger %s", path);
		return -1;
	}
	if (!S_ISREG(st->st_mode)) {
		log_warnx("ledger %s: not a regular file", path);
		return -1;
	}
	if (st->st_uid != geteuid() || (st->st_mode & 022) != 0) {
		log_warnx("ledger %s: others may write it (chmod go-w)", path);
		return -1;
	}
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		log_warn("ledger %s", path);
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		log_warnx("ledger %s: another program uses it", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
child_limit(rlim_t memory)
{
	const struct rlimit none = { 0, 0 }, cpu = { CPU_SECONDS, CPU_SECONDS };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_CPU, &cpu);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is more */
	const struct rlimit space = { memory, memory };

	(void)setrlimit(RLIMIT_AS, &space);
#endif
}

/* A value as it is, in so many bytes; zeros for one that no record has. */
static void
child_send(FILE *out, datum value)
{
	char frame[LEDGER_RECORD_LEN] = { 0 };

	if (value.dptr != NULL && value.dsize <= (int)sizeof(frame))
		memcpy(frame, value.dptr, (size_t)value.dsize);
	free(value.dptr);
	if (fwrite(frame, sizeof(frame), 1, out) != 1)
		_exit(1);
}

/* The mark first, then all records.  Mapped: a SIGBUS is ours alone. */
static void
child(int fd, const char *path, off_t size, int to)
{
	static char text[] = LEDGER_MARK_KEY;
	const datum mark = { text, sizeof(text) - 1 };
	FILE *out = fdopen(to, "w");
	datum key, next;
	GDBM_FILE db;

	child_limit(MEMORY + (rlim_t)size);
	db = gdbm_fd_open(fd, path, 0, GDBM_READER | GDBM_NOLOCK, NULL);
	if (db == NULL || out == NULL)
		_exit(1);
	child_send(out, gdbm_fetch(db, mark));
	for (key = gdbm_firstkey(db); key.dptr != NULL; key = next) {
		if (key.dsize != mark.dsize ||
		    memcmp(key.dptr, text, (size_t)key.dsize) != 0)
			child_send(out, gdbm_fetch(db, key));
		next = gdbm_nextkey(db, key);
		free(key.dptr);
	}
	_exit(fclose(out) != 0);
}

/* Believe the child nothing but what mark and checksums prove. */
static void
found_receive(struct ledger_found *f, FILE *in, off_t size)
{
	uint8_t frame[LEDGER_RECORD_LEN];
	struct ledger_mark mark;
	uint64_t sum = 0;

	if (fread(frame, sizeof(frame), 1, in) != 1 ||
	    ledger_mark_decode(frame, LEDGER_MARK_LEN, &mark) == -1 ||
	    mark.records > (uint64_t)size / LEDGER_RECORD_LEN)
		return;
	f->unfinished = mark.generation == LEDGER_UNFINISHED;
	if (f->unfinished)
		return;
	if ((f->v = calloc(mark.records + 1, sizeof(*f->v))) == NULL)
		fatal("ledger");
	while (fread(frame, sizeof(frame), 1, in) == 1 && f->n < mark.records &&
	    ledger_record_decode(frame, sizeof(frame), &f->v[f->n]) == 0)
		sum += ledger_record_encode(&f->v[f->n++], frame);
	f->whole = f->n == mark.records && sum == mark.sum && feof(in);
	if (f->whole)
		f->mark = mark;
}

int
ledger_read(const char *path, struct ledger_found *f)
{
	struct stat st;
	int fd, to[2];
	pid_t pid;
	FILE *in;

	memset(f, 0, sizeof(*f));
	if ((fd = found_open(path, &st)) < 0)
		return fd == -1 ? -1 : 0;
	f->there = true;
	/* Who was killed before a sync has left pages that are not on disk. */
	if (st.st_size > LENGTH_MAX || fsync(fd) == -1) {
		close(fd);
		return 0;
	}
	if (pipe2(to, O_CLOEXEC) == -1 || (in = fdopen(to[0], "r")) == NULL ||
	    (pid = fork()) == -1)
		fatal("ledger %s: reading it", path);
	if (pid == 0)
		child(fd, path, st.st_size, to[1]);
	close(to[1]);
	close(fd);
	found_receive(f, in, st.st_size);
	fclose(in);
	kill(pid, SIGKILL); /* it may not end by itself */
	waitpid(pid, NULL, 0);
	return 0;
}

static void
found_add(struct ledger_found *f, const struct ban *b, size_t *max)
{
	if (f->n == *max) {
		*max = 2 * *max + 64;
		f->v = reallocarray(f->v, *max, sizeof(*f->v));
		if (f->v == NULL)
			fatal("ledger");
	}
	f->v[f->n++] = *b;
}

void
ledger_salvage(const char *path, struct ledger_found *f)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t buf[64 * SECTOR];
	size_t max = f->n;
	struct ban b;
	off_t at = 0;
	ssize_t i, n;

	while (at < LENGTH_MAX && (at = lseek(fd, at, SEEK_DATA)) != -1) {
		n = pread(fd, buf, sizeof(buf), at);
		for (i = 0; i + LEDGER_RECORD_LEN <= n; i++)
			if (ledger_record_decode(buf + i, LEDGER_RECORD_LEN,
				&b) == 0)
				found_add(f, &b, &max);
		/* Past what cannot be read, and past the end. */
		at = i > 0 ? at + i : (at + SECTOR) & ~(off_t)(SECTOR - 1);
	}
	if (fd != -1)
		close(fd);
}
