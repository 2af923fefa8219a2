#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ledger.h"
#include "ledger_record.h"
#include "log.h"

/* A mapped file that is cut under us would be a SIGBUS. */
#define FLAGS      (GDBM_NOMMAP | GDBM_CLOEXEC)
#define BLOCK_SIZE 4096

static char mark_text[] = "generation"; /* not the text of any prefix */
static const datum mark_key = { mark_text, sizeof(mark_text) - 1 };

struct file {
	char path[PATH_MAX];
	GDBM_FILE db;            /* NULL: not whole, to be made anew */
	struct ledger_mark mark; /* generation 0: still being made */
	int error; /* errno of the first failure since it was opened, or 0 */
};

struct ledger {
	struct file file[2];
	unsigned newest; /* whole, and holds all that was committed */
	int dir;         /* descriptor of the files' directory */
	struct ban *put; /* in this order; the older file has none of them */
	size_t nput, max;
	size_t committed; /* so many of them are in the newest file */
};

static void
file_close(struct file *f)
{
	if (f->db != NULL)
		gdbm_close(f->db);
	f->db = NULL;
	memset(&f->mark, 0, sizeof(f->mark));
}

/*
 * Note how a gdbm call went.  A bucket that could not be written shows only in
 * gdbm_needs_recovery, and the next harmless error would clear that.
 */
static void
file_note(struct file *f, int failed)
{
	if (f->error == 0 && (failed || gdbm_needs_recovery(f->db)))
		f->error =
		    gdbm_last_syserr(f->db) ? gdbm_last_syserr(f->db) : EIO;
}

static datum
file_key(const struct ban *b, char text[PREFIX_STRLEN])
{
	datum key = { text, 0 };

	key.dsize = (int)strlen(prefix_format(&b->prefix, text));
	return key;
}

/* Returns false where there is no ban, or one that cannot be believed. */
static bool
file_get(struct file *f, datum key, struct ban *b)
{
	char text[PREFIX_STRLEN];
	datum want, value = gdbm_fetch(f->db, key);
	bool found = value.dptr != NULL &&
	    ledger_record_decode(value.dptr, (size_t)value.dsize, b) == 0;

	free(value.dptr);
	if (!found)
		return false;
	want = file_key(b, text);
	return key.dsize == want.dsize &&
	    memcmp(key.dptr, text, (size_t)key.dsize) == 0;
}

static int64_t
last_change(const struct ban *b)
{
	return b->since > b->released ? b->since : b->released;
}

/* A ledger_visit: store a ban, or take a forgotten one away. */
static void
file_put(void *arg, const struct ban *b)
{
	struct file *f = arg;
	uint8_t record[LEDGER_RECORD_LEN];
	char text[PREFIX_STRLEN];
	datum key = file_key(b, text);
	datum value = { (char *)record, sizeof(record) };
	struct ban old;
	bool found;

	if (f->error != 0)
		return;
	found = file_get(f, key, &old);
	if (found && f->mark.generation == 0 &&
	    last_change(&old) > last_change(b))
		return;
	if (found) {
		f->mark.records--;
		f->mark.sum -= ledger_record_encode(&old, record);
	}
	if (b->state == BAN_FORGOTTEN) {
		file_note(f, (gdbm_delete(f->db, key) == 0) != found);
		return;
	}
	f->mark.records++;
	f->mark.sum += ledger_record_encode(b, record);
	file_note(f,
	    gdbm_store(f->db, key, value, found ? GDBM_REPLACE : GDBM_INSERT));
}

/*
 * Say that the file is whole and sync it, unless anything failed since it was
 * opened; then it is closed.  Returns 0, or -1 with errno.
 */
static int
file_finish(struct file *f, uint64_t generation)
{
	uint8_t mark[LEDGER_MARK_LEN];
	datum value = { (char *)mark, sizeof(mark) };

	f->mark.generation = generation;
	ledger_mark_encode(&f->mark, mark);
	if (f->error == 0)
		file_note(f, gdbm_store(f->db, mark_key, value, GDBM_REPLACE));
	if (f->error == 0)
		file_note(f, gdbm_sync(f->db));
	if (f->error == 0)
		return 0;
	file_close(f);
	errno = f->error;
	return -1;
}

/*
 * Visit every ban, if visit is not NULL.  Returns 0 if the file holds exactly
 * what its mark says, or -1.
 */
