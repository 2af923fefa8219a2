/*
 * set-clock FILE WHAT
 *
 *	+SECONDS, -SECONDS	set the wall clock by so much
 *	=SECONDS		to that time (since 1970)
 *	asleep SECONDS		so long the machine was suspended
 *	pass SECONDS		so long it was awake
 *	show			print the wall clock, whole seconds
 *
 * FILE is made if need be: see clock_file.h.
 */
#include <sys/mman.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock_file.h"

#define SECOND INT64_C(1000000000)

static struct clock_file *
map(const char *path)
{
	struct clock_file *c;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd == -1 || ftruncate(fd, sizeof(*c)) == -1)
		err(2, "%s", path);
	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED)
		err(2, "%s", path);
	close(fd);
	return c;
}

static int64_t
wall(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static int64_t
number(const char *text)
{
	char *end;
	long long n = strtoll(text, &end, 10);

	if (end == text || *end != '\0')
		errx(2, "%s: not a number of seconds", text);
	return n * SECOND;
}

static void
add(struct clock_file *c, int64_t to_wall, int64_t to_boot, int64_t to_awake)
{
	__atomic_add_fetch(&c->turn, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&c->wall, to_wall, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&c->boot, to_boot, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&c->awake, to_awake, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&c->turn, 1, __ATOMIC_SEQ_CST);
}

int
main(int argc, char *argv[])
{
	struct clock_file *c;
	int64_t by;

	if (argc < 3 || argc > 4)
		errx(2,
		    "usage: set-clock FILE "
		    "+N | -N | =N | asleep N | pass N | show");
	c = map(argv[1]);
	if (argc == 3 && strcmp(argv[2], "show") == 0)
		printf("%lld\n", (long long)((wall() + c->wall) / SECOND));
	else if (argc == 3 && argv[2][0] == '=')
		add(c, number(argv[2] + 1) - wall() - c->wall, 0, 0);
	else if (argc == 3 && (argv[2][0] == '+' || argv[2][0] == '-'))
		add(c, number(argv[2]), 0, 0);
	else if (argc == 4 && (by = number(argv[3])) >= 0 &&
	    strcmp(argv[2], "asleep") == 0)
		add(c, by, by, 0);
	else if (argc == 4 && strcmp(argv[2], "pass") == 0)
		add(c, by, by, by);
	else
		errx(2, "%s: not a change", argv[2]);
	return 0;
}
