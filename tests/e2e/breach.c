/*
 * A call that is forbidden, from inside: linked into both programs for a test,
 * in the place of what each does when it is asked for something harmless.
 */
#include <sys/socket.h>

void __wrap_reload(void);
void __wrap_stats_log(void);

/* The enforcer, asked to read its configuration again. */
void
__wrap_reload(void)
{
	(void)socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* The parser, asked for its counters. */
void
__wrap_stats_log(void)
{
	(void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}
