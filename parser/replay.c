#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "recognise/recognise.h"
#include "replay.h"

#define PROBE 32768 /* bytes looked at in one place */
#define SLACK 3600  /* seconds that lines may be out of order */

_Static_assert(PROBE <= TAIL_BLOCK, "a probe fits the block");

/*
 * The time of the first line with a time that begins in the PROBE bytes after
 * pos, and where it begins; 0 if there is none.
 */
static int64_t
find_time(int fd, off_t pos, const struct tail_sink *s, off_t *start)
{
	const char *p = s->block, *end, *nl;
	ssize_t n;
	size_t len;
	int64_t t;

	n = pread(fd, s->block, PROBE, pos);
	if (n <= 0)
		return 0;
	end = p + n;
	if (pos > 0) { /* most likely in the middle of a line */
		nl = memchr(p, '\n', (size_t)n);
		if (nl == NULL)
			return 0;
		p = nl + 1;
	}
	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		len = (size_t)(nl - p);
		if (len > RECOGNISE_LINE_MAX)
			len = RECOGNISE_LINE_MAX;
		t = s->ops->time(s->arg, p, len);
		if (t != 0) {
			*start = pos + (p - s->block);
			return t;
		}
		p = nl + 1;
	}
	return 0;
}

int64_t
replay_first_time(int fd, const struct tail_sink *s)
{
	off_t start;

	return find_time(fd, 0, s, &start);
}

off_t
replay_find_start(int fd, int64_t since, const struct tail_sink *s)
{
	struct stat st;
	off_t lo = 0, hi, mid, start = 0;
	int64_t t;

	if (fstat(fd, &st) == -1)
		return 0;
	hi = st.st_size;
	while (hi - lo > PROBE) {
		mid = lo + (hi - lo) / 2;
		t = find_time(fd, mid, s, &start);
		/* A place that does not tell is left to be read. */
		if (t != 0 && t < since - SLACK)
			lo = start;
		else
			hi = mid;
	}
	return lo;
}

off_t
replay_find_reach(int fd, off_t start, int64_t reach, off_t most,
    const struct tail_sink *s)
{
	off_t early = replay_find_start(fd, reach, s);

	if (start - early > most && find_time(fd, start - most, s, &early) == 0)
		return start;
	return early < start ? early : start;
}
