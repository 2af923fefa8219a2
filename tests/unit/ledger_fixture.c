#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "log.h"

char dir[64];
char path[2][80];
struct ban seen[SEEN_MAX];
size_t nseen;
int damaged;
char logged[8192];
struct bans bans;

static void
keep_line(const char *fmt, va_list ap)
{
	size_t len = strlen(logged);

	vsnprintf(logged + len, sizeof(logged) - len, fmt, ap);
	strlcat(logged, "\n", sizeof(logged));
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep_line(fmt, ap);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep_line(fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep_line(fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	fprintf(stderr, "fatal: %s\n", fmt);
	abort();
}

int
fixture_setup(void **state)
{
	(void)state;
	strlcpy(dir, "/dev/shm/smtpban-ledger-XXXXXX", sizeof(dir));
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path[0], sizeof(path[0]), "%s/bans.db", dir);
	snprintf(path[1], sizeof(path[1]), "%s/bans.db.2", dir);
	return 0;
}

static int
remove_entry(const char *name, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(name);
}

void
fixture_remove_at(const char *where)
{
	assert_int_equal(nftw(where, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
fixture_teardown(void **state)
{
	(void)state;
	fixture_remove_at(dir);
	return 0;
}

static void
visit(void *arg, const struct ban *b)
{
	assert_ptr_equal(arg, seen);
	model_remember(&bans, b);
}

int
fixture_put(struct ledger *l, const struct ban *b)
{
	if (ledger_put(l, b) == -1)
		return -1;
	model_remember(&bans, b);
	return 0;
}

static int
by_prefix(const void *a, const void *b)
{
	return prefix_cmp(&((const struct ban *)a)->prefix,
	    &((const struct ban *)b)->prefix);
}

struct ledger *
fixture_open(void)
{
	const struct ban_entry *entry;
	struct ledger *l;

	nseen = 0;
	damaged = -1;
	logged[0] = '\0';
	bans_clear(&bans);
	bans_init(&bans, SEEN_MAX);
	l = ledger_open(path[0], &bans, visit, seen, &damaged);
	BANS_FOREACH(entry, &bans) {
		assert_true(nseen < SEEN_MAX);
		seen[nseen++] = entry->ban;
	}
	return l;
}

void
fixture_fill(struct ledger *l, unsigned from, unsigned to, uint32_t count)
{
	unsigned n, before = ledger_pending(l);
	struct ban b;

	for (n = from; n < to; n++) {
		b = model_ban(n, count);
		assert_int_equal(fixture_put(l, &b), 0);
	}
	assert_int_equal(ledger_pending(l), before + to - from);
	assert_int_equal(ledger_commit(l), 0);
	assert_int_equal(ledger_pending(l), 0);
}

void
assert_seen(unsigned n, uint32_t count)
{
	struct ban want;
	unsigned i;

	assert_int_equal(nseen, n);
	for (i = 0; i < n; i++) {
		want = model_ban(i, count);
		assert_non_null(
		    bsearch(&want, seen, nseen, sizeof(seen[0]), by_prefix));
		assert_memory_equal(
		    bsearch(&want, seen, nseen, sizeof(seen[0]), by_prefix),
		    &want, sizeof(want));
	}
}

void
fixture_append(int to, const char *from)
{
	char buf[65536];
	ssize_t n;
	int fd = open(from, O_RDONLY);

	assert_true(fd != -1);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		assert_int_equal(write(to, buf, (size_t)n), n);
	close(fd);
}

void
fixture_copy(const char *from, const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	fixture_append(fd, from);
	close(fd);
}

off_t
fixture_size(const char *file)
{
	struct stat st;

	assert_int_equal(stat(file, &st), 0);
	return st.st_size;
}

void
fixture_remove(const char *part)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strstr(e->d_name, part) != NULL)
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	closedir(d);
}

void
fill_and_close(unsigned n, uint32_t count)
{
	struct ledger *l = fixture_open();

	assert_non_null(l);
	fixture_fill(l, 0, n, count);
	ledger_close(l);
}

void
open_and_close(void)
{
	struct ledger *l = fixture_open();

	assert_non_null(l);
	ledger_close(l);
}

void
abandon(struct ledger *l)
{
	char kept[2][256];
	bool there[2];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(kept[i], sizeof(kept[i]), "%s.kept", path[i]);
		there[i] = access(path[i], F_OK) == 0;
		if (there[i])
			fixture_copy(path[i], kept[i]);
	}
	ledger_close(l);
	for (i = 0; i < 2; i++)
		if (there[i])
			assert_int_equal(rename(kept[i], path[i]), 0);
		else
			(void)unlink(path[i]);
}

int
count_names(const char *part)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strstr(e->d_name, part) != NULL)
			n++;
	closedir(d);
	return n;
}

void
assert_whole_elsewhere(unsigned n, uint32_t count)
{
	char copy[] = "/dev/shm/smtpban-ledger-XXXXXX";
	char kept[2][sizeof(path[0])];
	struct bans memory = bans;
	struct ledger *l;
	int i;

	memset(&bans, 0, sizeof(bans));
	assert_non_null(mkdtemp(copy));
	memcpy(kept, path, sizeof(kept));
	for (i = 0; i < 2; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/bans.db%s", copy,
		    i == 0 ? "" : ".2");
		if (access(kept[i], F_OK) == 0)
			fixture_copy(kept[i], path[i]);
	}
	l = fixture_open();
	assert_non_null(l);
	assert_int_equal(damaged, 0);
	assert_seen(n, count);
	ledger_close(l);
	fixture_remove_at(copy);
	memcpy(path, kept, sizeof(path));
	bans_clear(&bans);
	bans = memory;
}
