#include <sys/inotify.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "tail_watch.h"

static bool
names_the_log(const struct tail_watch *w, const struct inotify_event *ev)
{
	if (w->name[0] == '\0')
		return true;
	return ev->len > 0 && strcmp(ev->name, w->name) == 0;
}

static bool
wants_reopen(const struct tail_watch *w, const struct inotify_event *ev,
    int file_wd)
{
	if (ev->mask & IN_Q_OVERFLOW)
		return true;
	if (ev->wd == w->wd)
		return (ev->mask &
			   (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0 ||
		    names_the_log(w, ev);
	/* Its inode changes with its link count; it may be renamed where the
	 * directory's watch does not see it. */
	if (ev->wd == file_wd)
		return (ev->mask & (IN_MOVE_SELF | IN_ATTRIB)) != 0;
	/* Only folders give names: that of a symbolic link to the log. */
	return ev->len > 0;
}

int
tail_watch_read(const struct tail_watch *w, int file_wd, bool *reopen)
{
	_Alignas(struct inotify_event) char buf[8192];
	const struct inotify_event *e;
	ssize_t n, at;
	int events = 0;

	*reopen = false;
	n = read(w->fd, buf, sizeof(buf));
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
		e = (const struct inotify_event *)(const void *)(buf + at);
		if (wants_reopen(w, e, file_wd))
			*reopen = true;
		events++;
	}
	return events;
}
