#include "smtpband.h"

/* One that is not banned is allowed only.  why: NULL for no line in the log. */
static void
release_one(struct enforcer *e, const struct prefix *p, uint32_t allow,
    const char *why)
{
	struct ban *ban = &turn_touch(e, p, 0)->ban;
	char text[PREFIX_STRLEN];

	if (ban->state == BAN_ACTIVE) {
		e->counters.released++;
		if (why != NULL)
			log_info("released %s: %s", prefix_format(p, text),
			    why);
	}
	ban_end(ban, allow, clock_wall());
}

uint32_t
release_covering(struct enforcer *e, const struct prefix *p, uint32_t allow)
{
	const struct ban_entry *entry;
	struct prefix wide = *p;
	uint32_t n = 0;

	for (;; allow = 0) {
		entry = bans_find(&e->bans, &wide);
		if ((entry != NULL && entry->ban.state == BAN_ACTIVE) ||
		    allow != 0) {
			release_one(e, &wide, allow, "by hand");
			n++;
		}
		if (wide.len == 0)
			return n;
		prefix_widen(&wide, wide.len - 1U);
	}
}

uint32_t
release_due(struct enforcer *e)
{
	const struct ban_entry *entry;
	int64_t now = clock_boot_ms() + e->skew.ms; /* no jump is in it */
	uint32_t n = 0;

	e->skew.hold_at = 0; /* by hand, too */
	while ((entry = bans_due(&e->bans, now)) != NULL) {
		if (entry->ban.state == BAN_ACTIVE) {
			release_one(e, &entry->ban.prefix, 0,
			    "its time is over");
			n++;
		} else
			turn_touch(e, &entry->ban.prefix, 0)->ban.state =
			    BAN_FORGOTTEN;
	}
	turn_commit(e);
	return n;
}

uint32_t
release_all(struct enforcer *e)
{
	struct ban_entry *entry, *next;
	uint32_t n = 0;

	BANS_FOREACH_SAFE(entry, &e->bans, next) {
		if (entry->ban.state == BAN_ACTIVE) {
			release_one(e, &entry->ban.prefix, 0, NULL);
			n++;
		}
	}
	turn_commit(e);
	log_info("released all %u bans", n);
	return n;
}

void
release_refused(struct enforcer *e)
{
	struct ban_entry *entry, *next;
	char reason[MSG_REASON_LEN];

	BANS_FOREACH_SAFE(entry, &e->bans, next) {
		if (entry->ban.state == BAN_ACTIVE &&
		    guard_refuses(e->conf, e->host, &entry->ban.prefix, reason))
			release_one(e, &entry->ban.prefix, 0, reason);
	}
	turn_commit(e);
}
