/*
 * Stands where smtpband looks for the parser: reports how it was started, and
 * ends with the channel.
 */
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msg.h"
#include "spawn_stub.h"

static void
add_descriptors(struct spawn_stub_report *r)
{
	struct stat st, null;
	unsigned fd;

	if (stat("/dev/null", &null) == -1)
		return;
	for (fd = 0; fd < 64; fd++) {
		if (fstat((int)fd, &st) == -1)
			continue;
		r->fds |= (uint64_t)1 << fd;
		if (S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev)
			r->nulls |= (uint64_t)1 << fd;
	}
}

static void
add_words(struct spawn_stub_report *r, size_t *used, char *const *words)
{
	size_t n;

	for (; *words != NULL; words++) {
		n = strlen(*words) + 1;
		if (*used + n > sizeof(r->words))
			return;
		memcpy(r->words + *used, *words, n);
		*used += n;
		r->nwords++;
	}
}

int
main(int argc, char *argv[])
{
	struct spawn_stub_report r = { .nargs = (uint32_t)argc };
	struct pollfd pfd = { .fd = MSG_PARSER_FD, .events = POLLIN };
	size_t used = 0;

	add_descriptors(&r);
	add_words(&r, &used, argv);
	add_words(&r, &used, environ);
	if (channel_send(MSG_PARSER_FD, MSG_CONFINED, 0, &r, sizeof(r), -1) ==
	    -1)
		return 2;
	return poll(&pfd, 1, -1) == 1 ? 0 : 3;
}
