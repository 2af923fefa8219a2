#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "distinct.h"
#include "text_hash.h"

#define DAY     86400
#define BUCKETS 2048
#define NOBODY  UINT16_MAX

struct account {
	uint64_t hash; /* of the whole name */
	uint64_t failures;
	uint64_t error;
	uint64_t logins;
	int64_t first;
	int64_t last;
	struct distinct clients;
	struct distinct networks;
	uint16_t chain; /* the next one in its bucket */
	uint16_t place; /* in the heap */
	char user[CTL_USER_LEN];
};

struct accounts {
	struct prefix_hash_key key;
	size_t used;
	int64_t day;                 /* of the log, since the epoch */
	uint16_t heap[ACCOUNTS_MAX]; /* the fewest failures first */
	uint16_t buckets[BUCKETS];
	struct account all[ACCOUNTS_MAX];
};

struct accounts *
accounts_new(void)
{
	struct accounts *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	memset(a->buckets, 0xff, sizeof(a->buckets));
	arc4random_buf(&a->key, sizeof(a->key));
	return a;
}

void
accounts_free(struct accounts *a)
{
	free(a);
}

static uint16_t *
accounts_bucket(struct accounts *a, uint64_t hash)
{
	return &a->buckets[hash % BUCKETS];
}

static struct account *
accounts_find(struct accounts *a, uint64_t hash)
{
	uint16_t i = *accounts_bucket(a, hash);

	while (i != NOBODY && a->all[i].hash != hash)
		i = a->all[i].chain;
	return i != NOBODY ? &a->all[i] : NULL;
}

static void
accounts_link(struct accounts *a, struct account *one)
{
	uint16_t *bucket = accounts_bucket(a, one->hash);

	one->chain = *bucket;
	*bucket = (uint16_t)(one - a->all);
}

static void
accounts_unlink(struct accounts *a, const struct account *one)
{
	uint16_t *at = accounts_bucket(a, one->hash);

	while (&a->all[*at] != one)
		at = &a->all[*at].chain;
	*at = one->chain;
}

static uint64_t
heap_failures(const struct accounts *a, size_t place)
{
	return a->all[a->heap[place]].failures;
}

static void
heap_put(struct accounts *a, size_t place, uint16_t number)
{
	a->heap[place] = number;
	a->all[number].place = (uint16_t)place;
}

/* What stands there got more failures: it moves away from the root. */
static void
heap_sink(struct accounts *a, size_t place)
{
	uint16_t number = a->heap[place];
	size_t child;

	for (; (child = place * 2 + 1) < a->used; place = child) {
		if (child + 1 < a->used &&
		    heap_failures(a, child + 1) < heap_failures(a, child))
			child++;
		if (a->all[number].failures <= heap_failures(a, child))
			break;
		heap_put(a, place, a->heap[child]);
	}
	heap_put(a, place, number);
}

/* A new one, at the end, moves towards the root. */
static void
heap_rise(struct accounts *a, size_t place)
{
	uint16_t number = a->heap[place];
	size_t parent;

	for (; place > 0; place = parent) {
		parent = (place - 1) / 2;
		if (heap_failures(a, parent) <= a->all[number].failures)
			break;
		heap_put(a, place, a->heap[parent]);
	}
	heap_put(a, place, number);
}

static void
account_begin(struct account *one, uint64_t hash, const char *user, size_t len,
    int64_t time)
{
	size_t i;

	memset(one, 0, sizeof(*one));
	one->hash = hash;
	one->first = one->last = time;
	if (len >= sizeof(one->user))
		len = sizeof(one->user) - 1;
	for (i = 0; i < len; i++) /* the record's text ends at a NUL */
		one->user[i] = (char)(user[i] != '\0' ? user[i] : '?');
}

/* A counter for a new name: an unused one, or that of the fewest failures. */
static struct account *
accounts_take(struct accounts *a, uint64_t hash, const char *user, size_t len,
    int64_t time)
{
	struct account *one;
	uint64_t error = 0;
	size_t place = 0;

	if (a->used < ACCOUNTS_MAX) {
		one = &a->all[a->used];
		place = a->used++;
	} else {
		one = &a->all[a->heap[0]];
		error = one->failures;
		accounts_unlink(a, one);
	}
	account_begin(one, hash, user, len, time);
	one->failures = one->error = error;
	accounts_link(a, one);
	heap_put(a, place, (uint16_t)(one - a->all));
	if (error == 0)
		heap_rise(a, place);
	return one;
}

