#include <stdlib.h>

#include "bans.h"
#include "scan_bans.h"

struct scan_bans {
	const struct conf *conf;
	struct bans bans; /* in no queue: the log is the clock here */
};

struct scan_bans *
scan_bans_new(const struct conf *conf)
{
	struct scan_bans *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->conf = conf;
	bans_init(&s->bans, 0);
	return s;
}

void
scan_bans_free(struct scan_bans *s)
{
	if (s == NULL)
		return;
	bans_clear(&s->bans);
	free(s);
}

bool
scan_bans_settle(struct scan_bans *s, const struct prefix *p, int64_t time)
{
	const struct ban_entry *e = bans_find(&s->bans, p);

	return e != NULL && time < e->ban.expires;
}

const struct ban *
scan_bans_add(struct scan_bans *s, const struct prefix *p, uint32_t category,
    uint32_t count, int64_t time)
{
	struct ban_entry *e = bans_find(&s->bans, p);

	if (e == NULL)
		e = bans_insert(&s->bans, p);
	else if (time >= e->ban.expires)
		ban_end(&e->ban, 0, e->ban.expires);
	ban_begin(&e->ban, s->conf, category, count, 0, time);
	return &e->ban;
}
