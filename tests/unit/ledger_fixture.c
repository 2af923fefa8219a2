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

int
fixture_teardown(void **state)
{
	(void)state;
	return nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

struct ban
fixture_ban(unsigned n, uint32_t count)
{
	char text[PREFIX_STRLEN];
	struct ban b;

	memset(&b, 0, sizeof(b));
	if (n % 3 == 0)
		snprintf(text, sizeof(text), "2001:db8:%x:%x::/64", n >> 16,
		    n & 0xffff);
	else
		snprintf(text, sizeof(text), "198.%u.%u.%u", 51 + (n >> 16),
		    n >> 8 & 255, n & 255);
	assert_null(prefix_parse(text, &b.prefix));
	b.state = BAN_ACTIVE;
	b.category = n % 9;
	b.count = count;
	b.strikes = 1;
	b.since = 1764000000 + count;
	b.expires = n % 2 == 0 ? BAN_FOR_EVER : b.since + 604800;
	return b;
}

static void
visit(void *arg, const struct ban *b)
{
	assert_ptr_equal(arg, seen);
	assert_true(nseen < SEEN_MAX);
	seen[nseen++] = *b;
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
	struct ledger *l;

	nseen = 0;
	damaged = -1;
	logged[0] = '\0';
	l = ledger_open(path[0], visit, seen, &damaged);
	qsort(seen, nseen, sizeof(seen[0]), by_prefix);
	return l;
}

void
fixture_fill(struct ledger *l, unsigned from, unsigned to, uint32_t count)
{
	unsigned n, before = ledger_pending(l);
	struct ban b;

	for (n = from; n < to; n++) {
		b = fixture_ban(n, count);
		assert_int_equal(ledger_put(l, &b), 0);
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
		want = fixture_ban(i, count);
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
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(kept[i], sizeof(kept[i]), "%s.kept", path[i]);
		fixture_copy(path[i], kept[i]);
	}
	ledger_close(l);
	for (i = 0; i < 2; i++)
		assert_int_equal(rename(kept[i], path[i]), 0);
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
