#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_model.h"

struct ban
model_ban(unsigned n, uint32_t count)
{
	char text[PREFIX_STRLEN];
	struct ban b;

	memset(&b, 0, sizeof(b));
	if (n % 3 == 0)
		snprintf(text, sizeof(text), "2001:db8:%x:%x::/64", n >> 16,
		    n & 0xffff);
	else
		snprintf(text, sizeof(text), "198.%u.%u.%u", 51 + (n >> 16),
		    n >> 8 & 255, n & 255);
	if (prefix_parse(text, &b.prefix) != NULL)
		abort();
	b.state = BAN_ACTIVE;
	b.category = n % 9;
	b.count = count;
	b.strikes = 1;
	b.since = 1764000000 + count;
	b.expires = n % 2 == 0 ? BAN_FOR_EVER : b.since + 604800;
	return b;
}

unsigned
model_random(struct ledger_model *m, unsigned bound)
{
	m->random = m->random * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(m->random >> 33) % bound;
}

void
model_step(struct ledger_model *m, void (*put)(void *, const struct ban *),
    void *arg)
{
	unsigned i, n, puts = 1 + model_random(m, 20);
	struct ban b;

	for (i = 0; i < puts; i++) {
		n = model_random(m, MODEL_PREFIXES);
		b = model_ban(n, ++m->clock);
		m->count[n] = m->clock;
		if (model_random(m, 4) == 0) {
			b.state = BAN_FORGOTTEN;
			m->count[n] = 0;
		}
		if (put != NULL)
			put(arg, &b);
	}
}

bool
model_holds(const struct ledger_model *m, struct bans *bans)
{
	const struct ban_entry *entry;
	struct ban want;
	unsigned n;
	size_t records = 0;

	for (n = 0; n < MODEL_PREFIXES; n++) {
		if (m->count[n] == 0)
			continue;
		records++;
		want = model_ban(n, m->count[n]);
		entry = bans_find(bans, &want.prefix);
		if (entry == NULL ||
		    memcmp(&entry->ban, &want, sizeof(want)) != 0)
			return false;
	}
	return records == bans->active.n + bans->ended.n;
}

void
model_remember(struct bans *bans, const struct ban *b)
{
	struct ban_entry *entry = bans_find(bans, &b->prefix);

	if (entry == NULL)
		entry = bans_insert(bans, &b->prefix);
	bans_unqueue(bans, entry);
	entry->ban = *b;
	bans_settle(bans, entry, BAN_FOR_EVER);
}
