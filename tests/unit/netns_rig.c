#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "netns_rig.h"

static bool entered;

int
netns_enter(void **state)
{
	(void)state;
	entered = unshare(CLONE_NEWNET) == 0;
	if (entered)
		netns_run("ip link set lo up");
	return 0;
}

void
netns_needed(void)
{
	if (!entered)
		skip();
}

void
netns_run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

int
netns_lines(const char *command)
{
	FILE *f = popen(command, "r");
	int c, n = 0;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	assert_int_equal(pclose(f), 0);
	return n;
}

bool
netns_shows(const char *command, const char *text)
{
	FILE *f = popen(command, "r");
	char line[512];
	bool found = false;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		found |= strstr(line, text) != NULL;
	assert_int_equal(pclose(f), 0);
	return found;
}

struct prefix
netns_prefix(const char *text)
{
	struct prefix p;
	const char *error = prefix_parse(text, &p);

	if (error != NULL)
		fail_msg("%s: %s", text, error);
	return p;
}
