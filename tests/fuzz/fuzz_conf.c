/*
 * Any bytes as a configuration: no crash, no leak, and an error is reported
 * exactly when there is no result.
 */
#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
count_lines(void *arg, const char *line)
{
	unsigned *n = arg;

	if (line[0] == '\0')
		abort();
	(*n)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct conf *conf;
	unsigned lines = 0;
	char path[64];

	if (fd == -1 && (fd = memfd_create("conf", MFD_CLOEXEC)) == -1)
		abort();
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, false, count_lines, &lines);
	if ((conf == NULL) != (lines != 0) || lines > 101)
		abort();
	conf_free(conf);
	return 0;
}
