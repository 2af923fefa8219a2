#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "recognise/recognise.h"

/* Places are counted in bytes since the start, and never come round. */
struct evidence {
	uint8_t *ring;
	uint64_t begin; /* of the oldest entry */
	uint64_t end;   /* behind the newest */
};

/* What precedes the bytes of a line; none goes over the end of the ring. */
struct entry {
	int64_t time;
	struct prefix client;
	uint16_t size; /* with the line and what fills it up; 0: go on at the
			* beginning of the ring */
	uint16_t len;  /* of the line */
	uint8_t category;
	uint8_t log;
	uint8_t cut;
	uint8_t zero[5];
};
_Static_assert(sizeof(struct entry) == 40, "padding");
_Static_assert(MSG_LOGS_MAX < UINT8_MAX, "the index of a log fits a byte");

struct evidence *
evidence_new(void)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (e != NULL && (e->ring = malloc(EVIDENCE_BYTES)) == NULL) {
		free(e);
		return NULL;
	}
	return e;
}

void
evidence_free(struct evidence *e)
{
	if (e == NULL)
		return;
	free(e->ring);
	free(e);
}

static size_t
left_in_ring(uint64_t at)
{
	return EVIDENCE_BYTES - (size_t)(at % EVIDENCE_BYTES);
}

/* The entry at or, where the ring ends, behind *at; NULL: there is none. */
static struct entry *
entry_at(const struct evidence *e, uint64_t *at)
{
	struct entry *entry;

	if (*at >= e->end)
		return NULL;
	if (left_in_ring(*at) >= sizeof(*entry)) {
		entry =
		    (struct entry *)(void *)(e->ring + *at % EVIDENCE_BYTES);
		if (entry->size != 0)
			return entry;
	}
	*at += left_in_ring(*at);
	return *at < e->end ?
	    (struct entry *)(void *)(e->ring + *at % EVIDENCE_BYTES) :
	    NULL;
}

/* Room for an entry in one piece; the oldest make it. */
static struct entry *
entry_new(struct evidence *e, size_t size)
{
	size_t left = left_in_ring(e->end);
	struct entry *entry;
	uint64_t end = e->end + size;

	if (left < size)
		end += left;
	while (end - e->begin > EVIDENCE_BYTES &&
	    (entry = entry_at(e, &e->begin)) != NULL)
		e->begin += entry->size;
	if (left < size && left >= sizeof(*entry))
		memset(e->ring + e->end % EVIDENCE_BYTES, 0, sizeof(*entry));
	e->end = end;
	return (
	    struct entry *)(void *)(e->ring + (end - size) % EVIDENCE_BYTES);
}

void
evidence_put(struct evidence *e, const struct event *ev, uint32_t log,
    const char *line, size_t n)
{
	size_t len = n < CTL_LINE_LEN ? n : CTL_LINE_LEN;
	size_t size = (sizeof(struct entry) + len + 7) & ~(size_t)7;
	struct entry *entry = entry_new(e, size);

	*entry = (struct entry){
		.time = ev->time,
		.client = ev->client,
		.size = (uint16_t)size,
		.len = (uint16_t)len,
		.category = (uint8_t)ev->category,
		.log = (uint8_t)log,
		.cut = n > len,
	};
	memcpy(entry + 1, line, len);
}

size_t
evidence_find(const struct evidence *e, const struct prefix *p,
    uint64_t at[CTL_EVIDENCE_MAX])
{
	const struct entry *entry;
	uint64_t place = e->begin;
	size_t n = 0;

	for (; (entry = entry_at(e, &place)) != NULL; place += entry->size) {
		if (!prefix_contains(p, &entry->client))
			continue;
		if (n == CTL_EVIDENCE_MAX)
			memmove(at, at + 1, --n * sizeof(at[0]));
		at[n++] = place;
	}
	return n;
}

int
evidence_get(const struct evidence *e, uint64_t at,
    struct ctl_evidence_record *r, uint32_t *log)
{
	const struct entry *entry;

	if (at < e->begin || (entry = entry_at(e, &at)) == NULL)
		return -1;
	memset(r, 0, sizeof(*r));
	r->client = entry->client;
	r->category = entry->category;
	r->time = entry->time;
	r->len = entry->len;
	r->cut = entry->cut;
	memcpy(r->line, entry + 1, entry->len);
	*log = entry->log;
	return 0;
}

void
evidence_forget_log(struct evidence *e, uint32_t log)
{
	struct entry *entry;
	uint64_t at = e->begin;

	for (; (entry = entry_at(e, &at)) != NULL; at += entry->size)
		if (entry->log == log)
			entry->log = MSG_LOGS_MAX;
}

void
evidence_shift(struct evidence *e, int64_t by)
{
	struct entry *entry;
	uint64_t at = e->begin;

	for (; (entry = entry_at(e, &at)) != NULL; at += entry->size)
		entry->time += by;
}
