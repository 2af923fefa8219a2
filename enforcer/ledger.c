#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ledger.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "log.h"

#define CHANGES_MAX 8192 /* of two full turns */
#define KEPT_MAX    4    /* damaged files */

struct ledger {
	struct ledger_file file[2];
	struct bans *bans;
	unsigned newest;             /* whole, and holds all committed */
	int dir, lock;               /* descriptors */
	unsigned pending;            /* changes since the last commit */
	struct ban put[CHANGES_MAX]; /* the older file has none of them */
	size_t nput;
	size_t committed; /* so many of them are in the newest file */
};

/* Write what the older file lacks.  Returns 0, or -1 with errno. */
static int
ledger_write(struct ledger *l, uint64_t generation)
{
	struct ledger_file *older = &l->file[!l->newest];

	if (ledger_file_is_good(older))
		return ledger_file_write(older, l->put, l->nput, generation);
	return ledger_file_make(older, l->dir, l->bans, generation);
}

int
ledger_commit(struct ledger *l)
{
	if (l->pending == 0)
		return 0;
	if (ledger_write(l, l->file[l->newest].mark.generation + 1) == -1)
		return -1;
	l->newest = !l->newest;
	l->nput -= l->committed;
	memmove(l->put, l->put + l->committed, l->nput * sizeof(*l->put));
	l->committed = l->nput;
	l->pending = 0;
	return 0;
}

/* Bring the older file up to the newest.  Returns 0, or -1 with errno. */
static int
ledger_level(struct ledger *l)
{
	if (memcmp(&l->file[0].mark, &l->file[1].mark,
		sizeof(l->file[0].mark)) == 0)
		return 0;
	return ledger_write(l, l->file[l->newest].mark.generation);
}

int
ledger_put(struct ledger *l, const struct ban *b)
{
	struct ban stored = *b;

	stored.flags &= BAN_FLAGS_STORED;
	if (b->state == BAN_FORGOTTEN ? !prefix_is_valid(&b->prefix) :
					!ledger_record_is_valid(&stored)) {
		errno = EINVAL;
		return -1;
	}
	if (l->nput == CHANGES_MAX) {
		/* The disk fails since long: both will be made anew. */
		l->file[0].error = l->file[1].error = EOVERFLOW;
		l->nput = l->committed = 0;
	}
	l->put[l->nput++] = stored;
	l->pending++;
	return 0;
}

unsigned
ledger_pending(const struct ledger *l)
{
	return l->pending;
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

/*
 * Give a file a second name, which it keeps when a new one takes its place;
 * only the newest few are kept.  Returns 0, or -1 with a line logged.
 */
static int
keep_aside(const struct ledger *l, int which, const char *why)
{
	const char *path = l->file[which].path;
	char stamp[32], kept[PATH_MAX + 64];
	time_t now = time(NULL);
	glob_t names;
	struct tm tm;
	size_t i;
	int linked;

	do {
		strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S",
		    localtime_r(&now, &tm));
		snprintf(kept, sizeof(kept), "%s.damaged-%s%s", l->file[0].path,
		    stamp, which == 0 ? "" : ".2");
		linked = link(path, kept);
		now++;
	} while (linked == -1 && errno == EEXIST);
	if (linked == -1) {
		log_warn("ledger %s: %s, and cannot be kept", path, why);
		return -1;
	}
	log_warnx("ledger %s: %s, kept as %s", path, why, kept);
	snprintf(kept, sizeof(kept), "%s.damaged-*", l->file[0].path);
	if (glob(kept, 0, NULL, &names) == 0) {
		for (i = 0; i + KEPT_MAX < names.gl_pathc; i++)
			(void)unlink(names.gl_pathv[i]);
		globfree(&names);
	}
	return 0;
}

static int
by_last_change(const void *va, const void *vb)
{
	int64_t a = ban_made(va), b = ban_made(vb);

	return a < b ? -1 : a > b;
}

/* Visit what is in both files, of two records the later one last. */
static void
visit_both(const struct ledger_found found[2], ledger_visit visit, void *arg)
{
	size_t i, n = found[0].n + found[1].n;
	struct ban *all = calloc(n + 1, sizeof(*all));

	if (all == NULL)
		fatal("ledger");
	for (i = 0; i < n; i++)
		all[i] =
		    i < found[0].n ? found[0].v[i] : found[1].v[i - found[0].n];
	qsort(all, n, sizeof(*all), by_last_change);
	for (i = 0; i < n; i++)
		visit(arg, &all[i]);
	free(all);
}

/*
 * Neither file is whole, or each of another ledger: make a new one of both.
 * Returns 0, or -1 with a line logged.
 */
