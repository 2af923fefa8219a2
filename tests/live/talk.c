/*
 * A client of line protocols for the live tests: "talk SOURCE ADDRESS PORT
 * MILLISECONDS" says the lines of its standard input one after the other, each
 * when the server has answered the one before, and prints the answers.  Exits
 * 0 if the server spoke and was heard to the end, 1 if it could not be reached
 * or fell silent for so long.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int timeout_ms;

static bool
is_ready(int fd, short what)
{
	struct pollfd pfd = { .fd = fd, .events = what };

	return poll(&pfd, 1, timeout_ms) == 1;
}

static struct addrinfo *
address(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(host, port, &hints, &found);

	if (error != 0)
		errx(2, "%s: %s", host, gai_strerror(error));
	return found;
}

/* A connection from there to here, or the end. */
static int
reach(const char *from, const char *to, const char *port)
{
	struct addrinfo *source = address(from, "0"), *dest = address(to, port);
	int fd, error;
	socklen_t len = sizeof(error);

	fd = socket(dest->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind(fd, source->ai_addr, source->ai_addrlen) == -1)
		err(2, "%s", from);
	if (connect(fd, dest->ai_addr, dest->ai_addrlen) == -1 &&
	    errno != EINPROGRESS)
		err(1, "%s", to);
	if (!is_ready(fd, POLLOUT) ||
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1 ||
	    error != 0)
		errx(1, "%s is not reached", to);
	freeaddrinfo(source);
	freeaddrinfo(dest);
	return fd;
}

/* SMTP goes on after "250-"; other protocols answer one line at a time here. */
static bool
is_last(const char *line)
{
	return strlen(line) < 4 || line[3] != '-';
}

/*
 * Print one answer.  Returns its first byte, or 0 when the server has closed
 * the connection.
 */
static char
hear(int fd, FILE *in)
{
	char line[4096];

	do {
		/* What was read ahead is in the stream, not in the socket. */
		while (fgets(line, sizeof(line), in) == NULL) {
			if (feof(in) || errno != EAGAIN)
				return 0;
			clearerr(in);
			if (!is_ready(fd, POLLIN))
				errx(1, "no answer");
		}
		fputs(line, stdout);
	} while (!is_last(line));
	return line[0];
}

static void
say(int fd, const char *line)
{
	char text[8192];
	int n = snprintf(text, sizeof(text), "%.*s\r\n",
	    (int)strcspn(line, "\n"), line);

	if (n < 0 || (size_t)n >= sizeof(text))
		errx(2, "line is too long");
	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n && errno != EPIPE &&
	    errno != ECONNRESET)
		err(1, "send");
}

/* The lines of a message, which the server wants (DATA) or not. */
static void
say_message(int fd, bool wanted)
{
	char line[8000];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (wanted)
			say(fd, line);
		if (strcmp(line, ".\n") == 0)
			break;
	}
}

int
main(int argc, char *argv[])
{
	char line[8000], answer;
	FILE *in;
	int fd;

	if (argc != 5)
		errx(2, "usage: talk SOURCE ADDRESS PORT MILLISECONDS");
	timeout_ms = atoi(argv[4]);
	fd = reach(argv[1], argv[2], argv[3]);
	if ((in = fdopen(dup(fd), "r")) == NULL)
		err(2, "fdopen");
	answer = hear(fd, in);
	while (answer != 0 && fgets(line, sizeof(line), stdin) != NULL) {
		say(fd, line);
		answer = hear(fd, in);
		if (answer == 0 || strcmp(line, "DATA\n") != 0)
			continue;
		say_message(fd, answer == '3');
		if (answer == '3')
			answer = hear(fd, in);
	}
	close(fd);
	return 0;
}
