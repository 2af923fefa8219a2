#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "msg.h"
#include "tail_rig.h"

static void
lines_add(struct rig_lines *l, const char *text, size_t n, bool cut, bool live)
{
	struct rig_line *line;

	l->v = reallocarray(l->v, l->n + 1, sizeof(*l->v));
	assert_non_null(l->v);
	line = &l->v[l->n++];
	line->text = malloc(n + 1);
	assert_non_null(line->text);
	memcpy(line->text, text, n);
	line->text[n] = '\0';
	line->len = n;
	line->cut = cut;
	line->live = live;
}

static void
lines_free(struct rig_lines *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->v[i].text);
	free(l->v);
}

/* The enforcer: watches the directory, or the one above it. */
static void
enforcer_watch(struct rig *r, int fd)
{
	int wd;
	uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
	    IN_DELETE_SELF | IN_MOVE_SELF;
	bool seen = true;

	wd = inotify_add_watch(r->inotify, r->dir, mask);
	if (wd == -1) {
		seen = false;
		wd = inotify_add_watch(r->inotify, r->base, mask);
	}
	assert_int_not_equal(wd, -1);
	if (fd == -1 && wd == r->dir_wd && seen == r->dir_seen)
		return;
	r->dir_wd = wd;
	r->dir_seen = seen;
	tail_give_watch(r->tail, fd, wd, seen ? "mail.log" : "log");
}

static struct rig_answer
enforcer_open(struct rig *r, unsigned which)
{
	struct rig_answer a = { which, -1, 0, -1 };
	char path[128];
	struct stat st;

	if (which == MSG_CURRENT)
		enforcer_watch(r, -1);
	/* They are numbered by their age. */
	(void)snprintf(path, sizeof(path), "%s.%u", r->log, which - 1);
	a.fd = open(which == MSG_CURRENT ? r->log : path,
	    r->open_flags | O_CLOEXEC);
	if (a.fd == -1) {
		a.error = errno;
	} else if (which == MSG_CURRENT && !r->no_watch) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", a.fd);
		a.wd = inotify_add_watch(r->inotify, path,
		    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
		assert_int_not_equal(a.wd, -1);
		r->file_wd = a.wd;
		assert_int_equal(fstat(a.fd, &st), 0);
		r->opened = st.st_ino;
	}
	return a;
}

static void
enforcer_answer(struct rig *r, const struct rig_answer *a)
{
	if (a->fd == -1)
		tail_give_none(r->tail, a->which, a->error);
	else
		tail_give_file(r->tail, a->which, a->fd, a->wd);
}

static void
on_open(void *arg, unsigned which)
{
	struct rig *r = arg;
	struct rig_answer a;

	r->asked[which < MSG_ROTATED ? which : MSG_ROTATED]++;
	if (r->prompt) {
		a = enforcer_open(r, which);
		enforcer_answer(r, &a);
	} else {
		assert_true(r->nasks < RIG_QUEUE);
		r->asks[r->nasks++] = which;
	}
}

static void
on_line(void *arg, const char *line, size_t n, bool cut, bool live)
{
	struct rig *r = arg;

	lines_add(&r->got, line, n, cut, live);
}

/* Lines with a time begin with a T and the time. */
static int64_t
on_time(void *arg, const char *line, size_t n)
{
	(void)arg;
	if (n < 2 || line[0] != 'T')
		return 0;
	return strtoll(line + 1, NULL, 10);
}

static void
on_replayed(void *arg)
{
	struct rig *r = arg;

	r->replayed++;
}

static void
on_busy(void *arg)
{
	struct rig *r = arg;

	r->busy = true;
}

static const struct tail_ops ops = { on_line, on_time, on_open, on_replayed,
	on_busy };

/* Files are opened some time after the question, ... */
static bool
step_open(struct rig *r)
{
	unsigned which;

	if (r->nasks == 0 || r->nanswers == RIG_QUEUE)
		return false;
	which = r->asks[0];
	r->nasks--;
	memmove(&r->asks[0], &r->asks[1], r->nasks * sizeof(r->asks[0]));
	r->answers[r->nanswers++] = enforcer_open(r, which);
	return true;
}

/* ... and the answer is read some time after that. */
static bool
step_answer(struct rig *r)
{
	struct rig_answer a;

	if (r->nanswers == 0)
		return false;
	a = r->answers[0];
	r->nanswers--;
	memmove(&r->answers[0], &r->answers[1],
	    r->nanswers * sizeof(r->answers[0]));
	enforcer_answer(r, &a);
	return true;
}

static bool
step_events(struct rig *r)
{
	struct pollfd p = { r->inotify, POLLIN, 0 };

	if (poll(&p, 1, 0) != 1)
		return false;
	tail_events(r->tail);
	return true;
}

static bool
step_work(struct rig *r)
{
	if (!r->busy)
		return false;
	r->busy = false;
	if (tail_work(r->tail))
		r->busy = true;
	return true;
}

void
rig_stir(struct rig *r)
{
	static bool (*const steps[])(
	    struct rig *) = { step_open, step_answer, step_events, step_work };
	int n;

	for (n = (int)(random() % 4); n > 0; n--)
		steps[random() % 4](r);
}

