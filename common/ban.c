#include "ban.h"
#include "conf.h"

/* Seconds of the n-th ban: doubled each time, up to the maximum. */
static uint32_t
ban_length(const struct conf *conf, uint32_t strikes)
{
	uint64_t seconds = conf->ban_for;

	if (conf->ban_for == MSG_FOR_EVER || !conf->ban_double)
		return conf->ban_for;
	while (--strikes > 0 && seconds < conf->ban_max)
		seconds *= 2;
	return seconds < conf->ban_max ? (uint32_t)seconds : conf->ban_max;
}

void
ban_begin(struct ban *ban, const struct conf *conf, uint32_t category,
    uint32_t count, uint32_t seconds, int64_t now)
{
	/* It may be over and in force, if the clock is wrong. */
	bool stale = ban->expires <= now || ban->since > now + MSG_AHEAD_MAX;

	if (ban->state == BAN_ACTIVE && seconds == 0)
		return;
	if (ban->state != BAN_ACTIVE || stale) {
		if (ban->state != BAN_ACTIVE &&
		    ban->released + conf->remember < now)
			ban->strikes = 0;
		ban->strikes += ban->strikes < UINT32_MAX;
		ban->since = now;
		ban->category = category;
		ban->count = count;
		ban->released = 0;
		ban->allowed = 0;
		ban->flags = 0;
	}
	if (category == CATEGORY_MANUAL)
		ban->flags |= BAN_MANUAL;
	if (seconds == 0)
		seconds = ban_length(conf, ban->strikes);
	ban->expires =
	    seconds == MSG_FOR_EVER ? BAN_FOR_EVER : now + (int64_t)seconds;
	ban->state = BAN_ACTIVE;
}

void
ban_end(struct ban *ban, uint32_t allow, int64_t now)
{
	ban->state = BAN_ENDED;
	ban->released = now > ban->since ? now : ban->since;
	ban->allowed = allow == 0 ? 0 : now + (int64_t)allow;
	ban->flags &= BAN_FLAGS_STORED;
}

static void
move_time(int64_t *t, int64_t by)
{
	if (*t != 0 && *t <= BAN_FOR_EVER - MSG_MOVE_MAX)
		*t = *t > -by ? *t + by : 1;
}

bool
ban_move(struct ban *ban, int64_t from, int64_t to, int64_t by)
{
	if (ban_made(ban) < from || ban_made(ban) > to)
		return false;
	move_time(&ban->since, by);
	move_time(&ban->expires, by);
	move_time(&ban->released, by);
	move_time(&ban->allowed, by);
	return true;
}

/* Until when an ended ban is remembered. */
static int64_t
keep_until(const struct ban *ban, const struct conf *conf)
{
	const struct msg_threshold *t = conf->policy.threshold;
	uint32_t keep = conf->remember;
	unsigned i;

	for (i = 0; i < CATEGORY_COUNT; i++)
		if (t[i].count != 0 && t[i].within > keep)
			keep = t[i].within;
	if (ban->allowed > ban->released + keep)
		return ban->allowed;
	return ban->released + keep;
}

int64_t
ban_due(const struct ban *ban, const struct conf *conf)
{
	int64_t due =
	    ban->state == BAN_ACTIVE ? ban->expires : keep_until(ban, conf);

	return due == BAN_FOR_EVER ? due : due * 1000;
}
