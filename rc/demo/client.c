/*
 * A client of the demonstration: "demo-client FROM TO COMMAND ..." connects to
 * port 25 from one address to another, says each command and prints what the
 * server answers to the last.  Exits 0 if there was an answer, 1 if not.
 */
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE 1500000 /* microseconds for an answer */

static struct addrinfo *
lookup(const char *address, const char *port)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	int error;

	if ((error = getaddrinfo(address, port, &hints, &ai)) != 0)
		errx(2, "%s: %s", address, gai_strerror(error));
	return ai;
}

__attribute__((noreturn)) static void
no_answer(void)
{
	puts("no answer");
	exit(1);
}

static FILE *
connect_from(const char *from, const char *to)
{
	const struct timeval patience = { .tv_sec = PATIENCE / 1000000,
		.tv_usec = PATIENCE % 1000000 };
	struct addrinfo *local = lookup(from, "0"), *remote = lookup(to, "25");
	FILE *f;
	int fd;

	/* On Linux the time to send bounds connect(2) as well. */
	if ((fd = socket(remote->ai_family, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    bind(fd, local->ai_addr, local->ai_addrlen) == -1)
		err(2, "%s", from);
	if (connect(fd, remote->ai_addr, remote->ai_addrlen) == -1)
		no_answer();
	if ((f = fdopen(fd, "r+")) == NULL)
		err(2, "fdopen");
	freeaddrinfo(local);
	freeaddrinfo(remote);
	return f;
}

int
main(int argc, char *argv[])
{
	char answer[512];
	FILE *f;
	int i;

	if (argc < 3)
		errx(2, "usage: demo-client FROM TO COMMAND ...");
	f = connect_from(argv[1], argv[2]);
	if (fgets(answer, sizeof(answer), f) == NULL)
		no_answer();
	for (i = 3; i < argc; i++) {
		fprintf(f, "%s\r\n", argv[i]);
		if (fflush(f) == EOF ||
		    fgets(answer, sizeof(answer), f) == NULL)
			no_answer();
	}
	answer[strcspn(answer, "\r\n")] = '\0';
	puts(answer);
	fputs("QUIT\r\n", f);
	fclose(f);
	return 0;
}