void
rig_settle(struct rig *r)
{
	while (step_open(r) || step_answer(r) || step_events(r) || step_work(r))
		;
}

void
rig_await_open(struct rig *r, int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	while (r->opened != st.st_ino)
		rig_stir(r);
}

static void
compare_line(const struct rig *r, size_t i)
{
	const struct rig_line *w = &r->want.v[i], *g = &r->got.v[i];

	if (w->len != g->len || w->cut != g->cut ||
	    memcmp(w->text, g->text, w->len) != 0)
		fail_msg("seed %u: line %zu is \"%.60s\" (%zu%s), "
			 "want \"%.60s\" (%zu%s)",
		    r->seed, i, g->text, g->len, g->cut ? ", cut" : "", w->text,
		    w->len, w->cut ? ", cut" : "");
}

void
rig_check(struct rig *r)
{
	size_t i;

	rig_settle(r);
	for (i = 0; i < r->want.n && i < r->got.n; i++)
		compare_line(r, i);
	if (r->want.n != r->got.n)
		fail_msg("seed %u: %zu lines, want %zu", r->seed, r->got.n,
		    r->want.n);
}

void
rig_shift(struct rig *r)
{
	char older[128], newer[128];
	unsigned n;

	for (n = 8; n > 0; n--) {
		(void)snprintf(older, sizeof(older), "%s.%u", r->log, n + 1);
		(void)snprintf(newer, sizeof(newer), "%s.%u", r->log, n);
		(void)rename(newer, older);
	}
}

int
rig_create(const char *path)
{
	int fd;

	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	return fd;
}

void
rig_write(struct rig *r, int fd, const char *p, size_t n)
{
	size_t piece;

	while (n > 0) {
		piece = n;
		if (r->pieces && random() % 2 == 0)
			piece = 1 + (size_t)random() % n;
		assert_int_equal(write(fd, p, piece), piece);
		p += piece;
		n -= piece;
		if (r->pieces)
			rig_stir(r);
	}
}

void
rig_want(struct rig *r, const char *text, size_t n, bool cut)
{
	lines_add(&r->want, text, n, cut, false);
}

static size_t
make_line(struct rig *r, int64_t time, char *buf, size_t size)
{
	int n;

	n = snprintf(buf, size, "%c%lld serial %llu %.*s\n",
	    time != 0 ? 'T' : 'N', (long long)time,
	    (unsigned long long)r->serial++, (int)(random() % 60),
	    "aT1bT1cT1dT1eT1fT1gT1hT1iT1jT1kT1lT1mT1nT1oT1pT1qT1rT1sT1tT1");
	assert_true(n > 0 && (size_t)n < size);
	return (size_t)n;
}

void
rig_line(struct rig *r, int fd, int64_t time)
{
	char buf[160];
	size_t n;

	n = make_line(r, time, buf, sizeof(buf));
	rig_want(r, buf, n - 1, false);
	rig_write(r, fd, buf, n);
}

void
rig_lines(struct rig *r, int fd, unsigned n)
{
	while (n-- > 0)
		rig_line(r, fd, 1000000);
}

void
rig_unwanted(struct rig *r, int fd, int64_t time)
{
	char buf[160];
	size_t n;

	n = make_line(r, time, buf, sizeof(buf));
	rig_write(r, fd, buf, n);
}

struct rig *
rig_new(unsigned seed)
{
	struct rig *r;

	r = calloc(1, sizeof(*r));
	assert_non_null(r);
	srandom(seed);
	r->seed = seed;
	r->prompt = seed % 3 == 0;
	r->pieces = true;
	r->inotify = -1;
	r->dir_wd = -1;
	r->open_flags = O_RDONLY;
	snprintf(r->base, sizeof(r->base), "/tmp/smtpban-tail.XXXXXX");
	assert_non_null(mkdtemp(r->base));
	snprintf(r->dir, sizeof(r->dir), "%s/log", r->base);
	snprintf(r->log, sizeof(r->log), "%s/mail.log", r->dir);
	snprintf(r->rotated, sizeof(r->rotated), "%s/mail.log.1", r->dir);
	assert_int_equal(mkdir(r->dir, 0700), 0);
	return r;
}

void
rig_start(struct rig *r, int64_t since)
{
	r->tail = tail_new(&ops, r, since);
	assert_non_null(r->tail);
	if (r->reach != 0)
		tail_set_reach(r->tail, r->reach);
	r->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_int_not_equal(r->inotify, -1);
	enforcer_watch(r, dup(r->inotify));
	tail_start(r->tail);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
rig_teardown(void **state)
{
	struct rig *r = *state;
	unsigned i;

	if (r == NULL)
		return 0;
	tail_free(r->tail);
	for (i = 0; i < r->nanswers; i++)
		if (r->answers[i].fd != -1)
			close(r->answers[i].fd);
	if (r->inotify != -1)
		close(r->inotify);
	nftw(r->base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	lines_free(&r->want);
	lines_free(&r->got);
	free(r);
	*state = NULL;
	return 0;
}

void
rig_run(void **state, unsigned seeds, void (*body)(struct rig *))
{
	unsigned seed;

	for (seed = 0; seed < seeds; seed++) {
		*state = rig_new(seed);
		body(*state);
		rig_teardown(state);
	}
}
