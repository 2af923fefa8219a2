/* What the stand-in for the parser tells test_spawn of itself. */
#ifndef SMTPBAN_SPAWN_STUB_H
#define SMTPBAN_SPAWN_STUB_H

#include <stdint.h>

#define SPAWN_STUB_WORDS 1024

struct spawn_stub_report {
	uint64_t fds;   /* bit n: descriptor n is open */
	uint64_t nulls; /* and it is /dev/null */
	uint32_t nargs; /* words of the command line; the environment follows */
	uint32_t nwords;
	char words[SPAWN_STUB_WORDS]; /* each with its NUL */
};

#endif
