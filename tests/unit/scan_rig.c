#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scan_rig.h"

char scan_log[SCAN_RIG_FILES][64], scan_conf[SCAN_RIG_FILES][64];
char scan_printed[65536];
static char out_path[64];
static char dir[] = "/tmp/scan.XXXXXX";

int
scan_rig_begin(void **state)
{
	int i;

	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(out_path, sizeof(out_path), "%s/out", dir);
	for (i = 0; i < SCAN_RIG_FILES; i++) {
		snprintf(scan_log[i], sizeof(scan_log[i]), "%s/log%d", dir, i);
		snprintf(scan_conf[i], sizeof(scan_conf[i]), "%s/conf%d", dir,
		    i);
	}
	return 0;
}

int
scan_rig_clean(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < SCAN_RIG_FILES; i++) {
		unlink(scan_conf[i]);
		scan_write(scan_log[i], "");
	}
	return 0;
}

int
scan_rig_end(void **state)
{
	int i;

	scan_rig_clean(state);
	for (i = 0; i < SCAN_RIG_FILES; i++)
		unlink(scan_log[i]);
	unlink(out_path);
	return rmdir(dir);
}

void
scan_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert(f != NULL);
	fputs(text, f);
	fclose(f);
}

void
scan_add(const char *path, int minute, const char *message)
{
	FILE *f = fopen(path, "a");

	assert(f != NULL);
	fprintf(f,
	    "2026-11-24T%02d:%02d:00.000000+00:00 mx1 postfix/smtpd[%d]: %s\n",
	    minute / 60, minute % 60, 1000 + minute, message);
	fclose(f);
}

void
scan_add_failures(const char *path, const char *client, int minute, int n,
    const char *user)
{
	char message[512];

	snprintf(message, sizeof(message),
	    "warning: unknown[%s]: SASL LOGIN authentication failed: "
	    "(reason unavailable), sasl_username=%s",
	    client, user);
	while (n-- > 0)
		scan_add(path, minute++, message);
}

int
scan_run(struct invocation v, int n)
{
	char *argv[] = { scan_log[0], scan_log[1], scan_log[2], NULL };
	int out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO), file, null;
	ssize_t got;
	int code;

	v.name = "scan";
	v.argv = argv;
	v.argc = n;
	null = open("/dev/null", O_WRONLY);
	file = open(out_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert(out != -1 && error != -1 && null != -1 && file != -1);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	code = command_scan(&v);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(error, STDERR_FILENO);
	got = pread(file, scan_printed, sizeof(scan_printed) - 1, 0);
	scan_printed[got > 0 ? got : 0] = '\0';
	close(out);
	close(error);
	close(null);
	close(file);
	return code;
}
