/*
 * Real TCP for the tests: "tcp listen PORT" greets everybody who connects,
 * "tcp connect SOURCE ADDRESS PORT MILLISECONDS" exits 0 if it was greeted in
 * time, 1 if not.
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

int
main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "listen") == 0)
		return listen_and_greet(argv[2]);
	if (argc == 6 && strcmp(argv[1], "connect") == 0)
		return connect_from(argv + 2, atoi(argv[5])) == -1;
	errx(2, "usage: tcp listen PORT | connect SOURCE ADDRESS PORT MS");
}
