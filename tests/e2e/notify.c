/* A service manager's ear: prints what is sent to $NOTIFY_SOCKET. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char text[4096];
	ssize_t n;
	int sock;

	if (argc != 2 || strlen(argv[1]) >= sizeof(sun.sun_path))
		errx(1, "usage: notify SOCKET");
	memcpy(sun.sun_path, argv[1], strlen(argv[1]));
	(void)unlink(argv[1]);
	if ((sock = socket(AF_UNIX, SOCK_DGRAM, 0)) == -1 ||
	    bind(sock, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", argv[1]);
	while ((n = recv(sock, text, sizeof(text), 0)) > 0) {
		printf("%.*s\n", (int)n, text);
		fflush(stdout);
	}
	return 1;
}
