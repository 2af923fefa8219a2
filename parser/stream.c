#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "msg.h"
#include "stream.h"
#include "tail_lines.h"

struct stream {
	struct tail_sink sink; /* which hands out to stream_line */
	const struct tail_ops *ops;
	void *arg;
	int64_t started;
	size_t kept; /* bytes of a line without its end, in the block */
	bool skipping;
	int fd; /* -1: none yet */
	int error;
};

void
stream_rest(struct stream *s)
{
	if (s->sink.live)
		return;
	s->sink.live = true;
	s->ops->replayed(s->arg);
}

static void
stream_line(void *arg, const char *line, size_t n, bool cut, bool live)
{
	struct stream *s = arg;

	if (!live && s->ops->time(s->arg, line, n) >= s->started)
		stream_rest(s);
	s->ops->line(s->arg, line, n, cut, s->sink.live);
}

static const struct tail_ops lines_to_stream = { .line = stream_line };

struct stream *
stream_new(const struct tail_ops *ops, void *arg, int64_t started)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->sink.block = malloc(TAIL_BLOCK);
	if (s->sink.block == NULL) {
		free(s);
		return NULL;
	}
	s->sink.ops = &lines_to_stream;
	s->sink.arg = s;
	s->ops = ops;
	s->arg = arg;
	s->started = started;
	s->fd = -1;
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	free(s->sink.block);
	free(s);
}

void
stream_start(struct stream *s)
{
	s->ops->open(s->arg, MSG_CURRENT);
}

void
stream_give_pipe(struct stream *s, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		fatal("pipe of the journal");
	s->fd = fd;
	s->error = 0;
}

void
stream_give_none(struct stream *s, int error)
{
	s->error = error;
	stream_rest(s); /* the other logs wait for us no longer */
}

enum stream_read
stream_work(struct stream *s)
{
	char *block = s->sink.block;
	ssize_t n;
	size_t done;

	n = read(s->fd, block + s->kept, TAIL_BLOCK - s->kept);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return STREAM_EMPTY;
	if (n <= 0) {
		s->error = n == 0 ? EPIPE : errno;
		return STREAM_END;
	}
	s->kept += (size_t)n;
	done = tail_lines_give(&s->sink, &s->skipping, block, s->kept);
	s->kept -= done;
	memmove(block, block + done, s->kept);
	return STREAM_MORE;
}

bool
stream_is_live(const struct stream *s)
{
	return s->sink.live;
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

int
stream_error(const struct stream *s)
{
	return s->error;
}

uint64_t
stream_behind(const struct stream *s)
{
	int n;

	if (s->fd == -1 || ioctl(s->fd, FIONREAD, &n) == -1)
		return 0;
	return (uint64_t)n;
}
