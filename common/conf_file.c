/* smtpban.conf(5): the files themselves, and who may write them. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_parse.h"

/* Fill why and return -1 if others than root and the caller could write it. */
static int
file_check_owner(int fd, char *why)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		strlcpy(why, strerror(errno), CONF_WHY_LEN);
	else if (!S_ISREG(st.st_mode))
		strlcpy(why, "is not a regular file", CONF_WHY_LEN);
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		(void)snprintf(why, CONF_WHY_LEN,
		    "belongs to uid %u, want root: chown root",
		    (unsigned)st.st_uid);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		strlcpy(why, "is writable by others: chmod go-w", CONF_WHY_LEN);
	else
		return 0;
	return -1;
}

/* Read all of fd.  NULL with why filled. */
static char *
file_read(int fd, size_t *len, char *why)
{
	size_t size = 0, used = 0;
	char *text = NULL, *more;
	ssize_t n;

	do {
		if (size - used < 2) {
			size = size == 0 ? 16384 : size * 2;
			more = realloc(text, size);
			if (more == NULL)
				fatal("configuration");
			text = more;
		}
		n = read(fd, text + used, size - used - 1);
		if (n > 0)
			used += (size_t)n;
	} while (
	    (n > 0 || (n == -1 && errno == EINTR)) && used <= CONF_BYTES_MAX);
	if (n == -1)
		strlcpy(why, strerror(errno), CONF_WHY_LEN);
	else if (used > CONF_BYTES_MAX)
		(void)snprintf(why, CONF_WHY_LEN, "is larger than %u MiB",
		    CONF_BYTES_MAX >> 20);
	else {
		text[used] = '\0';
		*len = used;
		return text;
	}
	free(text);
	return NULL;
}

char *
conf_load(const char *path, bool secure, size_t *len, char *why)
{
	/* What root reads must not make it wait, as a FIFO would. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (secure ? O_NONBLOCK : 0);
	char *text = NULL;
	int fd;

	fd = open(path, flags);
	if (fd == -1) {
		strlcpy(why, strerror(errno), CONF_WHY_LEN);
		return NULL;
	}
	if (!secure || file_check_owner(fd, why) == 0)
		text = file_read(fd, len, why);
	close(fd);
	return text;
}

/* One line of a whitelist file, n bytes, without comment. */
static void
whitelist_read_line(struct conf_parser *p, const char *path, unsigned line,
    const char *s, size_t n)
{
	char entry[PREFIX_STRLEN] = "", quoted[CONF_QUOTED];
	struct prefix prefix;
	const char *why;

	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL && s[n - 1] != '\0')
		n--;
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	if (n == 0)
		return;
	/* What is too long, or has a NUL, stays empty: it is no address. */
	if (n < sizeof(entry) && memchr(s, '\0', n) == NULL)
		memcpy(entry, s, n);
	why = prefix_parse(entry, &prefix);
	if (why != NULL)
		conf_error_in(p, path, line, "%s: %s",
		    log_quote(quoted, sizeof(quoted), s, n), why);
	else if (prefix_set_add(p->conf->whitelist, &prefix) == -1)
		fatal("whitelist");
}

void
conf_read_whitelist(struct conf_parser *p, unsigned line, const char *path)
{
	char why[CONF_WHY_LEN], quoted[CONF_QUOTED], *text;
	const char *s, *end, *stop, *comment;
	unsigned number = 0;
	size_t len;

	conf_quote(quoted, path);
	if (path[0] != '/') {
		conf_error(p, line,
		    "whitelist file %s: want an absolute path, beginning "
		    "with /",
		    quoted);
		return;
	}
	text = conf_load(path, p->secure, &len, why);
	if (text == NULL) {
		conf_error(p, line, "whitelist file %s: %s", quoted, why);
		return;
	}
	end = text + len;
	for (s = text; s < end && !conf_full(p); s = stop + 1) {
		stop = memchr(s, '\n', (size_t)(end - s));
		if (stop == NULL)
			stop = end;
		comment = memchr(s, '#', (size_t)(stop - s));
		whitelist_read_line(p, path, ++number, s,
		    (size_t)((comment != NULL ? comment : stop) - s));
	}
	free(text);
}