static int
ledger_merge(struct ledger *l, struct ledger_found found[2], ledger_visit visit,
    void *arg, int *damaged)
{
	uint64_t generation = found[l->newest].mark.generation;
	int i;

	if (!found[0].there && !found[1].there)
		*damaged = -1;
	for (i = 0; i < 2; i++) {
		if (!found[i].there)
			continue;
		if (!found[i].whole) {
			ledger_salvage(l->file[i].path, &found[i]);
			*damaged = 1;
		}
		if (keep_aside(l, i,
			found[i].whole ? "not of the same ledger as the other" :
					 "damaged") == -1)
			return -1;
	}
	visit_both(found, visit, arg);
	/* One that no other ledger has. */
	if (generation == 0)
		generation = (uint64_t)arc4random() << 24;
	l->newest = 1;
	l->file[1].mark.generation = generation;
	l->pending = 1;
	if (ledger_commit(l) == 0)
		return 0;
	log_warn("ledger %s: cannot be made", l->file[0].path);
	return -1;
}

/* Both are of one ledger: of one commit, or of one and the next. */
static bool
are_akin(const struct ledger_mark *a, const struct ledger_mark *b)
{
	return memcmp(a, b, sizeof(*a)) == 0 ||
	    a->generation + 1 == b->generation ||
	    b->generation + 1 == a->generation;
}

/* The bans in the files, and files as they should be.  Returns as above. */
static int
ledger_load(struct ledger *l, struct ledger_found found[2], ledger_visit visit,
    void *arg, int *damaged)
{
	const struct ledger_mark *a = &found[0].mark, *b = &found[1].mark;
	const struct ledger_found *newest, *older;
	const char *path;
	size_t i;

	l->newest = b->generation > a->generation;
	newest = &found[l->newest];
	older = &found[!l->newest];
	if (older->whole ? !are_akin(a, b) : !newest->whole) {
		if (ledger_merge(l, found, visit, arg, damaged) == -1)
			return -1;
	} else {
		l->file[0].mark = *a;
		l->file[1].mark = *b;
		for (i = 0; i < newest->n; i++)
			visit(arg, &newest->v[i]);
		if (older->whole)
			return 0;
		if (older->there && !older->unfinished)
			(void)keep_aside(l, !l->newest, "damaged");
	}
	path = l->file[!l->newest].path;
	if (ledger_level(l) == -1)
		log_warn("ledger %s: cannot be made yet", path);
	else
		log_info("ledger %s: made anew with %ju bans", path,
		    (uintmax_t)l->file[0].mark.records);
	return 0;
}

/*
 * Open the directory, made if only that is missing, and take the lock.
 * Returns 0, or -1 with a line logged.
 */
static int
ledger_lock(struct ledger *l, const char *path)
{
	char buf[PATH_MAX + 8], *dir;
	struct stat st;
	int made;

	strlcpy(buf, path, sizeof(buf));
	dir = dirname(buf);
	made = mkdir(dir, 0700) == 0;
	l->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->dir == -1 || (made && syncfs(l->dir) == -1) ||
	    fstat(l->dir, &st) == -1) {
		log_warn("ledger %s: its directory", path);
		return -1;
	}
	if ((st.st_uid != geteuid() && st.st_uid != 0) ||
	    ((st.st_mode & 022) != 0 && (st.st_mode & S_ISVTX) == 0)) {
		log_warnx("ledger %s: others may write its directory", path);
		return -1;
	}
	snprintf(buf, sizeof(buf), "%s.lock", path);
	l->lock = open(buf, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (l->lock == -1) {
		log_warn("ledger %s: its directory must be writable", path);
		return -1;
	}
	if (flock(l->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	log_warnx("ledger %s: %s", path,
	    errno == EWOULDBLOCK ? "another smtpband uses it" :
				   strerror(errno));
	return -1;
}

static void
ledger_free(struct ledger *l)
{
	ledger_file_close(&l->file[0]);
	ledger_file_close(&l->file[1]);
	if (l->lock != -1)
		close(l->lock);
	if (l->dir != -1)
		close(l->dir);
	free(l);
}

struct ledger *
ledger_open(const char *path, struct bans *bans, ledger_visit visit, void *arg,
    int *damaged)
{
	struct ledger *l = calloc(1, sizeof(*l));
	struct ledger_found found[2] = { 0 };
	int status = -1;

	if (l == NULL)
		fatal("ledger %s", path);
	*damaged = 0;
	l->bans = bans;
	l->dir = l->lock = -1;
	arc4random_buf(&l->file[0].secret, sizeof(l->file[0].secret));
	l->file[1].secret = l->file[0].secret;
	strlcpy(l->file[0].path, path, PATH_MAX);
	if (snprintf(l->file[1].path, PATH_MAX, "%s.2", path) >= PATH_MAX)
		log_warnx("ledger %s: the path is too long", path);
	else if (ledger_lock(l, path) == 0 &&
	    ledger_read(l->file[0].path, &found[0]) == 0 &&
	    ledger_read(l->file[1].path, &found[1]) == 0)
		status = ledger_load(l, found, visit, arg, damaged);
	free(found[0].v);
	free(found[1].v);
	if (status == 0)
		return l;
	ledger_free(l);
	return NULL;
}

void
ledger_close(struct ledger *l)
{
	if (ledger_commit(l) == -1)
		log_warn("ledger %s: %u changes not written", l->file[0].path,
		    l->pending);
	else
		(void)ledger_level(l);
	ledger_free(l);
}
