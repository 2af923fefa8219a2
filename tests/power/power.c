/*
 * A ledger on a file system whose power fails: see run.sh.
 *
 *   power cut DIR STATE SEED   write a ledger in DIR, batch after batch, while
 *                              the kernel is made to write any of its pages;
 *                              after a moment cut the power
 *   power check DIR STATE      the ledger holds all that was acknowledged
 *
 * STATE, on another file system, remembers what that is.  With POWER_NO_SYNC
 * in the environment nothing is synced, and the check has to fail.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger.h"
#include "ledger_model.h"

/* The same number for ext4 and XFS. */
#define SHUTDOWN     _IOR('X', 125, uint32_t)
#define NO_LOG_FLUSH 2

struct state {
	struct ledger_model start; /* held when the writer began */
	volatile uint32_t batches; /* acknowledged since then */
};

static struct bans bans;
static int no_sync;

/* In place of the C library's, also for gdbm. */
int
fsync(int fd)
{
	return no_sync ? 0 : (int)syscall(SYS_fsync, fd);
}

static void
visit(void *arg, const struct ban *b)
{
	(void)arg;
	model_remember(&bans, b);
}

static struct ledger *
open_in(const char *dir, int *damaged)
{
	struct ledger *l;
	char path[256];

	bans_init(&bans, 2 * MODEL_PREFIXES);
	snprintf(path, sizeof(path), "%s/bans.db", dir);
	if ((l = ledger_open(path, &bans, visit, NULL, damaged)) == NULL)
		errx(1, "the ledger cannot be opened");
	return l;
}

static struct state *
map_state(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct state *s;

	if (fd == -1 || ftruncate(fd, sizeof(*s)) == -1)
		err(1, "%s", path);
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s == MAP_FAILED)
		err(1, "%s", path);
	close(fd);
	return s;
}

static void
put(void *arg, const struct ban *b)
{
	if (ledger_put(arg, b) == -1)
		err(1, "put");
	model_remember(&bans, b);
}

/* A batch that the dead disk cannot take stays the last one. */
static void
write_for_ever(const char *dir, struct state *s)
{
	struct ledger_model m = s->start;
	int damaged;
	struct ledger *l = open_in(dir, &damaged);

	for (;;) {
		model_step(&m, put, l);
		while (ledger_commit(l) == -1)
			usleep(1000);
		s->batches++;
	}
}

/* Any pages to the disk, in any order. */
static void
flush_for_ever(const char *dir, struct ledger_model *random)
{
	static const char *const names[] = { "bans.db", "bans.db.2",
		"bans.db.new", "bans.db.2.new" };
	char path[256];
	off_t at;
	int fd;

	for (;;) {
		snprintf(path, sizeof(path), "%s/%s", dir,
		    names[model_random(random, 4)]);
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) != -1) {
			at = 4096 * model_random(random, 40);
			(void)sync_file_range(fd, at,
			    4096 << model_random(random, 5),
			    SYNC_FILE_RANGE_WRITE);
			if (model_random(random, 100) == 0)
				(void)syncfs(fd);
			close(fd);
		}
		usleep(300);
	}
}

static void
end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static int
cut(const char *dir, struct state *s, uint64_t seed)
{
	struct ledger_model random = { .random = seed };
	uint32_t how = NO_LOG_FLUSH;
	pid_t writer, flusher;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)model_random(&random, 2);
	s->batches = 0;
	if (fd == -1)
		err(1, "%s", dir);
	if ((writer = fork()) == 0)
		write_for_ever(dir, s);
	if ((flusher = fork()) == 0)
		flush_for_ever(dir, &random);
	if (writer == -1 || flusher == -1)
		err(1, "fork");
	usleep(20000 + 1000 * model_random(&random, 300));
	if (ioctl(fd, SHUTDOWN, &how) == -1)
		warn("%s: shutdown", dir);
	end(writer);
	end(flusher);
	return 0;
}

static int
check(const char *dir, struct state *s)
{
	struct ledger_model m = s->start, next;
	uint32_t i, batches = s->batches;
	int damaged;
	struct ledger *l = open_in(dir, &damaged);

	for (i = 0; i < batches; i++)
		model_step(&m, NULL, NULL);
	next = m; /* the batch that was on its way, whole or not at all */
	model_step(&next, NULL, NULL);
	if (damaged)
		errx(1, "no file is whole");
	if (model_holds(&next, &bans))
		m = next;
	else if (!model_holds(&m, &bans))
		errx(1, "not what was acknowledged, after %u batches", batches);
	s->start = m;
	s->batches = 0;
	ledger_close(l);
	printf("%u\n", batches);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct state *s;

	no_sync = getenv("POWER_NO_SYNC") != NULL;
	if (argc < 4)
		errx(2, "usage: power cut|check DIR STATE [SEED]");
	s = map_state(argv[3]);
	if (strcmp(argv[1], "cut") == 0 && argc == 5)
		return cut(argv[2], s, strtoull(argv[4], NULL, 10));
	return check(argv[2], s);
}
