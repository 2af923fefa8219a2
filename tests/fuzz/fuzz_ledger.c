/*
 * The ledger's two files, whatever became of them while nobody ran: cut,
 * emptied, overwritten, of another age, any bytes.  It opens, invents nothing,
 * has all that was committed as long as the newest file is as it was, and goes
 * on from there.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "bans.h"
#include "category.h"
#include "input.h"
#include "ledger.h"
#include "ledger_record.h"
#include "log.h"

#define BANS_MAX     64
#define VERSIONS_MAX 8
#define FILE_MAX     (256 << 10)
#define PATCHES_MAX  8

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char dir[128];
static char path[2][160];

/* The two files at some time, and what was committed then. */
struct snapshot {
	uint8_t file[2][FILE_MAX];
	size_t size[2];
	unsigned newest;           /* of the two, or 2: they are alike */
	uint8_t version[BANS_MAX]; /* of each ban, 0: not there */
};
static struct snapshot snapshots[3];
#define NSNAPSHOTS (sizeof(snapshots) / sizeof(snapshots[0]))

static struct bans set;
static unsigned visits, visits_max;
static bool any_bytes; /* in a file: it may hold what nobody stored */

static void
make_ban(unsigned number, unsigned version, struct ban *b)
{
	memset(b, 0, sizeof(*b));
	if (number % 4 == 3) {
		b->prefix.family = PREFIX_INET6;
		memcpy(b->prefix.addr, "\x20\x01\x0d\xb8", 4);
		b->prefix.addr[7] = (uint8_t)number;
		b->prefix.len = 64;
	} else {
		b->prefix.family = PREFIX_INET;
		memcpy(b->prefix.addr, "\xc6\x33\x64", 3);
		b->prefix.addr[3] = (uint8_t)number;
		b->prefix.len = 32;
	}
	b->state = BAN_ACTIVE;
	b->category = CATEGORY_AUTH;
	b->count = 5;
	b->strikes = version;
	b->since = 1700000000 + version;
	b->expires = b->since + 604800;
}

static unsigned
number_of(const struct ban *b)
{
	return b->prefix.addr[b->prefix.family == PREFIX_INET ? 3 : 7];
}

static void
set_put(const struct ban *b)
{
	struct ban_entry *e = bans_find(&set, &b->prefix);

	if (e == NULL)
		e = bans_insert(&set, &b->prefix);
	bans_unqueue(&set, e);
	e->ban = *b;
	bans_settle(&set, e, b->expires);
}

static void
on_visit(void *arg, const struct ban *b)
{
	struct ban known;

	must(++visits <= visits_max && ledger_record_is_valid(b));
	if (!any_bytes) {
		must(b->strikes >= 1 && b->strikes <= VERSIONS_MAX);
		make_ban(number_of(b), b->strikes, &known);
		must(memcmp(b, &known, sizeof(known)) == 0);
	}
	set_put(b);
}

static struct ledger *
open_ledger(int *damaged)
{
	struct ledger *l;

	bans_clear(&set);
	visits = 0;
	l = ledger_open(path[0], &set, on_visit, NULL, damaged);
	must(l != NULL);
	return l;
}

static void
put_ban(struct ledger *l, unsigned number, unsigned version)
{
	struct ban b;

	make_ban(number, version > 0 ? version : 1, &b);
	if (version == 0)
		b.state = BAN_FORGOTTEN;
	set_put(&b);
	must(ledger_put(l, &b) == 0);
}

static void
put_some(struct ledger *l, uint8_t version[BANS_MAX], unsigned first,
    unsigned n, unsigned to)
{
	for (; n > 0; n--, first++) {
		put_ban(l, first, to);
		version[first] = (uint8_t)to;
	}
}

static size_t
read_file(const char *name, uint8_t buf[FILE_MAX])
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	must(fd != -1);
	n = read(fd, buf, FILE_MAX);
	must(n >= 0 && n < FILE_MAX);
	close(fd);
	return (size_t)n;
}

static void
write_file(const char *name, const uint8_t *buf, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd != -1 && write(fd, buf, n) == (ssize_t)n);
	close(fd);
}

static void
clean_directory(void)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	must(d != NULL);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

static void
take_snapshot(struct snapshot *s, unsigned newest, const uint8_t *version)
{
	s->size[0] = read_file(path[0], s->file[0]);
	s->size[1] = read_file(path[1], s->file[1]);
	s->newest = newest;
	memcpy(s->version, version, sizeof(s->version));
}

/* Which of the files was written by the last commit. */
static unsigned
written_last(void)
{
	struct stat a, b;

	must(stat(path[0], &a) == 0 && stat(path[1], &b) == 0);
	if (a.st_mtim.tv_sec != b.st_mtim.tv_sec)
		return b.st_mtim.tv_sec > a.st_mtim.tv_sec;
	return b.st_mtim.tv_nsec > a.st_mtim.tv_nsec;
}

/* A ledger's life, of which there are pictures. */
static void
make_snapshots(void)
{
	uint8_t version[BANS_MAX] = { 0 };
	struct ledger *l;
	int damaged;

	visits_max = 2 * BANS_MAX;
	l = open_ledger(&damaged);
	put_some(l, version, 0, 12, 1);
	must(ledger_commit(l) == 0);
	put_some(l, version, 5, 5, 2);
	put_some(l, version, 0, 2, 0);
	must(ledger_commit(l) == 0);
	ledger_close(l);
	take_snapshot(&snapshots[0], 2, version);
	l = open_ledger(&damaged);
	put_some(l, version, 12, 3, 1);
	must(ledger_commit(l) == 0);
	usleep(20000); /* the clock of a file goes by ticks */
	put_some(l, version, 7, 10, 3);
	must(ledger_commit(l) == 0);
	take_snapshot(&snapshots[1], written_last(), version);
	put_some(l, version, 15, 20, 4);
	ledger_close(l);
	take_snapshot(&snapshots[2], 2, version);
	bans_clear(&set);
}