static int
file_scan(struct file *f, ledger_visit visit, void *arg)
{
	uint8_t record[LEDGER_RECORD_LEN];
	uint64_t keys = 0, sum = 0;
	datum key, next;
	struct ban b;

	/* The mark is one key more; a damaged file may lead round for ever. */
	for (key = gdbm_firstkey(f->db);
	     key.dptr != NULL && keys <= f->mark.records; keys++) {
		if (file_get(f, key, &b)) {
			sum += ledger_record_encode(&b, record);
			if (visit != NULL)
				visit(arg, &b);
		}
		next = gdbm_nextkey(f->db, key);
		free(key.dptr);
		key = next;
	}
	if (key.dptr == NULL && keys == f->mark.records + 1 &&
	    sum == f->mark.sum)
		return 0;
	free(key.dptr);
	return -1;
}

/*
 * Put every intact record of a damaged file, wherever its bytes are: gdbm
 * stops at the first damage, and gdbm_recover loses and invents records.
 */
static void
file_salvage(struct file *f, const char *path)
{
	uint8_t buf[65536];
	struct ban b;
	off_t at = 0;
	ssize_t i, n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		if (errno != ENOENT)
			f->error = errno;
		return;
	}
	while ((n = pread(fd, buf, sizeof(buf), at)) >= LEDGER_RECORD_LEN) {
		for (i = 0; i <= n - LEDGER_RECORD_LEN; i++)
			if (ledger_record_decode(buf + i, LEDGER_RECORD_LEN,
				&b) == 0)
				file_put(f, &b);
		at += i;
	}
	close(fd);
}

/*
 * Make a file anew, from the other one or, if that is not whole, from what can
 * be read of both.  It takes the place of the old one when it is on disk.
 * Returns 0, or -1 with errno.
 */
static int
file_make(struct ledger *l, struct file *f)
{
	struct file *from = &l->file[f == l->file];
	uint64_t generation = from->db == NULL ? 1 : from->mark.generation;
	char fresh[PATH_MAX + 8];
	struct statvfs fs;
	int saved;

	snprintf(fresh, sizeof(fresh), "%s.new", f->path);
	/* No vain attempts: they take long, and gdbm leaks memory in them. */
	if (fstatvfs(l->dir, &fs) == -1)
		return -1;
	if (fs.f_bfree * fs.f_frsize < ledger_bytes(l) / 2 + 4 * BLOCK_SIZE) {
		errno = ENOSPC;
		return -1;
	}
	/* With a function for fatal errors gdbm would exit after calling it. */
	f->db = gdbm_open(fresh, BLOCK_SIZE, GDBM_NEWDB | FLAGS, 0600, NULL);
	if (f->db == NULL)
		return -1;
	f->error = 0;
	if (from->db == NULL) {
		file_salvage(f, l->file[1].path);
		file_salvage(f, l->file[0].path);
	} else if (file_scan(from, file_put, f) == -1 && f->error == 0)
		f->error = EIO;
	if (file_finish(f, generation) == 0 && rename(fresh, f->path) == 0 &&
	    fsync(l->dir) == 0)
		return 0;
	saved = errno;
	file_close(f);
	unlink(fresh);
	errno = saved;
	return -1;
}

/*
 * Open a file and read all of it.  Returns 0, with db NULL if it is absent or
 * not whole, or -1 with a line logged.
 */
static int
file_open(struct file *f)
{
	datum value = { NULL, 0 };

	f->db = gdbm_open(f->path, 0, GDBM_WRITER | FLAGS, 0, NULL);
	if (f->db != NULL) {
		value = gdbm_fetch(f->db, mark_key);
	} else if (gdbm_errno == GDBM_CANT_BE_WRITER) {
		log_warnx("ledger %s: another smtpband uses it", f->path);
		return -1;
	} else if (gdbm_errno == GDBM_FILE_OPEN_ERROR && errno != ENOENT) {
		log_warn("ledger %s", f->path);
		return -1;
	}
	if (value.dptr == NULL ||
	    ledger_mark_decode(value.dptr, (size_t)value.dsize, &f->mark) ==
		-1 ||
	    file_scan(f, NULL, NULL) == -1)
		file_close(f);
	free(value.dptr);
	return 0;
}

/*
 * Give the files a second name, which they keep when new ones take their
 * place.  Returns how many there were, or -1 with errno.
 */
static int
ledger_keep_damaged(struct ledger *l)
{
	char stamp[32], kept[PATH_MAX + 64];
	time_t now = time(NULL);
	struct tm tm;
	int i, n = 0;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", localtime_r(&now, &tm));
	for (i = 0; i < 2; i++) {
		snprintf(kept, sizeof(kept), "%s.damaged-%s%s", l->file[0].path,
		    stamp, i == 0 ? "" : ".2");
		if (link(l->file[i].path, kept) == 0) {
			log_warnx("ledger %s: damaged, kept as %s",
			    l->file[i].path, kept);
			n++;
		} else if (errno != ENOENT)
			return -1;
	}
	return n;
}

