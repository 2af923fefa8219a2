/*
 * Lines per second of the recogniser over a file, as a ratio to counting its
 * lines with memchr(3) in the same process.
 *
 *	bench_recognise FILE [rounds]
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recognise/recognise.h"

struct text {
	const char *p;
	size_t n;
};

/* Of processor time, so that a busy machine does not count. */
static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct text
map_file(const char *path)
{
	struct text t;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p;

	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "%s", path);
	if (st.st_size == 0)
		errx(1, "%s: empty", path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		err(1, "%s", path);
	close(fd);
	t.p = p;
	t.n = (size_t)st.st_size;
	return t;
}

/* With r NULL: only count the lines. */
static size_t
run(struct text t, struct recognise *r, int64_t now, size_t *events)
{
	const char *p = t.p, *end = t.p + t.n, *nl;
	struct event ev;
	size_t lines = 0;

	while (p < end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		lines++;
		if (r != NULL && nl - p <= RECOGNISE_LINE_MAX &&
		    recognise_line(r, p, (size_t)(nl - p), now, &ev))
			(*events)++;
		p = nl + 1;
	}
	return lines;
}

int
main(int argc, char *argv[])
{
	struct recognise *r = recognise_new(recognise_rules_new(), NULL);
	size_t lines = 0, events = 0;
	double start, count_time = 0, spent = 0;
	int64_t now = time(NULL);
	struct text t;
	long rounds;

	if (argc < 2 || r == NULL)
		errx(1, "usage: bench_recognise file [rounds]");
	setenv("TZ", ":/etc/localtime", 0);
	rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
	t = map_file(argv[1]);
	for (; rounds > 0; rounds--) {
		start = seconds();
		lines += run(t, NULL, now, &events);
		count_time += seconds() - start;
		start = seconds();
		(void)run(t, r, now, &events);
		spent += seconds() - start;
	}
	recognise_free(r);
	printf("%zu lines, %zu events\n", lines, events);
	printf("memchr     %12.0f lines/s\n", (double)lines / count_time);
	printf("recognise  %12.0f lines/s\n", (double)lines / spent);
	printf("ratio      %12.2f\n", spent / count_time);
	return 0;
}
