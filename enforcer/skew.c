#include <sys/param.h>

#include "smtpband.h"

#define AHEAD       (3 * 86400) /* later than now no ban begins */
#define OVERDUE     3600        /* seconds: who runs releases in time */
#define OVERDUE_MAX 3
#define HOLD_MS     (600 * 1000)
#define TRUST_MS    (86400 * 1000)

_Static_assert(AHEAD > MSG_AHEAD_MAX, "a log's clock may be ahead");

/*
 * Move what was made from then to then.  It is written in one piece: half of
 * it moved would be worse than none, should we be killed.  The parser does the
 * same to the bans that it knows.
 */
static unsigned
move(struct enforcer *e, int64_t from, int64_t to, int64_t by)
{
	struct msg_moved moved = { from, to, by };
	struct ban_entry *entry;
	unsigned n = 0;

	BANS_FOREACH(entry, &e->bans) {
		if (!ban_move(&entry->ban, from, to, by))
			continue;
		if (ledger_put(e->ledger, &entry->ban) == -1)
			fatal("ledger");
		if (entry->due != BAN_FOR_EVER)
			bans_settle(&e->bans, entry, entry->due + by * 1000);
		n++;
	}
	if (e->told)
		reply_send(e, MSG_BANS_MOVED, 0, &moved, sizeof(moved), -1);
	(void)turn_write(e);
	return n;
}

/* Is what the bans tell of the time what the clock says? */
static void
compare(struct enforcer *e)
{
	struct skew *s = &e->skew;
	const struct ban_entry *entry;
	int64_t now = clock_wall();
	unsigned overdue = 0;

	s->newest = 0;
	BANS_FOREACH(entry, &e->bans) {
		s->newest = MAX(s->newest, ban_made(&entry->ban));
		overdue += entry->due < (now - OVERDUE) * 1000;
	}
	s->trust_at = s->newest > now + AHEAD ? clock_ms() + TRUST_MS : 0;
	s->hold_at = overdue > OVERDUE_MAX ? clock_ms() + HOLD_MS : 0;
	if (s->trust_at != 0)
		log_warnx("the clock is %lld s behind the last ban",
		    (long long)(s->newest - now));
	if (s->hold_at != 0)
		log_warnx("%u bans are over since long: they stay for ten "
			  "minutes, in case that the clock is wrong",
		    overdue);
}

void
skew_start(struct enforcer *e)
{
	(void)clock_jump(&e->skew.ms);
	compare(e);
}

/* The clock was set: to now, by so many seconds. */
static void
jumped(struct enforcer *e, int64_t now, int64_t by)
{
	struct skew *s = &e->skew;
	int64_t from = 0;
	unsigned n;

	if (s->trust_at != 0) /* what is from this boot, by this clock */
		from = s->ms / 1000 - by;
	if (s->hold_at != 0) /* all was made before the first was over */
		from = MAX(from, bans_next(&e->bans) / 1000);
	n = move(e, from, now - by + AHEAD, by);
	e->counters.started += by;
	e->counters.clock_set = now;
	e->counters.clock_by = by;
	log_warnx("the clock was set by %+lld s: %u bans keep what remains "
		  "of their time",
	    (long long)by, n);
	compare(e);
}

void
skew_check(struct enforcer *e)
{
	struct skew *s = &e->skew;
	int64_t by = clock_jump(&s->ms), now = clock_wall();

	if (by != 0)
		jumped(e, now, by);
	if (s->hold_at <= clock_ms())
		s->hold_at = 0;
	if (s->trust_at != 0 && s->trust_at <= clock_ms()) {
		log_warnx("the clock is taken as right: %u bans were moved",
		    move(e, now + AHEAD + 1, INT64_MAX, now - s->newest));
		compare(e);
	}
}
