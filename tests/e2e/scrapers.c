/*
 * scrapers ADDRESS PORT CLIENTS SECONDS: that many HTTP clients at once, none
 * of whom means well.  Each keeps to one of the manners below, and comes again
 * as soon as it is sent away.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define REQUEST "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"

enum manner {
	SAYS_NOTHING,
	SENDS_HALF,
	SENDS_SLOWLY, /* a byte now and then */
	SENDS_ALWAYS, /* headers without end */
	NEVER_READS,
	READS_SLOWLY,
	ASKS_OFTEN, /* and often again, without an answer */
	TALKS_GARBAGE,
	LEAVES,
	MANNERS
};

static unsigned long connections, bytes;

static int
scrapers_connect(const struct sockaddr_in *to)
{
	const int little = 1;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)) ==
		-1)
		err(1, "socket");
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == -1 &&
	    errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	connections++;
	return fd;
}

/* Returns false when nobody is there to hear it. */
static bool
say(int fd, const void *text, size_t len)
{
	return send(fd, text, len, MSG_NOSIGNAL) != -1 || errno == EAGAIN;
}

/* One look at one client; returns false when it is no more. */
static bool
scrapers_look(int fd, enum manner manner, bool first, bool second)
{
	static const char garbage[20000] = "garbage";
	static char answer[4096];
	ssize_t n;

	if (first &&
	    (manner == NEVER_READS || manner == READS_SLOWLY ||
		manner == LEAVES))
		return say(fd, REQUEST, strlen(REQUEST)) && manner != LEAVES;
	if (first && manner == SENDS_HALF)
		return say(fd, REQUEST, strlen(REQUEST) / 2);
	if (first && manner == TALKS_GARBAGE)
		return say(fd, garbage,
		    (size_t)(random() % (long)sizeof(garbage)));
	if (manner == SENDS_ALWAYS)
		return say(fd, "X: y\r\n", 6);
	if (manner == ASKS_OFTEN)
		return say(fd, REQUEST, strlen(REQUEST));
	if (manner == SENDS_SLOWLY && second)
		return say(fd, "G", 1);
	if (manner == NEVER_READS || (manner == READS_SLOWLY && !second))
		n = recv(fd, answer, 1, MSG_PEEK);
	else
		n = recv(fd, answer,
		    manner == READS_SLOWLY ? 10 : sizeof(answer), 0);
	if (n > 0 && manner != NEVER_READS)
		bytes += (unsigned long)n;
	return n > 0 || (n == -1 && errno == EAGAIN);
}

struct client {
	int fd;
	bool told;
};

static void
scrapers_run(const struct sockaddr_in *to, struct client *clients, unsigned n,
    int64_t end)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t now, second = 0;
	struct client *c;

	while ((now = clock_ms()) < end) {
		for (c = clients; c < clients + n; c++) {
			if (c->fd == -1) {
				c->fd = scrapers_connect(to);
				c->told = false;
			} else if (scrapers_look(c->fd,
				       (unsigned)(c - clients) % MANNERS,
				       !c->told, now >= second)) {
				c->told = true;
			} else if (c->told || errno != ENOTCONN) {
				close(c->fd);
				c->fd = -1;
			}
		}
		if (now >= second)
			second = now + 1000;
		(void)nanosleep(&pause, NULL);
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct rlimit files;
	const char *bad = NULL;
	struct client *clients;
	unsigned n = 0, i;
	int seconds = 0;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
		errx(1, "usage: scrapers address port clients seconds");
	to.sin_port = htons((uint16_t)strtonum(argv[2], 1, 65535, &bad));
	if (bad == NULL)
		n = (unsigned)strtonum(argv[3], 1, 100000, &bad);
	if (bad == NULL)
		seconds = (int)strtonum(argv[4], 1, 3600, &bad);
	if (bad != NULL)
		errx(1, "%s", bad);
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		err(1, "descriptors");
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if ((clients = calloc(n, sizeof(*clients))) == NULL)
		err(1, NULL);
	for (i = 0; i < n; i++)
		clients[i].fd = -1;
	scrapers_run(&to, clients, n, clock_ms() + seconds * 1000);
	printf("%lu connections, %lu bytes of answers\n", connections, bytes);
	free(clients);
	return 0;
}
