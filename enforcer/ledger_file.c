#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bans.h"
#include "ledger_file.h"
#include "ledger_read.h"

/* A mapped file that is cut under us would be a SIGBUS. */
#define FLAGS      (GDBM_NEWDB | GDBM_NOMMAP | GDBM_CLOERROR)
#define BLOCK_SIZE 4096
#define KEY_LEN    (PREFIX_STRLEN + 17)

/* Bytes of a new file of so many records, and when one is mostly air. */
#define NEW_LENGTH(n) (8 * BLOCK_SIZE + 256 * (off_t)(n))
#define MAX_LENGTH(n) (16 * BLOCK_SIZE + 512 * (off_t)(n))

void
ledger_file_close(struct ledger_file *f)
{
	if (f->db != NULL)
		gdbm_close(f->db);
	f->db = NULL;
	f->error = 0;
	memset(&f->mark, 0, sizeof(f->mark));
}

/*
 * Note how a gdbm call went.  A bucket that could not be written shows only in
 * gdbm_needs_recovery, and the next harmless error would clear that.
 */
static void
file_note(struct ledger_file *f, int failed)
{
	if (f->error == 0 && (failed || gdbm_needs_recovery(f->db)))
		f->error =
		    gdbm_last_syserr(f->db) ? gdbm_last_syserr(f->db) : EIO;
}

/*
 * The text, and what nobody can foresee: gdbm's hash is a sum of the bytes and
 * can hold no more than 166 keys of the same sum, which a client with
 * addresses enough could choose.
 */
static datum
file_key(const struct ledger_file *f, const struct prefix *p,
    char text[KEY_LEN])
{
	datum key = { text, 0 };
	size_t len = strlen(prefix_format(p, text));

	key.dsize = (int)len +
	    snprintf(text + len, KEY_LEN - len, " %016jx",
		(uintmax_t)prefix_hash(&f->secret, p));
	return key;
}

/* Take a record that is replaced out of the mark; returns if there is one. */
static bool
file_forget(struct ledger_file *f, datum key)
{
	datum value = gdbm_fetch(f->db, key);
	uint8_t record[LEDGER_RECORD_LEN];
	struct ban old;
	bool found = value.dptr != NULL &&
	    ledger_record_decode(value.dptr, (size_t)value.dsize, &old) == 0;

	free(value.dptr);
	if (found) {
		f->mark.records--;
		f->mark.sum -= ledger_record_encode(&old, record);
	}
	return found;
}

static void
file_put(struct ledger_file *f, const struct ban *b)
{
	uint8_t record[LEDGER_RECORD_LEN];
	char text[KEY_LEN];
	datum key = file_key(f, &b->prefix, text);
	datum value = { (char *)record, sizeof(record) };
	bool found;

	if (f->error != 0)
		return;
	/* While it is made, there is none. */
	found = f->mark.generation != 0 && file_forget(f, key);
	if (b->state == BAN_FORGOTTEN) {
		file_note(f, (gdbm_delete(f->db, key) == 0) != found);
		return;
	}
	f->mark.records++;
	f->mark.sum += ledger_record_encode(b, record);
	file_note(f,
	    gdbm_store(f->db, key, value, found ? GDBM_REPLACE : GDBM_INSERT));
}

static void
file_mark(struct ledger_file *f, uint64_t generation)
{
	static char text[] = LEDGER_MARK_KEY;
	const datum key = { text, sizeof(text) - 1 };
	uint8_t mark[LEDGER_MARK_LEN];
	datum value = { (char *)mark, sizeof(mark) };
	struct ledger_mark m = f->mark;

	m.generation = generation;
	ledger_mark_encode(&m, mark);
	if (f->error == 0)
		file_note(f, gdbm_store(f->db, key, value, GDBM_REPLACE));
}

/*
 * Say that the file is whole and sync it, unless anything failed since it was
 * made; then it is closed.  Returns 0, or -1 with errno.
 */
static int
file_finish(struct ledger_file *f, uint64_t generation)
{
	int error;

	file_mark(f, generation);
	if (f->error == 0)
		file_note(f, gdbm_sync(f->db));
	if ((error = f->error) == 0) {
		f->mark.generation = generation;
		return 0;
	}
	ledger_file_close(f);
	errno = error;
	return -1;
}

/* All bans of the set that have a record. */
static void
file_fill(struct ledger_file *f, struct bans *bans)
{
	const struct ban_entry *entry;
	struct ban b;

	BANS_FOREACH(entry, bans) {
		b = entry->ban;
		b.flags &= BAN_FLAGS_STORED;
		if (ledger_record_is_valid(&b))
			file_put(f, &b);
	}
}

/* Open a new, empty file.  Returns 0, or -1 with errno. */
static int
file_open(struct ledger_file *f, const char *path, off_t length)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);

	if (fd == -1)
		return -1;
	/* No vain attempts: they take long, and gdbm leaks memory in them. */
	if (pwrite(fd, "", 1, 0) != 1 || ftruncate(fd, 0) == -1 ||
	    (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, length) == -1 &&
		errno != EOPNOTSUPP)) {
		close(fd);
		return -1;
	}
	/* With a function for fatal errors gdbm would exit after calling it. */
	f->db = gdbm_fd_open(fd, path, BLOCK_SIZE, FLAGS, NULL);
	return f->db == NULL ? -1 : 0;
}

int
ledger_file_make(struct ledger_file *f, int dir, struct bans *bans,
    uint64_t generation)
{
	char fresh[PATH_MAX + 8];
	int error;

	ledger_file_close(f);
	snprintf(fresh, sizeof(fresh), "%s.new", f->path);
	(void)unlink(fresh);
	errno = 0;
	if (file_open(f, fresh, NEW_LENGTH(bans->active.n + bans->ended.n)) ==
	    0) {
		file_fill(f, bans);
		if (file_finish(f, generation) == 0 &&
		    rename(fresh, f->path) == 0 && fsync(dir) == 0)
			return 0;
	}
	error = errno != 0 ? errno : EIO;
	ledger_file_close(f);
	(void)unlink(fresh);
	errno = error;
	return -1;
}

bool
ledger_file_is_good(const struct ledger_file *f)
{
	struct stat ours, named;

	/* Somebody may have removed it, or put another in its place. */
	return f->db != NULL && f->error == 0 &&
	    fstat(gdbm_fdesc(f->db), &ours) == 0 &&
	    lstat(f->path, &named) == 0 && ours.st_ino == named.st_ino &&
	    ours.st_dev == named.st_dev &&
	    ours.st_size <= MAX_LENGTH(f->mark.records);
}

int
ledger_file_write(struct ledger_file *f, const struct ban *b, size_t n,
    uint64_t generation)
{
	int error;

	file_mark(f, LEDGER_UNFINISHED);
	while (n-- > 0)
		file_put(f, b++);
	if (file_finish(f, generation) == 0)
		return 0;
	/* After a failed sync its pages may say more than there is on disk. */
	error = errno;
	(void)unlink(f->path);
	errno = error;
	return -1;
}