/* Take off the errors, and those that are idle. */
static void
accounts_settle(struct accounts *a, int64_t time)
{
	struct account *one, *to = a->all;
	size_t i, used = a->used;

	memset(a->buckets, 0xff, sizeof(a->buckets));
	a->used = 0;
	for (i = 0; i < used; i++) {
		one = &a->all[i];
		if (one->last < time - ACCOUNTS_IDLE)
			continue;
		if (to != one)
			*to = *one;
		to->failures -= to->error;
		to->error = 0;
		accounts_link(a, to);
		heap_put(a, a->used, (uint16_t)a->used);
		heap_rise(a, a->used++);
		to++;
	}
}

/* A log whose lines are a day late settles nothing twice. */
static void
accounts_turn(struct accounts *a, int64_t time)
{
	int64_t day = time / DAY;

	if (day > a->day && a->used > 0)
		accounts_settle(a, time);
	if (day > a->day || day < a->day - 1)
		a->day = day;
}

static uint32_t
prefix_bits(const struct accounts *a, const struct prefix *p)
{
	return (uint32_t)(prefix_hash(&a->key, p) >> 32);
}

void
accounts_fail(struct accounts *a, const char *user, size_t len,
    const struct prefix *client, int64_t time, uint32_t n)
{
	uint64_t hash = text_hash_name(&a->key, 0, user, len);
	struct prefix network = *client;
	struct account *one;

	if (len == 0)
		return;
	accounts_turn(a, time);
	if ((one = accounts_find(a, hash)) == NULL)
		one = accounts_take(a, hash, user, len, time);
	one->failures += n;
	heap_sink(a, one->place);
	if (time > one->last)
		one->last = time;
	distinct_add(&one->clients, prefix_bits(a, client));
	prefix_widen(&network, prefix_network_len(client));
	distinct_add(&one->networks, prefix_bits(a, &network));
}

void
accounts_login(struct accounts *a, const char *user, size_t len, int64_t time)
{
	struct account *one =
	    accounts_find(a, text_hash_name(&a->key, 0, user, len));

	if (one != NULL && time >= one->first)
		one->logins++;
}

/* Failures and number in one, so that they sort without the table. */
static int
order_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x > *y ? -1 : *x < *y;
}

#define NUMBER_BITS  10
#define FAILURES_MAX (UINT64_MAX >> NUMBER_BITS)
_Static_assert(ACCOUNTS_MAX <= 1 << NUMBER_BITS, "a number fits");

size_t
accounts_order(const struct accounts *a, uint16_t order[ACCOUNTS_MAX])
{
	uint64_t sorted[ACCOUNTS_MAX] = { 0 }, failures;
	size_t i;

	for (i = 0; i < a->used; i++) {
		failures = a->all[i].failures;
		if (failures > FAILURES_MAX)
			failures = FAILURES_MAX;
		sorted[i] = failures << NUMBER_BITS | (ACCOUNTS_MAX - 1 - i);
	}
	qsort(sorted, a->used, sizeof(sorted[0]), order_cmp);
	for (i = 0; i < a->used; i++)
		order[i] = (uint16_t)(ACCOUNTS_MAX - 1 -
		    (sorted[i] & (ACCOUNTS_MAX - 1)));
	return a->used;
}

/* An estimate, but not more than there can be. */
static uint32_t
count_distinct(const struct distinct *d, uint64_t most)
{
	uint32_t n = distinct_count(d);

	return n < most ? n : (uint32_t)most;
}

bool
accounts_get(const struct accounts *a, unsigned number,
    struct ctl_account_record *r)
{
	const struct account *one;

	if (number >= a->used)
		return false;
	one = &a->all[number];
	memset(r, 0, sizeof(*r));
	r->failures = one->failures;
	r->error = one->error;
	r->logins = one->logins;
	r->clients = count_distinct(&one->clients, one->failures - one->error);
	r->networks = count_distinct(&one->networks, r->clients);
	r->first = one->first;
	r->last = one->last;
	memcpy(r->user, one->user, sizeof(r->user));
	return true;
}

void
accounts_shift(struct accounts *a, int64_t by)
{
	size_t i;

	for (i = 0; i < a->used; i++) {
		a->all[i].first += by;
		a->all[i].last += by;
	}
}
