/* What may be banned, and whether what is banned may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hostile_rig.h"
#include "netns_rig.h"

static struct enforcer *const e = &hostile_enforcer;

/* smtpban.conf(5) and the registries of special addresses. */
static const char *const never[] = {
	/* this host's */
	"192.0.2.0/25", "2001:db8:25::/64", "203.0.113.53",
	/* whitelisted */
	"198.51.100.9", "203.0.113.128/25", "2001:db8:bad:99::/64",
	/* of no client in the internet */
	"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/3",
	"4000::/2", "8000::/1",
	/* private */
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"
};

static bool
bit(const struct prefix *p, unsigned i)
{
	return (p->addr[i / 8] >> (7 - i % 8)) & 1;
}

/* They agree in all bits that both have. */
static bool
meet(const struct prefix *a, const struct prefix *b)
{
	unsigned i;

	if (a->family != b->family)
		return false;
	for (i = 0; i < a->len && i < b->len; i++)
		if (bit(a, i) != bit(b, i))
			return false;
	return true;
}

bool
hostile_may_ban(const struct prefix *p)
{
	static struct prefix list[sizeof(never) / sizeof(never[0])];
	size_t i, n = sizeof(never) / sizeof(never[0]);

	if (list[0].family == 0)
		for (i = 0; i < n; i++)
			list[i] = netns_prefix(never[i]);
	if (p->len < (p->family == PREFIX_INET ? 24 : 48))
		return false;
	for (i = 0; i < n; i++)
		if (meet(p, &list[i]))
			return false;
	return true;
}

static void
count_route(void *arg, const struct prefix *p, const struct route_kind *kind)
{
	const struct ban_entry *entry = bans_find(&e->bans, p);

	if (entry == NULL || !bans_is_outermost(&e->bans, entry))
		abort();
	++*(size_t *)arg;
}

void
hostile_assert_sound(void)
{
	const struct ban_entry *entry;
	size_t active = 0, outermost = 0, routes = 0;

	BANS_FOREACH(entry, &e->bans) {
		if (entry->ban.state != BAN_ACTIVE)
			continue;
		active++;
		outermost += bans_is_outermost(&e->bans, entry);
		assert_true(hostile_may_ban(&entry->ban.prefix));
	}
	assert_int_equal(active, e->bans.active.n);
	assert_true(active <= HOSTILE_LIMIT);
	assert_int_equal(e->turn.n, 0);
	assert_int_equal(route_dump(e->route, count_route, &routes), 0);
	assert_int_equal(routes, outermost);
}

/* As smtpband does at its start, into a set of its own. */
static void
load(void *arg, const struct ban *ban)
{
	struct bans *bans = arg;
	struct ban_entry *entry = bans_find(bans, &ban->prefix);

	if (entry == NULL)
		entry = bans_insert(bans, &ban->prefix);
	entry->ban = *ban;
	bans_settle(bans, entry, 0);
}

static void
ignore(void *arg, const struct ban *ban)
{
}

void
hostile_assert_ledger(void)
{
	struct ban_entry *entry, *loaded;
	struct bans bans;
	int damaged;

	ledger_close(e->ledger);
	bans_init(&bans, HOSTILE_LIMIT);
	e->ledger =
	    ledger_open(e->conf->database, &bans, load, &bans, &damaged);
	assert_non_null(e->ledger);
	assert_int_equal(damaged, 0);
	assert_int_equal(bans.active.n, e->bans.active.n);
	assert_int_equal(bans.ended.n, e->bans.ended.n);
	BANS_FOREACH(entry, &e->bans) {
		loaded = bans_find(&bans, &entry->ban.prefix);
		assert_non_null(loaded);
		assert_memory_equal(&loaded->ban, &entry->ban,
		    sizeof(entry->ban));
	}
	ledger_close(e->ledger);
	bans_clear(&bans);
	e->ledger =
	    ledger_open(e->conf->database, &e->bans, ignore, NULL, &damaged);
	assert_non_null(e->ledger);
}