static void
remove_directory(void)
{
	clean_directory();
	(void)rmdir(dir);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *tmp = getenv("TMPDIR"); /* which one.sh sets */

	log_set_level(LOG_BRIEF);
	snprintf(dir, sizeof(dir), "%s/smtpban-fuzz.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	must(mkdtemp(dir) != NULL);
	snprintf(path[0], sizeof(path[0]), "%s/bans.db", dir);
	snprintf(path[1], sizeof(path[1]), "%s/bans.db.2", dir);
	bans_init(&set, BANS_MAX);
	make_snapshots();
	atexit(remove_directory);
	return 0;
}

/* Bytes of it are written over; where, the first half of a file more often. */
static void
patch(struct input *in, uint8_t *buf, size_t size)
{
	unsigned n = 1 + input_byte(in) % PATCHES_MAX, len, how;
	size_t at;

	for (; n > 0; n--) {
		how = input_byte(in);
		at = input_number(in) % ((how & 1) != 0 ? size : 128);
		for (len = 1 + (how >> 5); len > 0 && at < size; len--, at++)
			buf[at] = (how & 2) != 0 ?
			    buf[at] ^ (uint8_t)(1U << input_byte(in) % 8) :
			    (uint8_t)input_byte(in);
	}
}

enum fate {
	KEPT,
	GONE,
	CUT,
	PATCHED,
	EMPTIED,
	ANY_BYTES,
	FATES
};

/* What became of a file; returns true if it is as it was. */
static bool
spoil(struct input *in, const struct snapshot *s, unsigned which)
{
	static uint8_t buf[FILE_MAX];
	size_t size = s->size[which];
	const uint8_t *p;
	unsigned fate = input_byte(in) % FATES;

	memcpy(buf, s->file[which], size);
	switch (fate) {
	case GONE:
		return false;
	case CUT:
		size = input_number(in) % (size + 1);
		break;
	case PATCHED:
		patch(in, buf, size);
		break;
	case EMPTIED:
		size = 0;
		break;
	case ANY_BYTES:
		any_bytes = true;
		size = in->left / 2;
		p = input_bytes(in, &size);
		if (size > 0)
			memcpy(buf, p, size);
		break;
	default:
		break;
	}
	write_file(path[which], buf, size);
	visits_max += (unsigned)size / LEDGER_RECORD_LEN + 1;
	return size == s->size[which] && memcmp(buf, s->file[which], size) == 0;
}

/* The set is what was committed. */
static void
check_set(const uint8_t version[BANS_MAX])
{
	const struct ban_entry *e;
	struct ban b;
	unsigned i;

	for (i = 0; i < BANS_MAX; i++) {
		make_ban(i, 1, &b);
		e = bans_find(&set, &b.prefix);
		must((e != NULL) == (version[i] != 0));
		must(e == NULL || e->ban.strikes == version[i]);
	}
}

/* Whether all that was committed has to be there. */
static bool
is_safe(const struct snapshot *s, const bool kept[2])
{
	return s->newest == 2 ? kept[0] || kept[1] : kept[s->newest];
}

/* smtpband has no handlers, so that no call of it is interrupted. */
static void
restart_calls(void)
{
	struct sigaction sa;

	must(sigaction(SIGALRM, NULL, &sa) == 0);
	sa.sa_flags |= SA_RESTART;
	must(sigaction(SIGALRM, &sa, NULL) == 0);
}

/* It goes on: what is committed now is there at the next start. */
static void
go_on(struct ledger *l)
{
	struct ban b;
	size_t n;
	int damaged;

	put_ban(l, 60, 5);
	put_ban(l, 2, 6);
	put_ban(l, 3, 0);
	must(ledger_commit(l) == 0);
	must(ledger_bytes(l) < 8 * FILE_MAX);
	n = set.active.n + set.ended.n;
	ledger_close(l);
	l = open_ledger(&damaged);
	must(damaged == 0 && set.active.n + set.ended.n == n);
	make_ban(60, 5, &b);
	must(bans_find(&set, &b.prefix)->ban.strikes == 5);
	make_ban(2, 6, &b);
	must(bans_find(&set, &b.prefix)->ban.strikes == 6);
	make_ban(3, 1, &b);
	must(bans_find(&set, &b.prefix) == NULL);
	ledger_close(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned what = input_byte(&in);
	const struct snapshot *a = &snapshots[what % NSNAPSHOTS], *b = a;
	struct ledger *l;
	bool kept[2];
	int damaged;

	if ((what & 0xc0) == 0xc0) /* a file of another age */
		b = &snapshots[what / NSNAPSHOTS % NSNAPSHOTS];
	restart_calls();
	clean_directory();
	any_bytes = false;
	visits_max = 3;
	kept[0] = spoil(&in, a, 0);
	kept[1] = spoil(&in, b, 1);
	visits_max = visits_max * 2 + 2 * BANS_MAX;
	l = open_ledger(&damaged);
	if (a == b && is_safe(a, kept)) {
		must(damaged == 0);
		check_set(a->version);
	}
	go_on(l);
	bans_clear(&set);
	return 0;
}
