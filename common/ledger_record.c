#include <string.h>

#include "category.h"
#include "ledger_record.h"

#define RECORD_MAGIC 0x42414e01 /* "BAN" and the version */
#define MARK_MAGIC   0x47454e01 /* "GEN" and the version */

/* Big-endian, so that a file can move to another machine. */
static uint8_t *
put(uint8_t *p, uint64_t value, unsigned len)
{
	while (len-- > 0)
		*p++ = (uint8_t)(value >> (8 * len));
	return p;
}

static uint64_t
get(const uint8_t **p, unsigned len)
{
	uint64_t value = 0;

	while (len-- > 0)
		value = value << 8 | *(*p)++;
	return value;
}

/* FNV-1a: no table, and any change of a single byte changes it. */
static uint64_t
checksum(const uint8_t *p, const uint8_t *end)
{
	uint64_t sum = 0xcbf29ce484222325;

	while (p < end)
		sum = (sum ^ *p++) * 0x100000001b3;
	return sum;
}

bool
ledger_record_is_valid(const struct ban *b)
{
	return prefix_is_valid(&b->prefix) && b->category < CATEGORY_COUNT &&
	    (b->state == BAN_ACTIVE || b->state == BAN_ENDED) &&
	    (b->strikes > 0 || (b->since == 0 && b->state == BAN_ENDED)) &&
	    (b->flags & ~BAN_FLAGS_STORED) == 0 && b->since >= 0 &&
	    b->expires >= 0 && b->released >= 0 && b->allowed >= 0;
}

uint64_t
ledger_record_encode(const struct ban *b, uint8_t record[LEDGER_RECORD_LEN])
{
	uint8_t *p = put(record, RECORD_MAGIC, 4);
	uint64_t sum;

	memcpy(p, &b->prefix, sizeof(b->prefix)); /* bytes in order already */
	p = put(p + sizeof(b->prefix), b->state, 4);
	p = put(p, b->category, 4);
	p = put(p, b->count, 4);
	p = put(p, b->strikes, 4);
	p = put(p, b->flags, 4);
	p = put(p, (uint64_t)b->since, 8);
	p = put(p, (uint64_t)b->expires, 8);
	p = put(p, (uint64_t)b->released, 8);
	p = put(p, (uint64_t)b->allowed, 8);
	sum = checksum(record, p);
	put(p, sum, 8);
	return sum;
}

int
ledger_record_decode(const void *record, size_t len, struct ban *b)
{
	const uint8_t *p = record;
	uint8_t want[LEDGER_RECORD_LEN];

	if (len != sizeof(want) || get(&p, 4) != RECORD_MAGIC)
		return -1;
	memcpy(&b->prefix, p, sizeof(b->prefix));
	p += sizeof(b->prefix);
	b->state = (uint32_t)get(&p, 4);
	b->category = (uint32_t)get(&p, 4);
	b->count = (uint32_t)get(&p, 4);
	b->strikes = (uint32_t)get(&p, 4);
	b->flags = (uint32_t)get(&p, 4);
	b->since = (int64_t)get(&p, 8);
	b->expires = (int64_t)get(&p, 8);
	b->released = (int64_t)get(&p, 8);
	b->allowed = (int64_t)get(&p, 8);
	if (!ledger_record_is_valid(b))
		return -1;
	ledger_record_encode(b, want); /* the checksum */
	return memcmp(record, want, len) == 0 ? 0 : -1;
}

void
ledger_mark_encode(const struct ledger_mark *m, uint8_t mark[LEDGER_MARK_LEN])
{
	uint8_t *p = put(mark, MARK_MAGIC, 4);

	p = put(p, m->generation, 8);
	p = put(p, m->records, 8);
	p = put(p, m->sum, 8);
	put(p, checksum(mark, p), 8);
}

int
ledger_mark_decode(const void *mark, size_t len, struct ledger_mark *m)
{
	const uint8_t *p = (const uint8_t *)mark + 4;
	uint8_t want[LEDGER_MARK_LEN];

	if (len != sizeof(want))
		return -1;
	m->generation = get(&p, 8);
	m->records = get(&p, 8);
	m->sum = get(&p, 8);
	ledger_mark_encode(m, want);
	return memcmp(mark, want, len) == 0 ? 0 : -1;
}