/* Make what is not whole, or older.  Returns 0, or -1 with a line logged. */
static int
ledger_mend(struct ledger *l, int *damaged)
{
	struct file *f = l->file, *older;

	if (f[0].db == NULL && f[1].db == NULL) {
		*damaged = ledger_keep_damaged(l);
		if (*damaged == -1 || file_make(l, &f[0]) == -1) {
			log_warn("ledger %s: cannot be made", f[0].path);
			return -1;
		}
		*damaged = *damaged > 0;
	}
	l->newest = f[1].mark.generation > f[0].mark.generation;
	older = &f[!l->newest];
	if (memcmp(&f[0].mark, &f[1].mark, sizeof(f[0].mark)) == 0)
		return 0;
	file_close(older);
	if (file_make(l, older) == -1)
		log_warn("ledger %s: cannot be made yet", older->path);
	else
		log_info("ledger %s: made anew with %ju bans", older->path,
		    (uintmax_t)older->mark.records);
	return 0;
}

/* The directory, made if only that is missing.  Returns 0, or -1 with errno. */
static int
ledger_open_dir(struct ledger *l, const char *path)
{
	char buf[PATH_MAX], *dir;
	int made;

	strlcpy(buf, path, sizeof(buf));
	dir = dirname(buf);
	made = mkdir(dir, 0700) == 0;
	l->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->dir == -1 || (made && syncfs(l->dir) == -1))
		return -1;
	return 0;
}

struct ledger *
ledger_open(const char *path, ledger_visit visit, void *arg, int *damaged)
{
	struct ledger *l = calloc(1, sizeof(*l));
	int len;

	if (l == NULL)
		fatal("ledger %s", path);
	*damaged = 0;
	strlcpy(l->file[0].path, path, PATH_MAX);
	len = snprintf(l->file[1].path, PATH_MAX, "%s.2", path);
	errno = ENAMETOOLONG;
	l->dir = -1;
	if (len >= PATH_MAX || ledger_open_dir(l, path) == -1)
		log_warn("ledger %s", path);
	else if (file_open(&l->file[0]) == 0 && file_open(&l->file[1]) == 0 &&
	    ledger_mend(l, damaged) == 0) {
		if (file_scan(&l->file[l->newest], visit, arg) == 0)
			return l;
		log_warnx("ledger %s: cannot be read again", path);
	}
	ledger_close(l);
	return NULL;
}

/* Write what a file lacks.  Returns 0, or -1 with errno. */
static int
ledger_write(struct ledger *l, struct file *f, uint64_t generation)
{
	size_t i;

	if (f->db == NULL && file_make(l, f) == -1)
		return -1;
	for (i = 0; i < l->nput; i++)
		file_put(f, &l->put[i]);
	return file_finish(f, generation);
}

int
ledger_commit(struct ledger *l)
{
	struct file *older = &l->file[!l->newest];
	uint64_t generation = l->file[l->newest].mark.generation;

	if (ledger_pending(l) == 0)
		return 0;
	if (ledger_write(l, older, generation + 1) == -1)
		return -1;
	l->newest = !l->newest;
	l->nput -= l->committed;
	memmove(l->put, l->put + l->committed, l->nput * sizeof(*l->put));
	l->committed = l->nput;
	return 0;
}

void
ledger_close(struct ledger *l)
{
	uint64_t generation;

	if (ledger_commit(l) == -1)
		log_warn("ledger %s: %u bans not written", l->file[0].path,
		    ledger_pending(l));
	generation = l->file[l->newest].mark.generation;
	if (l->nput > 0 && ledger_pending(l) == 0)
		ledger_write(l, &l->file[!l->newest], generation);
	file_close(&l->file[0]);
	file_close(&l->file[1]);
	if (l->dir != -1)
		close(l->dir);
	free(l->put);
	free(l);
}

int
ledger_put(struct ledger *l, const struct ban *b)
{
	struct ban stored = *b, *more;

	stored.flags &= BAN_FLAGS_STORED;
	if (b->state == BAN_FORGOTTEN ? !prefix_is_valid(&b->prefix) :
					!ledger_record_is_valid(&stored)) {
		errno = EINVAL;
		return -1;
	}
	if (l->nput == l->max) {
		more = reallocarray(l->put, 2 * l->max + 16, sizeof(*more));
		if (more == NULL)
			return -1;
		l->put = more;
		l->max = 2 * l->max + 16;
	}
	l->put[l->nput++] = stored;
	return 0;
}

unsigned
ledger_pending(const struct ledger *l)
{
	return (unsigned)(l->nput - l->committed);
}

uint64_t
ledger_bytes(const struct ledger *l)
{
	uint64_t bytes = 0;
	struct stat st;
	int i;

	for (i = 0; i < 2; i++)
		if (stat(l->file[i].path, &st) == 0)
			bytes += (uint64_t)st.st_size;
	return bytes;
}
