/*
 * What a user may write: any text as an address, a network or a time, by the
 * side of a plain reading of it; any file as a whitelist, which holds exactly
 * its addresses; and a set of prefixes by the side of a list.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "conf.h"
#include "input.h"
#include "prefix_set.h"

#define LIST_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A list of prefixes, each once. */
struct list {
	struct prefix v[LIST_MAX];
	size_t n;
};

static bool
list_has(const struct list *l, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (memcmp(&l->v[i], p, sizeof(*p)) == 0)
			return true;
	return false;
}

static void
list_add(struct list *l, const struct prefix *p)
{
	if (l->n < LIST_MAX && !list_has(l, p))
		l->v[l->n++] = *p;
}

static bool
bit_of(const struct prefix *p, unsigned i)
{
	return (p->addr[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* Bit by bit. */
static bool
contains(const struct prefix *outer, const struct prefix *inner)
{
	unsigned i;

	if (outer->family != inner->family || outer->len > inner->len)
		return false;
	for (i = 0; i < outer->len; i++)
		if (bit_of(outer, i) != bit_of(inner, i))
			return false;
	return true;
}

/* The address in front of a length, as inet_pton(3) reads it. */
static bool
read_address(const char *s, size_t n, struct prefix *p)
{
	char buf[128];

	memset(p, 0, sizeof(*p));
	if (n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	p->family = PREFIX_INET;
	p->len = 32;
	if (inet_pton(AF_INET, buf, p->addr) == 1)
		return true;
	p->family = PREFIX_INET6;
	p->len = 128;
	return inet_pton(AF_INET6, buf, p->addr) == 1;
}

static bool
read_length(const char *s, struct prefix *p)
{
	size_t n = strlen(s);
	unsigned len, i;

	if (n == 0 || n > 3 || strspn(s, "0123456789") != n)
		return false;
	len = (unsigned)strtoul(s, NULL, 10);
	if (len > p->len)
		return false;
	for (i = len; i < p->len; i++)
		if (bit_of(p, i))
			return false;
	p->len = (uint8_t)len;
	return true;
}

static void
unmap(struct prefix *p)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	struct prefix q = { .family = PREFIX_INET };

	if (p->family != PREFIX_INET6 || p->len < 96 ||
	    memcmp(p->addr, mapped, sizeof(mapped)) != 0)
		return;
	memcpy(q.addr, p->addr + 12, 4);
	q.len = p->len - 96;
	*p = q;
}

static bool
read_prefix(const char *s, struct prefix *p)
{
	const char *slash = strchr(s, '/');

	if (!read_address(s, slash != NULL ? (size_t)(slash - s) : strlen(s),
		p) ||
	    (slash != NULL && !read_length(slash + 1, p)))
		return false;
	unmap(p);
	return true;
}

static void
try_prefix(const char *s)
{
	struct prefix p, want, again;
	char buf[PREFIX_STRLEN];
	bool good = read_prefix(s, &want);

	must((prefix_parse(s, &p) == NULL) == good);
	if (good) {
		must(prefix_is_valid(&p));
		must(memcmp(&p, &want, sizeof(p)) == 0);
		must(prefix_parse(prefix_format(&p, buf), &again) == NULL);
		must(memcmp(&p, &again, sizeof(p)) == 0);
	}
	good = read_address(s, strlen(s), &want);
	must((prefix_parse_addr(s, strlen(s), &p) == 0) == good);
	if (!good)
		return;
	unmap(&want);
	must(memcmp(&p, &want, sizeof(p)) == 0);
}

/* At most this many digits are a time: more are too many seconds. */
#define DIGITS 12

static void
try_time(const char *s)
{
	static const char units[] = "smhdw";
	static const uint64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	size_t digits = strspn(s, "0123456789"), zeros = strspn(s, "0");
	const char *unit = s[digits] != '\0' ? strchr(units, s[digits]) : units;
	uint64_t want = 0;
	uint32_t got = 0;

	if (digits > 0 && unit != NULL && digits - zeros <= DIGITS &&
	    (s[digits] == '\0' || s[digits + 1] == '\0'))
		want = strtoull(s, NULL, 10) * seconds[unit - units];
	if (want > MSG_SECONDS_MAX)
		want = 0;
	must((conf_parse_time(s, &got) == NULL) == (want != 0));
	must(want == 0 || got == want);
}

static void
count_errors(void *arg, const char *line)
{
	++*(unsigned *)arg;
}

/* One line of it: true if there is something wrong. */
static bool
read_line(const char *s, size_t n, struct list *l)
{
	const char *comment = memchr(s, '#', n);
	struct prefix p;
	char buf[256];

	if (comment != NULL)
		n = (size_t)(comment - s);
	while (n > 0 && memchr(" \t\r", s[n - 1], 3) != NULL)
		n--;
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	if (n == 0)
		return false;
	if (n >= sizeof(buf) || memchr(s, '\0', n) != NULL)
		return true;
	memcpy(buf, s, n);
	buf[n] = '\0';
	if (!read_prefix(buf, &p))
		return true;
	list_add(l, &p);
	return false;
}

static unsigned
read_lines(const char *s, size_t n, struct list *l)
{
	const char *end = s + n, *nl;
	unsigned errors = 0;

	for (; s < end; s = nl + 1) {
		nl = memchr(s, '\n', (size_t)(end - s));
		if (nl == NULL)
			nl = end;
		errors += read_line(s, (size_t)(nl - s), l);
	}
	return errors;
}

static int
new_file(const void *p, size_t n)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	must(fd != -1 && pwrite(fd, p, n, 0) == (ssize_t)n);
	return fd;
}

static void
try_whitelist(const uint8_t *data, size_t size)
{
	static struct list l;
	unsigned errors = 0, want;
	struct conf *conf;
	char text[64], path[32];
	int file = new_file(data, size), fd;
	size_t i;

	l.n = 0;
	want = read_lines((const char *)data, size, &l);
	snprintf(text, sizeof(text), "whitelist file \"/proc/self/fd/%d\"\n",
	    file);
	fd = new_file(text, strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, false, count_errors, &errors);
	must((conf == NULL) == (want > 0));
	must(errors == (want > 100 ? 101 : want));
	if (conf != NULL) {
		must(prefix_set_count(conf->whitelist) == l.n ||
		    l.n == LIST_MAX);
		for (i = 0; i < l.n; i++)
			must(list_has(&l, prefix_set_get(conf->whitelist, i)) ||
			    l.n == LIST_MAX);
	}
	conf_free(conf);
	close(file);
	close(fd);
}

static void
check_set(const struct prefix_set *s, const struct list *l,
    const struct prefix *p)
{
	const struct prefix *found = prefix_set_covering(s, p);
	unsigned longest = 0;
	bool covered = false, overlapped = false;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (contains(&l->v[i], p)) {
			covered = true;
			if (l->v[i].len > longest)
				longest = l->v[i].len;
		}
		overlapped |= contains(&l->v[i], p) || contains(p, &l->v[i]);
		must(prefix_contains(&l->v[i], p) == contains(&l->v[i], p));
	}
	must((found != NULL) == covered);
	must(!covered || (found->len == longest && contains(found, p)));
	found = prefix_set_overlapping(s, p);
	must((found != NULL) == overlapped);
}

static void
try_set(struct input in)
{
	static struct list l;
	struct prefix_set *s = prefix_set_new();
	struct prefix p;
	size_t i;

	must(s != NULL);
	l.n = 0;
	while (in.left > 0 && l.n < LIST_MAX) {
		input_prefix(&in, &p);
		check_set(s, &l, &p);
		must(prefix_set_add(s, &p) == 0);
		list_add(&l, &p);
		must(prefix_set_count(s) == l.n);
	}
	for (i = 1; i < l.n; i++)
		must(prefix_cmp(prefix_set_get(s, i - 1),
			 prefix_set_get(s, i)) < 0);
	prefix_set_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[300];
	size_t n = size < sizeof(text) ? size : sizeof(text) - 1;

	if (size > 0)
		memcpy(text, data, n);
	text[n] = '\0';
	try_prefix(text);
	try_time(text);
	try_set((struct input){ data, size });
	try_whitelist(data, size);
	return 0;
}
