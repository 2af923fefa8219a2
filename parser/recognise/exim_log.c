/* What Exim's lines tell beside what each of them says. */
#include <stddef.h>

#include "exim_log.h"
#include "rules.h"

#define COPY_SECONDS 2 /* between a line and its copy */

/* Lines without a copy are lost ones, until there are too many. */
static bool
has_copies(const struct exim_log *e)
{
	return (uint64_t)e->lone * 8 <= (uint64_t)e->copied + 16;
}

uint32_t
exim_log_count(struct exim_log *e, struct session *s, uint64_t hash,
    int64_t time, uint32_t times)
{
	bool waits = s->copy == hash && time - s->copy_time >= 0 &&
	    time - s->copy_time <= COPY_SECONDS;
	uint32_t offences;

	if (s->copy != 0 && !waits && e->lone < UINT32_MAX)
		e->lone++;
	offences = (times + (waits ? 0 : 1)) / 2;
	if (e->copied < UINT32_MAX - times)
		e->copied += times - offences;
	s->copy = (times + (waits ? 1 : 0)) % 2 != 0 ? hash : 0;
	s->copy_time = time;
	return has_copies(e) ? offences : times;
}

void
exim_log_saw_helo(struct session *host, bool checked)
{
	host->told |= checked ? TOLD_HELO_CHECKED : TOLD_HELO_JUNK;
}

bool
exim_log_checks_helo(const struct session *host)
{
	const unsigned both = TOLD_HELO_CHECKED | TOLD_HELO_JUNK;

	return host != NULL && (host->told & both) == TOLD_HELO_CHECKED;
}
