/*
 * The sample mail server of the demonstration: "demo-server LOG TOKEN" listens
 * on port 25, lets in who authenticates with AUTH PLAIN TOKEN, relays for
 * nobody, and logs in the words of Postfix.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT        25
#define PATIENCE    5 /* seconds without a word from the client */
#define MESSAGE_MAX 512

static FILE *logfile;

__attribute__((format(printf, 1, 2))) static void
log_line(const char *fmt, ...)
{
	char stamp[32], zone[8], message[MESSAGE_MAX];
	struct timespec ts;
	struct tm *tm;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	clock_gettime(CLOCK_REALTIME, &ts);
	tm = localtime(&ts.tv_sec);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", tm);
	strftime(zone, sizeof(zone), "%z", tm);
	fprintf(logfile, "%s.%06ld%.3s:%s mx1 postfix/smtpd[%d]: %s\n", stamp,
	    ts.tv_nsec / 1000, zone, zone + 3, (int)getpid(), message);
	fflush(logfile);
}

/* The client's address as a mail server writes it. */
static void
peer_text(const struct sockaddr_in6 *sin6, char text[INET6_ADDRSTRLEN])
{
	const struct in6_addr *a = &sin6->sin6_addr;

	if (IN6_IS_ADDR_V4MAPPED(a))
		inet_ntop(AF_INET, &a->s6_addr[12], text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, a, text, INET6_ADDRSTRLEN);
}

static void
authenticate(FILE *f, const char *peer, const char *given, const char *token)
{
	if (strcmp(given, token) == 0) {
		log_line("00C0FFEE: client=unknown[%s], sasl_method=PLAIN, "
			 "sasl_username=alice",
		    peer);
		fputs("235 2.7.0 Authentication successful\r\n", f);
		return;
	}
	log_line("warning: unknown[%s]: SASL PLAIN authentication failed: "
		 "authentication failure",
	    peer);
	fputs("535 5.7.8 Error: authentication failed\r\n", f);
}

static void
refuse_relay(FILE *f, const char *peer, const char *to)
{
	log_line("NOQUEUE: reject: RCPT from unknown[%s]: 554 5.7.1 %s: "
		 "Relay access denied; from=<a@example.net> to=%s "
		 "proto=ESMTP helo=<client.example>",
	    peer, to, to);
	fprintf(f, "554 5.7.1 %s: Relay access denied\r\n", to);
}

static void
serve(int fd, const char *peer, const char *token)
{
	char line[256];
	FILE *f;

	if ((f = fdopen(fd, "r+")) == NULL)
		err(1, "fdopen");
	setvbuf(f, NULL, _IOLBF, BUFSIZ);
	log_line("connect from unknown[%s]", peer);
	fputs("220 mx1.example.org ESMTP Postfix\r\n", f);
	while (fflush(f) == 0 && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (strncmp(line, "AUTH PLAIN ", 11) == 0)
			authenticate(f, peer, line + 11, token);
		else if (strncmp(line, "RCPT TO:", 8) == 0)
			refuse_relay(f, peer, line + 8);
		else if (strcmp(line, "QUIT") == 0)
			break;
		else
			fputs("250 2.1.0 Ok\r\n", f);
	}
	log_line("disconnect from unknown[%s]", peer);
	fclose(f);
}

static int
listen_on_port(void)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	int fd, on = 1, off = 0;

	sin6.sin6_port = htons(PORT);
	if ((fd = socket(AF_INET6, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ==
		-1 ||
	    bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == -1 ||
	    listen(fd, 16) == -1)
		err(1, "port %d", PORT);
	return fd;
}

int
main(int argc, char *argv[])
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_in6 sin6 = { 0 };
	socklen_t len = sizeof(sin6);
	char peer[INET6_ADDRSTRLEN];
	int fd, listener;

	if (argc != 3)
		errx(1, "usage: demo-server LOG TOKEN");
	if ((logfile = fopen(argv[1], "ae")) == NULL)
		err(1, "%s", argv[1]);
	listener = listen_on_port();
	signal(SIGCHLD, SIG_IGN);
	while ((fd = accept(listener, (struct sockaddr *)&sin6, &len)) != -1) {
		if (fork() == 0) {
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			    sizeof(patience));
			peer_text(&sin6, peer);
			serve(fd, peer, argv[2]);
			_exit(0);
		}
		close(fd);
		len = sizeof(sin6);
	}
	err(1, "accept");
}
