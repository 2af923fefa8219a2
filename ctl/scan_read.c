/* Many log files read as one, in the order of the times in them. */
#include <sys/stat.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "recognise/recognise.h"
#include "scan_progress.h"
#include "scan_read.h"

#define DAY        86400
#define TELL_LINES 4096 /* lines between two looks at the clock */
#define NO_TIME    INT64_MIN

struct scan_merge {
	struct scan_input *inputs; /* by first, or as they were given */
	struct scan_input **active;
	size_t n;
	size_t nactive;
	size_t begun; /* inputs that are or were active */
	bool as_given;
	bool failed;
	const struct scan_read_ops *ops;
	void *arg;
	struct scan_progress *progress;
	uint64_t lines;
	int64_t closed; /* bytes of files that were read */
};

static void
merge_tell(struct scan_merge *m)
{
	int64_t done = m->closed;
	size_t i;

	if (m->progress == NULL || ++m->lines % TELL_LINES != 0)
		return;
	for (i = 0; i < m->nactive; i++)
		done += scan_file_done(&m->active[i]->file);
	scan_progress_tell(m->progress, done, m->lines, clock_ms());
}

static void
merge_hide_progress(struct scan_merge *m)
{
	if (m->progress != NULL)
		scan_progress_hide(m->progress);
}

/* Begin with the next input; one that cannot be read is passed over. */
static void
merge_begin(struct scan_merge *m)
{
	struct scan_input *in = &m->inputs[m->begun++];
	struct scan_file *f = &in->file;

	merge_hide_progress(m);
	if (f->fd == -1 && scan_file_open(f, f->name) == -1) {
		m->failed = true;
		return;
	}
	m->active[m->nactive++] = in;
	m->ops->begin(m->arg, in);
}

static void
merge_end(struct scan_merge *m, struct scan_input *in)
{
	size_t i = 0;

	m->ops->end(m->arg, in);
	merge_hide_progress(m);
	m->closed += scan_file_done(&in->file);
	if (scan_file_close(&in->file) == -1)
		m->failed = true;
	while (m->active[i] != in)
		i++;
	for (m->nactive--; i < m->nactive; i++)
		m->active[i] = m->active[i + 1];
}

/*
 * The next line.  All files would have to wait for one with a time from the
 * future: it is taken as of the line before.  Returns false at the end.
 */
static bool
merge_read(struct scan_merge *m, struct scan_input *in)
{
	const char *line;
	int64_t time;
	size_t n;

	if (!scan_file_next(&in->file, &line, &n))
		return false;
	in->line++;
	time = m->ops->line(m->arg, in, line, n, &in->waits);
	if (time != 0 && time <= in->file.mtime + DAY)
		in->last = time;
	merge_tell(m);
	return true;
}

static void
merge_play(struct scan_merge *m, struct scan_input *in)
{
	in->waits = false;
	m->ops->play(m->arg, in);
}

/* The time at which another input has to be looked at. */
static int64_t
merge_until(const struct scan_merge *m)
{
	if (m->as_given || m->begun == m->n)
		return INT64_MAX;
	return m->inputs[m->begun].first;
}

/* The lines of the only one, until the next one begins. */
static void
merge_alone(struct scan_merge *m, struct scan_input *in)
{
	int64_t until = merge_until(m);

	do {
		if (in->waits)
			merge_play(m, in);
		if (!merge_read(m, in)) {
			merge_end(m, in);
			return;
		}
	} while (in->last < until);
}

/*
 * A line of the input that is behind all others, or what its last one said:
 * so none is ever further ahead than by one line, and things are said in the
 * order of their times.
 */
static void
merge_step(struct scan_merge *m)
{
	struct scan_input *in = m->active[0];
	size_t i;

	if (m->nactive == 1) {
		merge_alone(m, in);
		return;
	}
	for (i = 1; i < m->nactive; i++)
		if (m->active[i]->last < in->last)
			in = m->active[i];
	if (in->waits)
		merge_play(m, in);
	else if (!merge_read(m, in))
		merge_end(m, in);
}

static int64_t
merge_now(const struct scan_merge *m)
{
	int64_t now = INT64_MIN;
	size_t i;

	for (i = 0; i < m->nactive; i++)
		if (m->active[i]->last > now)
			now = m->active[i]->last;
	return now;
}

static void
merge_run(struct scan_merge *m)
{
	for (;;) {
		while (m->begun < m->n &&
		    (m->nactive == 0 || merge_until(m) <= merge_now(m)))
			merge_begin(m);
		if (m->nactive == 0)
			return;
		merge_step(m);
	}
}

static int
compare_first(const void *a, const void *b)
{
	const struct scan_input *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->given < y->given ? -1 : x->given > y->given;
}

/*
 * Find out where an input begins.  What can be opened anew is closed again:
 * there may be more files than descriptors.
 */
static bool
merge_look(struct scan_merge *m, struct scan_input *in)
{
	struct scan_file *f = &in->file;

	if (m->as_given) {
		f->fd = -1;
		return true;
	}
	if (scan_file_open(f, f->name) == -1) {
		m->failed = true;
		return false;
	}
	if ((in->first = scan_file_peek(f)) == 0)
		in->first = NO_TIME;
	if (scan_file_is_regular(f))
		scan_file_put_back(f);
	return true;
}

/* How much there is to read, or -1. */
static int64_t
total_size(char *const *names, int n)
{
	int64_t total = 0;
	struct stat st;
	int i;

	for (i = 0; i < n; i++) {
		if (strcmp(names[i], "-") == 0 || stat(names[i], &st) == -1 ||
		    !S_ISREG(st.st_mode))
			return -1;
		total += st.st_size;
	}
	return total;
}

int
scan_read(char *const *names, int n, bool as_given,
    const struct scan_read_ops *ops, void *arg, struct scan_progress *progress)
{
	struct scan_merge m = { .as_given = as_given,
		.ops = ops,
		.arg = arg,
		.progress = progress };
	struct scan_input *in;
	int i;

	m.inputs = calloc((size_t)n, sizeof(*m.inputs));
	m.active = calloc((size_t)n, sizeof(struct scan_input *));
	if (m.inputs == NULL || m.active == NULL)
		err(COMMAND_FAILED, NULL);
	if (progress != NULL)
		progress->total = total_size(names, n);
	for (i = 0; i < n; i++) {
		in = &m.inputs[m.n];
		in->file.name = names[i];
		in->given = (size_t)i;
		m.n += merge_look(&m, in);
	}
	if (!as_given)
		qsort(m.inputs, m.n, sizeof(*m.inputs), compare_first);
	merge_run(&m);
	free(m.active);
	free(m.inputs);
	return m.failed ? -1 : 0;
}
