/*
 * Real TCP for the tests: "tcp listen PORT" greets everybody who connects,
 * "tcp connect SOURCE ADDRESS PORT MILLISECONDS" exits 0 if it was greeted in
 * time, 1 if not.  "tcp sessions ADDRESS PORT" also greets, and writes a line
 * for each client that comes, and for how each of them ends; "tcp hold SOURCE
 * ADDRESS PORT" writes one when it was greeted, and how it ends.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t
address(const char *text, const char *port, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons((uint16_t)atoi(port));
		return sizeof(*sin);
	}
	if (inet_pton(AF_INET6, text, &sin6->sin6_addr) != 1)
		errx(2, "%s: no address", text);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons((uint16_t)atoi(port));
	return sizeof(*sin6);
}

static int
listen_and_greet(const char *port)
{
	static const char greeting[] = "220 mx1.example.org ESMTP\r\n";
	struct sockaddr_storage ss;
	socklen_t len = address("::", port, &ss);
	int fd, client, on = 1, off = 0;

	if ((fd = socket(AF_INET6, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ==
		-1 ||
	    bind(fd, (struct sockaddr *)&ss, len) == -1 || listen(fd, 64) == -1)
		err(2, "listen");
	/* Connections stay open until their client goes or we end. */
	while ((client = accept(fd, NULL, NULL)) != -1)
		(void)send(client, greeting, sizeof(greeting) - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	err(2, "accept");
}

/* The end of one that was read: "SOURCE ended: WHY". */
static void
tell_end(const char *source, ssize_t n)
{
	printf("%s ended: %s\n", source,
	    n == 0 ? "by the other side" : strerror(errno));
}

static const char *
source_of(int fd)
{
	static char text[INET6_ADDRSTRLEN];
	struct sockaddr_storage ss;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)&ss;
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		err(2, "getpeername");
	if (ss.ss_family == AF_INET)
		inet_ntop(AF_INET, &sin->sin_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET6, &sin6->sin6_addr, text, sizeof(text));
	return text;
}

#define SESSIONS_MAX 64

static int
serve_sessions(char *argv[])
{
	struct pollfd pfd[SESSIONS_MAX + 1] = { { .events = POLLIN } };
	char *source[SESSIONS_MAX + 1], buf[128];
	struct sockaddr_storage ss;
	socklen_t len = address(argv[0], argv[1], &ss);
	int i, n = 1, on = 1;
	ssize_t got;

	pfd[0].fd = socket(ss.ss_family, SOCK_STREAM, 0);
	if (pfd[0].fd == -1 ||
	    setsockopt(pfd[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ==
		-1 ||
	    bind(pfd[0].fd, (struct sockaddr *)&ss, len) == -1 ||
	    listen(pfd[0].fd, SESSIONS_MAX) == -1)
		err(2, "listen");
	while (poll(pfd, (nfds_t)n, -1) > 0) {
		for (i = 1; i < n; i++) {
			if (pfd[i].revents == 0)
				continue;
			if ((got = read(pfd[i].fd, buf, sizeof(buf))) > 0)
				continue;
			tell_end(source[i], got);
			close(pfd[i].fd);
			pfd[i].fd = -1;
		}
		if (pfd[0].revents == 0 || n > SESSIONS_MAX)
			continue;
		if ((pfd[n].fd = accept(pfd[0].fd, NULL, NULL)) == -1)
			err(2, "accept");
		pfd[n].events = POLLIN;
		source[n] = strdup(source_of(pfd[n].fd));
		(void)send(pfd[n].fd, "220\r\n", 5, MSG_NOSIGNAL);
		printf("%s open\n", source[n++]);
	}
	err(2, "poll");
}

static int
connect_from(char *argv[], int ms)
{
	struct sockaddr_storage from, to;
	socklen_t flen = address(argv[0], "0", &from);
	socklen_t tlen = address(argv[1], argv[2], &to);
	struct pollfd pfd = { .events = POLLIN };
	char buf[128];

	pfd.fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (pfd.fd == -1 || bind(pfd.fd, (struct sockaddr *)&from, flen) == -1)
		err(2, "%s", argv[0]);
	if (connect(pfd.fd, (struct sockaddr *)&to, tlen) == -1 &&
	    errno != EINPROGRESS)
		return -1;
	if (poll(&pfd, 1, ms) != 1 || read(pfd.fd, buf, sizeof(buf)) <= 0)
		return -1;
	return pfd.fd;
}

static int
hold(char *argv[])
{
	int fd = connect_from(argv, 5000);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[128];
	ssize_t n;

	if (fd == -1)
		errx(1, "%s: not greeted", argv[0]);
	printf("%s open\n", argv[0]);
	while (poll(&pfd, 1, -1) == 1)
		if ((n = read(fd, buf, sizeof(buf))) <= 0) {
			tell_end(argv[0], n);
			return 0;
		}
	err(2, "poll");
}

int
main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "listen") == 0)
		return listen_and_greet(argv[2]);
	if (argc == 6 && strcmp(argv[1], "connect") == 0)
		return connect_from(argv + 2, atoi(argv[5])) == -1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && strcmp(argv[1], "sessions") == 0)
		return serve_sessions(argv + 2);
	if (argc == 5 && strcmp(argv[1], "hold") == 0)
		return hold(argv + 2);
	errx(2,
	    "usage: tcp listen PORT | connect SOURCE ADDRESS PORT MS | "
	    "sessions ADDRESS PORT | hold SOURCE ADDRESS PORT");
}
